"""Which of the pushed commits brought what grew."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ctxguard.comparison import Cause, ChangedFile, ChangedInstruction
from ctxguard.git.repository import Repository, Spot
from ctxguard.githook.history import History
from ctxguard.measurement import Context


@dataclass(frozen=True, slots=True)
class Culprit:
    """A commit, and how much it brought."""

    id: str
    author: str
    date: str
    """Year, month and day."""
    subject: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Grown:
    """What grew, and why."""

    files: tuple[ChangedFile, ...]
    instructions: tuple[ChangedInstruction, ...] = ()
    """Those that are new, where limits are about the transfer."""


def culprits(
    spot: Spot, context: Context, base: str | None, tip: str, grown: Grown, *, most: int
) -> list[Culprit]:
    """The commits that brought most of what grew.

    A file is the work of the commits that made it larger, by the bytes of each. What a rule lets
    in is that of the commit with which the rule came or went; what an instruction brings, that of
    the commit with which it came.

    Args:
        spot: where the context lies.
        context: as it was measured at the tip.
        base: what the remote has; None for nothing.
    """
    search = _Search(spot, context, base, tip, grown)
    brought: defaultdict[str, int] = defaultdict(int)
    for commit, count in search.found():
        brought[commit] += count
    heaviest = sorted(brought, key=lambda commit: -brought[commit])[:most]
    told = _told(spot.repository, heaviest)
    return [Culprit(commit, *told[commit], brought[commit]) for commit in heaviest]


class _Search:
    def __init__(
        self, spot: Spot, context: Context, base: str | None, tip: str, grown: Grown
    ) -> None:
        self._spot = spot
        self._grown = grown
        self._ignore_file = self._at(context.ignore_file)
        self._causes: defaultdict[Cause, int] = defaultdict(int)
        self._files: list[ChangedFile] = []
        for file in grown.files:
            if file.cause is None:
                self._files.append(file)
            else:
                self._causes[file.cause] += file.bytes
        self._history = History(spot.repository, base, tip, self._paths())

    def _paths(self) -> Iterator[str]:
        yield from (self._at(file.path) for file in self._files)
        yield from (self._at(cause.rule.file) for cause in self._causes)
        yield from (self._at(row.instruction.file) for row in self._grown.instructions)
        yield self._ignore_file

    def _at(self, path: str | None) -> str:
        """A path that is told, from the top of the tree; "" for none."""
        if path is None:
            return ""
        if posixpath.isabs(path):
            return posixpath.relpath(path, self._spot.repository.root)
        return posixpath.normpath(posixpath.join(self._spot.path, path))

    def found(self) -> Iterator[tuple[str, int]]:
        """Commits, with bytes that each brought."""
        for file in self._files:
            yield from self._by_file(file).items()
        for cause, count in self._causes.items():
            commit = self._by_rule(cause)
            if commit is not None:
                yield commit, count
        for row in self._grown.instructions:
            path, text = self._at(row.instruction.file), row.instruction.text
            commit = self._history.turned(path, text, appears=True) or self._newest(path)
            if commit is not None:
                yield commit, row.bytes

    def _by_file(self, file: ChangedFile) -> Mapping[str, int]:
        path = self._at(file.path)
        newest = self._newest(path)
        return self._history.added(path) or ({} if newest is None else {newest: file.bytes})

    def _by_rule(self, cause: Cause) -> str | None:
        """The commit with which a rule came or went, if only because another file took over."""
        path = self._at(cause.rule.file)
        found = self._history.turned(path, cause.rule.text, appears=cause.of_head)
        if found is None and path != self._ignore_file:
            found = self._newest(self._ignore_file)
        return found or self._newest(path)

    def _newest(self, path: str) -> str | None:
        touches = self._history.touches(path)
        return touches[0].commit if touches else None


def _told(repository: Repository, commits: Iterable[str]) -> Mapping[str, tuple[str, str, str]]:
    """Author, date and subject of each."""
    found = {}
    for commit in commits:
        shown = repository.git.run(
            "rev-list", "--no-walk", "--encoding=UTF-8", "--format=%an%n%as%n%s", commit
        )
        _, author, date, subject = shown.decode("utf-8", "replace").split("\n", 3)
        found[commit] = author, date, subject.rstrip("\n")
    return found
