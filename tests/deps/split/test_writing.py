"""The files of a split on the disk: all of them or none, and nothing of anybody's is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ctxguard.deps.split.splitting import Text
from ctxguard.deps.split.writing import differences, write
from ctxguard.errors import UsageError
from tests.conftest import File, Symlink, Tree
from tests.loops import one_loop

Make = Callable[..., str]
TEXTS = (Text("a.txt", b"one\n"), Text("b.txt", b"two\r\n"), Text("c.txt", b"three"))
NAMES = ("a.txt", "b.txt", "c.txt")


def contents(root: str) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in Path(root).iterdir() if each.is_file()}


def test_all_are_written_and_once(make_tree: Make) -> None:
    root = make_tree({})
    assert write(root, TEXTS) == NAMES
    assert contents(root) == {text.file: text.data for text in TEXTS}
    assert write(root, TEXTS) == ()
    assert differences(root, TEXTS) == ""


def test_rights_are_those_of_a_plain_file(make_tree: Make) -> None:
    root = make_tree({"a.txt": File("x", mode=0o640)})
    before = os.umask(0o027)
    try:
        write(root, TEXTS, force=True)
    finally:
        os.umask(before)
    assert [os.stat(f"{root}/{name}").st_mode & 0o777 for name in NAMES] == [0o640] * 3


def test_what_is_there_is_not_written_over(make_tree: Make) -> None:
    root = make_tree({"c.txt": "mine"})
    with pytest.raises(UsageError, match=r"c\.txt: this file is there already.*--force"):
        write(root, TEXTS)
    assert contents(root) == {"c.txt": b"mine"}
    assert write(root, TEXTS, force=True) == NAMES
    assert contents(root)["c.txt"] == b"three"


BAD: dict[str, tuple[Tree, Text, str]] = {
    "a link out": ({"x": Symlink("../other")}, Text("x", b""), "outside of the project"),
    "a folder that leads out": ({"x": Symlink("..")}, Text("x/y", b""), "outside of the project"),
    "a name that leads out": ({}, Text("../x", b""), "outside of the project"),
    "an absolute name": ({}, Text("/tmp/x", b""), "outside of the project"),
    "a folder in the way": ({"x": {}}, Text("x", b""), "is a directory"),
    "no folder for it": ({}, Text("x/y", b""), "no folder for it"),
    "a link to itself": ({"x": Symlink("x")}, Text("x", b""), "symbolic link"),
    "a NUL byte": ({}, Text("x\0", b""), "no file can have this name"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_written(make_tree: Make, tmp_path: Path, name: str) -> None:
    tree, text, words = BAD[name]
    root = make_tree({**tree, "c.txt": "mine"})
    with pytest.raises(UsageError, match=words):
        write(root, (*TEXTS, text), force=True)
    assert contents(root) == {"c.txt": b"mine"}
    assert os.listdir(tmp_path) == [os.path.basename(root)]


def test_a_link_within_the_project_stays_one(make_tree: Make) -> None:
    root = make_tree({"a.txt": Symlink("real/x"), "real": {"x": "mine"}})
    write(root, TEXTS, force=True)
    assert os.readlink(f"{root}/a.txt") == "real/x"
    assert Path(root, "real/x").read_bytes() == b"one\n"


LOST: dict[str, tuple[Tree, str]] = {
    "a source": ({"a.txt": Symlink("source.txt")}, r"a\.txt: it is a link to source\.txt"),
    "another one of them": ({"b.txt": Symlink("a.txt")}, r"b\.txt: it is a link to a\.txt"),
}


@pytest.mark.parametrize(("tree", "message"), LOST.values(), ids=LOST)
def test_a_link_to_what_would_be_lost(make_tree: Make, tree: Tree, message: str) -> None:
    root = make_tree({"source.txt": "mine", **tree})
    before = contents(root)
    with pytest.raises(UsageError, match=message):
        write(root, TEXTS, force=True, sources=["source.txt"])
    assert contents(root) == before


def test_one_of_them_may_be_a_source(make_tree: Make) -> None:
    root = make_tree({"a.txt": "mine"})
    assert write(root, TEXTS, force=True, sources=["a.txt"]) == NAMES


@pytest.mark.parametrize("failing", NAMES)
@pytest.mark.parametrize("there", [True, False])
def test_a_failure_on_the_way_leaves_all_as_it_was(
    make_tree: Make, monkeypatch: pytest.MonkeyPatch, failing: str, *, there: bool
) -> None:
    root = make_tree(dict.fromkeys(NAMES, "mine") if there else {})
    before = contents(root)
    rename = os.replace

    def fail(one: str, other: str) -> None:
        if other.endswith(failing):
            raise OSError(28, "No space left on device")
        rename(one, other)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match="no space left on device; nothing was"):
        write(root, TEXTS, force=True)
    assert contents(root) == before


def test_without_the_right_to_write(
    make_tree: Make, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    root = make_tree({})
    with without_rights(), pytest.raises(UsageError, match="permission denied"):
        write(root, TEXTS)
    assert contents(root) == {}


def test_the_difference(make_tree: Make) -> None:
    root = make_tree({"b.txt": "old\ntwo\r\n", "c.txt": "three\n"})
    assert differences(root, TEXTS) == (
        "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+one\n"
        "--- a/b.txt\n+++ b/b.txt\n@@ -1,2 +1 @@\n-old\n two\r\n"
        "--- a/c.txt\n+++ b/c.txt\n@@ -1 +1 @@\n-three\n+three\n\\ No newline at end of file\n"
    )
    with pytest.raises(UsageError, match="outside of the project"):
        differences(root, [Text("../x", b"")])


def test_the_difference_of_long_files_in_time(make_tree: Make) -> None:
    old = "".join(f"{at % 7919 * 31 % 7919}\n" for at in range(50_000))
    new = "".join(f"{at % 7907 * 17 % 7907}\n" for at in range(50_000))
    root = make_tree({"a.txt": old})
    loop = one_loop()
    start = time.process_time()
    found = differences(root, [Text("a.txt", new.encode())])
    assert found.count("\n") == 100_003
    assert "@@ -1,50000 +1,50000 @@\n" in found
    assert time.process_time() - start < 20 * loop
