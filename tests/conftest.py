"""What all tests share: real trees from a dict, the command line in process, rights taken away."""

from __future__ import annotations

import importlib
import os
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ctxguard.cli import main

_NOBODY = 65534


@dataclass(frozen=True)
class File:
    """A file with more to it than its content."""

    content: str | bytes = b""
    size: int | None = None
    """Grow it to this size with a hole."""
    mode: int = 0o644
    mtime: float | None = None
    xattrs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Symlink:
    target: str


@dataclass(frozen=True)
class Hardlink:
    of: str
    """Path relative to the root of the tree."""


@dataclass(frozen=True)
class Fifo:
    pass


@dataclass(frozen=True)
class Socket:
    pass


Tree = Mapping[str, "str | bytes | File | Symlink | Hardlink | Fifo | Socket | Tree"]
"""Names and what they hold; a mapping is a folder. Lone surrogates stand for raw bytes."""


def grow(root: str, tree: Tree) -> None:
    """Make the tree below an existing folder."""
    links: list[tuple[str, Hardlink]] = []
    _grow(os.fsencode(root), tree, links)
    for path, link in links:
        os.link(os.path.join(root, link.of), path)


def _grow(root: bytes, tree: Tree, links: list[tuple[str, Hardlink]]) -> None:
    for name, node in tree.items():
        path = os.path.join(root, name.encode("utf-8", "surrogateescape"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(node, Mapping):
            os.makedirs(path, exist_ok=True)
            _grow(path, node, links)
        elif isinstance(node, Symlink):
            os.symlink(node.target.encode("utf-8", "surrogateescape"), path)
        elif isinstance(node, Hardlink):
            links.append((os.fsdecode(path), node))
        elif isinstance(node, Fifo):
            os.mkfifo(path)
        elif isinstance(node, Socket):
            _bind(path)
        else:
            _write(path, node if isinstance(node, File) else File(node))


def _write(path: bytes, file: File) -> None:
    content = file.content.encode() if isinstance(file.content, str) else file.content
    with open(path, "wb") as stream:
        stream.write(content)
        if file.size is not None:
            stream.truncate(file.size)
    os.chmod(path, file.mode)
    for name, value in file.xattrs.items():
        os.setxattr(path, name, value)
    if file.mtime is not None:
        os.utime(path, ns=(round(file.mtime * 10**9),) * 2)


def _bind(path: bytes) -> None:
    # The path of a socket may have no more than 107 bytes: bind by a short relative one.
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(os.path.dirname(path))
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(os.path.basename(path))
    finally:
        os.fchdir(here)
        os.close(here)


@pytest.fixture
def make_tree(tmp_path: Path) -> Callable[..., str]:
    """Make a tree in a fresh folder and give back its path."""

    def make(tree: Tree, name: str = "context") -> str:
        root = str(tmp_path / name)
        os.makedirs(root)
        grow(root, tree)
        return root

    return make


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run_cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run `ctxguard` in this process."""

    def run(*argv: str) -> Result:
        capfd.readouterr()
        code = main(list(argv))
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def without_rights(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """Let rights count, under root too: within the context manager the process is nobody.

    What is imported only when it is needed is loaded before: nobody may not be let in where the
    interpreter lies.
    """
    for module in ("csv", "graphlib", "json", "pickle", "selectors"):
        importlib.import_module(module)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)

    @contextmanager
    def drop() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    return drop


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No home folder, no git or ctxguard settings of the user, no network."""
    for name in list(os.environ):
        if name.startswith(("CTXGUARD_", "GIT_", "DOCKER_")) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("COLUMNS", "100")
    connect = socket.socket.connect

    def only_unix(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            pytest.fail(f"a test asks for the network: {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", only_unix)
