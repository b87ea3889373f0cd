"""The commits to replay, and what differs between one and the next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import UsageError
from ctxguard.git.log import PastCommit, commits, held
from ctxguard.git.objects import FOLDER, entries
from ctxguard.git.program import Git, GitError
from ctxguard.git.repository import Spot
from ctxguard.rebuilds.tree import Change, as_entry

_AT_ONCE = 40
"""Commits whose changes are asked for in one go."""
_MOST_CHANGES = 1_000_000
_NOTHING = "000000"


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
        if entry.mode != FOLDER:
            yield Change(entry.path, None, as_entry(entry.mode, entry.id))


def changes(git: Git, pairs: Sequence[tuple[str, str]]) -> Iterator[list[Change]]:
    """What differs between the two trees of each pair, by path.

    Raises:
        GitError: git does not answer.
    """
    for at in range(0, len(pairs), _AT_ONCE):
        some = pairs[at : at + _AT_ONCE]
        asked = "".join(f"{before} {after}\n" for before, after in some).encode()
        ask = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")
        answer = git.run(*ask, "--ignore-submodules=none", data=asked)
        found = list(_by_pair(answer))
        if len(found) != len(some):
            raise GitError("git did not answer as it was asked")
        check_size(sum(map(len, found)))
        yield from found


def check_size(changed: int) -> None:
    """Raises GitError for a history in which far too much changes at once."""
    if changed > _MOST_CHANGES:
        raise GitError(f"{_AT_ONCE} commits change over {_MOST_CHANGES:,} files, far too many")


def _by_pair(answer: bytes) -> Iterator[list[Change]]:
    """Each pair is repeated on a line, and followed by what differs."""
    current: list[Change] | None = None
    at = 0
    while at < len(answer):
        if answer[at : at + 1] != b":":
            if current is not None:
                yield current
            current = []
            at = answer.index(b"\n", at) + 1
            continue
        middle = answer.index(b"\0", at)
        end = answer.index(b"\0", middle + 1)
        if current is not None:
            current.append(_change(answer[at + 1 : middle], answer[middle + 1 : end]))
        at = end + 1
    if current is not None:
        yield current


def _change(head: bytes, path: bytes) -> Change:
    was, now, before, after, _ = head.decode("ascii").split(" ")
    return Change(
        path.decode("utf-8", "surrogateescape"),
        None if was == _NOTHING else as_entry(was, before),
        None if now == _NOTHING else as_entry(now, after),
    )
