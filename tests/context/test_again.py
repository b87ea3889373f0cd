"""What is measured again is what a fresh measurement finds, whatever was changed in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.context import measure
from ctxguard.context.again import Again, Changed, Grain
from ctxguard.context.course import Request
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conftest import File, Tree
from tests.context.measuring import all_paths, request_for
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]

EDIT = st.tuples(
    st.sampled_from(["write", "grow", "remove", "rename", "mkdir", "link", "rules", "hardlink"]),
    st.integers(0, 99),
    st.integers(0, 99),
)


class Editor:
    """Changes a tree, and keeps what the kernel would tell of it."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folders: set[str] = set()
        self.trees: set[str] = set()

    def edit(self, what: str, one: int, other: int, rules: list[str]) -> None:
        paths = sorted(all_paths(self.root))
        folders = ["", *filter(self._is_folder, paths)]
        files = [path for path in paths if not self._is_folder(path)]
        into = folders[other % len(folders)]
        if what == "rules":
            self._write(".dockerignore", "\n".join(rules))
        elif what == "write":
            self._write(os.path.join(into, f"new{one % 3}"), "x" * one)
        elif what == "mkdir":
            self._tree(os.path.join(into, f"made{one % 3}"))
        elif what == "link":
            self._gone(os.path.join(into, "alink"))
            os.symlink("a", os.path.join(self.root, into, "alink"))
        elif what in ("grow", "hardlink") and files:
            self._edit_file(what, files[one % len(files)], into, other)
        elif what in ("remove", "rename") and paths:
            self._edit_path(what, paths[one % len(paths)], into, other)

    def _edit_file(self, what: str, path: str, into: str, other: int) -> None:
        full = os.path.join(self.root, path)
        if what == "hardlink":
            to = os.path.join(into, "ahard")
            if path != to:
                self._gone(to)
                os.link(full, os.path.join(self.root, to), follow_symlinks=False)
                self._tell(os.path.dirname(path))
        elif not os.path.islink(full):
            self._write(path, "y" * other * 50)

    def _edit_path(self, what: str, path: str, into: str, other: int) -> None:
        if os.path.basename(path) in (".dockerignore", "Dockerfile"):
            return
        to = os.path.join(into, f"moved{other % 3}")
        if what == "remove":
            self._gone(path)
        elif not f"{to}/".startswith(f"{path}/") and not f"{path}/".startswith(f"{to}/"):
            self._rename(path, to)

    def _is_folder(self, path: str) -> bool:
        full = os.path.join(self.root, path)
        return os.path.isdir(full) and not os.path.islink(full)

    def _tell(self, folder: str) -> None:
        self.folders.add(folder)

    def _write(self, path: str, text: str) -> None:
        if self._is_folder(path):
            self._gone(path)
        Path(self.root, path).write_text(text, encoding="utf-8")
        self._tell(os.path.dirname(path))

    def _tree(self, path: str) -> None:
        self._gone(path)
        os.makedirs(os.path.join(self.root, path, "deep", "er"))
        Path(self.root, path, "deep", "er", "f").write_text("deep", encoding="utf-8")
        self.trees.add(path)
        self._tell(os.path.dirname(path))

    def _gone(self, path: str) -> None:
        full = os.path.join(self.root, path)
        if self._is_folder(path):
            shutil.rmtree(full)
            self.trees.add(path)
        elif os.path.lexists(full):
            os.unlink(full)
        self._tell(os.path.dirname(path))

    def _rename(self, path: str, to: str) -> None:
        self._gone(to)
        os.rename(os.path.join(self.root, path), os.path.join(self.root, to))
        for each in (path, to):
            self.trees.add(each)
            self._tell(os.path.dirname(each))

    def changed(self) -> Changed:
        found = Changed(frozenset(self.folders), frozenset(self.trees))
        self.folders, self.trees = set(), set()
        return found


def fresh(request: Request) -> Measurement | str:
    try:
        return measure.measure(request)
    except MeasureError as error:
        return str(error)


def once_more(known: Again, changed: Changed | None) -> Measurement | str:
    try:
        return known.measure(changed)
    except MeasureError as error:
        return str(error)


SMALL = Grain(head=3, splits=1, many=2)
"""So that trees of a few entries have parts."""


@pytest.mark.slow
@pytest.mark.parametrize("backend", Backend, ids=lambda backend: backend.value)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tree=TREES,
    rules=st.lists(RULES, min_size=1, max_size=3),
    rounds=st.lists(st.lists(EDIT, max_size=4), max_size=4),
    copy=st.sampled_from(["COPY . /", "COPY a b* /x/", "COPY d !d/a /"]),
    alone=st.booleans(),
)
def test_it_is_what_a_fresh_measurement_finds(
    fresh_roots: Iterator[str],
    backend: Backend,
    *,
    tree: Tree,
    rules: list[list[str]],
    rounds: list[list[tuple[str, int, int]]],
    copy: str,
    alone: bool,
) -> None:
    root = plant(next(fresh_roots), tree, rules[0])
    Path(root, "Dockerfile").write_text(f"FROM scratch\n{copy}\n", encoding="utf-8")
    request = replace(request_for(root, backend), alone=alone)
    known = Again(request, SMALL)
    assert once_more(known, None) == fresh(request)
    editor = Editor(root)
    for edits in rounds:
        for what, one, other in edits:
            editor.edit(what, one, other, rules[one % len(rules)])
        assert once_more(known, editor.changed()) == fresh(request)
    assert once_more(known, Changed()) == fresh(request)
    shutil.rmtree(root)


def test_only_what_changed_is_read_again(make_tree: Callable[..., str]) -> None:
    tree: Tree = {f"d{at}": {"inner": {"f": File(size=at)}} for at in range(9)}
    root = make_tree({"Dockerfile": "FROM scratch\nCOPY . /\n", **tree})
    known = Again(request_for(root), SMALL)
    before = known.measure()
    Path(root, "d8", "inner", "f").write_text("x" * 100, encoding="utf-8")
    Path(root, "d7", "inner", "f").write_text("x" * 100, encoding="utf-8")
    after = known.measure(Changed(["d8/inner"]))
    assert after.size.bytes == before.size.bytes + 92
    assert known.measure(Changed(["d7/inner"])).size.bytes == before.size.bytes + 92 + 93
    assert set(known.folders) == {"", *tree, *(f"{name}/inner" for name in tree)}


def test_another_folder_under_the_same_name(make_tree: Callable[..., str]) -> None:
    def branch(size: int) -> Tree:
        return {f"s{at}": {"t": {"f": File(size=size)}} for at in range(5)}

    root = make_tree({"Dockerfile": "FROM scratch\nCOPY . /\n", "y": branch(10), "z": branch(99)})
    request = request_for(root)
    known = Again(request, SMALL)
    known.measure()
    for _ in range(2):  # the second time, all that lies deeper has parts of its own
        for old, new in (("y", "x"), ("z", "y"), ("x", "z")):
            os.rename(os.path.join(root, old), os.path.join(root, new))
        assert known.measure(Changed([""], ["x", "y", "z"])) == fresh(request)
        assert known.measure(Changed(["y/s1/t", "z/s1/t"])) == fresh(request)
