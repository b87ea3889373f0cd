"""`ctxguard diff`: what changed between two commits, or a commit and the work tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.cli.sides import (
    Sides,
    compared,
    growth_options,
    measured,
    sides,
    sides_options,
)
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.render import diff as render
from ctxguard.render.diff import Diff


@click.command("diff")
@sides_options("HEAD")
@growth_options
@options.result_options
@options.noise_options("No notes, and only change, verdict and problems.")
def command(**given_flags: Any) -> int:
    """Say what changed in the context between two commits, or since one.

    BASE is a revision; default: HEAD. HEAD is one too, or `worktree`, the default. A..B and A...B
    work as with git. Each side has its own rules, Dockerfile and configuration; of several
    contexts, those that HEAD's configuration names are compared.

    Exit codes: 0, or 1 if a limit was given and is broken; 2 wrong usage or configuration, 3 could
    not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str | None, base: str, head: str, lfs: str | None, format_: str, file: str | None,
    color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    spot = spot_of("." if context is None else context)
    found = sides(context, spot, (base, head), options.by_key(flags), lfs=lfs)
    _check_old(found, quiet=quiet)
    options.note_environment(quiet=quiet)
    if verbose:
        for pair in found.pairs:
            if pair.base is not None:
                options.say_settings(pair.head.settings, pair.head.name)
    with Progress(quiet=quiet) as progress:
        diffs = list(_diffs(found, progress))
    if format_ == "json":
        text = render.render(diffs)
    else:
        text = render.text(diffs, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    return max(map(_exit_code, diffs))


def _check_old(found: Sides, *, quiet: bool) -> None:
    """What is new has nothing to be compared with.

    Raises:
        UsageError: one side cannot be told, or nothing is left to compare.
    """
    if found.missing:
        raise found.missing[0].error
    if found.fault is not None:
        raise UsageError(f"on the first side, {found.fault}")
    new = [pair.head.name for pair in found.pairs if pair.base is None]
    for name in new:
        options.say(f"{name} is new: its folder is not there on the first side", quiet=quiet)
    if len(new) == len(found.pairs):
        raise UsageError("none of the contexts is there on the first side")


def _diffs(found: Sides, progress: Callable[[int], None]) -> Iterator[Diff]:
    for pair in found.pairs:
        if pair.base is not None:
            before, after = measured(pair.base, progress), measured(pair.head, progress)
            yield compared(found, pair, before, after)


def _exit_code(diff: Diff) -> int:
    if diff.growth is not None and diff.growth.broken:
        return ExitCode.TRIPPED
    complete = diff.comparison.base.complete and diff.comparison.head.complete
    return ExitCode.OK if complete else ExitCode.NOT_MEASURED
