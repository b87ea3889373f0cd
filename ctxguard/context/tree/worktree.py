"""The folder on the disk, as a Source."""

from __future__ import annotations

import contextlib
import errno
import os
import stat as modes
import sys
from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import cast

from ctxguard.context.tree.source import Remark, Stat, Xattrs
from ctxguard.measurement import EntryKind

_KINDS = {
    modes.S_IFREG: EntryKind.FILE,
    modes.S_IFDIR: EntryKind.DIRECTORY,
    modes.S_IFLNK: EntryKind.SYMLINK,
    modes.S_IFIFO: EntryKind.FIFO,
    modes.S_IFSOCK: EntryKind.SOCKET,
    modes.S_IFCHR: EntryKind.DEVICE,
    modes.S_IFBLK: EntryKind.DEVICE,
}
_UTF8 = sys.getfilesystemencoding() == "utf-8"
_BY_DESCRIPTOR = os.scandir in os.supports_fd
_LONG = 4096 - 256
"""From here on a name could make a path that is longer than the kernel, and so Docker, takes."""
_OPEN_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_HAS_XATTRS = hasattr(os, "listxattr")
MOST_BYTES = 64 * 1024 * 1024
"""Of a Dockerfile or an ignore file; what is larger is neither."""
_ACL = b"system.posix_acl_access"


def to_bytes(path: str) -> bytes:
    """The bytes of a path; on every platform a path is UTF-8 here, other bytes are surrogates."""
    return path.encode("utf-8", "surrogateescape")


def to_text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def kind_of(mode: int) -> EntryKind:
    return _KINDS.get(modes.S_IFMT(mode), EntryKind.DEVICE)


class DiskFolder:
    """The entries of one folder on the disk; see `source.Folder`.

    Everything is asked relative to the open folder, which saves the kernel the way down to it.

    Args:
        go_there: the current folder of this process may be changed. Extended attributes cannot be
            asked for relative to a descriptor, but to the current folder they can.
    """

    remarks: Mapping[int, Remark] = MappingProxyType({})

    def __init__(self, path: bytes, *, go_there: bool = False) -> None:
        self._path = path
        self._go_there = go_there
        self._fd = os.open(path, _OPEN_FOLDER) if _BY_DESCRIPTOR and len(path) < _LONG else -1
        try:
            with os.scandir(os.fsdecode(path) if self._fd < 0 else self._fd) as entries:
                self._entries: list[os.DirEntry[str]] = sorted(entries, key=attrgetter("name"))
        except OSError:
            self.close()
            raise
        self.names = _names(self._entries)
        if not _is_text("".join(self.names)):
            # Lone surrogates sort before U+E000, the bytes they stand for do not.
            self._entries.sort(key=lambda entry: os.fsencode(entry.name))
            self.names = _names(self._entries)
        self.directories = [
            at for at, entry in enumerate(self._entries) if entry.is_dir(follow_symlinks=False)
        ]

    def kind(self, at: int) -> EntryKind:
        entry = self._entries[at]
        if entry.is_symlink():
            return EntryKind.SYMLINK
        if entry.is_dir(follow_symlinks=False):
            return EntryKind.DIRECTORY
        if entry.is_file(follow_symlinks=False):
            return EntryKind.FILE
        # The entry itself can be asked only while the folder is open.
        try:
            return kind_of(os.lstat(self._path + b"/" + to_bytes(self.names[at])).st_mode)
        except OSError:
            return EntryKind.FILE

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        entries = self._entries
        if len(wanted) != len(entries):
            entries = [entries[at] for at in wanted]
        try:
            return [entry.stat(follow_symlinks=False) for entry in entries], {}
        except OSError:
            pass
        found = [_stat_or_error(entry) for entry in entries]
        errors = {
            at: stat for at, stat in zip(wanted, found, strict=True) if isinstance(stat, OSError)
        }
        return [None if isinstance(stat, OSError) else stat for stat in found], errors

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        if not _HAS_XATTRS:
            return {}
        ask = os.listxattr
        paths = self._paths(wanted)
        try:
            having = [path for path in paths if ask(path, follow_symlinks=False)]
        except OSError as error:
            if error.errno == errno.ENOTSUP:
                return {}
            having = list(paths)
        if not having:
            return {}
        found = {at: _xattrs(path) for at, path in zip(wanted, paths, strict=True)}
        return {at: xattrs for at, xattrs in found.items() if xattrs}

    def _paths(self, wanted: Sequence[int]) -> Sequence[str]:
        """What to call these entries in a request that takes no descriptor."""
        names = [entry.name for entry in self._entries]
        if len(wanted) < len(names):
            names = [names[at] for at in wanted]
        if self._go_there and self._fd >= 0:
            with contextlib.suppress(OSError):
                os.fchdir(self._fd)
                return names
        folder = os.fsdecode(self._path + b"/")
        return [folder + name for name in names]

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        # The mode bits answer for nearly all files; access control lists can say otherwise.
        if _may_do_anything():
            return set()
        lists = self.xattrs(wanted)
        return {
            at
            for at, stat in zip(wanted, stats, strict=True)
            if stat is not None
            and not (
                _mode_lets_read(cast("os.stat_result", stat)) and _ACL not in lists.get(at, ())
            )
            and not _access(self._path + b"/" + to_bytes(self.names[at]), os.R_OK)
        }

    def can_search(self) -> bool:
        return _may_do_anything() or _access(self._path, os.X_OK)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _names(entries: Sequence[os.DirEntry[str]]) -> list[str]:
    names = [entry.name for entry in entries]
    return names if _UTF8 else [to_text(os.fsencode(name)) for name in names]


