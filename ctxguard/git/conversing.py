"""git asked for many objects, one after the other, by a process that stays."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from ctxguard.git.objects import FOLDER, SUBMODULE, TreeEntry, missing
from ctxguard.git.program import Git, GitError

if TYPE_CHECKING:
    import subprocess

_AT_ONCE = 500
"""So many questions are written before their answers are read: no more than a pipe holds."""


class Objects:
    """The objects of one repository. Use it as a context manager.

    Args:
        git: of the repository.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._reading: subprocess.Popen[bytes] | None = None
        self._weighing: subprocess.Popen[bytes] | None = None
        self._sizes: dict[str, int] = {}

    def tree(self, id_: str) -> list[TreeEntry]:
        """What a tree holds, in git's order, with the sizes of blobs; paths are single names.

        Raises:
            GitError: it cannot be read.
        """
        if self._reading is None:
            self._reading = self._git.talking("cat-file", "--batch")
        asking, answering = _pipes(self._reading)
        _ask(asking, [id_])
        kind, size = _head(answering, id_)
        data = answering.read(size + 1)[:-1]
        if kind != b"tree" or len(data) != size:
            raise missing(id_)
        rows = _rows(data, len(id_) // 2)
        blobs = [row[1] for row in rows if row[0] not in (FOLDER, SUBMODULE)]
        self._weigh([blob for blob in blobs if blob not in self._sizes])
        return [
            TreeEntry(mode, entry, self._sizes.get(entry, 0), name) for mode, entry, name in rows
        ]

    def _weigh(self, ids: Sequence[str]) -> None:
        if self._weighing is None:
            check = "--batch-check=%(objecttype) %(objectsize)"
            self._weighing = self._git.talking("cat-file", check)
        asking, answering = _pipes(self._weighing)
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            _ask(asking, some)
            for id_ in some:
                kind, size = _head(answering, id_)
                if kind != b"blob":
                    raise missing(id_)
                self._sizes[id_] = size

    def close(self) -> None:
        for process in (self._reading, self._weighing):
            if process is not None:
                with contextlib.suppress(OSError):
                    process.kill()
                process.communicate()

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _ask(asking: IO[bytes], ids: Sequence[str]) -> None:
    try:
        asking.write("".join(f"{id_}\n" for id_ in ids).encode())
        asking.flush()
    except OSError as error:
        raise GitError("git stopped answering") from error


def _head(answering: IO[bytes], id_: str) -> tuple[bytes, int]:
    """Kind and size of an object."""
    words = answering.readline().split()
    if len(words) < 2 or not words[-1].isdigit():
        raise missing(id_)
    return words[-2], int(words[-1])


def _rows(data: bytes, id_bytes: int) -> list[tuple[str, str, str]]:
    """Mode, id and name of each entry of a tree, as git stores it."""
    rows = []
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        mode = data[at:space].decode().zfill(6)
        name = data[space + 1 : end].decode("utf-8", "surrogateescape")
        at = end + 1 + id_bytes
        rows.append((mode, data[end + 1 : at].hex(), name))
    return rows
