"""The folder on the disk, as a Source."""

from __future__ import annotations

import errno
import os
import stat as modes
from collections.abc import Mapping
from operator import attrgetter
from typing import cast

from ctxguard.context.source import Stat
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
_NO_XATTRS: Mapping[bytes, int] = {}
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
    """The entries of one folder on the disk; see `source.Folder`."""

    def __init__(self, path: bytes) -> None:
        with os.scandir(path) as entries:
            self._entries = sorted(entries, key=attrgetter("name"))
        self.names = [to_text(entry.name) for entry in self._entries]
        self.kinds = [_kind_without_stat(entry) for entry in self._entries]

    def stat(self, at: int) -> Stat:
        return self._entries[at].stat(follow_symlinks=False)

    def xattrs(self, at: int) -> Mapping[bytes, int]:
        if not _HAS_XATTRS:
            return _NO_XATTRS
        path = self._entries[at].path
        try:
            names = os.listxattr(path, follow_symlinks=False)
        except OSError:
            return _NO_XATTRS
        return {name: size for name in map(to_bytes, names) if (size := _length(path, name)) >= 0}

    def can_read(self, at: int, stat: Stat) -> bool:
        # The mode bits answer for nearly all files; access control lists can say otherwise.
        if os.name != "posix" or os.geteuid() == 0:
            return True
        path = self._entries[at].path
        if _mode_lets_read(cast("os.stat_result", stat)) and _ACL not in self.xattrs(at):
            return True
        return _access(path, os.R_OK)


def _kind_without_stat(entry: os.DirEntry[bytes]) -> EntryKind:
    if entry.is_symlink():
        return EntryKind.SYMLINK
    if entry.is_dir(follow_symlinks=False):
        return EntryKind.DIRECTORY
    if entry.is_file(follow_symlinks=False):
        return EntryKind.FILE
    try:
        return kind_of(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return EntryKind.FILE


def _length(path: bytes, name: bytes) -> int:
    """Bytes of the value; -1 if it may not be read or has just gone, as Docker passes it over."""
    try:
        return len(os.getxattr(path, name, follow_symlinks=False))
    except OSError:
        return -1


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

    def __init__(self, root: str) -> None:
        self.root = root
        self._root = os.fsencode(root)

    def listing(self, path: str) -> DiskFolder:
        return DiskFolder(self._at(path))

    def can_list(self, path: str) -> bool:
        if os.name != "posix" or os.geteuid() == 0:
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
