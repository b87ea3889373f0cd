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


def commits(repository: Repository, revisions: str) -> list[PastCommit]:
    """The commits of a range, the oldest first; of merges only the first parent is followed.

    Args:
        revisions: `A..B`, where an empty side is HEAD, or `B` for all that led to it.

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
    listed = repository.git.run(
        "log", "--first-parent", "--reverse", "--no-show-signature", "--format=%H %T %ct", *wanted
    )
    rows = (line.split() for line in listed.decode().splitlines())
    return [PastCommit(id_, tree, int(seconds)) for id_, tree, seconds in rows]


def committed_at(repository: Repository, id_: str) -> int:
    """When a commit was made, in seconds since 1970.

    Raises:
        GitError: git does not answer.
    """
    ask = ("log", "-1", "--no-show-signature", "--format=%ct", id_)
    return int(repository.git.run(*ask))


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
    answers = _answers(repository.git.run(*ask, data=asked))
    try:
        return [tuple(_short(next(answers)) for _ in paths) for _ in found]
    except (StopIteration, RuntimeError) as error:
        raise GitError("git stopped answering") from error


def _answers(data: bytes) -> Iterator[bytes]:
    lines = iter(data.split(b"\n"))
    for line in lines:
        if line.split(b" ")[0] in _TWO_LINES:
            line += b" " + next(lines, b"")
        yield line


def _short(answer: bytes) -> bytes:
    """Where there is nothing, git repeats the question, and with it the commit."""
    return b"missing" if answer.endswith(b" missing") else answer
