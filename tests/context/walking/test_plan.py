"""What is left of a walk, cut into subtrees."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.tree.given import worktree
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.plan import Plan
from ctxguard.context.walking.views import View
from ctxguard.context.walking.walk import Listing, Trouble, Waiting, start, walk
from tests.conftest import Tree
from tests.context.measuring import Watched, view_of
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
LEAF: Tree = {"f": ""}
BUSH: Tree = {"a": LEAF, "b": {"c": LEAF, "d": {"e": LEAF}}, "g": ""}
FOREST: Tree = {f"t{at}": BUSH for at in range(4)} | {"z": ""}


def planned(source: Source, listings: int, rules: str = "") -> tuple[Plan, list[View]]:
    views = [view_of(rules)]
    plan = Plan(source, views, [start(views)])
    plan.split(listings)
    return plan, views


def listed(source: Source, plan: Plan, views: Sequence[View]) -> Iterator[str]:
    """The folders in the order of the plan, those that wait walked in their place."""
    for item in plan.items:
        steps = walk(source, views, [item]) if isinstance(item, Waiting) else [item]
        yield from (shown(step) for step in steps)


def shown(step: Listing | Trouble) -> str:
    return f"{step.path}!" if isinstance(step, Trouble) else step.path


def whole(root: str, rules: str = "") -> list[str]:
    return [shown(step) for step in walk(worktree(root), [view_of(rules)])]


TREE_CASES: list[tuple[str, Tree]] = [
    ("nothing", {}),
    ("no folders", {"f": ""}),
    ("a chain", {"/".join("d" * 20): LEAF}),
    ("a bush", BUSH),
    ("a forest", FOREST),
    ("wide", {f"d{at}": LEAF for at in range(40)}),
]


@pytest.mark.parametrize("wanted", [1, 2, 5, 8, 100])
@pytest.mark.parametrize("tree", [row[1] for row in TREE_CASES], ids=[row[0] for row in TREE_CASES])
def test_everything_once_and_in_order(wanted: int, tree: Tree, make_tree: Make) -> None:
    root = make_tree(tree)
    source = worktree(root)
    plan, views = planned(source, wanted)
    assert list(listed(source, plan, views)) == whole(root)


@settings(max_examples=50, deadline=None)
@given(tree=TREES, rules=RULES, wanted=st.integers(1, 12))
def test_the_order_of_the_walk_is_kept(
    tree: Tree, rules: list[str], wanted: int, fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    source = worktree(root)
    plan, views = planned(source, wanted, "\n".join(rules))
    assert list(listed(source, plan, views)) == whole(root, "\n".join(rules))


def test_a_walk_that_has_begun(make_tree: Make) -> None:
    root = make_tree(FOREST)
    source, views = worktree(root), [view_of("")]
    stack = [start(views)]
    seen = []
    for step in walk(source, views, stack):
        seen.append(shown(step))
        if len(seen) == 7:
            break
    plan = Plan(source, views, stack)
    assert stack == []
    plan.split(4)
    assert [*seen, *listed(source, plan, views)] == whole(root)


def test_the_topmost_are_split_first(make_tree: Make) -> None:
    plan, _ = planned(worktree(make_tree(FOREST)), 3)
    assert [piece.path for piece in plan.subtrees()] == ["t0/a", "t0/b", "t1/a", "t1/b", "t2", "t3"]


@pytest.mark.parametrize("listings", [0, 1, 4, 8, 200])
def test_so_many_listings_at_most(listings: int, make_tree: Make) -> None:
    source = Watched(worktree(make_tree({"/".join("d" * 100): LEAF})))
    plan, views = planned(source, listings)
    assert len(source.listed) == min(listings, 101)
    assert len(list(listed(source, plan, views))) == 101


def test_nothing_stays_open(make_tree: Make) -> None:
    source = worktree(make_tree(FOREST))
    before = len(os.listdir("/proc/self/fd"))
    planned(source, 8)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_vanishes_stands_in_its_place(make_tree: Make) -> None:
    root = make_tree(FOREST)

    def remove(path: str) -> None:
        if path == "t1":
            shutil.rmtree(f"{root}/t1")

    source = Watched(worktree(root), before_listing=remove)
    plan, views = planned(source, 6)
    found = list(listed(source, plan, views))
    assert found == [path if path != "t1" else "t1!" for path in whole(root)[:6]] + found[6:]
    assert found.index("t0/b/d") < found.index("t1!") < found.index("t2")
