from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.measure import measure
from ctxguard.context.walking.inclusion import EVERYTHING
from ctxguard.context.weighing.heaviest import HeaviestTally
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import Backend, EntryKind, Heaviest, HeavyPath
from tests.conftest import Tree
from tests.context.measuring import BOTH, entries_of, request_for
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
FILE, FOLDER = EntryKind.FILE, EntryKind.DIRECTORY
SOME_STAT = os.stat(os.curdir)


def heaviest(files: dict[str, int], top: int = 10, depth: int | None = None) -> Heaviest:
    tally = HeaviestTally(top)
    for path, size in files.items():
        folder, _, name = path.rpartition("/")
        kind = FOLDER if size < 0 else FILE
        size = max(size, 0)
        tally.add(Sent(path, folder, name, kind, SOME_STAT, {}, size, None, EVERYTHING, EVERYTHING))
    return tally.heaviest(depth)


def rows(found: Heaviest) -> list[tuple[str, int]]:
    """Folders end in `/`."""
    return [(row.path + "/" * (row.kind is FOLDER), row.bytes) for row in found.rows]


# (what, files and their sizes, rows)
CASES: list[tuple[str, dict[str, int], list[tuple[str, int]]]] = [
    ("nothing", {}, []),
    ("only empty files", {"a": 0, "d/b": 0}, []),
    ("an empty folder", {"d": -1}, []),
    ("files by size", {"a": 1, "b": 3, "c": 2}, [("b", 3), ("c", 2), ("a", 1)]),
    ("ties by path", {"b": 1, "a": 1, "c/x": 1, "c/y": 1}, [("c/", 2), ("a", 1), ("b", 1)]),
    ("a folder of equals", {"d/a": 5, "d/b": 5}, [("d/", 10)]),
    ("one child of nine tenths", {"d/a": 9, "d/b": 1}, [("d/a", 9), ("d/b", 1)]),
    ("one of a little less", {"d/a": 89, "d/b": 11}, [("d/", 100)]),
    ("far down", {"a/b/c/x": 5, "a/b/c/y": 5}, [("a/b/c/", 10)]),
    ("down to the file", {"a/b/c/x": 99, "a/b/y": 1}, [("a/b/c/x", 99), ("a/b/y", 1)]),
    (
        "two ways down",
        {"a/b/x": 50, "c/d/y": 20, "c/d/z": 20},
        [("a/b/x", 50), ("c/d/", 40)],
    ),
    (
        "empty files do not hide a dominant one",
        {"d/a": 9, "d/b": 0, "d/c/e": 0},
        [("d/a", 9)],
    ),
    ("names that begin alike", {"a/x": 1, "a/y": 1, "ab/x": 2, "ab/y": 2}, [("ab/", 4), ("a/", 2)]),
    ("the folder between is not there", {"a/b/c": 1, "a/d": 1}, [("a/", 2)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_rows(files: dict[str, int], expected: list[tuple[str, int]]) -> None:
    assert rows(heaviest(files)) == expected
    assert rows(heaviest(dict(reversed(files.items())))) == expected


DEPTHS: list[tuple[int | None, list[tuple[str, int]]]] = [
    (1, [("a/", 100), ("z", 3)]),
    (2, [("a/b/", 99), ("z", 3), ("a/y", 1)]),
    (3, [("a/b/c/", 99), ("z", 3), ("a/y", 1)]),
    (4, [("a/b/c/x", 99), ("z", 3), ("a/y", 1)]),
    (None, [("a/b/c/x", 99), ("z", 3), ("a/y", 1)]),
]


@pytest.mark.parametrize(("depth", "expected"), DEPTHS, ids=[str(row[0]) for row in DEPTHS])
def test_depth(depth: int | None, expected: list[tuple[str, int]]) -> None:
    assert rows(heaviest({"a/b/c/x": 99, "a/y": 1, "z": 3}, depth=depth)) == expected


def test_top_leaves_the_rest_over() -> None:
    found = heaviest({"a": 4, "b": 3, "c": 2, "d/x": 1, "d/y": 0, "e": 0}, top=2)
    assert rows(found) == [("a", 4), ("b", 3)]
    assert (found.rest_bytes, found.rest_files) == (3, 4)


def test_top_keeps_the_first_of_equals() -> None:
    names = dict.fromkeys("gecafbd", 7)
    assert rows(heaviest(names, top=3)) == [("a", 7), ("b", 7), ("c", 7)]
    below = {f"d/{name}": 7 for name in "gecafbd"} | {"d/x": 10**6}
    assert rows(heaviest(below, top=3)) == [("d/x", 10**6), ("d/a", 7), ("d/b", 7)]


def test_a_folder_counts_its_files() -> None:
    found = heaviest({"d/a": 5, "d/b/c": 5, "d/b/e": 0, "f": 0})
    assert found.rows == (HeavyPath("d", FOLDER, 10, 3),)
    assert (found.rest_bytes, found.rest_files) == (0, 1)


def test_as_many_files_as_you_like_below_one_folder() -> None:
    found = heaviest({f"d/{number:04}": number for number in range(1000)}, top=5)
    assert rows(found) == [("d/", sum(range(1000)))]
    assert found.rows[0].files == 1000


# ── laws ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@BOTH
@settings(max_examples=60, deadline=None)
@given(
    tree=TREES,
    rules=RULES,
    limits=st.tuples(st.integers(1, 5), st.one_of(st.none(), st.integers(1, 4))),
)
def test_laws(
    backend: Backend,
    tree: Tree,
    rules: list[str],
    limits: tuple[int, int | None],
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    top, depth = limits
    measured = measure(request_for(root, backend, top=top, depth=depth, types=True))
    found = measured.heaviest
    files = {entry.path: entry.bytes for entry in entries_of(root, backend) if entry.kind is FILE}
    assert measured.types is not None
    # All that is sent is in a row or in the rest.
    assert sum(row.bytes for row in found.rows) + found.rest_bytes == measured.size.bytes
    assert sum(row.files for row in found.rows) + found.rest_files == measured.size.files
    assert sum(row.bytes for row in measured.types) == measured.size.bytes == sum(files.values())
    assert sum(row.files for row in measured.types) == measured.size.files == len(files)
    assert found.rest_bytes >= 0
    assert len(found.rows) <= top
    paths = [row.path for row in found.rows]
    assert [(-row.bytes, row.path) for row in found.rows] == sorted(
        (-row.bytes, row.path) for row in found.rows
    )
    for row in found.rows:
        below = [at for at in files if at == row.path or at.startswith(f"{row.path}/")]
        # A folder weighs the sum of what is in it, and no row is inside another.
        assert (row.bytes, row.files) == (sum(files[at] for at in below), len(below))
        assert row.bytes > 0
        assert not any(other.startswith(f"{row.path}/") for other in paths)
        assert depth is None or row.path.count("/") < depth
        assert (row.kind is FOLDER) == Path(root, row.path).is_dir()


def test_only_what_the_chosen_builder_is_sent(make_tree: Callable[..., str]) -> None:
    root = make_tree(
        {
            "Dockerfile": "",
            ".dockerignore": "*\n!a",
            "Dockerfile.dockerignore": "*\n!b",
            "a": "12",
            "b": "345",
        }
    )
    assert rows(measure(request_for(root, Backend.BUILDKIT)).heaviest) == [("b", 3)]
    assert rows(measure(request_for(root, Backend.LEGACY)).heaviest) == [
        (".dockerignore", 4),
        ("a", 2),
    ]
