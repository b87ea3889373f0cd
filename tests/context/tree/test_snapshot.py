"""What is kept of a tree, and what is drafted in it, measures as the tree on the disk does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ctxguard.context.drafting import drafted, ignore_text, scene_of
from ctxguard.context.tree.draft import Draft
from ctxguard.context.tree.snapshot import Snapshot
from ctxguard.errors import UsageError
from ctxguard.ignore.editing import line_count, with_lines, without_lines
from ctxguard.measurement import Backend
from tests.conftest import Fifo, File, Hardlink, Symlink, Tree
from tests.context.measuring import (
    BOTH,
    NEEDS_ROOT,
    Watched,
    outcome,
    request_for,
    split_early,
    told_apart,
)
from tests.context.trees import LINKS, ODD_TREES, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]

MakeTree = Callable[..., str]


@pytest.mark.slow
@BOTH
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=ODD_TREES, rules=RULES, links=LINKS)
def test_a_snapshot_measures_as_its_source(
    fresh_roots: Iterator[str],
    backend: Backend,
    *,
    tree: Tree,
    rules: list[str],
    links: list[tuple[int, int]],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, links)
    request = request_for(root, backend, types=True, savings=True)
    kept = replace(request, source=Snapshot(request.source))
    expected = outcome(request, 1)
    assert not told_apart(outcome(kept, 1), expected)
    with split_early():
        assert not told_apart(outcome(kept, 2), expected)


@pytest.mark.slow
@BOTH
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=ODD_TREES, rules=RULES, others=st.lists(RULES, min_size=1, max_size=3))
def test_a_draft_measures_as_what_is_written(
    fresh_roots: Iterator[str], backend: Backend, *, tree: Tree, rules: list[str],
    others: list[list[str]],
) -> None:  # fmt: skip
    root = plant(next(fresh_roots), tree, rules)
    request = request_for(root, backend, savings=True)
    request = replace(request, source=Snapshot(request.source))
    assume(not isinstance(outcome(request, 1), str))
    ignore = ignore_text(request)
    for text in others:
        data = "\n".join(text).encode()
        found = outcome(drafted(request, ignore, data), 1)
        _write_anew(root, ".dockerignore", data)
        assert not told_apart(found, outcome(request_for(root, backend, savings=True), 1))


def _write_anew(root: str, name: str, data: bytes) -> None:
    new = os.path.join(root, f"{name}.new")
    Path(new).write_bytes(data)
    os.replace(new, os.path.join(root, name))


def test_each_folder_is_listed_once(make_tree: MakeTree) -> None:
    root = make_tree({"a": {"b": {"c": "1"}}, "ignored": {"d": "1"}, ".dockerignore": "ignored\n"})
    request = request_for(root)
    watched = Watched(request.source)
    kept = replace(request, source=Snapshot(watched))
    ignore = ignore_text(kept)
    for data in (b"ignored\n", b"", b"a\n", b"*\n!a/b/c\n"):
        outcome(drafted(kept, ignore, data), 1)
    assert sorted(watched.listed) == ["", "a", "a/b", "ignored"]


@pytest.mark.parametrize(
    ("tree", "file", "expected"),
    [
        ({"a": "1"}, None, (".dockerignore", ".dockerignore", None)),
        ({".dockerignore": "x\n"}, None, (".dockerignore", ".dockerignore", None)),
        (
            {".dockerignore": Symlink("deep/rules"), "deep": {"rules": "x\n"}},
            None,
            (".dockerignore", "deep/rules", None),
        ),
        (
            {"Dockerfile": "FROM a\n", "Dockerfile.dockerignore": "x\n", ".dockerignore": "y"},
            None,
            ("Dockerfile.dockerignore", "Dockerfile.dockerignore", "Dockerfile.dockerignore"),
        ),
        (
            {"docker": {"Web": "FROM a\n", "Web.dockerignore": "x\n"}},
            "docker/Web",
            ("docker/Web.dockerignore", "docker/Web.dockerignore", "Web.dockerignore"),
        ),
    ],
)
def test_which_file_is_drafted(
    make_tree: MakeTree, tree: Tree, file: str | None, expected: tuple[str, str, str | None]
) -> None:
    root = make_tree({**tree, "big": File(size=1000)})
    request = request_for(root, file=file)
    ignore = ignore_text(request)
    assert (ignore.file, ignore.in_context, ignore.beside) == expected
    found = outcome(drafted(request, ignore, b"*\n"), 1)
    assert not isinstance(found, str)
    assert found.size.files == 0
    _write_anew(root, ignore.in_context or "", b"*\n")
    assert not told_apart(found, outcome(request_for(root, file=file), 1))


def test_one_outside_of_the_context(make_tree: MakeTree) -> None:
    other = make_tree({"Web": "FROM a\n", "Web.dockerignore": "x\n"}, "other")
    root = make_tree({"x": "1", "y": "1"})
    request = request_for(root, file=f"{other}/Web")
    ignore = ignore_text(request)
    assert (ignore.file, ignore.in_context, ignore.beside) == (
        f"{other}/Web.dockerignore", None, "Web.dockerignore",
    )  # fmt: skip
    found = outcome(drafted(request, ignore, b"y\n"), 1)
    assert not isinstance(found, str)
    assert [row.path for row in found.heaviest.rows] == ["x"]


@pytest.mark.parametrize(
    ("what", "words"),
    [({"x": "1"}, "is no regular file"), (Symlink("nowhere"), "is a link that leads nowhere")],
)
def test_what_cannot_be_drafted(make_tree: MakeTree, what: Tree | Symlink, words: str) -> None:
    root = make_tree({".dockerignore": what})
    scene = scene_of(request_for(root))
    with pytest.raises(UsageError, match=words):
        scene.under(b"")


def test_a_draft_loses_links_and_attributes(make_tree: MakeTree) -> None:
    root = make_tree(
        {".dockerignore": File("x", xattrs={"user.k": b"v"}, mode=0o600),
         "again": Hardlink(".dockerignore"), "pipe": Fifo()}
    )  # fmt: skip
    source = Draft(request_for(root).source, ".dockerignore", b"longer")
    stat = source.lstat(".dockerignore")
    assert (stat.st_nlink, stat.st_size, stat.st_mode & 0o777) == (1, 6, 0o600)
    folder = source.listing("")
    assert folder.xattrs(range(len(folder.names))).keys() <= {1}
    folder.close()


@NEEDS_ROOT
def test_what_cannot_be_looked_at_stays_so(
    make_tree: MakeTree, without_rights: Callable[[], object]
) -> None:
    root = make_tree({"a": File("x", mode=0), "b": {"c": "1"}, "d": {"e": "1"}})
    os.chmod(f"{root}/b", 0o444)
    os.chmod(f"{root}/d", 0)
    with without_rights():  # type: ignore[attr-defined]
        for backend in Backend:
            request = request_for(root, backend)
            kept = replace(request, source=Snapshot(request.source))
            first = outcome(kept, 1)
            assert not told_apart(first, outcome(request, 1))
            assert not told_apart(outcome(kept, 1), first)
    os.chmod(f"{root}/b", 0o755)
    os.chmod(f"{root}/d", 0o755)


@given(data=st.binary(max_size=30) | st.text("a\r\n#!", max_size=20).map(str.encode))
def test_lines_that_are_added_are_the_last_ones(data: bytes) -> None:
    count = line_count(data)
    more = with_lines(data, ["x", "y"])
    assert more.startswith(data)
    assert line_count(more) == count + 2
    back = without_lines(more, {count + 1, count + 2})
    assert back in (data, data + b"\n", data + b"\r\n")
    assert line_count(without_lines(data, {1})) == max(0, count - 1)
