"""The paths that break the cache most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctxguard.rebuilds.replay import Tally

_MOST_EACH = 8
"""Of one step; where there are more, files of one folder are taken together."""
_MOST = 15


@dataclass(frozen=True, slots=True)
class Breaking:
    """One path, and the step it breaks."""

    path: str
    """A folder ends in `/`, and stands for all that changed in it."""
    tally: Tally
    commits: int


def breaking(tallies: Sequence[Tally]) -> list[Breaking]:
    """The paths that make steps be built again, the most often first."""
    found = [
        Breaking(path, tally, len(commits))
        for tally in tallies
        if tally.step.builds
        for path, commits in _folded(tally.causes).items()
    ]
    found.sort(key=lambda each: (-each.commits, each.tally.step.instruction.line, each.path))
    return found[:_MOST]


def _folded(causes: Mapping[str, set[int]]) -> Mapping[str, set[int]]:
    """The same with fewer names: the deepest folders stand for their files until they are few."""
    depth = max((path.count("/") for path in causes), default=0)
    found = causes
    while len(found) > _MOST_EACH and depth > 0:
        found = _cut(causes, depth)
        depth -= 1
    return found


def _cut(causes: Mapping[str, set[int]], depth: int) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for path, commits in causes.items():
        parts = path.split("/")
        name = path if len(parts) <= depth else "/".join(parts[:depth]) + "/"
        found.setdefault(name, set()).update(commits)
    return found
