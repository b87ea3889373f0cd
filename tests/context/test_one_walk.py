"""One walk for all targets: each has the bytes that a walk of its own finds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context import course
from ctxguard.context.course import Request
from ctxguard.context.demand.target import Transfer, transfer
from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import look_around, measure
from ctxguard.context.tree.locate import Governing
from ctxguard.dockerfile.demand import Demand
from ctxguard.measurement import Backend, Measurement
from tests.conftest import File, Hardlink, Symlink, Tree
from tests.context.measuring import one_by_one, request_for, settle, split_early
from tests.context.trees import LINKS, ODD_TREES, PARTS, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
PATH = st.lists(PARTS, min_size=1, max_size=3).map("/".join) | st.sampled_from(
    [".", "nope", "f1.x"]
)
STAGES = st.lists(st.lists(PATH, min_size=1, max_size=3), min_size=1, max_size=4)
"""What the COPY instructions of each stage ask for, a path each."""


def dockerfile(stages: Sequence[Sequence[str]]) -> str:
    lines = []
    for number, paths in enumerate(stages):
        lines.append(f"FROM {'scratch' if number % 2 == 0 else f's{number - 1}'} AS s{number}")
        lines += [f"COPY {json.dumps([path, '/x/'])}" for path in paths]
    return "\n".join(lines) + "\n"


def with_targets(root: str, text: str) -> Request:
    Path(root, "Dockerfile").write_text(text, encoding="utf-8")
    return replace(request_for(root), build=BuildOptions(all_targets=True))


def own_walks(request: Request) -> dict[str | None, Transfer | None]:
    """Each target in a walk of its own, entry by entry."""
    found = look_around(request)
    governing = found.located.buildkit
    assert isinstance(governing, Governing)
    return {
        row.name: None if row.demand is None else transfer(request.source, governing, row.demand)
        for row in found.wanted.targets
    }


def ways(request: Request) -> Iterator[Measurement]:
    with one_by_one():
        yield measure(request, processes=1)
    yield measure(request, processes=1)
    for head, splits in [(1, 1), (1, 9), (4, 2)]:
        with split_early(head=head, splits=splits, pieces=3):
            yield measure(request, processes=1)


def assert_as_alone(request: Request) -> None:
    alone = {
        name: None if found is None else found.sizes for name, found in own_walks(request).items()
    }
    for measured in ways(request):
        assert {row.name: row.buildkit for row in measured.targets} == alone


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(tree=ODD_TREES, rules=RULES, links=LINKS, stages=STAGES)
def test_each_target_as_alone(
    tree: Tree,
    rules: list[str],
    links: list[tuple[int, int]],
    stages: list[list[str]],
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, links)
    assert_as_alone(with_targets(root, dockerfile(stages)))


# ── where an index takes one byte more ─────────────────────────────────────────────────────────


def rows(many: int) -> Tree:
    return {f"{at:05}": File(size=at % 3) for at in range(many)}


# (what, tree, paths of each stage)
BORDERS: list[tuple[str, Tree, list[list[str]]]] = [
    ("behind the head", {"a": rows(200), "b": {"c": rows(100), "d": rows(100)}}, [["b"], ["b/d"]]),
    ("several at once", {"a": rows(9), "b": rows(150), "c": rows(150)}, [["b"], ["c"], ["b", "c"]]),
    ("by a wildcard", {"a": rows(150), "b": rows(150)}, [["*/000*"], ["a", "b/0001*"]]),
    ("ancestors count", {f"d{at}": {"e": {"f": ""}} for at in range(90)}, [["*/e/f"], ["*/e"]]),
    ("in the root", {**rows(200), "z": rows(5)}, [["0000*", "z"], ["0018*"]]),
    ("folders only", {f"d{at}": {} for at in range(200)}, [["d*"], ["d1*"]]),
]


@pytest.mark.parametrize(
    ("tree", "stages"), [row[1:] for row in BORDERS], ids=[row[0] for row in BORDERS]
)
def test_over_the_first_borders(tree: Tree, stages: list[list[str]], make_tree: Make) -> None:
    assert_as_alone(with_targets(make_tree(tree), dockerfile(stages)))


@pytest.mark.slow
def test_over_the_third_border(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    tree: Tree = {"a": rows(17_000), "b": {"c": rows(12_000), "d": rows(8_000), "e": rows(30)}}
    request = with_targets(make_tree(tree), dockerfile([["b"], ["b/c", "b/d"], ["b/e"], ["a"]]))
    crossed: list[str] = []
    cross = course._cross

    def noted(*given: object) -> object:
        crossed.append("")
        return cross(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(course, "_cross", noted)
    with split_early(head=16_384, splits=1):
        found = {row.name: row.buildkit for row in measure(request).targets}
    assert crossed
    assert found == {name: each and each.sizes for name, each in own_walks(request).items()}


def test_names_of_an_inode_in_several_targets(make_tree: Make) -> None:
    tree: Tree = {
        "a": {"x": "12345", "y": Hardlink("a/x")},
        "b": {"x": Hardlink("a/x"), "y": Hardlink("a/x")},
        "c": Hardlink("a/x"),
    }
    assert_as_alone(with_targets(make_tree(tree), dockerfile([["b"], ["a/y", "c"], ["b/y", "a"]])))


def test_links_are_followed_for_each_target(make_tree: Make) -> None:
    tree: Tree = {"l": Symlink("d"), "m": Symlink("l/e"), "d": {"e": {"f": "1"}, "g": "2"}}
    assert_as_alone(
        with_targets(make_tree(tree), dockerfile([["l/g"], ["m/f"], ["l"], ["m", "l/e"]]))
    )


def test_a_list_that_fails_when_a_path_meets_it(make_tree: Make) -> None:
    root = make_tree({"a": {"l": ""}, "l": ""})
    (target,) = measure(with_targets(root, "FROM scratch\nCOPY a.\\\\l /x/\n")).targets
    assert (target.buildkit, target.reason) == (None, "unknown")
    found = measure(with_targets(root, "FROM scratch\nCOPY a.\\\\l /x/\n")).problems
    assert [problem.code for problem in found][:1] == ["copy-refused"]


def test_rules_that_cannot_travel_do_not_if_nothing_is_asked_for(make_tree: Make) -> None:
    root = make_tree({".dockerignore": "a\tb\n", "f": ""})
    for text, reason in [("FROM scratch", "context-unused"), ("FROM scratch\nCOPY f /", "unknown")]:
        request = replace(with_targets(root, text), backend=Backend.LEGACY)
        assert [target.reason for target in measure(request).targets] == [reason]


# ── who brings what ────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40, deadline=None)
@given(tree=ODD_TREES, rules=RULES, links=LINKS, paths=st.lists(PATH, min_size=1, max_size=4))
def test_each_instruction_brings_what_it_asks_for(
    tree: Tree,
    rules: list[str],
    links: list[tuple[int, int]],
    paths: list[str],
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    link_across(root, links)
    settle(root)
    request = with_targets(root, dockerfile([paths]))
    asked = _asked(request)
    content = _contents(request)
    sent = set().union(*asked.values())
    for measured in ways(request):
        assert measured.instructions is not None
        found = {row.instruction.line: row for row in measured.instructions.rows}
        assert {line: row.bytes for line, row in found.items()} == {
            line: _bytes_of(own, content) for line, own in asked.items()
        }
        assert measured.instructions.unasked_files == len(content.keys() - sent)
        only = sum(row.only_bytes for row in found.values())
        known = only + measured.instructions.several_bytes + measured.instructions.unasked_bytes
        assert known == measured.size.bytes


def _asked(request: Request) -> dict[int, set[str]]:
    """What the instruction on each line brings: what it would be sent alone, and is sent here."""
    found = look_around(request)
    governing, target = found.located.buildkit, found.wanted.chosen
    assert isinstance(governing, Governing)
    assert target.demand is not None
    whole = transfer(request.source, governing, target.demand)
    assert whole is not None
    asked: dict[int, set[str]] = {}
    for ask in target.demand.asks:
        alone = transfer(request.source, governing, Demand(target.demand.target, (ask,)))
        own = set() if alone is None else set(alone.paths) & set(whole.paths)
        asked.setdefault(ask.instruction.line, set()).update(own)
    return asked


def _contents(request: Request) -> dict[str, tuple[int, int]]:
    """Inode and content of each file that is in the context."""
    found: dict[str, tuple[int, int]] = {}
    for entry in EntryStream(request, everything=False):
        if entry.kind.value == "file":
            path = os.path.join(request.source.root, entry.path)
            found[entry.path] = os.lstat(path).st_ino, entry.bytes
    most: dict[int, int] = {}
    for inode, size in found.values():
        most[inode] = max(size, most.get(inode, 0))
    return {path: (inode, most[inode]) for path, (inode, _) in found.items()}


def _bytes_of(paths: set[str], content: dict[str, tuple[int, int]]) -> int:
    return sum(dict(content[path] for path in paths & content.keys()).values())
