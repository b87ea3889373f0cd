"""`ctxguard report`: measure, judge, show."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import click

from ctxguard.cli import drafts, options, packages, recording
from ctxguard.cli.additions import completed
from ctxguard.cli.copies import Copy, copies, copies_options, text, wants, write_all
from ctxguard.cli.packages import Packages
from ctxguard.cli.progress import Progress
from ctxguard.config import Settings
from ctxguard.context.measure import Request, measure_all
from ctxguard.context.tree.locate import IGNORE_FILE
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import CtxguardError, UsageError
from ctxguard.finding import Finding
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.guard.glance import glance
from ctxguard.measurement import Instructions, Measurement
from ctxguard.place import Chosen, NotThere, picks, place
from ctxguard.report import Failure, Groups, Report


@click.command("report")
@options.contexts_options
@options.build_options
@options.revision_options
@click.option(
    "--compose",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Measure the builds of a Compose file; default: compose.yaml here or above.",
)
@drafts.ignore_file_option
@recording.record_options
@click.option("--all-targets", is_flag=True, help="Measure every stage that can be built.")
@options.budget_options("Trip", "What makes the exit code 1")
@click.option("--top", metavar="N", help="How many of the heaviest paths to show; default: 10.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="How deep to look for them.")
@click.option("--no-findings", is_flag=True, help="Do not look for what is wrong.")
@click.option("--savings", is_flag=True, help="Add what the ignore file keeps out, by rule.")
@click.option(
    "--by",
    type=click.Choice(["type", "instruction"]),
    help="Add the content by this property.",
)
@packages.packages_options
@copies_options
@options.color_option
@options.noise_options("No notes, and only size, verdict and problems.")
def command(context: str | None, **given_options: Any) -> int:
    """Measure a build context and hold it against its budget.

    CONTEXT is the folder that would be given to docker build; default: all contexts that the
    configuration names, or else the current folder. Sizes are written like 500MB, 1.5 GB or 2GiB.

    Exit codes: 0 within budget, 1 over it, 2 wrong usage or configuration, 3 could not be measured
    or, within budget, not all of it.
    """
    asked = _Asked(*[given_options.pop(each.name) for each in fields(_Asked)])
    return _run(context, asked, given_options)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line alone decides; the other options are settings."""

    rev: str | None
    lfs: str | None
    ignore_file: str | None
    all_targets: bool
    no_findings: bool
    depth: int | None
    savings: bool
    by: str | None
    deps: bool
    venv: str | None
    compose: str | None
    record: bool
    history: str | None
    build_log: str | None
    formats: tuple[str, ...]
    files: tuple[str, ...]
    color: str
    quiet: bool
    verbose: bool

    @property
    def keeps(self) -> bool:
        """Whether the measurement is to be kept, whatever the configuration says."""
        return self.record or self.history is not None or self.build_log is not None

    def packages(self, settings: Settings) -> Packages | None:
        """What is to be told of packages; None if nothing is."""
        asked = self.deps or self.venv is not None
        if asked and self.rev is not None:
            raise UsageError("--deps looks at the working tree; leave out --rev")
        if not asked and (settings.max_dependencies is None or self.rev is not None):
            return None
        return packages.Packages(asked, self.venv)


def _run(context: str | None, asked: _Asked, flags: Mapping[str, Any]) -> int:
    named = _picked(context, asked, options.by_key(flags))
    options.note_environment(quiet=asked.quiet)
    missing = [each for each in named if isinstance(each, NotThere)]
    picked = [each for each in named if isinstance(each, Chosen)]
    if not picked:
        raise missing[0].error
    wanted = copies(asked.formats, asked.files)
    _check_inputs(picked, asked, wanted)
    build = recording.build_figures(asked.build_log, picked)
    requests = [_request(each, asked, outline=wants(wanted, "outline")) for each in picked]
    with drafts.in_place(requests[0], asked.ignore_file) as first:
        results = _measured(picked, [first, *requests[1:]], asked)
    pairs = list(zip(picked, results, strict=True))
    measured = [each for each, result in pairs if isinstance(result, Measurement)]
    reports = [
        _judged(each, result, asked) for each, result in pairs if isinstance(result, Measurement)
    ]
    failures = _failures(missing, pairs)
    if asked.by == "instruction" and any(each.groups is None for each in reports):
        options.say("--by instruction: nobody can say what is asked for", quiet=asked.quiet)
    unwritten = _write(wanted, measured, reports, failures, asked)
    is_real = asked.ignore_file is None
    if is_real and (asked.keeps or any(each.settings.record for each in picked)):
        recording.keep(
            measured, reports, file=asked.history, rev=asked.rev, build=build, quiet=asked.quiet
        )
    if unwritten is not None:
        raise unwritten
    errors = [each.error for each in missing]
    errors += [each for each in results if isinstance(each, CtxguardError)]
    return _exit_code(measured, errors, reports)


