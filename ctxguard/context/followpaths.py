"""From the paths a Dockerfile asks for to the list that BuildKit's client includes by.

Links on the way are followed, ignored ones too, and the list is in the dialect of ignore files.

Source of the meaning: tonistiigi/fsutil 6d9dc2e, `followlinks.go` (`FollowLinks`, `dedupePaths`).
"""

from __future__ import annotations

import posixpath
import stat as modes
from collections.abc import Iterator, Sequence

from ctxguard.context.source import Source
from ctxguard.ignore import gopath

_MOST_PATHS = 100_000
"""Links that lead to links by wildcards could make more of them than anyone can mean."""


class TooManyPathsError(Exception):
    """The links multiply without end."""


def follow_paths(source: Source, paths: Sequence[str]) -> tuple[str, ...] | None:
    """The patterns to include by, sorted; None if everything is included.

    Args:
        paths: relative to the context root, sorted, as `Demand.follow_paths` has them.

    Raises:
        TooManyPathsError: see there.
    """
    kept: dict[str, None] = {}
    waiting = list(reversed(paths))
    steps = 0
    while waiting:
        steps += 1
        if steps > _MOST_PATHS:
            raise TooManyPathsError
        waiting += reversed(_follow(source, waiting.pop(), kept))
    return _without_overlaps(sorted(kept, key=_bytes))


def _follow(source: Source, path: str, kept: dict[str, None]) -> list[str]:
    """Walk down a path and keep it, or the link on it; the paths to follow then.

    EDGE CASE: a link that was kept before is not followed again, whatever comes behind it.
    """
    rest = _relative(path)
    current = ""
    while True:
        name, _, rest = rest.partition("/")
        current = f"{current}/{name}" if current else name
        targets = _targets(source, current)
        if not rest or targets:
            if current in kept:
                return []
            kept[current] = None
            return [posixpath.join(target, rest) if rest else target for target in targets]


def _targets(source: Source, path: str) -> list[str]:
    """Where the link at this path, or those that match its last component, lead."""
    folder, _, name = path.rpartition("/")
    if not _has_wildcard(name):
        return list(_link(source, path))
    try:
        listing = source.listing(folder)
    except OSError:
        return []
    names = listing.names
    listing.close()
    found: list[str] = []
    for other in names:
        if _matches(name, other):
            found += _link(source, f"{folder}/{other}" if folder else other)
    return found


def _link(source: Source, path: str) -> Iterator[str]:
    """The target of a link, taken from the root; a path that is none gives nothing."""
    try:
        if not modes.S_ISLNK(source.lstat(path).st_mode):
            return
        target = source.readlink(path)
    except OSError:
        return
    yield target if target.startswith("/") else posixpath.join("/", posixpath.dirname(path), target)


def _matches(pattern: str, name: str) -> bool:
    try:
        return gopath.match(pattern, name)
    except gopath.BadPatternError:
        return False


def _has_wildcard(name: str) -> bool:
    escaped = False
    for char in name:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in "*?[":
            return True
    return False


def _relative(path: str) -> str:
    """The path from the root, cleaned; "." for the root itself."""
    return gopath.clean(f"/{path}").removeprefix("/") or "."


def _without_overlaps(paths: Sequence[str]) -> tuple[str, ...] | None:
    """Without what lies below an earlier one, by text."""
    if "." in paths:
        return None
    kept: list[str] = []
    for path in paths:
        if not kept or not path.startswith(f"{kept[-1]}/"):
            kept.append(path)
    return tuple(kept)


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
