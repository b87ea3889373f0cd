"""What candidate lines would keep out, and what asks for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.context.shares import Shares, shares
from ctxguard.context.tracking import Known, Tracking
from ctxguard.errors import MeasureError
from ctxguard.git.untracked import Untracked
from tests.conftest import File, Hardlink, Tree
from tests.context.measuring import request_for
from tests.context.trees import LINKS, ODD_TREES, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]

TREE: Tree = {
    "Dockerfile": "FROM scratch\nCOPY src conf/*.toml /\n",
    ".dockerignore": "**/*.log\n",
    "src": {"a.py": "123", "b.mp4": File(size=5000), "x.log": "1", "cache": {"c.mp4": "12"}},
    "conf": {"a.toml": "1234", "b.ini": "12345"},
    "env": {"pyvenv.cfg": "1", "lib": {"m.py": File(size=7000)}},
    "twice": Hardlink("src/b.mp4"),
}
LINES = ["**/*.mp4", "**/cache", "conf"]
TRACKING = Tracking(Untracked(ignored=frozenset({"src/cache", "env"})))


def of(root: str, lines: list[str], least: int = 4000, processes: int = 1) -> Shares:
    return shares(request_for(root), lines, least, TRACKING, processes)


def test_what_each_line_would_keep_out(make_tree: Callable[..., str]) -> None:
    found = of(make_tree(TREE), LINES)
    assert [(place.path, place.environment, place.ignored) for place in found.places] == [
        ("env", True, True),
        ("env/lib/m.py", False, False),
    ]
    rows = {
        (tuple(sorted(row.lines)), row.standing.itself, row.standing.below, row.known): (
            row.bytes,
            row.files,
        )
        for row in found.shares
    }
    assert rows[(0, 1), (), (0,), Known.IGNORED] == (2, 1)
    assert rows[(2,), (1,), (), Known.TRACKED] == (4, 1)
    assert rows[(2,), (), (), Known.TRACKED] == (5, 1)
    assert rows[(3, 4), (), (), Known.IGNORED] == (7000, 1)
    assert rows[(), (), (0,), Known.TRACKED] == (3, 1)
    (linked,) = found.linked
    assert (linked.bytes, sorted(map(sorted, linked.names))) == (5000, [[], [0]])


def sums(found: Shares) -> Any:
    """The same in any order."""
    links = sorted((each.bytes, sorted(map(sorted, each.names))) for each in found.linked)
    return set(found.shares), links, set(found.places), found.instructions


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=ODD_TREES, rules=RULES, links=LINKS, least=st.sampled_from([1, 1000, 10**6]))
def test_in_several_processes_it_comes_to_the_same(
    fresh_roots: Iterator[str], *, tree: Tree, rules: list[str], links: Any, least: int
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, links)
    lines = ["**/a", "**/*.x", "d"]
    try:
        alone = of(root, lines, least)
    except MeasureError:
        return
    assert sums(of(root, lines, least, processes=2)) == sums(alone)
