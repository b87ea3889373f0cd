"""`ctxguard report`: measure, judge, show."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.progress import Progress
from ctxguard.config import Settings
from ctxguard.context import given
from ctxguard.context.measure import measure
from ctxguard.guard.budget import Budget, FailOn, exit_code, judge
from ctxguard.guard.checks import broken_rules
from ctxguard.measurement import Measurement
from ctxguard.render import FORMATS, terminal
from ctxguard.report import Groups, Report


@click.command("report")
@options.context_options
@click.option("--warn", metavar="SIZE", help="Warn above this size; default: 1 GB.")
@click.option("--critical", metavar="SIZE", help="Trip above this size; default: 1.5 GB.")
@click.option("--max-files", metavar="N", help="Trip above this number of files.")
@click.option(
    "--fail-on",
    type=click.Choice([fail_on.value for fail_on in FailOn]),
    help="What makes the exit code 1; default: critical.",
)
@click.option("--top", metavar="N", help="How many of the heaviest paths to show; default: 10.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="How deep to look for them.")
@click.option("--by", type=click.Choice(["type"]), help="Add the content by this property.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["terminal", *FORMATS]),
    default="terminal",
    help="Default: terminal.",
)
@click.option("-o", "--output", "file", metavar="FILE", help="Write the report to a file.")
@options.color_option
@options.noise_options
def command(**given_flags: Any) -> int:
    """Measure a build context and hold it against its budget.

    CONTEXT is the folder that would be given to docker build; default: the current one. Sizes are
    written like 500MB, 1.5 GB or 2GiB.

    Exit codes: 0 within budget, 1 over it, 2 wrong usage or configuration, 3 could not be measured
    or, within budget, not all of it.
    """
    return _run(**given_flags)


def _run(
    *, context: str, depth: int | None, by: str | None, format_: str, file: str | None,
    color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    given.worktree(context)
    settings = options.read_settings(context, {k.replace("_", "-"): v for k, v in flags.items()})
    options.note_environment(quiet=quiet)
    measurement = _measure(context, settings, depth, quiet=quiet, verbose=verbose)
    verdict = judge(measurement, Budget(settings.warn, settings.critical, settings.max_files))
    groups = Groups("type", measurement.types) if by == "type" else None
    findings = broken_rules.check(measurement)
    report = Report(measurement, verdict, findings, groups)
    if format_ == "terminal":
        text = terminal.render([report], _terminal(color, file, quiet=quiet))
    else:
        text = FORMATS[format_]([report])
    output.write(text, file)
    return exit_code(measurement, verdict, FailOn(settings.fail_on))


def _measure(
    context: str, settings: Settings, depth: int | None, *, quiet: bool, verbose: bool
) -> Measurement:
    started = time.monotonic()
    with Progress(quiet=quiet) as progress:
        measurement = measure(options.request(context, settings, depth), progress)
    if verbose:
        for name, origin in settings.origins.items():
            value = getattr(settings, name.replace("-", "_"))
            options.say(f"{name} = {value} (from {origin})")
        options.say(f"walked in {time.monotonic() - started:.2f} s")
    return measurement


def _terminal(color: str, file: str | None, *, quiet: bool) -> terminal.Terminal:
    encoding = "utf-8" if file else sys.stdout.encoding or "ascii"
    return terminal.Terminal(
        width=shutil.get_terminal_size().columns,
        color=options.wants_color(color) if file is None else color == "always",
        unicode=encoding.lower().replace("-", "") == "utf8",
        brief=quiet,
    )
