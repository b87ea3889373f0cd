"""Random small trees and rule sets, for laws that hold for all of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.conftest import Fifo, File, Hardlink, Socket, Symlink, Tree, grow

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


# Trees with one of everything, in which some files lie in a row.

GIB = 2**30
ODD_TIMES = [0, 1, 2**56 // 10**9, 2**56 // 10**9 + 1, 8**11 - 2, 8**11 - 1, 8**11]
ODD_FILES = st.one_of(
    st.integers(0, 3000).map(lambda size: File(size=size)),
    st.sampled_from([40_000, GIB, 8 * GIB - 1, 8 * GIB]).map(lambda size: File(size=size)),
    st.sampled_from([0o755, 0o600, 0, 0o4755]).map(lambda mode: File("mode", mode=mode)),
    st.sampled_from(ODD_TIMES).map(lambda time: File("time", mtime=time)),
    st.just(File("attribute", xattrs={"user.k": b"v"})),
)
ODD_LEAVES = st.one_of(
    ODD_FILES,
    ODD_FILES,
    st.sampled_from([Symlink("a"), Symlink("\udcff"), Fifo(), Socket(), Hardlink(".dockerignore")]),
)
WIDE = st.integers(3, 8).flatmap(
    lambda many: st.fixed_dictionaries({f"f{at}.x": ODD_FILES for at in range(many)})
)
"""Enough files in a row to be taken together."""
ODD_NAMES = st.one_of(NAMES, st.just("\udcff"), st.just("n" * 101))


def folders(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    narrow = st.dictionaries(ODD_NAMES, ODD_LEAVES | inner, max_size=5)
    return st.one_of(narrow, st.builds(lambda one, two: {**one, **two}, WIDE, narrow))


ODD_TREES: st.SearchStrategy[Tree] = folders(folders(folders(st.just({}))))
LINKS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=3)
"""A file and a folder, by their numbers, for one more name."""


def link_across(root: str, links: list[tuple[int, int]]) -> None:
    top = os.fsencode(root)
    places = sorted(os.walk(top))
    files = [
        path
        for folder, _, names in places
        for path in (os.path.join(folder, name) for name in sorted(names))
        if os.path.isfile(path) and not os.path.islink(path)
    ]
    for number, (file, folder) in enumerate(links):
        into = places[folder % len(places)][0]
        os.link(files[file % len(files)], os.path.join(into, b"link%d" % number))


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
