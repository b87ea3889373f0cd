"""What git says of files that it does not track."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ctxguard.git.repository import find
from ctxguard.git.untracked import untracked
from tests.conftest import Tree
from tests.git.repositories import make_repo

TREE: Tree = {
    ".gitignore": "*.log\nnode_modules/\n/apps/dist\nline\nbad*\n",
    "kept.log": "1",
    "node_modules": {"a": {"b": "1"}},
    "apps": {"dist": {"x": {"y": "1"}}, "new": {"z": "1"}, "new\nfile": "1", "a.py": "1"},
    "logs": {"1.log": "1", "2.log": "2"},
    "mixed": {"1.log": "1", "a": "1"},
    "bad\udcff": "1",
}


def paths_of(root: str, folder: str = "") -> tuple[set[str], set[str]]:
    found = untracked(find(os.path.join(root, folder)))
    return set(found.ignored), set(found.other)


def test_ignored_and_untracked(make_tree: Callable[..., str]) -> None:
    root = make_tree(TREE)
    repo = make_repo(root)
    repo.git("add", "-f", ".gitignore", "kept.log", "apps/a.py")
    repo.git("config", "core.fsmonitor", f"touch {root}/ran")
    ignored, other = paths_of(root)
    assert {"node_modules", "apps/dist", "logs", "mixed/1.log", "bad\udcff"} <= ignored
    assert {"apps/new", "apps/new\nfile", "mixed"} <= other
    assert "kept.log" not in ignored | other
    assert not Path(root, "ran").exists()


def test_of_a_folder(make_tree: Callable[..., str]) -> None:
    root = make_tree(TREE)
    make_repo(root).git("add", "apps/a.py")
    assert paths_of(root, "apps") == ({"dist"}, {"new", "new\nfile"})
    for inside in ("node_modules", "node_modules/a", "apps/dist/x"):
        assert paths_of(root, inside)[0] == {""}