def _failures(
    missing: Sequence[NotThere], pairs: Sequence[tuple[Chosen, Measurement | CtxguardError]]
) -> list[Failure]:
    found = [Failure(each.name, str(each.error)) for each in missing]
    found += [
        Failure(each.name or each.place.name, str(result))
        for each, result in pairs
        if isinstance(result, CtxguardError)
    ]
    return found


def _write(
    wanted: Sequence[Copy],
    measured: Sequence[Chosen],
    reports: Sequence[Report],
    failures: Sequence[Failure],
    asked: _Asked,
) -> UsageError | None:
    pairs = zip(reports, measured, strict=True)
    whole = [completed(report, each, wanted, asked.history) for report, each in pairs]
    return write_all(
        wanted,
        lambda copy: text(copy, whole, failures, color=asked.color, brief=asked.quiet),
    )


def _picked(
    context: str | None, asked: _Asked, flags: Mapping[str, Any]
) -> list[Chosen | NotThere]:
    """The contexts that are meant."""
    if asked.compose is None:
        here = "." if context is None else context
        return picks(context, place(here, asked.rev, asked.lfs), flags)
    from ctxguard.composed import composed

    if context is not None or flags["dockerfile"] is not None:
        raise UsageError("--compose names contexts and Dockerfiles; leave CONTEXT and -f out")
    if asked.rev is not None:
        raise UsageError("--compose is about the work tree; it does not go with --rev")
    found = composed(asked.compose, flags)
    for note in found.notes:
        options.say(note, quiet=asked.quiet)
    return list(found.chosen)


def _check_inputs(picked: list[Chosen], asked: _Asked, wanted: Sequence[Copy]) -> None:
    """Raises UsageError where one text from standard input would stand for several."""
    drafts.check_inputs(picked[0].settings, asked.ignore_file)
    if asked.ignore_file is not None and asked.keeps:
        raise UsageError("--ignore-file asks what would be; that is not recorded")
    for copy in wanted:
        recording.check_apart(asked.history, copy.file)
    if len(picked) == 1:
        return
    if asked.ignore_file is not None:
        raise UsageError("--ignore-file is about one context; name its folder")
    if any(each.settings.dockerfile == STANDARD_INPUT for each in picked):
        raise UsageError("-f - is about one context; name its folder")


def _request(each: Chosen, asked: _Asked, *, outline: bool) -> Request:
    return each.request(
        options.dockerfile_text(each.settings),
        depth=asked.depth,
        types=asked.by == "type",
        savings=asked.savings,
        all_targets=asked.all_targets,
        overview=not asked.no_findings or asked.keeps or each.settings.record,
        outline=outline,
    )


def _measured(
    picked: list[Chosen], requests: list[Request], asked: _Asked
) -> list[Measurement | CtxguardError]:
    """Each of them; what is wrong with the only one is raised."""
    started = time.monotonic()
    with Progress(quiet=asked.quiet) as progress:
        results = measure_all(requests, progress)
    if len(results) == 1 and isinstance(results[0], CtxguardError):
        raise results[0]
    if asked.verbose:
        for each in picked:
            options.say_settings(each.settings, each.name)
        options.say(f"walked in {time.monotonic() - started:.2f} s")
    return results


def _exit_code(measured: list[Chosen], errors: list[CtxguardError], reports: list[Report]) -> int:
    """The worst of them: one that could not be measured counts more than one over budget."""
    codes = [
        exit_code(report.measurement, report.verdict, FailOn(each.settings.fail_on))
        for each, report in zip(measured, reports, strict=True)
    ]
    return max([*codes, *(error.exit_code for error in errors)])


def _judged(each: Chosen, measurement: Measurement, asked: _Asked) -> Report:
    groups: Groups | Instructions | None = None
    if measurement.types is not None:
        groups = Groups("type", measurement.types)
    elif asked.by == "instruction":
        groups = measurement.instructions
    settings = each.settings
    wanted = asked.packages(settings)
    found = None if wanted is None else wanted.of_project(measurement.context.root)
    measurement = packages.held(measurement, found, settings.max_dependencies)
    verdict = judge(measurement, settings.budget, found)
    told: tuple[Finding, ...] = ()
    if not asked.no_findings:
        file = _ignore_file(measurement) if asked.ignore_file is None else ""
        told = glance(measurement, file, settings.ignore)
        project = packages.named(measurement.context.root)
        told += packages.findings(found, project, settings.ignore)
    return Report(measurement, verdict, told, groups, each.name, dependencies=found)


def _ignore_file(measurement: Measurement) -> str:
    """What a command in the current folder calls the ignore file; "" for that of a commit."""
    context = measurement.context
    if context.source == "commit":
        return ""
    return os.path.relpath(os.path.join(context.root, context.ignore_file or IGNORE_FILE))