def _is_text(names: str) -> bool:
    try:
        return names.isascii() or bool(names.encode())
    except UnicodeEncodeError:
        return False


def _stat_or_error(entry: os.DirEntry[str]) -> Stat | OSError:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError as error:
        return error


def _xattrs(path: str) -> Xattrs:
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return {}
    return {name: size for name in map(to_bytes, names) if (size := _length(path, name)) >= 0}


def _length(path: str, name: bytes) -> int:
    """Bytes of the value; -1 if it may not be read or has just gone, as Docker passes it over."""
    try:
        return len(os.getxattr(path, name, follow_symlinks=False))
    except OSError:
        return -1


def _may_do_anything() -> bool:
    """Whether rights need not be asked for: they do not count, or they are not of this kind."""
    return os.name != "posix" or os.geteuid() == 0


def _mode_lets_read(stat: os.stat_result) -> bool:
    if stat.st_uid == os.geteuid():
        return bool(stat.st_mode & modes.S_IRUSR)
    if stat.st_gid == os.getegid() or stat.st_gid in os.getgroups():
        return bool(stat.st_mode & modes.S_IRGRP)
    return bool(stat.st_mode & modes.S_IROTH)


def _access(path: bytes, mode: int) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, mode, effective_ids=effective)


class WorkTree:
    """A folder on the disk; see `source.Source`.

    Args:
        root: absolute, links resolved.
    """

    revision = None

    def __init__(self, root: str) -> None:
        self.root = root
        self._root = os.fsencode(root)
        self._go_there = False

    def own_process(self) -> None:
        self._go_there = True

    def listing(self, path: str) -> DiskFolder:
        return DiskFolder(self._at(path), go_there=self._go_there)

    def can_list(self, path: str) -> bool:
        if _may_do_anything():
            return True
        return _access(self._at(path), os.R_OK | os.X_OK)

    def lstat(self, path: str) -> Stat:
        return os.lstat(self._at(path))

    def read(self, path: str) -> bytes:
        return _read_regular(self._at(path), getattr(os, "O_NOFOLLOW", 0))

    def read_through(self, path: str) -> bytes:
        return _read_regular(self._at(path), 0)

    def readlink(self, path: str) -> str:
        return to_text(os.readlink(self._at(path)))

    def _at(self, path: str) -> bytes:
        return self._root + b"/" + to_bytes(path) if path else self._root


def _read_regular(path: bytes, flags: int) -> bytes:
    # O_NONBLOCK: a FIFO of this name must not hang the run.
    flags |= os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        stat = os.fstat(file.fileno())
        if modes.S_ISDIR(stat.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not modes.S_ISREG(stat.st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        if stat.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        return file.read(MOST_BYTES)
