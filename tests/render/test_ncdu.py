"""What ncdu makes of the file."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyte
import pytest

from ctxguard.measurement import Outline, OutlinedFolder
from ctxguard.render import ncdu
from tests.conftest import Result
from tests.consumers.finding import program
from tests.golden.canonical import MEASUREMENT, OVER_BUDGET

COLUMNS, LINES = 100, 24


def screen_of(file: Path, keys: bytes = b"", until: str = "") -> list[str]:
    """What ncdu shows after these keys."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "LINES": str(LINES), "COLUMNS": str(COLUMNS)}
    argv = [program("ncdu"), "-0", "--color", "off", "-f", str(file)]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as run:
        os.close(theirs)
        for each in [b"", *(keys[at : at + 1] for at in range(len(keys)))]:
            os.write(ours, each)
            _read(ours, stream)
        shown = list(screen.display)
        run.kill()
    os.close(ours)
    return shown


def _read(ours: int, stream: pyte.ByteStream) -> None:
    """Until nothing comes any more."""
    patience = 3.0
    started = time.monotonic()
    while time.monotonic() - started < 10 and select.select([ours], [], [], patience)[0]:
        stream.feed(os.read(ours, 1 << 16))
        patience = 0.3


@pytest.mark.slow
def test_ncdu_opens_it(
    make_tree: Callable[..., str], run_cli: Callable[..., Result], tmp_path: Path
) -> None:
    data = {"big": "x" * 300_000, "deep": {"er": {"file": "x" * 5000}}}
    root = make_tree({"data": data, "other": {"a": "x" * 1000}, ".dockerignore": "other\n"})
    file = tmp_path / "tree.json"
    assert run_cli("report", root, "--format", "ncdu", "-o", str(file)).code == 0
    top = "\n".join(screen_of(file))
    assert "/data" in top
    assert "297.9 KiB" in top
    assert "other" not in top
    inside = "\n".join(screen_of(file, b"\r"))
    assert "293.0 KiB" in inside
    assert "/deep" in inside


@pytest.mark.slow
def test_hostile_names_in_ncdu(tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    file.write_text(ncdu.render([OVER_BUDGET]))
    shown = "\n".join(screen_of(file))
    assert r" =data\a\x1b[31m\u202e\n::error::" in shown
    assert "dump.sql" in shown


@pytest.mark.slow
def test_a_very_deep_tree_in_ncdu(tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    path = "/".join("d" for _ in range(1500))
    outline = Outline(
        (OutlinedFolder("", [], [], [], [], ()), OutlinedFolder(path, ["f"], [5000], [0], [0], ())),
        ((),), asked_for=True, rules=(None,),
    )  # fmt: skip
    measurement = replace(MEASUREMENT, outline=outline)
    file.write_text(ncdu.render([replace(OVER_BUDGET, measurement=measurement)]))
    assert "/d" in "\n".join(screen_of(file))


def total(tree: list[Any]) -> int:
    """As ncdu adds up."""
    return sum(total(each) if isinstance(each, list) else each.get("asize", 0) for each in tree)


def test_it_adds_up() -> None:
    major, _, metadata, tree = json.loads(ncdu.render([OVER_BUDGET]))
    outline = MEASUREMENT.outline
    assert outline is not None
    assert major == 1
    assert total(tree) == sum(sum(folder.sizes) for folder in outline.folders)
    assert [each["code"] for each in metadata["ctxguard"]["findings"]] == [
        "CTX001",
        "CTX002",
        "CTX003",
        "PKG001",
    ]


def test_several_contexts_are_folders() -> None:
    *_, tree = json.loads(ncdu.render([OVER_BUDGET, replace(OVER_BUDGET, name="web")]))
    assert [each[0]["name"] for each in tree[1:]] == ["api", "web"]


def test_folders_that_are_not_sent_themselves() -> None:
    folders = tuple(
        OutlinedFolder(path, ["f"], [1], [0], [0], ()) for path in ("", "a/b", "a/c", "d")
    )
    outline = Outline(folders, ((),), asked_for=True, rules=(None,))
    report = replace(OVER_BUDGET, measurement=replace(MEASUREMENT, outline=outline))
    *_, tree = json.loads(ncdu.render([report]))
    assert tree[2][0] == {"name": "a"}
    assert [each[0]["name"] for each in tree[2][1:]] == ["b", "c"]
    assert tree[3][0] == {"name": "d"}
