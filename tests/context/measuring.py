"""Contexts on the disk, asked about as the command line does, and a Source that is looked over."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from ctxguard.context import given
from ctxguard.context.entries import Entry, EntryStream
from ctxguard.context.locate import Dockerfile
from ctxguard.context.measure import Request, measure
from ctxguard.context.source import Folder, Source, Stat
from ctxguard.measurement import Backend, EntryKind, Measurement

MTIME = 1_700_000_000
BOTH = pytest.mark.parametrize("backend", Backend, ids=lambda backend: backend.value)
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


def request_for(
    root: str,
    backend: Backend = Backend.BUILDKIT,
    *,
    file: str | None = None,
    source: Source | None = None,
    top: int = 10,
    depth: int | None = None,
) -> Request:
    """Args: file: the `-f`, relative to the context."""
    tree = given.worktree(root)
    dockerfile = given.dockerfile(tree, None if file is None else os.path.join(root, file))
    return Request(source or tree, dockerfile, backend, top, depth)


def bare_request(root: str, backend: Backend = Backend.BUILDKIT) -> Request:
    """Of a tree that is all there is: as if the Dockerfile weighed nothing."""
    tree = given.worktree(root)
    return Request(tree, Dockerfile(tree, "Dockerfile", "", "Dockerfile"), backend)


def wire_bytes(root: str) -> tuple[int, int]:
    """What BuildKit is sent, on a cold cache and on a warm one."""
    copy_all = measure(bare_request(root)).copy_all
    assert copy_all is not None
    return copy_all.bytes, copy_all.warm_bytes


def tar_bytes(root: str) -> int:
    legacy = measure(bare_request(root)).legacy
    assert legacy is not None
    return legacy.bytes


def entries_of(
    root: str,
    backend: Backend = Backend.BUILDKIT,
    *,
    file: str | None = None,
    everything: bool = False,
) -> list[Entry]:
    return list(EntryStream(request_for(root, backend, file=file), everything=everything))


def sent_paths(root: str, backend: Backend, *, file: str | None = None) -> list[str]:
    """What the stream gives in its order; a folder's path ends in `/`."""
    return [shown(entry) for entry in entries_of(root, backend, file=file)]


def shown(entry: Entry) -> str:
    return entry.path + "/" * (entry.kind is EntryKind.DIRECTORY)


def codes(measurement: Measurement) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.path) for problem in measurement.problems]


def settle(root: str, mtime: int = MTIME) -> None:
    """Give everything below the folder one time, in seconds, and all folders one mode."""
    for folder, folders, files in os.walk(os.fsencode(root), topdown=False):
        for name in folders + files:
            path = os.path.join(folder, name)
            if name in folders and not os.path.islink(path):
                os.chmod(path, 0o755)
            os.utime(path, ns=(mtime * 10**9,) * 2, follow_symlinks=False)


def all_paths(root: str) -> set[str]:
    """Every path below the folder, by the standard library."""
    top = os.fsencode(root)
    return {
        os.path.relpath(os.path.join(folder, name), top).decode("utf-8", "surrogateescape")
        for folder, folders, files in os.walk(top)
        for name in folders + files
    }


def _nothing(_path: str) -> None:
    pass


@dataclass
class Watched:
    """Passes everything on to a source, and writes down what was asked for."""

    inner: Source
    before_listing: Callable[[str], None] = _nothing
    after_listing: Callable[[str], None] = _nothing
    listed: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return self.inner.root

    def listing(self, path: str) -> Folder:
        self.before_listing(path)
        self.listed.append(path)
        folder = self.inner.listing(path)
        self.after_listing(path)
        return _WatchedFolder(folder, path, self.looked_at)

    def can_list(self, path: str) -> bool:
        return self.inner.can_list(path)

    def lstat(self, path: str) -> Stat:
        return self.inner.lstat(path)

    def read(self, path: str) -> bytes:
        return self.inner.read(path)

    def read_through(self, path: str) -> bytes:
        return self.inner.read_through(path)

    def readlink(self, path: str) -> str:
        return self.inner.readlink(path)


@dataclass
class _WatchedFolder:
    inner: Folder
    path: str
    looked_at: list[str]

    @property
    def names(self) -> Sequence[str]:
        return self.inner.names

    @property
    def kinds(self) -> Sequence[EntryKind]:
        return self.inner.kinds

    def stat(self, at: int) -> Stat:
        self._look(at)
        return self.inner.stat(at)

    def xattrs(self, at: int) -> Mapping[bytes, int]:
        self._look(at)
        return self.inner.xattrs(at)

    def can_read(self, at: int, stat: Stat) -> bool:
        self._look(at)
        return self.inner.can_read(at, stat)

    def _look(self, at: int) -> None:
        path = f"{self.path}/{self.names[at]}".lstrip("/")
        if path not in self.looked_at:
            self.looked_at.append(path)
