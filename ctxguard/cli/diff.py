"""`ctxguard diff`: what changed between two commits, or a commit and the work tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.context.compare import compare
from ctxguard.context.tree import given
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.git.repository import Repository, Spot, Tracked
from ctxguard.place import Place, in_commit, on_disk
from ctxguard.render import diff as render
from ctxguard.render.diff import Diff

_WORKTREE = "worktree"
"""What stands for the work tree; a branch of this name is refs/heads/worktree."""


@click.command("diff")
@options.builder_options
@options.build_options
@options.context_flag
@options.lfs_option
@click.argument("base", default="HEAD")
@click.argument("head", default=_WORKTREE)
@click.option("--max-growth", metavar="SIZE", help="Trip above this growth: 50MB, or 10%.")
@click.option("--top", metavar="N", help="How many paths to show; default: 10.")
@options.result_options
@options.noise_options("No notes, and only change, verdict and problems.")
def command(**given_flags: Any) -> int:
    """Say what changed in the context between two commits, or since one.

    BASE is a revision; default: HEAD. HEAD is one too, or `worktree`, the default. A..B and A...B
    work as with git. Each side has its own rules, Dockerfile and configuration.

    Exit codes: 0, or 1 if a limit was given and is broken; 2 wrong usage or configuration, 3 could
    not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str, base: str, head: str, lfs: str | None, format_: str, file: str | None,
    color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    spot = spot_of(context)
    base, head = _sides(spot.repository, base, head)
    if base == _WORKTREE and spot.repository.find_commit(base) is None:
        raise UsageError("the work tree can only be the second side: ctxguard diff REV worktree")
    places = in_commit(context, spot, base, lfs), _head_place(context, spot, head, lfs)
    settings = [options.read_settings(each, flags) for each in places]
    if given.STANDARD_INPUT in (settings[0].dockerfile, settings[1].dockerfile):
        raise UsageError("-f - cannot stand for both sides; name a file")
    options.note_environment(quiet=quiet)
    if verbose:
        options.say_settings(settings[1])
    before, after = map(options.request, places, settings)
    with Progress(quiet=quiet) as progress:
        found = compare(before, after, _tracked(spot, places[1]), progress)
    diff = Diff(found, base, head, settings[1].growth(found.base, found.head))
    if format_ == "json":
        text = render.render(diff)
    else:
        text = render.text(diff, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    return _exit_code(diff)


def _sides(repository: Repository, base: str, head: str) -> tuple[str, str]:
    """Take `A..B` and `A...B` apart."""
    if head != _WORKTREE or ".." not in base:
        return base, head
    if "..." in base:
        one, _, other = base.partition("...")
        one, other = one or "HEAD", other or "HEAD"
        common = repository.merge_base(repository.commit(one), repository.commit(other))
        if common is None:
            raise UsageError(f"{one} and {other} have no common ancestor here")
        return common, other
    one, _, other = base.partition("..")
    return one or "HEAD", other or "HEAD"


def _head_place(context: str, spot: Spot, head: str, lfs: str | None) -> Place:
    if head != _WORKTREE:
        return in_commit(context, spot, head, lfs)
    if spot.repository.work_tree is None:
        raise UsageError("a bare repository has no work tree; name a second revision")
    return on_disk(context)


def _tracked(spot: Spot, head: Place) -> Callable[[], Tracked] | None:
    if head.source.revision is not None:
        return None
    return lambda: spot.repository.tracked(spot.path)


def _exit_code(diff: Diff) -> int:
    if diff.growth is not None and diff.growth.broken:
        return ExitCode.TRIPPED
    complete = diff.comparison.base.complete and diff.comparison.head.complete
    return ExitCode.OK if complete else ExitCode.NOT_MEASURED
