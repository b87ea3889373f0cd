"""What the ignore file keeps out, and which rule keeps out how much."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings

from ctxguard.context.measure import measure
from ctxguard.measurement import Backend, Excluded, RuleSavings
from tests.conftest import Fifo, File, Hardlink, Socket, Symlink, Tree
from tests.context.measuring import BOTH, all_paths, request_for, sent_paths
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]
Row = tuple[str, int, int]
"""A rule, bytes, files."""


def excluded(root: str, backend: Backend = BUILDKIT, file: str | None = None) -> Excluded:
    found = measure(request_for(root, backend, file=file, savings=True), processes=1).excluded
    assert found is not None
    return found


def rows(found: Excluded) -> list[Row]:
    return [(row.text, row.bytes, row.files) for row in found.rules]


OWN = "\n!.dockerignore\n!Dockerfile"
"""Keeps these two out of the sums."""
# (what, rules, tree, rows for BuildKit, rows for the classic builder if they differ)
CASES: list[tuple[str, str, Tree, list[Row], list[Row] | None]] = [
    ("nothing ignored", "", {"a": "123", "d": {"b": "1"}}, [], None),
    ("a rule for what is not there", "x", {"a": "123"}, [], None),
    ("a file", "a", {"a": "123", "b": "1"}, [("a", 3, 1)], None),
    ("each by its rule, the heaviest first", "a\nb\nc", {"a": "1", "b": "123", "c": "12"}, [
        ("b", 3, 1), ("c", 2, 1), ("a", 1, 1),
    ], None),
    ("equals in the order of the file", "b\na", {"a": "1", "b": "1"}, [
        ("b", 1, 1), ("a", 1, 1),
    ], None),
    ("a rule that has nothing left to exclude does not decide", "a*\nab", {
        "ab": "123", "ac": "1",
    }, [("a*", 4, 2)], None),
    ("a rule behind an exception does", "a*\n!ab\nab", {"ab": "123", "ac": "1"}, [
        ("ab", 3, 1), ("a*", 1, 1),
    ], None),
    ("a whole folder by the rule on it", "d", {"d": {"x": "123", "e": {"y": "12"}}}, [
        ("d", 5, 2),
    ], None),
    ("a folder within a folder", "d\nd/e", {"d": {"x": "123", "e": {"y": "12"}}}, [
        ("d", 5, 2),
    ], None),
    ("a rule below an exception", "d\n!d/e\nd/e/y", {
        "d": {"x": "123", "e": {"y": "12", "z": "1"}},
    }, [("d", 3, 1), ("d/e/y", 2, 1)], None),
    ("what an exception brings back is not kept out", "d\n!d/x", {"d": {"x": "123", "y": "12"}}, [
        ("d", 2, 1),
    ], None),
    ("anywhere", "**/*.log", {"a.log": "1", "d": {"b.log": "12", "c": ""}}, [
        ("**/*.log", 3, 2),
    ], None),
    ("empty files count", "d", {"d": {"x": "", "y": ""}}, [("d", 0, 2)], None),
    ("only files count", "d\n[lps]", {
        "d": {"e": {}}, "l": Symlink("Dockerfile"), "p": Fifo(), "s": Socket(),
    }, [], None),
    ("a hole counts in full", "a", {"a": File(size=10**9)}, [("a", 10**9, 1)], None),
    ("as written", "  /a/  ", {"a": "123"}, [("  /a/  ", 3, 1)], None),
    ("an exception that only BuildKit follows", f"*\n!*/k{OWN}", {
        "a": {"k": "12345", "y": "123"},
    }, [("*", 3, 1)], [("*", 8, 2)]),
    ("and all below it", f"*\n!*/k{OWN}", {"a": {"k": {"x": "12345"}, "y": "123"}}, [
        ("*", 3, 1),
    ], [("*", 8, 2)]),
    ("far below it", f"a\n!*/k\n!*/m{OWN}", {"a": {"m": {"n": {"o": "1", "p": {"q": "12"}}}}}, [
    ], [("a", 3, 2)]),
    ("a rule within what the classic builder does not reach", f"a\n!*/k\na/k/x{OWN}", {
        "a": {"k": {"x": "12345", "z": "1"}},
    }, [("a/k/x", 5, 1)], [("a/k/x", 5, 1), ("a", 1, 1)]),
    ("later names count as files", "x\ny", {"x": "12345", "y": Hardlink("x")}, [
        ("x", 5, 1), ("y", 0, 1),
    ], None),
    ("a name that is sent saves nothing by the others", "x\ny", {
        "x": "12345", "y": Hardlink("x"), "z": Hardlink("x"),
    }, [("x", 0, 1), ("y", 0, 1)], None),
    ("sent from a later folder", "x", {"x": "12345", "d": {"z": Hardlink("x")}}, [
        ("x", 0, 1),
    ], None),
    ("sent from an earlier folder", "x", {"x": "12345", "a": {"z": Hardlink("x")}}, [
        ("x", 0, 1),
    ], None),
]  # fmt: skip


@BOTH
@pytest.mark.parametrize("case", [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_rows(
    backend: Backend, case: tuple[str, Tree, list[Row], list[Row] | None], make_tree: Make
) -> None:
    rules, tree, buildkit, legacy = case
    root = make_tree({"Dockerfile": "FROM scratch", ".dockerignore": rules, **tree})
    expected = buildkit if legacy is None or backend is BUILDKIT else legacy
    found = excluded(root, backend)
    assert rows(found) == expected
    assert found.bytes == sum(row.bytes for row in found.rules)
    assert found.files == sum(row.files for row in found.rules)


def test_where_the_rule_stands(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", "Dockerfile.dockerignore": "# c\n\na\n", "a": "123"})
    assert excluded(root).rules == (RuleSavings("Dockerfile.dockerignore", 3, "a", 3, 1),)


def test_only_if_asked_for(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "a", "a": "1"})
    assert measure(request_for(root)).excluded is None


def test_no_ignore_file(make_tree: Make) -> None:
    assert excluded(make_tree({"Dockerfile": "", "a": "1"})) == Excluded(0, 0, ())


def test_files_that_the_classic_builder_forces_in_are_sent(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "12", ".dockerignore": "*", "a": "123"})
    assert rows(excluded(root)) == [("*", 2 + 1 + 3, 3)]
    assert rows(excluded(root, LEGACY)) == [("*", 3, 1)]


def test_each_builder_has_its_own(make_tree: Make) -> None:
    own = {".dockerignore": "a", "Dockerfile.dockerignore": "b"}
    root = make_tree({"Dockerfile": "", **own, "a": "1", "b": "12"})
    assert rows(excluded(root)) == [("b", 2, 1)]
    assert rows(excluded(root, LEGACY)) == [("a", 1, 1)]


# ── laws ───────────────────────────────────────────────────────────────────────────────────────


@BOTH
@settings(max_examples=60, deadline=None)
@given(tree=TREES, rules=RULES)
def test_sent_and_excluded_are_all_there_is(
    backend: Backend, tree: Tree, rules: list[str], fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    found = measure(request_for(root, backend, savings=True), processes=1)
    assert found.excluded is not None
    stats = {path: os.lstat(f"{root}/{path}") for path in all_paths(root)}
    files = {path: stat for path, stat in stats.items() if modes.S_ISREG(stat.st_mode)}
    inodes = {stat.st_ino: stat.st_size for stat in files.values()}
    sent = {path for path in sent_paths(root, backend) if path in files}
    assert found.excluded.files == len(files) - len(sent)
    # Each rule that is named keeps something out, and is no exception.
    assert found.excluded.files == sum(row.files for row in found.excluded.rules)
    assert not any(row.text.startswith("!") for row in found.excluded.rules)
    # A file that is sent empty is neither sent nor excluded.
    empty = sum(
        files[problem.path].st_size
        for problem in found.problems
        if problem.code == "sent-empty" and problem.path is not None
    )
    assert found.size.bytes + found.excluded.bytes <= sum(inodes.values())
    assert found.size.bytes + found.excluded.bytes + empty >= sum(inodes.values())
