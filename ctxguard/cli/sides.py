"""The two sides that `diff` and `comment` hold against each other, context by context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from ctxguard.cli import options
from ctxguard.context.compare import changes
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import CtxguardError, UsageError
from ctxguard.git.repository import Repository, Spot, Tracked
from ctxguard.measurement import Measurement
from ctxguard.place import (
    Chosen,
    NotThere,
    Place,
    as_before,
    folder_before,
    in_commit,
    on_disk,
    picks,
    spot_in,
)
from ctxguard.render.diff import Diff

_F = TypeVar("_F", bound=Callable[..., Any])
WORKTREE = "worktree"
"""What stands for the work tree; a branch of this name is refs/heads/worktree."""


def sides_options(base: str | None) -> Callable[[_F], _F]:
    """What to compare: the contexts, as they are built, on which sides.

    Args:
        base: the first side, if none is named.
    """

    def decorate(command: _F) -> _F:
        command = click.argument("head", default=WORKTREE)(command)
        command = click.argument("base", default=base, required=False)(command)
        command = options.lfs_option(command)
        command = options.contexts_flag(command)
        return options.builder_options(options.build_options(command))

    return decorate


def growth_options(command: _F) -> _F:
    """`--max-growth` and `--top`."""
    command = click.option("--top", metavar="N", help="How many paths to show; default: 10.")(
        command
    )
    return click.option(
        "--max-growth", metavar="SIZE", help="Trip above this growth: 50MB, or 10%."
    )(command)


@dataclass(frozen=True, slots=True)
class Pair:
    """One context on both sides."""

    base: Chosen | None
    """None if its folder is not there."""
    head: Chosen


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared."""

    spot: Spot
    base: str
    """A revision, as it was named; as is the head, which may be the work tree."""
    head: str
    pairs: tuple[Pair, ...]
    """The contexts that the head's configuration names."""
    gone: tuple[str, ...]
    """Those that only the base's configuration names."""
    missing: tuple[NotThere, ...] = ()
    """Those that the head's configuration names, and that are not there."""
    fault: str | None = None
    """Why nobody can say what there was on the base's side."""


def sides(
    context: str | None,
    spot: Spot,
    named: tuple[str, str],
    flags: Mapping[str, Any],
    *,
    lfs: str | None,
) -> Sides:
    """Find both sides of each context.

    Args:
        context: as the user named it; None for all that the configuration names.
        spot: where it lies.
        named: revisions, or both in the first one as `A..B` or `A...B`, or the work tree.
        flags: settings, by the key of the configuration.

    Raises:
        UsageError: one side is not there, or the head is wrongly configured.
    """
    base, head = _taken_apart(spot.repository, *named)
    if base == WORKTREE and spot.repository.find_commit(base) is None:
        raise UsageError("the work tree can only be the second side, as in REV worktree")
    places = _places(context, spot, base, head, lfs)
    before, fault = _before(context, places[0], flags)
    picked = picks(context, places[1], flags)
    after = [each for each in picked if isinstance(each, Chosen)]
    missing = tuple(each for each in picked if isinstance(each, NotThere))
    if STANDARD_INPUT in [each.settings.dockerfile for each in (*before, *after)]:
        raise UsageError("-f - cannot stand for both sides; name a file")
    names = {each.name for each in picked}
    gone = tuple(each.name for each in before if each.name is not None and each.name not in names)
    pairs = [Pair(None, each) for each in after] if fault else _pairs(before, after, places)
    return Sides(spot, base, head, tuple(pairs), gone, missing, fault)


def _before(
    context: str | None, place: Place, flags: Mapping[str, Any]
) -> tuple[list[Chosen], str | None]:
    """The contexts of the base; of one that is not there, nothing is known."""
    try:
        picked = picks(context, place, flags)
    except CtxguardError as error:
        return [], f"the configuration there is wrong, {error}"
    return [each for each in picked if isinstance(each, Chosen)], None


def _taken_apart(repository: Repository, base: str, head: str) -> tuple[str, str]:
    """Take `A..B` and `A...B` apart."""
    if head != WORKTREE or ".." not in base:
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


def _places(
    context: str | None, spot: Spot, base: str, head: str, lfs: str | None
) -> tuple[Place, Place]:
    named = "." if context is None else context
    return in_commit(named, spot, base, lfs), _head_place(named, spot, head, lfs)


def _head_place(context: str, spot: Spot, head: str, lfs: str | None) -> Place:
    if head != WORKTREE:
        return in_commit(context, spot, head, lfs)
    if spot.repository.work_tree is None:
        raise UsageError("a bare repository has no work tree; name a second revision")
    return on_disk(context)


def _pairs(
    before: list[Chosen], after: list[Chosen], places: tuple[Place, Place]
) -> Iterator[Pair]:
    """The contexts that the second side names, each as the first one has it."""
    named = {each.name: each for each in before}
    for each in after:
        yield Pair(named.get(each.name) or _unnamed(each, places), each)


def _unnamed(head: Chosen, places: tuple[Place, Place]) -> Chosen | None:
    """A context that only the second side's configuration names; None without its folder."""
    before = folder_before(head.place, places)
    if before is None:
        return None
    return Chosen(before, as_before(head.settings, before), head.name)


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of a context, with what it was measured by."""

    request: Request
    measurement: Measurement


def measured(side: Chosen, progress: Callable[[int], None], **more: Any) -> Measured:
    """Measure one side of a context.

    Args:
        more: what else to find out; see `Place.request`.

    Raises:
        MeasureError: it cannot be measured.
    """
    request = side.request(**more)
    return Measured(request, measure(request, progress))


def compared(found: Sides, pair: Pair, base: Measured, head: Measured) -> Diff:
    """Hold a context against what it was."""
    asked = _tracked(found, pair.head)
    both = base.measurement, head.measurement
    comparison = changes(base.request, head.request, *both, asked)
    growth = pair.head.settings.growth(*both)
    return Diff(comparison, found.base, found.head, growth, pair.head.name)


def _tracked(found: Sides, head: Chosen) -> Callable[[], Tracked] | None:
    """What git knows of a work tree."""
    if head.place.source.revision is not None:
        return None
    spot = found.spot
    own = spot if head.name is None else spot_in(head.place, spot.repository)
    return lambda: spot.repository.tracked(own.path)
