"""Contexts on the disk, asked about as the command line does, and a Source that is looked over."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields

import pytest

from ctxguard.context.entries import Entry, EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree import given
from ctxguard.context.tree.locate import Dockerfile, Governing
from ctxguard.context.tree.source import Folder, Remark, Source, Stat, Xattrs
from ctxguard.context.walking.views import BuildKitView, LegacyView, View
from ctxguard.errors import MeasureError
from ctxguard.ignore import DockerIgnoreSpec, read_rules
from ctxguard.ignore.builders import Descent
from ctxguard.measurement import Backend, EntryKind, Measurement

MTIME = 1_700_000_000
SCRATCH = "FROM scratch"
"""The smallest Dockerfile."""
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
    types: bool = False,
    savings: bool = False,
) -> Request:
    """Args: file: the `-f`, relative to the context."""
    tree = given.worktree(root)
    dockerfile = given.dockerfile(tree, None if file is None else os.path.join(root, file))
    return Request(source or tree, dockerfile, backend, top, depth, types, savings)


def bare_request(root: str, backend: Backend = Backend.BUILDKIT, *, types: bool = False) -> Request:
    """Of a tree that is all there is: as if the Dockerfile weighed nothing."""
    tree = given.worktree(root)
    return Request(tree, Dockerfile(tree, "Dockerfile", "", "Dockerfile"), backend, types=types)


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


def _nothing(*_: object) -> None:
    pass


@dataclass
class Watched:
    """Passes everything on to a source, and writes down what was asked for."""

    inner: Source
    before_listing: Callable[[str], None] = _nothing
    after_listing: Callable[[str], None] = _nothing
    on_own_process: Callable[[], None] = _nothing
    listed: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return self.inner.root

    @property
    def revision(self) -> str | None:
        return self.inner.revision

    def own_process(self) -> None:
        self.on_own_process()
        self.inner.own_process()

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
    def directories(self) -> Sequence[int]:
        return self.inner.directories

    @property
    def remarks(self) -> Mapping[int, Remark]:
        return self.inner.remarks

    def kind(self, at: int) -> EntryKind:
        return self.inner.kind(at)

    def stats(self, wanted: Sequence[int]) -> tuple[Sequence[Stat | None], Mapping[int, OSError]]:
        self._look(wanted)
        return self.inner.stats(wanted)

    def xattrs(self, wanted: Sequence[int]) -> Mapping[int, Xattrs]:
        self._look(wanted)
        return self.inner.xattrs(wanted)

    def unreadable(self, wanted: Sequence[int], stats: Sequence[Stat | None]) -> set[int]:
        self._look(wanted)
        return self.inner.unreadable(wanted, stats)

    def can_search(self) -> bool:
        return self.inner.can_search()

    def close(self) -> None:
        self.inner.close()

    def _look(self, wanted: Sequence[int]) -> None:
        for at in wanted:
            path = f"{self.path}/{self.names[at]}".lstrip("/")
            if path not in self.looked_at:
                self.looked_at.append(path)


def governing(rules: str, backend: Backend = Backend.BUILDKIT) -> Governing:
    """The rules as they would govern a context, without one."""
    spec = DockerIgnoreSpec.from_rules(read_rules(rules.encode()))
    descent = Descent.buildkit if backend is Backend.BUILDKIT else Descent.legacy
    return Governing(spec, descent(spec.patterns), ".dockerignore")


def view_of(rules: str, backend: Backend = Backend.BUILDKIT) -> View:
    found = governing(rules, backend)
    return BuildKitView(found) if backend is Backend.BUILDKIT else LegacyView(found)


@contextmanager
def split_early(head: int = 1, splits: int = 1, pieces: int = 64) -> Iterator[None]:
    """Let small trees be measured in parts as if they were large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxguard.context.measure.HEAD", head)
        patch.setattr("ctxguard.context.measure.SPLITS", splits)
        patch.setattr("ctxguard.context.measure._PIECES", pieces)
        yield


@contextmanager
def one_by_one() -> Iterator[None]:
    """Let no files be taken together, and nothing be measured apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxguard.context.walking.plain._FEW", 10**9)
        patch.setattr("ctxguard.context.measure.HEAD", 10**9)
        yield


def outcome(request: Request, processes: int) -> Measurement | str:
    """The measurement, or why there is none."""
    try:
        return measure(request, processes=processes)
    except MeasureError as error:
        return f"{type(error).__name__}: {error}"


def all_outcomes(request: Request) -> dict[str, Measurement | str]:
    """The same by every way there is: apart, together, entry by entry."""
    found = {"together": outcome(request, 1)}
    with one_by_one():
        found["one by one"] = outcome(request, 1)
    for processes, *sizes in ((1, 1, 2, 3), (2, 1, 0, 64), (2, 6, 2, 2), (3, 3, 16, 5)):
        with split_early(*sizes):
            name = f"{processes} processes, head, splits and pieces {sizes}"
            found[name] = outcome(request, processes)
    return found


def assert_all_the_same(request: Request) -> Measurement | str:
    found = all_outcomes(request)
    expected = found["one by one"]
    for way, one in found.items():
        different = told_apart(one, expected)
        assert not different, f"{way}: {different}"
    return expected


def told_apart(
    one: Measurement | str, other: Measurement | str
) -> dict[str, tuple[object, object]]:
    """The fields that differ."""
    if isinstance(one, str) or isinstance(other, str):
        return {} if one == other else {"refusal": (one, other)}
    names = [each.name for each in fields(Measurement)]
    both = {name: (getattr(one, name), getattr(other, name)) for name in names}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def child_processes(of: int | None = None) -> set[int]:
    """The processes that a process, by default this one, has started; the dead ones too."""
    parent = str(os.getpid() if of is None else of)
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
            if f.read().rpartition(")")[2].split()[1] == parent:
                found.add(int(name))
    return found


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A test that would hang fails instead."""

    def fail(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
