"""`ctxguard diff`: what changed between two commits, or a commit and the work tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.context.compare import compare
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.git.repository import Repository, Spot, Tracked
from ctxguard.place import (
    Chosen,
    Place,
    as_before,
    chosen,
    folder_before,
    in_commit,
    on_disk,
    spot_in,
)
from ctxguard.render import diff as render
from ctxguard.render.diff import Diff

_WORKTREE = "worktree"
"""What stands for the work tree; a branch of this name is refs/heads/worktree."""


@click.command("diff")
@options.builder_options
@options.build_options
@options.contexts_flag
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
    work as with git. Each side has its own rules, Dockerfile and configuration; of several
    contexts, those that HEAD's configuration names are compared.

    Exit codes: 0, or 1 if a limit was given and is broken; 2 wrong usage or configuration, 3 could
    not be measured.
    """
    return _run(**given_flags)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One context on both sides."""

    base: Chosen
    head: Chosen


def _run(
    *, context: str | None, base: str, head: str, lfs: str | None, format_: str, file: str | None,
    color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    spot = spot_of("." if context is None else context)
    base, head = _sides(spot.repository, base, head)
    if base == _WORKTREE and spot.repository.find_commit(base) is None:
        raise UsageError("the work tree can only be the second side: ctxguard diff REV worktree")
    places = _places(context, spot, base, head, lfs)
    pairs = list(_pairs(context, places, options.by_key(flags), quiet=quiet))
    options.note_environment(quiet=quiet)
    if verbose:
        for pair in pairs:
            options.say_settings(pair.head.settings, pair.head.name)
    with Progress(quiet=quiet) as progress:
        diffs = [_diff(pair, base, head, spot, progress) for pair in pairs]
    if format_ == "json":
        text = render.render(diffs)
    else:
        text = render.text(diffs, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    return max(map(_exit_code, diffs))


def _places(
    context: str | None, spot: Spot, base: str, head: str, lfs: str | None
) -> tuple[Place, Place]:
    named = "." if context is None else context
    return in_commit(named, spot, base, lfs), _head_place(named, spot, head, lfs)


def _pairs(
    context: str | None, places: tuple[Place, Place], flags: Mapping[str, Any], *, quiet: bool
) -> Iterator[_Pair]:
    """The contexts that the second side names, each as the first one has it."""
    base, head = places
    before = {each.name: each for each in chosen(context, base, flags)}
    after = chosen(context, head, flags)
    named = [each.settings.dockerfile for each in (*before.values(), *after)]
    if STANDARD_INPUT in named:
        raise UsageError("-f - cannot stand for both sides; name a file")
    found = 0
    for each in after:
        there = before.get(each.name) or _unnamed(each, places)
        if there is None:
            new = f"{each.name} is new: its folder is not there on the first side"
            options.say(new, quiet=quiet)
            continue
        found += 1
        yield _Pair(there, each)
    if not found:
        raise UsageError("none of the contexts is there on the first side")


def _unnamed(head: Chosen, places: tuple[Place, Place]) -> Chosen | None:
    """A context that only the second side's configuration names; None without its folder."""
    before = folder_before(head.place, places)
    if before is None:
        return None
    return Chosen(before, as_before(head.settings, before), head.name)


def _diff(pair: _Pair, base: str, head: str, spot: Spot, progress: Callable[[int], None]) -> Diff:
    before, after = pair.base.request(), pair.head.request()
    own = spot_in(pair.head.place, spot.repository) if pair.head.name is not None else spot
    found = compare(before, after, _tracked(own, pair.head.place), progress)
    growth = pair.head.settings.growth(found.base, found.head)
    return Diff(found, base, head, growth, pair.head.name)


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
