"""The commits between two, and what each holds at a path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.errors import UsageError
from ctxguard.git.program import GitError
from ctxguard.git.repository import Repository

_TWO_LINES = (b"dangling", b"symlink", b"loop", b"notdir")
"""Answers that are followed by a line with a path."""


@dataclass(frozen=True, slots=True)
class PastCommit:
    """One commit."""

    id: str
    tree: str
    seconds: int
    """When it was committed, since 1970."""


def commits(repository: Repository, revisions: str, most: int | None = None) -> list[PastCommit]:
    """The commits of a range, the oldest first; of merges only the first parent is followed.

    Args:
        revisions: `A..B`, where an empty side is HEAD, or `B` for all that led to it.
        most: only so many, the last ones.

    Raises:
        UsageError: there is no such revision.
        GitError: git does not answer.
    """
    base, dots, tip = revisions.partition("..")
    if not dots:
        base, tip = "", base
    elif tip.startswith("."):
        raise UsageError(f"{revisions} is no way from one commit to another; write A..B")
    wanted = [repository.commit(tip or "HEAD")]
    wanted += [f"^{repository.commit(base or 'HEAD')}"] if dots else []
    wanted += [] if most is None else [f"--max-count={most}"]
    listed = repository.git.run(
        "log", "--first-parent", "--reverse", "--no-show-signature", "--format=%H %T %ct", *wanted
    )
    rows = (line.split() for line in listed.decode().splitlines())
    return [PastCommit(row[0], row[1], _moment(row[2:])) for row in rows]


_LATEST = 250_000_000_000
"""In the year 9892; a time beyond it is none."""


def _moment(words: Sequence[str]) -> int:
    """A commit can hold anything as its time; what is none is taken for 1970."""
    text = words[0] if words else ""
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0
    return seconds if seconds < _LATEST else 0


def committed_at(repository: Repository, id_: str) -> int:
    """When a commit was made, in seconds since 1970.

    Raises:
        GitError: git does not answer.
    """
    ask = ("log", "-1", "--no-show-signature", "--format=%ct", id_)
    return _moment(repository.git.run(*ask).decode("ascii", "replace").split())


def held(
    repository: Repository, found: Sequence[PastCommit], paths: Sequence[str]
) -> list[tuple[bytes, ...]]:
    """What each commit holds at some paths, links within it followed.

    Args:
        paths: relative to the top of the tree; "" for the tree itself.

    Returns:
        For each commit an answer per path, to be compared with others: the id of what is there, or
        that there is nothing.

    Raises:
        GitError: git does not answer.
    """
    if any("\n" in path for path in paths):
        return [(commit.id.encode(),) * len(paths) for commit in found]
    asked = b"".join(os.fsencode(f"{commit.tree}:{path}\n") for commit in found for path in paths)
    ask = ("cat-file", "--batch-check=%(objectname)", "--follow-symlinks")
    answers = list(_answers(repository.git.run(*ask, data=asked)))
    if len(answers) != len(found) * len(paths):
        raise GitError("git did not answer as it was asked")
    rows = zip(*[map(_short, answers)] * len(paths), strict=True)
    return list(rows)


def _answers(data: bytes) -> Iterator[bytes]:
    """A line each, but for links that lead nowhere: theirs has the length of what follows."""
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        answer = data[at:end]
        kind, _, length = answer.partition(b" ")
        if kind in _TWO_LINES and length.isdigit():
            after = end + 1 + int(length)
            answer, end = data[at:after], after
        yield answer
        at = end + 1


def _short(answer: bytes) -> bytes:
    """Where there is nothing, git repeats the question, and with it the commit."""
    return b"missing" if answer.endswith(b" missing") else answer
