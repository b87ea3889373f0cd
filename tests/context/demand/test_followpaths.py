"""From the paths asked for to the include list: links are followed on the way."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ctxguard.context.demand.followpaths import Follower, TooManyLinksError
from ctxguard.context.tree.given import worktree
from tests.conftest import Symlink, Tree

Make = Callable[..., str]
TREE: Tree = {
    "a": "1",
    "d": {"x": "1", "y": "2", "in": Symlink("x"), "up": Symlink("../e")},
    "e": {"f": {"g": "1"}},
    "l": Symlink("d"),
    "l2": Symlink("l"),
    "abs": Symlink("/e/f"),
    "out": Symlink("../../e"),
    "loop": Symlink("pool"),
    "pool": Symlink("loop"),
    "root": Symlink("/"),
    "bad": Symlink("nowhere"),
}

# (what, paths asked for, the list; None for everything)
CASES: list[tuple[str, list[str], list[str] | None]] = [
    ("a file", ["a"], ["a"]),
    ("not there", ["q/r/s"], ["q/r/s"]),
    ("a link", ["l"], ["d", "l"]),
    ("through a link", ["l/x"], ["d/x", "l"]),
    ("through two", ["l2/x"], ["d/x", "l", "l2"]),
    ("link at the end", ["d/in"], ["d/in", "d/x"]),
    ("link upwards", ["d/up/f"], ["d/up", "e/f"]),
    ("absolute", ["abs/g"], ["abs", "e/f/g"]),
    ("it leads out", ["out/f"], ["e/f", "out"]),
    ("loop", ["loop/x"], ["loop", "pool"]),
    ("to the root", ["root"], None),
    ("through the root", ["root/a"], ["a", "root"]),
    ("broken", ["bad/x"], ["bad", "nowhere/x"]),
    ("once followed, not again", ["l/x", "l/y"], ["d/x", "l"]),
    ("all behind it first", ["l", "l/y"], ["d", "l"]),
    ("within another", ["d", "d/x"], ["d"]),
    ("names that begin alike", ["a", "ab"], ["a", "ab"]),
    ("wildcard without links", ["d/?"], ["d/?"]),
    ("wildcard on links", ["l*"], ["d", "l", "l*", "loop", "pool"]),
    ("wildcard in a folder's place", ["l?/x"], ["d/x", "l", "l?"]),
    ("wildcard that matches no link", ["e*/f"], ["e*/f"]),
    ("malformed wildcard", ["[/x"], ["[/x"]),
    ("escaped wildcard", ["\\*"], ["\\*"]),
]


@pytest.mark.parametrize(
    ("paths", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_followed(paths: list[str], expected: list[str] | None, make_tree: Make) -> None:
    found = Follower(worktree(make_tree(TREE))).follow(paths)
    assert found == (None if expected is None else tuple(expected))


def test_a_follower_begins_anew_each_time(make_tree: Make) -> None:
    follower = Follower(worktree(make_tree(TREE)))
    assert follower.follow(["l/x"]) == follower.follow(["l/x"]) == ("d/x", "l")


def test_what_lies_deep_below_nothing_costs_nothing(make_tree: Make) -> None:
    path = "/".join(["q"] * 30_000)
    begun = time.process_time()
    assert Follower(worktree(make_tree(TREE))).follow([path]) == (path,)
    assert time.process_time() - begun < 0.5


@pytest.mark.slow
def test_links_that_multiply(make_tree: Make) -> None:
    links: Tree = {f"l{at}": Symlink(f"l*/{at}") for at in range(300)}
    with pytest.raises(TooManyLinksError, match="more links than"):
        Follower(worktree(make_tree(links))).follow([f"l*/{at}/l*" for at in range(9000)])
