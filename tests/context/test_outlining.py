"""The outline holds what the list of entries holds, and sums up to what is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, EntryKind, Instructions, Outline
from tests.conftest import Fifo, Hardlink, Symlink, Tree
from tests.context.measuring import BOTH, request_for, split_early
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]

Make = Callable[..., str]
TREE: Tree = {
    "Dockerfile": "FROM scratch\nCOPY src /src\nCOPY src/a.py data /all/\n",
    ".dockerignore": "*\n!src\n!data/*.bin\n**/*.log\n",
    "src": {"a.py": "12345", "b.py": "1", "x.log": "no", "z": {"\udcff": "bytes"}},
    "data": {"a.bin": "x" * 100, "b.bin": Hardlink("data/a.bin"), "not.txt": "x"},
}


def outline_of(request: Request, processes: int = 1) -> Outline:
    found = measure(replace(request, outline=True), processes=processes).outline
    assert found is not None
    return found


def files_in(outline: Outline) -> dict[str, int]:
    return {
        f"{folder.path}/{name}".lstrip("/"): size
        for folder in outline.folders
        for name, size in zip(folder.names, folder.sizes, strict=True)
    }


def by_line(outline: Outline) -> Counter[int]:
    """Bytes that each instruction brings."""
    sums: Counter[int] = Counter()
    for folder in outline.folders:
        for size, number in zip(folder.sizes, folder.brought_by, strict=True):
            for each in outline.bringing[number]:
                sums[each.line] += size
    return sums


@BOTH
def test_it_holds_what_is_sent(make_tree: Make, backend: Backend) -> None:
    request = request_for(make_tree(TREE), backend)
    outline = outline_of(request)
    entries = list(EntryStream(request, everything=False))
    files = {each.path: each.bytes for each in entries if each.kind is EntryKind.FILE}
    assert files_in(outline) == files
    folders = {each.path for each in entries if each.kind is EntryKind.DIRECTORY}
    above = {path.rpartition("/")[0] for path in files}  # The classic builder sends none of these.
    assert {each.path for each in outline.folders} == folders | above | {""}


def test_what_brings_a_file(make_tree: Make) -> None:
    request = request_for(make_tree(TREE))
    measurement = measure(replace(request, outline=True))
    assert isinstance(measurement.instructions, Instructions)
    assert measurement.outline is not None
    assert measurement.outline.asked_for
    rows = {row.instruction.line: row.bytes for row in measurement.instructions.rows}
    assert by_line(measurement.outline) == rows == {2: 11, 3: 105}


def test_nobody_can_say_what_brings_a_file(make_tree: Make) -> None:
    outline = outline_of(request_for(make_tree({"a": "x", "Dockerfile": "COPY\n"})))
    assert not outline.asked_for
    assert outline.bringing == ((),)


def test_the_deciding_rule(make_tree: Make) -> None:
    request = request_for(make_tree(TREE))
    outline = outline_of(request)
    decided = {each.path: each.rule for each in EntryStream(request, everything=False)}
    found = {
        f"{folder.path}/{name}".lstrip("/"): outline.rules[number]
        for folder in outline.folders
        for name, number in zip(folder.names, folder.let_in_by, strict=True)
    }
    for path, rule in found.items():
        own = decided[path]
        assert (rule and rule.line) == (own and own.line)
    assert {rule.raw for rule in found.values() if rule} == {"!src", "!data/*.bin"}


def test_links_and_pipes_stand_apart(make_tree: Make) -> None:
    root = make_tree({"a": "x", "l": Symlink("a"), "d": {"p": Fifo()}})
    outline = outline_of(request_for(root))
    assert {each.path: each.others for each in outline.folders} == {"": ("l",), "d": ("p",)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, rules=RULES, backend=st.sampled_from(Backend))
def test_it_sums_up(
    fresh_roots: Iterator[str], tree: Tree, rules: list[str], backend: Backend
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    request = request_for(root, backend)
    try:
        measurement = measure(replace(request, outline=True))
    except MeasureError:
        return
    assert measurement.outline is not None
    files = files_in(measurement.outline)
    assert sum(files.values()) == measurement.size.bytes
    assert len(files) == measurement.size.files
    with split_early():
        assert outline_of(request, processes=2) == measurement.outline


def test_it_is_kept_only_if_it_is_asked_for(make_tree: Make) -> None:
    assert measure(request_for(make_tree(TREE))).outline is None


@pytest.mark.parametrize("processes", [1, 2])
def test_it_is_the_same_in_several_processes(make_tree: Make, processes: int) -> None:
    tree = {f"d{at}": {f"f{number}": "x" * number for number in range(9)} for at in range(9)}
    request = request_for(make_tree(tree))
    with split_early():
        assert outline_of(request, processes) == outline_of(request)
