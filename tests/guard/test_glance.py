"""What a report tells from its own walk, and the commands that mend it, run by a shell."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ctxguard.context.measure import measure
from ctxguard.finding import Finding
from ctxguard.guard.glance import glance
from tests.conftest import File, Tree
from tests.context.measuring import request_for

MB = 1_000_000
TREE: Tree = {
    "Dockerfile": "FROM scratch\nCOPY . /\n",
    "data": {"videos": {"a.mp4": File(size=50 * MB)}},
    "web": {"node_modules": {"x": {"node_modules": {"y": File(size=20 * MB)}}}},
    "api": {"node_modules": {"z": File(size=10 * MB)}, ".venv": {"p": File(size=5 * MB)}},
    ".git": {"pack": File(size=7 * MB)},
    "a.py": File(size=MB),
}


def found(root: str, silenced: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    measurement = measure(replace(request_for(root), overview=True))
    return glance(measurement, f"{root}/.dockerignore", silenced)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (None, [("CTX016", 30 * MB), ("CTX012", 7 * MB), ("CTX016", 5 * MB)]),
        ("# open end", [("CTX016", 30 * MB), ("CTX012", 7 * MB), ("CTX016", 5 * MB)]),
        ("data/videos/  # large\n.git", [("CTX002", 50 * MB), ("CTX016", 30 * MB)]),
        ("a\r\n./data//videos # large\r\n.git\r\n", [("CTX002", 50 * MB), ("CTX016", 30 * MB)]),
        ("node_modules\n.git\n**/.venv\n", [("CTX004", 30 * MB)]),
        ("\ufeffnode_modules/\n.git\n**/.venv", [("CTX004", 30 * MB)]),
        ("/node_modules\n.git\n**/.venv", [("CTX004", 30 * MB)]),
        ("data/videos # x\n!data\n**/node_modules\n**/.git\n**/.venv\n", []),
        ("data/videos # x\n!*/videos/a\n**/node_modules\n**/.git\n**/.venv\n", []),
        ("data/videos # x\n!a.py\n**/node_modules\n**/.git\n", [("CTX002", 50 * MB)]),
        ("node_modules\n!web/node_modules/x\n**/.git\n**/.venv\n", []),
    ],
)
def test_what_is_found_and_its_command(
    make_tree: Callable[..., str], rules: str | None, expected: list[tuple[str, int]]
) -> None:
    root = make_tree(TREE if rules is None else {**TREE, ".dockerignore": rules})
    first = found(root)
    assert [(each.code, each.bytes) for each in first][: len(expected)] == expected
    before = measure(request_for(root)).size.bytes
    for number, each in enumerate(first):
        assert each.fix is not None
        if each.fix.command is None:
            continue
        subprocess.run(["sh", "-euc", each.fix.command], check=True)
        left = found(root)
        assert (each.code, each.message) not in [(one.code, one.message) for one in left], number
    size = measure(request_for(root)).size.bytes
    mended = sum(each.bytes for each in first if each.fix and each.fix.command)
    assert abs(before - size - mended) < 200  # The ignore file's own bytes.


def test_no_more_than_three_and_none_that_is_silenced(make_tree: Callable[..., str]) -> None:
    root = make_tree({**TREE, ".mypy_cache": {"x": File(size=9 * MB)}})
    assert len(found(root)) == 3
    assert {each.code for each in found(root, ("CTX016",))} == {"CTX012"}


def test_a_hostile_rule_is_no_part_of_a_command(make_tree: Callable[..., str]) -> None:
    name = ".x'; touch ran; '|&"
    tree: Tree = {"sub": {name: {"a": File(size=MB)}}, "Dockerfile": ""}
    root = make_tree({**tree, ".dockerignore": f"{name}\n"})
    (each,) = found(root)
    assert each.fix is not None
    assert each.fix.command is not None
    subprocess.run(["sh", "-euc", each.fix.command], check=True, cwd=root)
    assert not Path(root, "ran").exists()
    assert found(root) == ()


def test_small_things_are_left_to_lint(make_tree: Callable[..., str]) -> None:
    tree: Tree = {"a": {"__pycache__": {"x": "1"}}, "b": File(size=MB), "Dockerfile": ""}
    assert found(make_tree(tree)) == ()


def test_nothing_can_be_written(make_tree: Callable[..., str]) -> None:
    measurement = measure(replace(request_for(make_tree(TREE)), overview=True))
    assert all(each.fix and each.fix.command is None for each in glance(measurement, ""))
