"""The commits to replay, and what differs between one and the next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import UsageError
from ctxguard.git import differing as gits
from ctxguard.git.differing import Difference, Differing, Pair
from ctxguard.git.log import PastCommit, commits, held
from ctxguard.git.objects import FOLDER, entries
from ctxguard.git.program import Git, GitError
from ctxguard.git.repository import Spot
from ctxguard.rebuilds.tree import Change, Entry, as_entry

_AT_ONCE = 40
"""Commits whose changes are asked for in one go."""
_MOST_CHANGES = 2_000_000
_MANY_CHANGES = 200_000
_MOST_COPIES = 20
"""A few kilobytes of trees that hold each other many times can stand for millions of files. Where
many change, no file has so many copies on average."""
_LONGEST_PATH = 4096
"""Characters."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One commit, as the context sees it."""

    commit: PastCommit
    tree: str | None
    """Id of the context's tree; None if the folder is not there."""
    telling: tuple[bytes, ...]
    """Ids of the files that have a say: the Dockerfile and the ignore files."""


def moments(spot: Spot, dockerfile: str | None, revisions: str, most: int) -> list[Moment]:
    """The last commits, the oldest first; of merges only the first parent is followed.

    Args:
        dockerfile: full path; None for the default.
        revisions: `A..B`, or `B`.
        most: how many.

    Raises:
        UsageError: there is no such revision, or a name that git cannot be asked for.
        GitError: git does not answer.
    """
    paths = [spot.path, *_governing(spot, dockerfile)]
    if any("\n" in path for path in paths):
        raise UsageError("a name that holds a line end cannot be looked for in the past")
    found = commits(spot.repository, revisions, most)
    base, dots, _ = revisions.partition("..")
    if dots and found and len(found) < most:
        # What the first of them changes is seen against the commit that they stand on.
        found = [*commits(spot.repository, base or "HEAD", 1), *found]
    answers = held(spot.repository, found, paths)
    return [
        Moment(commit, _tree_id(answer[0]), answer[1:])
        for commit, answer in zip(found, answers, strict=True)
    ]


def _governing(spot: Spot, dockerfile: str | None) -> Iterator[str]:
    inside = f"{spot.path}/" if spot.path else ""
    names = [f"{inside}Dockerfile", f"{inside}dockerfile"]
    if dockerfile == STANDARD_INPUT:
        names = []
    elif dockerfile is not None:
        names = [os.path.relpath(dockerfile, spot.repository.root).replace(os.sep, "/")]
    for name in names:
        yield from (name, f"{name}.dockerignore")
    yield f"{inside}.dockerignore"


def _tree_id(answer: bytes) -> str | None:
    text = answer.decode("ascii", "replace")
    is_id = len(text) in (40, 64) and all(char in "0123456789abcdef" for char in text)
    return text if is_id else None


def all_files(git: Git, tree: str) -> Iterator[Change]:
    """Everything in a tree, as if it had just come.

    Raises:
        GitError: it cannot be read, or holds far too much.
    """
    for entry in entries(git, tree, recursive=True):
        check_path(entry.path)
        if entry.mode != FOLDER:
            yield Change(entry.path, None, as_entry(entry.mode, entry.id))


def changes(git: Git, pairs: Sequence[tuple[str, str]]) -> Iterator[list[Change]]:
    """What differs between the two trees of each pair, by path.

    Raises:
        GitError: git does not answer, or far too much changes.
    """
    with Differing(git) as differing:
        for at in range(0, len(pairs), _AT_ONCE):
            some = pairs[at : at + _AT_ONCE]
            below = differing.below(some)
            size = _Size()
            for pair in some:
                yield list(_expanded(below, pair, size))


def _expanded(
    below: Mapping[Pair, Sequence[Difference]], pair: Pair, size: _Size
) -> Iterator[Change]:
    waiting = [("", pair)]
    while waiting:
        start, pair = waiting.pop()
        size.add(pair)
        check_path(start)
        for row in below[pair]:
            inner = row.below
            if inner is not None:
                waiting.append((f"{start}{row.name}/", inner))
            before, after = size.share(row.before), size.share(row.after)
            if before is not None or after is not None:
                yield Change(start + row.name, before, after)


@dataclass(slots=True)
class _Size:
    """Holds against what far too few objects stand for far too many files with."""

    count: int = 0
    different: set[Pair] = field(default_factory=set)
    entries: dict[gits.Entry, Entry] = field(default_factory=dict)

    def add(self, pair: Pair) -> None:
        """Two folders more."""
        self.different.add(pair)
        self._check(1)

    def share(self, entry: gits.Entry | None) -> Entry | None:
        """What of a file decides, one for all that are equal; None for a folder."""
        if entry is None or entry.mode == FOLDER:
            return None
        found = self.entries.get(entry)
        if found is None:
            found = self.entries[entry] = as_entry(*entry)
        self._check(1)
        return found

    def _check(self, more: int) -> None:
        self.count += more
        check_size(self.count, len(self.different) + len(self.entries))


def check_path(path: str) -> None:
    """Raises GitError for a path that no system takes."""
    if len(path) > _LONGEST_PATH:
        raise GitError(f"no system can check out what was {path[:80]}...: it is too long a path")


def check_size(changed: int, different: int) -> None:
    """Raises GitError for a history in which far too much changes at once.

    Args:
        changed: files and folders, at about `_AT_ONCE` commits.
        different: how many different ones are among them.
    """
    if changed > _MOST_CHANGES or changed > max(_MANY_CHANGES, _MOST_COPIES * different):
        raise GitError(
            f"{_AT_ONCE} commits change over {changed - 1:,} files, far too many; "
            "ask for fewer commits with -n"
        )
