"""`ctxguard try`: what other rules would change; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ctxguard.cli import drafts, options, output
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.context.compare import compare
from ctxguard.context.drafting import scene_of
from ctxguard.errors import ExitCode
from ctxguard.guard.budget import judge
from ctxguard.place import place
from ctxguard.render import diff as render_diff
from ctxguard.render import trying as render
from ctxguard.render.diff import Diff
from ctxguard.report import Report


@click.command("try")
@options.builder_options
@options.build_options
@options.revision_options
@options.context_flag
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@click.option(
    "--remove",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="LINE",
    help="Without this line of the ignore file; may be given again.",
)
@drafts.ignore_file_option
@click.option("--top", metavar="N", help="How many paths to show; default: 10.")
@options.result_options
@options.noise_options("No notes, and only size, verdict and problems.")
def command(**given_flags: Any) -> int:
    """Say what other rules would change, and write nothing.

    Each PATTERN is a line at the end of the ignore file, after the lines to --remove are gone;
    quote it, or the shell puts names in its place. Shown is what would leave the context and what
    would enter it, and the budget as it would be.

    Exit codes: 0; 2 wrong usage or configuration, 3 could not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str, patterns: Sequence[str], remove: Sequence[int], ignore_file: str | None,
    rev: str | None, lfs: str | None, format_: str, file: str | None, color: str, quiet: bool,
    verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    if not (patterns or remove or ignore_file):
        raise click.UsageError("Name a pattern, --remove LINE or --ignore-file FILE.")
    found = place(context, rev, lfs)
    settings = options.told_settings(found, flags, quiet=quiet, verbose=verbose)
    drafts.check_inputs(settings, ignore_file)
    scene = scene_of(options.request(found, settings))
    data = drafts.drafted_text(scene.ignore, ignore_file, patterns, remove)
    with drafts.blamed_on(ignore_file, scene.ignore), Progress(quiet=quiet) as progress:
        comparison = compare(scene.request, scene.under(data), None, progress)
    diff = Diff(comparison, "now", "tried", None)
    if format_ == "json":
        text = render_diff.render([diff])
    else:
        tried = Report(comparison.head, judge(comparison.head, settings.budget))
        text = render.text(diff, tried, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    complete = comparison.base.complete and comparison.head.complete
    return ExitCode.OK if complete else ExitCode.NOT_MEASURED
