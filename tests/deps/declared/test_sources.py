"""Requirements files and those they include, each once."""

from __future__ import annotations

from collections.abc import Callable

from ctxguard.deps.declared.projectfile import project_at
from ctxguard.deps.declared.sources import Reading, Root
from tests.conftest import Symlink, Tree


def reading(root: str, *files: str) -> Reading:
    found = Reading(project_at(root))
    for file in files:
        found.add(Root(file, ""))
    return found


def test_each_file_is_read_once(make_tree: Callable[..., str]) -> None:
    tree: Tree = {
        "requirements.txt": "-r b/x.in\n--find-links w\n-f none\n-f https://h\n",
        "b": {"x.in": "-r ../y.in\n", "w": {}},
        "y.in": "-r requirements.txt\n",
        "w": {},
        "requirements-same.txt": Symlink("requirements.txt"),
    }
    found = reading(make_tree(tree), "requirements.txt", "requirements-same.txt", "y.in")
    by_file = {source.file: source for source in found.sources()}
    assert list(by_file) == ["requirements.txt", "b/x.in", "y.in"]
    assert by_file["requirements.txt"].included == {1: "b/x.in"}
    assert by_file["requirements.txt"].beside == {"w"}
    assert by_file["b/x.in"].root is None
    assert by_file["y.in"].root == Root("y.in", "")
    assert by_file["y.in"].skipped == {1}
    assert found.problems == ['y.in:1: "requirements.txt" is not read: it includes itself']


def test_a_file_that_cannot_be_read_is_told_of_each_time(make_tree: Callable[..., str]) -> None:
    root = make_tree({"a.txt": "-r x.in\n", "b.txt": "-r x.in\n", "x.in": b"# coding: none\n"})
    found = reading(root, "a.txt", "b.txt")
    assert [each.partition(" ")[0] for each in found.problems] == ["a.txt:1:", "b.txt:1:"]
