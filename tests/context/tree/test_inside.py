"""Paths that a user typed, relative to the context root."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from ctxguard.context.tree import given
from ctxguard.context.tree.worktree import WorkTree
from ctxguard.errors import ExitCode, UsageError
from tests.conftest import Symlink, Tree

Make = Callable[..., str]
TREE: Tree = {
    "app": {"src": {"a.py": ""}, "out": Symlink("../elsewhere"), "l": Symlink("src")},
    "app2": {"f": ""},
    "elsewhere": {"f": ""},
}


# (what, where one stands, what is typed, what it is in the context); {app} is its full path.
INSIDE = [
    ("a file", "app", "src/a.py", "src/a.py"),
    ("from a folder in it", "app/src", "a.py", "src/a.py"),
    ("from a folder in it, upward", "app/src", "../x", "x"),
    ("from beside it", "app2", "../app/src", "src"),
    ("from above it", "", "app/src", "src"),
    ("the folder one is in", "app/src", ".", "src"),
    ("the root", "app", ".", ""),
    ("the root from within", "app/src", "..", ""),
    ("the root by a slash", "app", "/", ""),
    ("the root in full", "app2", "{app}", ""),
    ("the root in full, with a slash", "app2", "{app}/", ""),
    ("a slash behind", "app", "src/", "src"),
    ("slashes", "app", "src//./a.py", "src/a.py"),
    ("a way round", "app", "no/../src", "src"),
    ("not there", "app", "no/such", "no/such"),
    ("from the root", "app/src", "/src", "src"),
    ("from the root, with a slash", "app/src", "/src/", "src"),
    ("from the root, not there", "app/src", "/no", "no"),
    ("nothing leads above the root", "app", "/../../x", "x"),
    ("in full", "app2", "{app}/src", "src"),
    ("in full, not there", "app2", "{app}/no", "no"),
    ("links stay", "app", "l/a.py", "l/a.py"),
    ("a link that leads out stays", "app", "out/f", "out/f"),
    ("blanks stay", "app", " a ", " a "),
    ("bytes stay", "app", "bad\udcff", "bad\udcff"),
    ("a wildcard is a name", "app", "*.py", "*.py"),
]


@pytest.mark.parametrize(
    ("folder", "typed", "path"), [row[1:] for row in INSIDE], ids=[row[0] for row in INSIDE]
)
def test_inside(
    folder: str, typed: str, path: str, make_tree: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree(TREE)
    monkeypatch.chdir(os.path.join(root, folder))
    app = f"{root}/app"
    assert given.inside(WorkTree(app), typed.format(app=app), "app") == path


def test_the_root_wins_over_the_full_path(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both are there, `/x` is x in the context root."""
    root = make_tree({})
    os.makedirs(f"{root}{root}/f")
    monkeypatch.chdir(root)
    assert given.inside(WorkTree(root), f"{root}/f", ".") == f"{root}/f".lstrip("/")
    os.rmdir(f"{root}{root}/f")
    assert given.inside(WorkTree(root), f"{root}/f", ".") == "f"


# (where one stands, what is typed, the two ways that are offered)
OUTSIDE = [
    ("app", "..", "ctx/", "/"),
    ("app", "../x", "ctx/x", "/x"),
    ("app", "../../x/y", "ctx/x/y", "/x/y"),
    ("app/src", "../../app2/f", "ctx/app2/f", "/app2/f"),
    ("app2", "f", "ctx/f", "/f"),
    ("app2", "./.hidden", "ctx/.hidden", "/.hidden"),
    ("", "app2", "ctx/app2", "/app2"),
]


@pytest.mark.parametrize(("folder", "typed", "here", "there"), OUTSIDE)
def test_outside(
    folder: str,
    typed: str,
    here: str,
    there: str,
    *,
    make_tree: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = make_tree(TREE)
    monkeypatch.chdir(os.path.join(root, folder))
    offered = re.escape(f"such as {here}, or from the context root, such as {there}")
    with pytest.raises(UsageError, match=f"^{re.escape(typed)} lies outside.*{offered}$") as caught:
        given.inside(WorkTree(f"{root}/app"), typed, "ctx")
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("typed", ["", "a\0b"])
def test_what_is_no_path(typed: str, make_tree: Make) -> None:
    with pytest.raises(UsageError, match="has no name"):
        given.inside(WorkTree(make_tree({})), typed, ".")


def test_without_a_current_folder(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_tree({"a": {}, "gone": {}})
    monkeypatch.chdir(f"{root}/gone")
    os.rmdir(f"{root}/gone")
    tree = WorkTree(root)
    assert given.inside(tree, "/a", root) == "a"
    with pytest.raises(UsageError, match="current folder cannot be found"):
        given.inside(tree, "a", root)
    os.chdir("/")
