"""What differs between trees, a level at a time.

git collects all that differs below two trees before it prints any of it, and a few kilobytes of
trees that hold each other many times can stand for millions of files. Here each two trees are
compared once and by themselves, however often they come.
"""

from __future__ import annotations

import contextlib
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from ctxguard.git.objects import FOLDER
from ctxguard.git.program import Git, GitError

if TYPE_CHECKING:
    import subprocess

Pair = tuple[str, str]
"""Ids of two trees."""
_AT_ONCE = 150
"""So many pairs are written before their answers are read: no more than a pipe holds."""
_CHUNK = 1 << 18
_MOST = 4_000_000
"""Names at which all trees together may differ."""
_NOTHING = "000000"
_ASK = (
    *("diff-tree", "--stdin", "-z", "--raw", "--no-renames", "--no-abbrev"),
    "--ignore-submodules=none",
)
_EMPTY = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree that holds nothing, which git knows without having it, by the length of its id."""


class Entry(NamedTuple):
    """What one tree has at a name."""

    mode: str
    id: str


class Difference(NamedTuple):
    """One name at which two trees have different things; None where one has nothing."""

    name: str
    before: Entry | None
    after: Entry | None

    @property
    def below(self) -> Pair | None:
        """The trees in which it goes on; None if there are none."""
        was = self.before is not None and self.before.mode == FOLDER
        now = self.after is not None and self.after.mode == FOLDER
        if not was and not now:
            return None
        known = self.before or self.after
        assert known is not None
        empty = _EMPTY[len(known.id)]
        before = self.before.id if self.before is not None and was else empty
        return before, (self.after.id if self.after is not None and now else empty)


class Differing:
    """Compares trees of one repository. Use it as a context manager.

    Args:
        git: of the repository.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        # No name in a tree can be meant to look like it.
        self._end = secrets.token_hex(16).encode() + b"!\n"

    def __enter__(self) -> Differing:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.communicate()

    def below(self, pairs: Iterable[Pair]) -> dict[Pair, list[Difference]]:
        """For each two trees, and each two that these lead to, the names at which they differ.

        Raises:
            GitError: one cannot be read.
        """
        found: dict[Pair, list[Difference]] = {}
        waiting = deque(dict.fromkeys(pairs))
        known = set(waiting)
        count = 0
        while waiting:
            some = [waiting.popleft() for _ in range(min(_AT_ONCE, len(waiting)))]
            found.update(zip(some, self._compare(some), strict=True))
            ahead = [row.below for pair in some for row in found[pair]]
            count += len(ahead)
            if count > _MOST:
                raise GitError(f"trees differ at over {_MOST:,} names, far too many")
            for pair in ahead:
                if pair is not None and pair not in known:
                    known.add(pair)
                    waiting.append(pair)
        return found

    def _compare(self, pairs: Sequence[Pair]) -> list[list[Difference]]:
        if self._process is None:
            self._process = self._git.talking(*_ASK)
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        try:
            asking.write("".join(f"{one} {other}\n" for one, other in pairs).encode() + self._end)
            asking.flush()
        except OSError as error:
            raise _failed() from error
        found = _read(self._answer(answering))
        if len(found) != len(pairs):
            raise _failed()
        return found

    def _answer(self, stream: IO[bytes]) -> bytes:
        """What it prints up to the line that it only repeats."""
        data = bytearray()
        while not data.endswith(self._end):
            chunk = stream.read1(_CHUNK)  # type: ignore[attr-defined]
            if not chunk:
                raise _failed()
            data += chunk
        return bytes(data[: -len(self._end)])


def _failed() -> GitError:
    return GitError(
        "git diff-tree failed: a tree of the history cannot be read; git fsck says more"
    )


def _read(answer: bytes) -> list[list[Difference]]:
    """Each pair is repeated on a line, and followed by what differs."""
    found: list[list[Difference]] = []
    words = iter(answer.split(b"\0"))
    for word in words:
        while word and not word.startswith(b":"):
            found.append([])
            _, _, word = word.partition(b"\n")
        if word and found:
            found[-1].append(_difference(word[1:], next(words, b"")))
    return found


def _difference(head: bytes, name: bytes) -> Difference:
    was, now, before, after, _ = head.decode("ascii").split(" ")
    return Difference(
        name.decode("utf-8", "surrogateescape"),
        None if was == _NOTHING else Entry(was, before),
        None if now == _NOTHING else Entry(now, after),
    )
