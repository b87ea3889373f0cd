"""A copy that is put right, whatever was done to it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ctxguard.deps.proof.clone import Clone
from tests.conftest import File, Symlink

Make = Callable[..., str]


def state(root: str) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            info = os.lstat(path)
            link = os.readlink(path) if stat.S_ISLNK(info.st_mode) else ""
            data = Path(path).read_bytes() if stat.S_ISREG(info.st_mode) else b""
            time = info.st_mtime_ns if data else 0
            found[os.path.relpath(path, root)] = (oct(info.st_mode), link, data, time)
    return found


@pytest.fixture
def pair(make_tree: Make, tmp_path: Path) -> tuple[str, str]:
    source = make_tree(
        {
            "bin": {"run": File("#!x", mode=0o755), "python": Symlink("/usr/bin/python3")},
            "lib": {"a": {"__init__.py": "1", "deep": {"b.py": "2"}}, "c.py": File("c", mtime=5)},
            "lib64": Symlink("lib"),
            "empty": {},
        },
        "source",
    )  # fmt: skip
    return source, str(tmp_path / "target")


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    with path.open("r+") as file:
        file.write("X")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def folder_for_link(root: Path) -> None:
    (root / "lib64").unlink()
    (root / "lib64").mkdir()


def link_for_folder(root: Path) -> None:
    shutil.rmtree(root / "lib")
    (root / "lib").symlink_to("/etc")


def file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "lib")
    (root / "lib").touch()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: None, id="nothing"),
        pytest.param(lambda root: (root / "lib/c.py").unlink(), id="deleted"),
        pytest.param(lambda root: shutil.rmtree(root / "lib/a"), id="folder deleted"),
        pytest.param(lambda root: (root / "lib/c.py").write_text("other"), id="written"),
        pytest.param(lambda root: same_size_and_time(root / "lib/a/deep/b.py"), id="in secret"),
        pytest.param(lambda root: (root / "lib/c.py").chmod(0o600), id="mode"),
        pytest.param(lambda root: (root / "lib/a").chmod(0o500), id="mode of a folder"),
        pytest.param(lambda root: (root / "lib/new.py").touch(), id="new"),
        pytest.param(lambda root: (root / "x/y/z").mkdir(parents=True), id="new folders"),
        pytest.param(lambda root: (root / "lib/c.py").replace(root / "lib/a/d.py"), id="moved"),
        pytest.param(folder_for_link, id="folder for a link"),
        pytest.param(link_for_folder, id="link for a folder"),
        pytest.param(file_for_folder, id="file for a folder"),
        pytest.param(shutil.rmtree, id="all of it"),
    ],
)
def test_put_right(pair: tuple[str, str], change: Callable[[Path], object]) -> None:
    source, target = pair
    before = state(source)
    clone = Clone(source, target)
    clone.refresh()
    assert state(target) == before
    change(Path(target))
    clone.refresh()
    assert state(target) == state(source) == before


def test_what_nobody_touched_stays(pair: tuple[str, str]) -> None:
    source, target = pair
    clone = Clone(source, target)
    clone.refresh()
    kept = os.stat(f"{target}/lib/c.py").st_ino
    os.unlink(f"{target}/lib/a/__init__.py")
    clone.refresh()
    assert os.stat(f"{target}/lib/c.py").st_ino == kept


def test_folders_without_rights(
    pair: tuple[str, str], without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    source, target = pair
    os.mkdir(target, 0o777)
    os.chmod(target, 0o777)
    with without_rights():
        shutil.rmtree(target, ignore_errors=True)
        clone = Clone(source, f"{target}/inner")
        clone.refresh()
        os.makedirs(f"{target}/inner/new/deep")
        Path(f"{target}/inner/new/deep/file").touch()
        os.chmod(f"{target}/inner/new/deep", 0)
        os.chmod(f"{target}/inner/new", 0o500)
        clone.refresh()
        assert state(f"{target}/inner") == state(source)
