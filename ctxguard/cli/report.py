"""`ctxguard report`: measure, judge, show."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import click

from ctxguard.cli import drafts, options, output
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.config import Settings
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree.locate import IGNORE_FILE
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.guard.glance import glance
from ctxguard.measurement import Instructions, Measurement
from ctxguard.place import place
from ctxguard.render import FORMATS, terminal
from ctxguard.report import Groups, Report


@click.command("report")
@options.context_options
@options.build_options
@options.revision_options
@drafts.ignore_file_option
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
@click.option(
    "--format",
    "format_",
    type=click.Choice(["terminal", *FORMATS]),
    default="terminal",
    help="Default: terminal.",
)
@click.option("-o", "--output", "file", metavar="FILE", help="Write the report to a file.")
@options.color_option
@options.noise_options("No notes, and only size, verdict and problems.")
def command(context: str, **given_options: Any) -> int:
    """Measure a build context and hold it against its budget.

    CONTEXT is the folder that would be given to docker build; default: the current one. Sizes are
    written like 500MB, 1.5 GB or 2GiB.

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
    format_: str
    file: str | None
    color: str
    quiet: bool
    verbose: bool


def _run(context: str, asked: _Asked, flags: Mapping[str, Any]) -> int:
    found = place(context, asked.rev, asked.lfs)
    settings = options.read_settings(found, flags)
    options.note_environment(quiet=asked.quiet)
    drafts.check_inputs(settings, asked.ignore_file)
    request = options.request(
        found,
        settings,
        depth=asked.depth,
        types=asked.by == "type",
        savings=asked.savings,
        all_targets=asked.all_targets,
        overview=not asked.no_findings,
    )
    with drafts.in_place(request, asked.ignore_file) as request:
        measurement = _measure(request, settings, asked)
    report = _judged(measurement, settings, asked)
    if asked.by == "instruction" and report.groups is None:
        options.say("--by instruction: nobody can say what is asked for", quiet=asked.quiet)
    if asked.format_ == "terminal":
        shown_on = screen(file=asked.file, color=asked.color, brief=asked.quiet)
        text = terminal.render([report], shown_on)
    else:
        text = FORMATS[asked.format_]([report])
    output.write(text, asked.file)
    return exit_code(report.measurement, report.verdict, FailOn(settings.fail_on))


def _judged(measurement: Measurement, settings: Settings, asked: _Asked) -> Report:
    groups: Groups | Instructions | None = None
    if measurement.types is not None:
        groups = Groups("type", measurement.types)
    elif asked.by == "instruction":
        groups = measurement.instructions
    verdict = judge(measurement, settings.budget)
    if asked.no_findings:
        return Report(measurement, verdict, (), groups)
    file = _ignore_file(measurement) if asked.ignore_file is None else ""
    return Report(measurement, verdict, glance(measurement, file, settings.ignore), groups)


def _ignore_file(measurement: Measurement) -> str:
    """What a command in the current folder calls the ignore file; "" for that of a commit."""
    context = measurement.context
    if context.source == "commit":
        return ""
    return os.path.relpath(os.path.join(context.root, context.ignore_file or IGNORE_FILE))


def _measure(request: Request, settings: Settings, asked: _Asked) -> Measurement:
    started = time.monotonic()
    with Progress(quiet=asked.quiet) as progress:
        measurement = measure(request, progress)
    if asked.verbose:
        options.say_settings(settings)
        options.say(f"walked in {time.monotonic() - started:.2f} s")
    return measurement
