"""Where a context is read from: a folder on the disk, or a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ctxguard.measurement import EntryKind

Xattrs = Mapping[bytes, int]
"""Names of extended attributes, with the length of each value in bytes."""


class Stat(Protocol):
    """The part of `os.stat_result` that sizes need."""

    @property
    def st_mode(self) -> int: ...
    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime(self) -> float: ...
    @property
    def st_mtime_ns(self) -> int: ...
    @property
    def st_nlink(self) -> int: ...
    @property
    def st_ino(self) -> int: ...
    @property
    def st_rdev(self) -> int: ...


class Unlike(Enum):
    """Why what a checkout makes of an entry of a commit may be something else."""

    SUBMODULE = "submodule"
    LFS = "lfs"
    """It counts the size of its content, which lies elsewhere."""
    LFS_POINTER = "lfs-pointer"
    """It counts the size of its pointer, as it was asked to."""
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of an entry of a commit, if it is sent."""

    unlike: Unlike
    attribute: str = ""
    """Such as `eol=crlf`."""
    bytes: int = 0
    """What an LFS pointer stands for."""


class Folder(Protocol):
    """The names in one folder, sorted by their bytes, and on request what stands behind them.

    Requests name entries by index and are answered for all of them at once. Close it after use.
    """

    @property
    def names(self) -> Sequence[str]:
        """UTF-8, other bytes as lone surrogates."""

    @property
    def directories(self) -> Sequence[int]:
        """Which of them are folders, links to folders not among them."""

    @property
    def remarks(self) -> Mapping[int, Remark]:
        """On those entries that need one."""

    def kind(self, at: int) -> EntryKind: ...

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        """Of the entries themselves, never of what a link points to.

        Returns:
            The stats, in the order asked for, None where an error was met; and the errors.
        """

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        """Of those entries that have any."""

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        """Those whose content this process may not read, given their stats in parallel."""

    def can_search(self) -> bool:
        """Whether `stats` would be allowed."""

    def close(self) -> None: ...


class Source(Protocol):
    """One tree of files. All paths are relative to its root, with `/`; the root itself is ""."""

    @property
    def root(self) -> str:
        """How to name the root to a person."""

    @property
    def revision(self) -> str | None:
        """The full id of the commit; None for what lies on the disk."""

    def own_process(self) -> None:
        """Told in a process that exists for the walk alone, where requests can be made cheaper."""

    def listing(self, path: str) -> Folder:
        """The entries of a folder.

        Raises:
            OSError: it cannot be listed.
        """

    def can_list(self, path: str) -> bool:
        """Whether `listing` would be allowed."""

    def lstat(self, path: str) -> Stat:
        """Raises OSError if there is nothing, or it may not be looked at."""

    def read(self, path: str) -> bytes:
        """The content of a regular file, without following a link at its end.

        Raises:
            OSError: it is no regular file, or may not be read.
        """

    def read_through(self, path: str) -> bytes:
        """The content as the operating system finds it: links are followed, out of the tree too.

        Raises:
            OSError: as `open` would.
        """

    def readlink(self, path: str) -> str:
        """The target of a link, as written."""
