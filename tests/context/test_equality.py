"""Files taken together, folders measured apart: the outcome is that of entry by entry."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from hypothesis import given, settings

from ctxguard.context.measure import Request, measure
from ctxguard.measurement import Backend, Measurement
from tests.conftest import File, Hardlink, Socket, Symlink, Tree
from tests.context.measuring import (
    BOTH,
    MTIME,
    all_outcomes,
    assert_all_the_same,
    outcome,
    request_for,
    settle,
    split_early,
    told_apart,
    within,
)
from tests.context.trees import GIB, LINKS, ODD_TREES, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]
BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]
Rights = Callable[[], AbstractContextManager[None]]


def everything_of(root: str, backend: Backend = BUILDKIT) -> Request:
    return request_for(root, backend, top=3, types=True, savings=True)


# ── random trees ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@BOTH
@settings(max_examples=60, deadline=None)
@given(tree=ODD_TREES, rules=RULES, links=LINKS)
def test_every_way_gives_the_same(
    backend: Backend,
    tree: Tree,
    rules: list[str],
    links: list[tuple[int, int]],
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, links)
    request = everything_of(root, backend)
    found = assert_all_the_same(request)
    # Who does not ask for the savings is told the same, without them.
    plain = measure(replace(request, savings=False), processes=1)
    assert isinstance(found, Measurement)
    assert told_apart(plain, replace(found, excluded=None)) == {}


# ── what random trees come upon too seldom ─────────────────────────────────────────────────────

SIX: Tree = {f"f{at}": f"{at}" * at for at in range(6)}
TWO: Tree = {"p": SIX, "q": SIX}
LINKED: Tree = {"x": File("x" * 5000)}
# (what, rules, tree)
TREE_CASES: list[tuple[str, str, Tree]] = [
    ("files of 8 GiB", "", {f"f{at}": File(size=8 * GIB - 1 + at % 2) for at in range(6)}),
    (
        "files of 8 GiB, names of 101",
        "",
        {"n" * 100 + f"{at}": File(size=8 * GIB) for at in "abcd"},
    ),
    ("folders below folders", "", {f"d{at}": TWO for at in range(5)}),
    ("deep", "", {"/".join("d" * 30): SIX, "a": TWO, "z": TWO}),
    ("an inode in two parts", "", {"a": TWO, "b": LINKED, "c": {}, "d": {"x": Hardlink("b/x")}}),
    ("an inode in a part and behind it", "", {"b": LINKED, "c": {}, "d": {}, "z": Hardlink("b/x")}),
    ("an inode in a part and before it", "", {"a": Hardlink("d/x"), "b": {}, "c": {}, "d": LINKED}),
    (
        "an inode in a part and in what is split",
        "",
        {"a": {}, "d": {"e": LINKED, "f": {}, "g": {}, "z": Hardlink("d/e/x")}, "e": {}},
    ),
    ("an inode ignored in one part", "d/x", {"b": LINKED, "c": {}, "d": {"x": Hardlink("b/x")}}),
    (
        "an inode ignored in two parts",
        "*/x",
        {"b": LINKED, "c": {}, "d": {"x": Hardlink("b/x")}, "e": {"x": Hardlink("b/x")}},
    ),
    ("ancestors in parts", "*\n!*/q/f5", {f"d{at}": TWO for at in range(5)}),
    ("some ancestors sent, some not", "*\n!d1/q/f5\n!d3/p", {f"d{at}": TWO for at in range(5)}),
    ("an ancestor above several parts", "*\n!d/*/q/f5", {"d": {f"d{at}": TWO for at in range(5)}}),
    ("nothing at all", "*", {f"d{at}": TWO for at in range(5)}),
    ("not UTF-8 in parts", "", {f"d{at}\udcff": {"\udcff": "", **SIX} for at in range(5)}),
    ("sent empty", "d*\n!d*/q\nd*", {f"d{at}": TWO for at in range(5)}),
    ("a rule that is not compiled", "*\n!d1/q\nd1/\\q", {f"d{at}": TWO for at in range(5)}),
    ("a rule that fails", "d4/q/\\q", {f"d{at}": TWO for at in range(5)}),
    ("folders that nobody is sent", "d?/p", {f"d{at}": TWO for at in range(5)}),
    ("links to folders", "", {f"d{at}": {"l": Symlink("../d0"), **SIX} for at in range(5)}),
    ("sockets alone", "", {f"d{at}": {"s": Socket()} for at in range(5)}),
    ("sockets alone, excluded folders", "*\n!*/s", {f"d{at}": {"s": Socket()} for at in range(5)}),
]


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize(
    ("rules", "tree"), [row[1:] for row in TREE_CASES], ids=[row[0] for row in TREE_CASES]
)
def test_cases(backend: Backend, rules: str, tree: Tree, make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": rules, **tree})
    settle(root)
    assert_all_the_same(everything_of(root, backend))


@BOTH
@pytest.mark.parametrize("outside", [False, True])
def test_a_dockerfile_outside(backend: Backend, outside: bool, make_tree: Make) -> None:
    make_tree({"Dockerfile": "FROM scratch"}, "elsewhere")
    root = make_tree({"Dockerfile": "", ".dockerignore": "x" * 490, **SIX, "d": TWO, "e": TWO})
    assert_all_the_same(
        request_for(root, backend, file="../elsewhere/Dockerfile" * outside or None)
    )


@BOTH
def test_two_ignore_files(backend: Backend, make_tree: Make) -> None:
    own = {"Dockerfile.dockerignore": "*\n!d1/q\n!d3", ".dockerignore": "d1\nd2/p\n**/f3"}
    root = make_tree({"Dockerfile": "", **own} | {f"d{at}": TWO for at in range(5)})
    assert_all_the_same(everything_of(root, backend))


def test_names_of_every_length(make_tree: Make) -> None:
    """Where a length on the wire, or a name in the tar, takes more room."""
    names = {"n" * length: File("1234") for length in range(85, 130)}
    folders = {
        "d": names,
        f"{'p' * 60}/{'q' * 60}": names,
        f"{'p' * 100}/{'q' * 100}": names,
    }
    root = make_tree({"Dockerfile": "", **names, **folders})
    settle(root, MTIME)
    assert_all_the_same(everything_of(root))


# ── trouble ────────────────────────────────────────────────────────────────────────────────────

DEEP_AND_FLAT: Tree = {"a": {"b": {"c": TWO}}, "b": TWO}
# (what, rules, tree, paths and their rights)
LOCKED_CASES: list[tuple[str, str, Tree, dict[str, int]]] = [
    ("folders", "", {"a": TWO, "b": TWO, "c": TWO}, {"a/q": 0, "b/p": 0}),
    ("files", "", {"a": TWO, "b": TWO, "c": TWO}, {"a/q/f3": 0, "b/p/f2": 0, "c/q/f5": 0}),
    ("names alone", "", {"a": TWO, "b": TWO, "c": TWO}, {"a/q": 0o444, "b/p": 0o444}),
    ("names alone, excluded", "*/q/*", {"a": TWO, "b": TWO}, {"a/q": 0o444, "b/q": 0o444}),
    ("excluded files, exceptions", "*/q/*\n!x/*/f", {"a": TWO, "b": TWO}, {"a/q": 0o444}),
    ("excluded folders", "*/q", {"a": TWO, "b": TWO, "c": TWO}, {"a/q": 0, "b/q": 0}),
    ("below excluded folders", "a\nb", {"a": TWO, "b": TWO, "c": TWO}, {"a/q": 0, "b/q": 0}),
    ("excluded files", "**/f3", {"a": TWO, "b": TWO, "c": TWO}, {"a/q/f3": 0, "b/p/f3": 0}),
    ("a deep one before a flat one", "", DEEP_AND_FLAT, {"a/b/c/q": 0, "b/q": 0}),
    ("a file before a folder", "", DEEP_AND_FLAT, {"a/b/c/q/f1": 0, "b/q": 0}),
]  # fmt: skip


@BOTH
@pytest.mark.parametrize("savings", [False, True], ids=["", "savings"])
@pytest.mark.parametrize(
    "case", [row[1:] for row in LOCKED_CASES], ids=[row[0] for row in LOCKED_CASES]
)
def test_without_rights(
    backend: Backend,
    savings: bool,
    case: tuple[str, Tree, dict[str, int]],
    make_tree: Make,
    without_rights: Rights,
) -> None:
    rules, tree, rights = case
    root = make_tree({"Dockerfile": "", ".dockerignore": rules, **tree})
    request = replace(everything_of(root, backend), savings=savings)
    for path, mode in rights.items():
        os.chmod(f"{root}/{path}", mode)
    with without_rights():
        found = all_outcomes(request)
        plain = outcome(replace(request, savings=False), 1)
    for path in rights:
        os.chmod(f"{root}/{path}", 0o755)
    for way, one in found.items():
        # Asking for the savings changes nothing else.
        bare = one if isinstance(one, str) else replace(one, excluded=None)
        different = told_apart(bare, plain)
        assert not different, f"{way}: {different}"


def test_a_path_that_the_system_does_not_take(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", "a": TWO, "z": TWO})
    here = os.open(root, os.O_RDONLY)
    for _ in range(17):
        os.mkdir("d" * 249, dir_fd=here)
        inner = os.open("d" * 249, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    for backend in Backend:
        assert_all_the_same(everything_of(root, backend))


@pytest.mark.slow
def test_more_folders_than_a_pipe_holds_numbers(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", **{f"d{at}": {} for at in range(9000)}})
    with within(10), split_early():
        measured = measure(request_for(root), processes=2)
    assert measured.size.directories == 9000


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_large_tree(processes: int, make_tree: Make) -> None:
    """With nothing lowered: the head ends at a folder that holds others."""
    root = make_tree(
        {"Dockerfile": "", **{f"z{at}": {"p": {"q": SIX}, "r": {}} for at in range(5)}}
    )
    for at in range(20_000):
        os.close(os.open(f"{root}/f{at}", os.O_CREAT))
    measured = measure(request_for(root), processes=processes)
    assert measured.size.files == 1 + 20_000 + 5 * 6
    assert measured.size.directories == 5 * 4
