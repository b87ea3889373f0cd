"""The part of the context that one COPY, ADD or bind mount is keyed by.

Source of the meaning: BuildKit, `cache/contenthash/checksum.go` (`Checksum`, `includedPaths`),
`cache/contenthash/filehash.go`: names, permission bits, content and the targets of links count;
times do not, and nothing above the path that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from ctxguard.context.demand.followpaths import Follower, TooManyLinksError, has_wildcard, matches
from ctxguard.context.tree.columns import FOLDER_STAT
from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.source import Source, Stat
from ctxguard.context.walking.inclusion import include_rules
from ctxguard.errors import PatternError
from ctxguard.ignore.spec import DockerIgnoreSpec


@dataclass(frozen=True)
class Selection:
    """Some entries of the context."""

    path: str
    """Relative to the context root, links followed; "" for all of it."""
    is_pattern: bool = False
    """Whether wildcards in the path count."""
    excludes: tuple[str, ...] = ()
    """What `--exclude` keeps out of it."""

    @cached_property
    def _names(self) -> list[str]:
        return self.path.split("/")

    @cached_property
    def start(self) -> str:
        """What all paths in it begin with."""
        plain = takewhile(lambda name: not has_wildcard(name), self._names)
        return "/".join(plain) if self.is_pattern else self.path

    @cached_property
    def _excluded(self) -> DockerIgnoreSpec | None:
        try:
            return include_rules(self.excludes) if self.excludes else None
        except PatternError:
            return None

    def name_of(self, path: str) -> str | None:
        """What an entry is called within the selection; None if it is not in it.

        The name of what was asked for is left out: BuildKit keeps it beside the content.
        """
        if not path.startswith(self.start):
            return None
        found = self._matched(path) if self.is_pattern else self._below(path)
        if found and self._excluded is not None and self._excluded.match_file(found):
            return None
        return found

    def _below(self, path: str) -> str | None:
        if not self.path:
            return path
        if path == self.path:
            return ""
        start = f"{self.path}/"
        return path[len(start) :] if path.startswith(start) else None

    def _matched(self, path: str) -> str | None:
        depth = len(self._names)
        names = path.split("/", depth)
        if len(names) < depth or not all(map(matches, self._names, names)):
            return None
        return "/".join(names[depth - 1 :])

    def leads_into(self, folder: str) -> bool:
        """Whether anything below a folder can be in it, if that begins as the selection does."""
        names = folder.split("/", len(self._names))
        return not self.is_pattern or all(map(matches, self._names, names))


class _Plain:
    """A tree in which whatever is not there is taken for a file, so that only links matter."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def lstat(self, path: str) -> Stat:
        try:
            return self._source.lstat(path)
        except OSError:
            return FOLDER_STAT

    def readlink(self, path: str) -> str:
        return self._source.readlink(path)


def selections(source: Source, path: str, excludes: tuple[str, ...]) -> tuple[Selection, ...]:
    """What a path that is asked for leads to, whether that is there or not.

    As long as no link changes, neither does the answer.

    Args:
        path: as `Ask.path` has it.
    """
    if not has_wildcard(path):
        real = resolve(_Plain(source), path)
        return () if real is None else (Selection(real, excludes=excludes),)
    try:
        kept = Follower(source).follow((path,))
    except TooManyLinksError:
        kept = None
    if kept is None:
        return (Selection("", excludes=excludes),)
    # What links lead to is selected as well; a pattern selects no more than it matches.
    wanted = dict.fromkeys((path, *kept))
    return tuple(Selection(each, has_wildcard(each), excludes) for each in wanted)
