"""Single paths of the context as it arrives, held against the whole of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.demand.arrived import Arrived
from ctxguard.context.demand.target import transfer, view_of
from ctxguard.context.demand.targets import Target, wanted
from ctxguard.context.measure import measure
from ctxguard.context.tree.locate import Governing, governing_for, locate
from ctxguard.context.walking.views import view_of_all
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Symlink, Tree
from tests.context.measuring import BOTH, all_paths, request_for, sent_paths
from tests.context.trees import NAMES, RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def arrived(root: str, backend: Backend = Backend.BUILDKIT) -> Arrived:
    request = request_for(root, backend)
    governing = governing_for(locate(request.source, request.dockerfile), backend)
    assert isinstance(governing, Governing)
    return Arrived(request.source, view_of_all(backend, governing))


def of_target(root: str) -> tuple[Target, Governing, Arrived]:
    """What arrives for the Dockerfile that is there."""
    request = request_for(root)
    located = locate(request.source, request.dockerfile)
    governing = located.buildkit
    assert isinstance(governing, Governing)
    chosen = wanted(request.source, located, request.build).chosen
    return chosen, governing, Arrived(request.source, view_of(governing, chosen.kept))


@pytest.mark.slow
@BOTH
@settings(max_examples=60, deadline=None)
@given(tree=TREES, rules=RULES)
def test_it_is_what_a_walk_sends(
    backend: Backend, tree: Tree, rules: list[str], fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    sent = {path.rstrip("/") for path in sent_paths(root, backend)}
    found = arrived(root, backend)
    assert {path for path in all_paths(root) if found.has(path)} == sent


@settings(max_examples=60, deadline=None)
@given(tree=TREES, rules=RULES, asked=st.lists(PATHS, min_size=1, max_size=3))
def test_it_is_what_a_target_is_sent(
    tree: Tree, rules: list[str], asked: list[str], fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    with open(f"{root}/Dockerfile", "w", encoding="utf-8") as file:
        file.write(f"FROM scratch\nCOPY {' '.join(asked)} /x/\n")
    chosen, governing, found = of_target(root)
    assert chosen.demand is not None
    whole = transfer(request_for(root).source, governing, chosen.demand)
    assert whole is not None
    assert {path for path in all_paths(root) if found.has(path)} == set(whole.paths)


@settings(max_examples=100, deadline=None)
@given(tree=TREES, rules=RULES, path=PATHS)
def test_a_source_is_missed_if_it_does_not_arrive(
    tree: Tree, rules: list[str], path: str, fresh_roots: Iterator[str]
) -> None:
    """Without links on its way, a COPY fails if its source is not among what is sent."""
    root = plant(next(fresh_roots), tree, rules)
    with open(f"{root}/Dockerfile", "w", encoding="utf-8") as file:
        file.write(f"FROM scratch\nCOPY {path} /x/\n")
    chosen, governing, _ = of_target(root)
    if chosen.kept != (path,) or os.path.islink(f"{root}/{path}"):
        return
    assert chosen.demand is not None
    whole = transfer(request_for(root).source, governing, chosen.demand)
    assert whole is not None
    lost = [problem for problem in measure(request_for(root)).problems if problem.line == 2]
    assert bool(lost) == (path not in whole.paths)


def test_what_is_not_there_never_arrives_but_would_be_sent(make_tree: Make) -> None:
    found = arrived(make_tree({".dockerignore": "*.log", "src": {}}))
    asked = ["src/new", "new/x", "x.log", "x.log/below"]
    assert [found.has(path) for path in asked] == [False] * 4
    assert [found.would_be_sent(path) for path in asked] == [True, True, False, False]


def test_a_folder_that_is_owed(make_tree: Make) -> None:
    tree: Tree = {"d": {"keep": "", "x": ""}, "e": {"x": ""}, ".dockerignore": "*\n!d/keep\n!e/no"}
    root = make_tree(tree)
    found = arrived(root)
    assert [found.would_be_sent(path) for path in ("d", "d/keep", "e")] == [False, True, False]
    assert [found.has(path) for path in ("d", "d/keep", "d/x", "e")] == [True, True, False, False]
    assert not arrived(root, Backend.LEGACY).has("d")


def test_the_root_always_arrives(make_tree: Make) -> None:
    assert arrived(make_tree({".dockerignore": "**"})).has("")


def test_lstat_tells_the_kind_and_raises(make_tree: Make) -> None:
    found = arrived(make_tree({"f": "12", "l": Symlink("f"), ".dockerignore": "no", "no": ""}))
    assert found.lstat("f").st_size == 2
    assert found.readlink("l") == "f"
    for path in ("no", "nothing"):
        with pytest.raises(FileNotFoundError, match=path):
            found.lstat(path)


def test_children(make_tree: Make) -> None:
    found = arrived(make_tree({"d": {"f": "", "l": Symlink("f"), "e": {}}}))
    assert sorted(found.children("d")) == [
        ("e", EntryKind.DIRECTORY),
        ("f", EntryKind.FILE),
        ("l", EntryKind.SYMLINK),
    ]
    for nothing in ("no", "d/f"):
        assert found.children(nothing) == []


def test_many_names_end_the_search(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit nothing is said, rather than something that may be wrong."""
    tree: Tree = {"bad": Symlink("nowhere"), "Dockerfile": "FROM scratch\nCOPY * /x/\n"}
    request = replace(request_for(make_tree(tree)), top=1)
    assert [problem.code for problem in measure(request).problems] == ["missing-source"]
    monkeypatch.setattr("ctxguard.context.demand.missing._MOST_LOOKED_AT", 0)
    assert measure(request).problems == ()
