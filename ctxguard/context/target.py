"""What BuildKit is sent for one target of a Dockerfile: what its instructions ask for, and no more.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`;
tonistiigi/fsutil 6d9dc2e, `filter.go`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ctxguard.context.followpaths import follow_paths
from ctxguard.context.locate import Governing
from ctxguard.context.order import in_order
from ctxguard.context.plain import PlainFiles
from ctxguard.context.source import Source
from ctxguard.context.tallies import BuildKitWire, Entries
from ctxguard.context.views import BuildKitView, TargetView
from ctxguard.context.walk import Listing, walk
from ctxguard.dockerfile.demand import Demand
from ctxguard.errors import MeasureError
from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.reader import pattern_rule
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import Backend, CopyAll

_IGNORE_FILE = ".dockerignore"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one build transfers of its context."""

    sizes: CopyAll
    paths: tuple[str, ...]
    """All that is sent, in wire order."""


def transfer(source: Source, governing: Governing, demand: Demand) -> Transfer | None:
    """Measure what a target transfers; None if its build transfers nothing of the context.

    Raises:
        MeasureError: the transfer fails, as BuildKit's would.
    """
    asked = demand.follow_paths
    if not demand.used or _is_the_ignore_files_own(asked, governing):
        return None
    includes = _includes(source, asked)
    view = BuildKitView(governing) if includes is None else TargetView(governing, includes)
    return _measure(source, view)


def _is_the_ignore_files_own(asked: Sequence[str] | None, governing: Governing) -> bool:
    """EDGE CASE: this very request was made before, to read the rules, and is made only once."""
    return (
        asked == (_IGNORE_FILE,)
        and not governing.spec.patterns
        and governing.ignore_file in (None, _IGNORE_FILE)
    )


def _includes(source: Source, asked: Sequence[str] | None) -> DockerIgnoreSpec | None:
    """The include list as rules of the same dialect; None if everything is asked for."""
    if asked is None:
        return None
    _check_header(asked)
    kept = follow_paths(source, asked)
    if kept is None:
        return None
    rules = [pattern_rule(path, raw=path) for path in kept]
    return DockerIgnoreSpec([DockerIgnorePattern(rule) for rule in rules if rule is not None])


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
    for run in in_order(listings, 0, view.ancestors):
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
    return Transfer(wire.copy_all(), tuple(paths))
