"""What BuildKit is sent for one target of a Dockerfile: what its instructions ask for, and no more.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`;
tonistiigi/fsutil 6d9dc2e, `filter.go`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ctxguard.context.demand.followpaths import Follower, TooManyLinksError
from ctxguard.context.tree.locate import IGNORE_FILE, Governing
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.inclusion import include_rules
from ctxguard.context.walking.order import in_order
from ctxguard.context.walking.plain import PlainFiles
from ctxguard.context.walking.views import BuildKitView, TargetView
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.context.weighing.buildkit import BuildKitWire
from ctxguard.context.weighing.sent import Entries
from ctxguard.dockerfile.demand import Demand
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, BuildKitTransfer

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one build transfers of its context."""

    sizes: BuildKitTransfer
    paths: tuple[str, ...]
    """All that is sent, in wire order."""


def transfer(source: Source, governing: Governing, demand: Demand) -> Transfer | None:
    """Measure what a target transfers, in a walk of its own.

    Returns:
        None if its build transfers nothing of the context.

    Raises:
        MeasureError: the transfer fails, as BuildKit's would.
    """
    if not is_transferred(governing, demand):
        return None
    asked = demand.follow_paths
    try:
        kept = None if asked is None else include_list(Follower(source), asked)
    except TooManyLinksError as error:
        raise MeasureError(str(error)) from None
    return _measure(source, view_of(governing, kept))


def view_of(governing: Governing, kept: Sequence[str] | None) -> BuildKitView:
    """The way through the tree for an include list; None for all of it.

    Raises:
        PatternError: BuildKit refuses the list.
    """
    return BuildKitView(governing) if kept is None else TargetView(governing, include_rules(kept))


def is_transferred(governing: Governing, demand: Demand) -> bool:
    """Whether there is a transfer of the context at all.

    EDGE CASE: if only `.dockerignore` is asked for, that very request was made before, to read the
    rules, and is made only once.
    """
    only_the_ignore_file = (
        demand.follow_paths == (IGNORE_FILE,)
        and not governing.spec.patterns
        and governing.ignore_file in (None, IGNORE_FILE)
    )
    return demand.used and not only_the_ignore_file


def include_list(follower: Follower, asked: Sequence[str]) -> tuple[str, ...] | None:
    """The patterns that BuildKit's client includes by; None for everything.

    Raises:
        MeasureError: there can be no such list.
        TooManyLinksError: there may be, but nobody can wait for it.
    """
    _check_header(asked)
    return follower.follow(asked)


def _check_header(asked: Sequence[str]) -> None:
    """The paths travel as a gRPC header, as the ignore rules do."""
    if all(path.isascii() for path in asked) and any(map(_CONTROL.search, asked)):
        raise MeasureError(
            'the build would fail: header key "followpaths" contains value with non-printable '
            "ASCII characters"
        )


def _measure(source: Source, view: BuildKitView) -> Transfer:
    wire = BuildKitWire(source)
    entries = Entries(0, Backend.BUILDKIT)
    paths: list[str] = []
    listings = (step for step in walk(source, [view]) if isinstance(step, Listing))
    for run in in_order(listings, 0, view):
        for item in entries.of(run):
            if isinstance(item, PlainFiles):
                start = f"{item.folder}/" if item.folder else ""
                paths += [start + name for name in item.names]
                wire.add_plain(item)
            else:
                paths.append(item.path)
                wire.add(item)
    if view.refusal is not None:
        raise view.refusal
    return Transfer(wire.transfer(), tuple(paths))
