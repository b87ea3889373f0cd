"""From the paths a Dockerfile asks for to the list that BuildKit's client includes by.

Links on the way are followed, ignored ones too, and the list is in the dialect of ignore files.

Source of the meaning: tonistiigi/fsutil 6d9dc2e, `followlinks.go` (`FollowLinks`, `dedupePaths`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from ctxguard.context.tree.links import link_target
from ctxguard.context.tree.source import Source
from ctxguard.ignore import gopath
from ctxguard.measurement import EntryKind

_MOST_WORK = 1_000_000
"""Links that lead to links by wildcards could make more of it than anyone can mean."""


class TooManyLinksError(Exception):
    """The links multiply without end, or nearly so."""

    def __init__(self) -> None:
        super().__init__("what it asks for leads through more links than ctxguard follows")


class Follower:
    """Follows the paths that are asked for, and remembers the links it met."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._targets: dict[str, str | None] = {}
        """By path: where a link leads, or "" if it is none; None if there is nothing."""
        self._links: dict[str, list[str]] = {}
        """By folder: the names of the links in it."""
        self._work = 0

    def follow(self, paths: Sequence[str]) -> tuple[str, ...] | None:
        """The patterns to include by, sorted; None if everything is included.

        Args:
            paths: relative to the context root, sorted, as `Demand.follow_paths` has them.

        Raises:
            TooManyLinksError: see there.
        """
        kept: dict[str, None] = {}
        waiting = list(reversed(paths))
        self._work = 0
        while waiting:
            waiting += reversed(self._follow(waiting.pop(), kept))
            if self._work > _MOST_WORK + len(paths):
                raise TooManyLinksError
        return _without_overlaps(sorted(kept, key=_bytes))

    def _follow(self, path: str, kept: dict[str, None]) -> list[str]:
        """Walk down a path and keep it, or the link on it; the paths to follow then.

        EDGE CASE: a link that was kept before is not followed again, whatever comes behind it.
        """
        self._work += 1
        current, rest = self._to_first_link(_relative(path))
        if current in kept:
            return []
        kept[current] = None
        targets = self._leads_to(current)
        self._work += len(targets)
        return [posixpath.join(target, rest) if rest else target for target in targets]

    def _to_first_link(self, path: str) -> tuple[str, str]:
        """The path up to the first link on it, or all of it, and what is left."""
        current, rest = "", path
        while rest:
            name, _, rest = rest.partition("/")
            current = f"{current}/{name}" if current else name
            if self._leads_to(current):
                return current, rest
            if self._target(current) is None and not has_wildcard(name):
                return path, ""  # Below nothing there are no links.
        return current, ""

    def _leads_to(self, path: str) -> list[str]:
        """Where the link at this path, or those that match its last component, lead."""
        folder, _, name = path.rpartition("/")
        if not has_wildcard(name):
            target = self._target(path)
            return [_from_root(path, target)] if target else []
        links = self._links_in(folder)
        self._work += len(links)
        found = [f"{folder}/{link}" if folder else link for link in links if matches(name, link)]
        targets = [(link, self._target(link)) for link in found]
        return [_from_root(link, target) for link, target in targets if target]

    def _links_in(self, folder: str) -> list[str]:
        found = self._links.get(folder)
        if found is None:
            found = self._links[folder] = _links_in(self._source, folder)
        return found

    def _target(self, path: str) -> str | None:
        if path not in self._targets:
            self._targets[path] = link_target(self._source, path)
        return self._targets[path]


def _links_in(source: Source, folder: str) -> list[str]:
    try:
        listing = source.listing(folder)
    except OSError:
        return []
    try:
        kinds = map(listing.kind, range(len(listing.names)))
        pairs = zip(listing.names, kinds, strict=True)
        return [name for name, kind in pairs if kind is EntryKind.SYMLINK]
    finally:
        listing.close()


def _from_root(link: str, target: str) -> str:
    return (
        target if target.startswith("/") else posixpath.join("/", posixpath.dirname(link), target)
    )


def matches(pattern: str, name: str) -> bool:
    try:
        return gopath.match(pattern, name)
    except gopath.BadPatternError:
        return False


def has_wildcard(name: str) -> bool:
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
