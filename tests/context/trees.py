"""Random small trees and rule sets, for laws that hold for all of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.conftest import File, Hardlink, Symlink, Tree, grow

NAMES = st.sampled_from(["a", "b", "a.b", "a-b", "B", "é", "\ud7ff", "\U00010000", "k.log", "d"])
LEAVES = st.one_of(
    st.integers(0, 3000).map(lambda size: File(size=size)),
    st.just(Symlink("a")),
    st.just(Hardlink(".dockerignore")),
)
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(NAMES, LEAVES, max_size=4),
    lambda trees: st.dictionaries(NAMES, LEAVES | trees, max_size=4),
    max_leaves=20,
)
PARTS = st.sampled_from(["a", "b", "*", "**", "a*", "?", "d", "é", "*.log", "a.b"])
RULE = st.builds(
    lambda sign, parts: sign + "/".join(parts),
    st.sampled_from(["", "!"]),
    st.lists(PARTS, min_size=1, max_size=3),
)
RULES = st.builds(
    lambda first, others: first + others,
    st.sampled_from([[], ["*"], ["a", "b", "d"], ["*", "!**/a"]]),
    st.lists(RULE, max_size=4),
)
"""Often with a first rule that leaves exceptions something to take back."""


@pytest.fixture(scope="module")
def fresh_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Folders that are not there yet, one for each example."""
    top = tmp_path_factory.mktemp("trees")
    return (str(top / str(number)) for number in itertools.count())


def plant(root: str, tree: Tree, rules: list[str]) -> str:
    """Make a context of them."""
    os.makedirs(root)
    Path(root, ".dockerignore").write_text("\n".join(rules), encoding="utf-8")
    Path(root, "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    grow(root, tree)
    return root
