"""What is folded adds up to what was there, stays small, and names what weighs most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.measurement import (
    Excluded,
    GroupRow,
    InstructionLine,
    Outline,
    OutlinedFolder,
    RuleLine,
    RuleSavings,
)
from ctxguard.render import html, markdown
from ctxguard.render.html.folding import FILE, FOLDED, FOLDER, Folded, folded
from ctxguard.report import Groups
from tests.golden.canonical import FINDINGS, MEASUREMENT, OVER_BUDGET

FOLDERS = ["", "a", "a/b", "a/b/c", "d", "e", "e/f"]
SIZES = st.lists(st.integers(0, 10_000) | st.integers(0, 20), max_size=6)


def outline_of(sizes: Sequence[Sequence[int]], paths: Sequence[str] = FOLDERS) -> Outline:
    folders = tuple(
        OutlinedFolder(
            path, [f"f{at}.x{at % 2}" for at in range(len(own))], own,
            [at % 2 for at in range(len(own))], [0] * len(own), (),
        )
        for path, own in zip(paths, sizes, strict=True)
    )  # fmt: skip
    return Outline(folders, ((), ()), asked_for=True, rules=(None,))


def one_folder(names: Sequence[str], sizes: Sequence[int], path: str = "") -> Outline:
    numbers = [0] * len(names)
    top = OutlinedFolder("", [], [], [], [], ())
    folder = OutlinedFolder(path, names, sizes, numbers, numbers, ())
    return Outline((folder,) if not path else (top, folder), ((),), asked_for=True, rules=(None,))


def children(found: Folded, node: int) -> list[int]:
    return [at for at, parent in enumerate(found.parents) if parent == node]


@given(sizes=st.lists(SIZES, min_size=len(FOLDERS), max_size=len(FOLDERS)))
def test_it_adds_up(sizes: list[list[int]]) -> None:
    found = folded(outline_of(sizes))
    assert found.bytes[0] == sum(map(sum, sizes))
    assert found.files[0] == sum(map(len, sizes))
    for node, kind in enumerate(found.kinds):
        below = children(found, node)
        assert found.parents[node] < node
        if kind == FOLDER:
            assert found.bytes[node] == sum(found.bytes[child] for child in below)
            assert found.files[node] == sum(found.files[child] for child in below)
            assert sum(found.kinds[child] == FOLDED for child in below) <= 1
        else:
            assert not below
        if kind != FOLDED and node:
            assert found.bytes[node] * 2000 >= found.bytes[0]


@given(sizes=st.lists(SIZES, min_size=len(FOLDERS), max_size=len(FOLDERS)))
def test_what_weighs_most_gives_the_color(sizes: list[list[int]]) -> None:
    found = folded(outline_of(sizes))
    if not found.bytes[0]:
        return
    by_ending = [sum(size for own in sizes for size in own[at::2]) for at in (0, 1)]
    name = found.endings[found.types[0]]
    assert by_ending[int(name.removeprefix(".x"))] == max(by_ending)
    brought = found.instructions[0]
    assert by_ending[brought] == max(by_ending)


def test_just_the_border() -> None:
    found = folded(one_folder(["big", "least", "less"], [1_998_001, 1000, 999]))
    assert found.names == ["", "big", "least", ""]
    assert found.kinds == [FOLDER, FILE, FILE, FOLDED]


@pytest.mark.parametrize("many", [0, 1, 500])
def test_nothing_but_empty_files(many: int) -> None:
    found = folded(one_folder([f"f{at}" for at in range(many)], [0] * many))
    assert (found.bytes[0], found.files[0]) == (0, many)
    assert len(found.parents) <= 2


def test_a_very_deep_tree() -> None:
    found = folded(one_folder(["f"], [7], "/".join("d" for _ in range(3000))))
    assert found.bytes[0] == 7
    assert len(found.parents) == 3002


def size_of(outline: Outline) -> int:
    report = replace(OVER_BUDGET, measurement=replace(MEASUREMENT, outline=outline))
    return len(html.render([report]).encode())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["module", "\u202e" * 80, "\udcff" * 250, "<" * 250])
def test_a_page_of_100_000_files(name: str) -> None:
    names = [f"{at}{name}" for at in range(100)]
    paths = sorted(f"{name}{at}" for at in range(1000))
    sizes, zeros = [1000] * 100, [0] * 100
    folders = [OutlinedFolder(path, names, sizes, zeros, zeros, ()) for path in paths]
    top = OutlinedFolder("", [], [], [], [], ())
    outline = Outline((top, *folders), ((),), asked_for=True, rules=(None,))
    assert size_of(outline) < 1_500_000


def test_a_hundred_thousand_endings() -> None:
    names = [f"f.{at}{'x' * 200}" for at in range(100_000)]
    assert size_of(one_folder(names, [1000] * len(names))) < 1_500_000


@pytest.mark.slow
def test_deep_and_wide() -> None:
    """Every file weighs enough to be shown, below a long way of its own."""
    paths = ["/".join([f"{at:04}", *("d" * 100 for _ in range(30))]) for at in range(1900)]
    folders = [OutlinedFolder(path, ["f"], [1000], [0], [0], ()) for path in paths]
    top = OutlinedFolder("", [], [], [], [], ())
    outline = Outline((top, *folders), ((),), asked_for=True, rules=(None,))
    assert size_of(outline) < 1_500_000


@pytest.mark.slow
def test_very_much_of_everything() -> None:
    many = 20_000
    numbers = list(range(many))
    folder = OutlinedFolder("", [f"f{at}" for at in numbers], [1] * many, numbers, numbers, ())
    copies = tuple((InstructionLine("Dockerfile", at, "COPY a /" * 99),) for at in numbers)
    rules = tuple(RuleLine(at, f"!{'f' * 4000}{at}", "f", negated=True) for at in numbers)
    measurement = replace(
        MEASUREMENT,
        outline=Outline((folder,), copies, asked_for=True, rules=rules),
        problems=MEASUREMENT.problems * many,
        heaviest=replace(
            MEASUREMENT.heaviest,
            rows=tuple(
                replace(row, brought_by=(InstructionLine("Dockerfile", 1, "x" * 99),) * 3000)
                for row in MEASUREMENT.heaviest.rows
            ),
        ),
        targets=MEASUREMENT.targets * 2000,
        excluded=Excluded(1, 1, (RuleSavings(".dockerignore", 1, "x" * 300, 1, 1),) * many),
    )
    groups = Groups("type", tuple(GroupRow(f".{at}", 1, 1) for at in numbers))
    report = replace(OVER_BUDGET, measurement=measurement, findings=FINDINGS * 5000, groups=groups)
    page = html.render([report])
    assert len(page.encode()) < 1_500_000
    assert f'"problems_left_out": {3 * many - 200}' in page
    assert len(markdown.render([report]).encode()) < 1 << 20


def test_very_many_endings_very_deep_are_quick() -> None:
    """Each folder takes over what the one below it has summed up."""
    names = [f"f.{at}" for at in range(60_000)]
    found = folded(one_folder(names, [2] * len(names), "/".join("d" for _ in range(900))))
    assert found.endings[found.types[0]] == ".0"


@pytest.mark.slow
def test_very_many_contexts() -> None:
    names = [f"f{at}" for at in range(1900)]
    outline = one_folder(names, [1000] * len(names))
    report = replace(OVER_BUDGET, measurement=replace(MEASUREMENT, outline=outline), past=())
    reports = [replace(report, name=f"c{at}", findings=()) for at in range(100)]
    assert len(html.render(reports).encode()) < 1_500_000
