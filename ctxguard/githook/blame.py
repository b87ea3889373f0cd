"""Which of the pushed commits brought what grew."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ctxguard.comparison import ChangedFile
from ctxguard.git.repository import Repository, Spot

_MOST_COMMITS = 5_000
_MOST_S = 20
"""Seconds; who is to blame may take no longer."""
_DELETED = "D"


@dataclass(frozen=True, slots=True)
class Culprit:
    """A commit, and how much it brought."""

    id: str
    author: str
    date: str
    """Year, month and day."""
    subject: str
    bytes: int


def culprits(
    spot: Spot, base: str | None, tip: str, grown: Iterable[ChangedFile], *, most: int
) -> list[Culprit]:
    """The commits that brought most of what grew.

    A file is the work of the newest commit that touched it; one that a rule let in is that of the
    newest commit that touched the ignore file. What only a merge did is nobody's.

    Args:
        spot: where the context lies.
        base: what the remote has; None for nothing.
        grown: files of the context that weigh more than before.
    """
    repository = spot.repository
    brought: defaultdict[str, list[int]] = defaultdict(list)
    wanted: defaultdict[str, list[int]] = defaultdict(list)
    for file in grown:
        wanted[_touched(spot, file)].append(file.bytes)
    for commit, path in _touches(repository, base, tip):
        brought[commit] += wanted.pop(path, ())
        if not wanted:
            break
    heaviest = sorted(brought, key=lambda commit: -sum(brought[commit]))[:most]
    told = _told(repository, [commit for commit in heaviest if brought[commit]])
    return [
        Culprit(commit, *told[commit], sum(brought[commit]))
        for commit in heaviest
        if commit in told
    ]


def _touched(spot: Spot, file: ChangedFile) -> str:
    """The file whose change is the reason, from the top of the tree."""
    path = file.path if file.cause is None else file.cause.rule.file
    if posixpath.isabs(path):
        return posixpath.relpath(path, spot.repository.root)
    return posixpath.normpath(posixpath.join(spot.path, path))


def _touches(repository: Repository, base: str | None, tip: str) -> Iterator[tuple[str, str]]:
    """Commit and path of each file that was added or changed, the newest commit first."""
    beyond = () if base is None else (f"^{base}",)
    listed = repository.git.run("rev-list", f"--max-count={_MOST_COMMITS}", tip, *beyond)
    ask = ("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff")
    found = repository.git.run(*ask, data=listed, most_s=_MOST_S).decode("utf-8", "surrogateescape")
    words = iter(found.split("\0"))
    commit = ""
    for word in words:
        if not word.startswith(":"):
            commit = word
            continue
        path = next(words, "")
        if not word.endswith(_DELETED):
            yield commit, path


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
