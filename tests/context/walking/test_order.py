from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.tree.given import worktree
from ctxguard.context.tree.locate import Governing, governing_for, locate
from ctxguard.context.walking.order import Run, WireOrder, in_order
from ctxguard.context.walking.views import wire_order
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.ignore import DockerIgnoreSpec
from ctxguard.measurement import Backend
from tests.conftest import Tree
from tests.context.measuring import (
    BOTH,
    all_paths,
    entries_of,
    request_for,
    sent_paths,
    view_of,
)
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]

# In the order of the wire: a folder, what is in it, and only then what continues its name.
ORDERED: Tree = {
    "B": "",
    "a": {"b": "", "z": {"y": ""}},
    "a!": "",
    "a-b": "",
    "a.b": "",
    "ab": "",
    "é": "",
    "\uffff": "",
    "\U00010000": "",
    "\udcff": "",
}


@BOTH
def test_names_go_by_their_bytes(backend: Backend, make_tree: Callable[..., str]) -> None:
    root = make_tree(dict(reversed(list(ORDERED.items()))))
    paths = ["B", "a/", "a/b", "a/z/", "a/z/y", "a!", "a-b", "a.b", "ab", "é"]
    assert sent_paths(root, backend) == [*paths, "\uffff", "\U00010000", "\udcff"]


# (what, rules, what BuildKit is sent of the tree)
DEEP: Tree = {
    "a": {"k": "", "m": {"k": "", "n": {"k": ""}, "z": ""}, "z": ""},
    "b": {"k": ""},
    "c": {"e": {}},
}
ANCESTORS = [
    ("nothing", "*", []),
    ("a folder for one file", "*\n!a/m/k", ["a/", "a/m/", "a/m/k"]),
    ("only one that holds it", "*\n!*/m/k", ["a/", "a/m/", "a/m/k"]),
    ("once for several", "*\n!*/k\n!a/z", ["a/", "a/k", "a/z", "b/", "b/k"]),
    ("folders in between", "*\n!**/n/k", ["a/", "a/m/", "a/m/n/", "a/m/n/k"]),
    ("on the way back up", "*\n!a/m/n/k\n!a/z", ["a/", "a/m/", "a/m/n/", "a/m/n/k", "a/z"]),
    ("none for a folder that ends up empty", "*\n!a/missing\n!b/k", ["b/", "b/k"]),
    ("an empty folder is an entry", "*\n!c/e", ["c/", "c/e/"]),
    ("below one that is included itself", "a\n!a/m\na/m/n\n!a/m/n/k", [
        "a/", "a/m/", "a/m/k", "a/m/n/", "a/m/n/k", "a/m/z", "b/", "b/k", "c/", "c/e/",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "expected"), [row[1:] for row in ANCESTORS], ids=[row[0] for row in ANCESTORS]
)
def test_ancestors_come_first_if_something_below_is_sent(
    rules: str, expected: list[str], make_tree: Callable[..., str]
) -> None:
    root = make_tree(dict(DEEP) | {".dockerignore": f"{rules}\n.dockerignore"})
    assert sent_paths(root, Backend.BUILDKIT) == expected


def test_the_classic_builder_sends_no_ancestors(make_tree: Callable[..., str]) -> None:
    root = make_tree(dict(DEEP) | {".dockerignore": "*\n!a/m/n/k"})
    assert sent_paths(root, Backend.LEGACY) == [".dockerignore", "a/m/n/k"]


def listings(root: str, rules: str) -> Iterator[Listing]:
    steps = walk(worktree(root), [view_of(rules)])
    return (step for step in steps if isinstance(step, Listing))


def shape(run: Run) -> tuple[str, list[str], bool]:
    return run.listing.path, list(run.listing.names[run.start : run.stop]), bool(run.ancestor_of)


def test_runs_are_as_long_as_they_can_be(make_tree: Callable[..., str]) -> None:
    steps = listings(make_tree({"a": "", "b": {"x": "", "y": ""}, "c": "", "d": {}}), "")
    assert [shape(run) for run in in_order(steps, 0, view_of("!x"))] == [
        ("", ["a", "b"], False),
        ("b", ["x", "y"], False),
        ("", ["c", "d"], False),
    ]


def test_a_withheld_folder_comes_again_as_an_ancestor(make_tree: Callable[..., str]) -> None:
    steps = listings(make_tree({"a": {"b": {"x": ""}}, "c": ""}), "*\n!a/b/x")
    assert [shape(run) for run in in_order(steps, 0, view_of("!x"))] == [
        ("", ["a"], False),
        ("a", ["b"], False),
        ("", ["a"], True),
        ("a", ["b"], True),
        ("a/b", ["x"], False),
        ("", ["c"], False),
    ]


def test_runs_come_as_soon_as_they_are_certain(make_tree: Callable[..., str]) -> None:
    steps = listings(make_tree({"a": {"x": ""}, "b": {"y": ""}}), "")
    order = WireOrder(0, view_of("!x").owing)
    came = [[shape(run) for run in order.feed(step)] for step in steps]
    assert came == [
        [],
        [("", ["a"], False)],
        [("a", ["x"], False), ("", ["b"], False)],
    ]
    assert [shape(run) for run in order.finish()] == [("b", ["y"], False)]
    assert list(order.finish()) == []


@pytest.mark.parametrize(
    "paths",
    [["a", "a/b", "a-b"], ["é", "\uffff", "\U00010000", "\udcff"], ["A", "a", "a/\udcff", "a!"]],
    ids=["components", "bytes", "both"],
)
def test_wire_order_of_paths(paths: list[str]) -> None:
    shuffled = paths[::-1]
    assert sorted(shuffled, key=wire_order) == paths


def should_be_sent(root: str, backend: Backend) -> set[str]:
    """By the rules alone, path by path: what is not excluded, and for BuildKit what is above it."""
    request = request_for(root)
    governing = governing_for(locate(request.source, request.dockerfile), backend)
    assert isinstance(governing, Governing)
    sent = {path for path in all_paths(root) if not excluded(governing.spec, path)}
    above = {path[:at] for path in sent for at, char in enumerate(path) if char == "/"}
    return sent | above if backend is Backend.BUILDKIT else sent


def excluded(spec: DockerIgnoreSpec, path: str) -> bool:
    *_, (_, decision) = spec.trace(path)
    return decision.excluded


@settings(max_examples=100, deadline=None)
@given(tree=TREES, rules=RULES)
def test_what_buildkit_is_sent(tree: Tree, rules: list[str], fresh_roots: Iterator[str]) -> None:
    root = plant(next(fresh_roots), tree, rules)
    paths = [entry.path for entry in entries_of(root)]
    assert paths == sorted(should_be_sent(root, Backend.BUILDKIT), key=wire_order)


LITERAL = RULES.map(lambda rules: [rule for rule in rules if "!" not in rule or "*" not in rule])


@settings(max_examples=100, deadline=None)
@given(tree=TREES, rules=st.one_of(LITERAL, RULES))
def test_what_the_classic_builder_is_sent(
    tree: Tree, rules: list[str], fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    paths = [entry.path for entry in entries_of(root, Backend.LEGACY)]
    should = should_be_sent(root, Backend.LEGACY)
    assert paths == sorted(paths, key=wire_order)
    # What only a wildcard in an exception could reach, it misses.
    assert set(paths) <= should
    if all("!" not in rule or not set(rule) & set("*?") for rule in rules):
        assert set(paths) == should
