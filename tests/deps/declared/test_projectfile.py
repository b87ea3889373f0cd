"""Files of a project: no pipe is waited for, and nothing outside is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.deps.declared.projectfile import MOST_BYTES, UnreadableError, project_at
from tests.conftest import Fifo, File, Symlink

TREE = {
    "a.txt": b"flask\n",
    "pipe": Fifo(),
    "long": File(size=MOST_BYTES + 1),
    "inside": Symlink("a.txt"),
    "outside": Symlink("/etc/passwd"),
    "loop": Symlink("loop"),
    "folder": {"b": b"x"},
    "up": Symlink(".."),
}


@pytest.mark.parametrize("file", ["a.txt", "inside", "folder/../a.txt", "./a.txt"])
def test_what_is_read(make_tree: Callable[..., str], file: str) -> None:
    assert project_at(make_tree(TREE)).read(file) == b"flask\n"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("pipe", "no regular file"),
        ("folder", "is a directory"),
        ("long", "far too many"),
        ("none", "no such file"),
        ("outside", "outside of the project"),
        ("../../../etc/passwd", "outside of the project"),
        ("/etc/passwd", "outside of the project"),
        ("up/other", "outside of the project"),
        (".", "outside of the project"),
        ("loop", "symbolic link"),
        ("a\0b", "no file can have this name"),
        ("x" * 5000, "too long"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_not(make_tree: Callable[..., str], file: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        project_at(make_tree(TREE)).read(file)
