"""What lies below chosen paths: each file counts for the longest of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.measure import measure
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Hardlink, Tree
from tests.context.measuring import BOTH, entries_of, request_for, split_early
from tests.context.trees import LINKS, ODD_TREES, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
TREE: Tree = {
    "docs": {"a": "12", "deep": {"b": "345", "c": "6"}, "again": Hardlink("docs/a")},
    "docsx": "1234",
    "src": {"docs": {"x": "1"}},
    ".dockerignore": "docs/deep/c\n",
}


def weights(root: str, *paths: str) -> dict[str, int]:
    return dict(measure(replace(request_for(root), weighed=paths)).weights)


def test_below_folders(make_tree: Make) -> None:
    root = make_tree(TREE)
    assert weights(root, "docs/") == {"docs/": 5}
    assert weights(root, "docs") == {"docs": 5}
    assert weights(root, "docs", "docs/deep") == {"docs": 2, "docs/deep": 3}
    assert weights(root, "nothing/", "src/docs/") == {"nothing/": 0, "src/docs/": 1}


def test_of_files(make_tree: Make) -> None:
    root = make_tree(TREE)
    assert weights(root, "docsx", "docs/deep/b") == {"docsx": 4, "docs/deep/b": 3}
    assert weights(root, "docsx/", "docs/deep/c") == {"docsx/": 0, "docs/deep/c": 0}
    assert weights(root, "docs", "docs/deep/b") == {"docs": 2, "docs/deep/b": 3}


def naive(root: str, paths: list[str], backend: Backend) -> dict[str, int]:
    """As the definition says: path by path, the longest first."""
    found = dict.fromkeys(paths, 0)
    for entry in entries_of(root, backend):
        if entry.kind is not EntryKind.FILE:
            continue
        for path in sorted(paths, key=len, reverse=True):
            folder = path.rstrip("/")
            if entry.path == path or entry.path.startswith(f"{folder}/"):
                found[path] += entry.bytes
                break
    return found


@BOTH
@settings(max_examples=40, deadline=None)
@given(tree=ODD_TREES, rules=RULES, data=st.data())
def test_as_the_definition_says(
    backend: Backend,
    tree: Tree,
    rules: list[str],
    data: st.DataObject,
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, data.draw(LINKS))
    there = [entry.path for entry in entries_of(root, backend)] or ["x"]
    chosen = st.lists(st.sampled_from(there), max_size=4, unique=True)
    paths = [path + data.draw(st.sampled_from(["", "/"])) for path in data.draw(chosen)]
    request = replace(request_for(root, backend), weighed=tuple(paths))
    expected = naive(root, paths, backend)
    assert measure(request, processes=1).weights == expected
    with split_early():
        assert measure(request, processes=1).weights == expected
