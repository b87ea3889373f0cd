"""What a build really took, by its own log; `data/build.rawjson` is one of Docker 28.5.2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.context.measure import measure
from ctxguard.errors import UsageError
from ctxguard.history.buildlog import BuildFigures, read_log
from tests.conftest import File
from tests.context.measuring import request_for

LOG = Path(__file__).parent / "data" / "build.rawjson"
LINES = LOG.read_bytes().splitlines()


def test_a_real_log(make_tree: Callable[..., str]) -> None:
    """Prediction and truth, side by side."""
    found = read_log(LINES, "log")
    assert found.seconds == pytest.approx(0.067, abs=0.001)
    copy = "FROM scratch\nCOPY . /\n"
    root = make_tree({"Dockerfile": copy, "big": File(size=300_000), "d": {"x": "hi\n"}})
    predicted = measure(request_for(root)).chosen_target.buildkit
    assert predicted is not None
    assert found.transferred == predicted.bytes == 300_222


def test_other_lines_beside_it() -> None:
    noise = [b"#1 building", b"", b'{"level":"info"}', b"[1, 2]", b"{broken", b"\xff\xfe", b"{}"]
    assert read_log([*noise, *LINES, *noise], "log") == read_log(LINES, "log")


def test_without_a_transfer() -> None:
    lines = [line for line in LINES if b"load build context" not in line]
    assert read_log(lines, "log").transferred is None


def test_a_build_that_was_cut_off() -> None:
    found = read_log(LINES[:4], "log")
    assert found.transferred is None
    assert found.seconds is not None


@pytest.mark.parametrize(
    "line",
    [
        b'{"vertexes": 3}',
        b'{"vertexes": [3, {"digest": 3, "started": 4, "completed": []}]}',
        b'{"statuses": [{"id": "transferring context:", "vertex": "x", "current": "many"}]}',
        b'{"vertexes": [{"started": "2026-13-99T00:00:00Z", "completed": "never"}]}',
        b'{"statuses": null, "vertexes": [null]}',
    ],
)
def test_what_makes_no_sense_is_passed_over(line: bytes) -> None:
    assert read_log([line], "log") == BuildFigures(None, None)


def test_nothing_of_a_build() -> None:
    with pytest.raises(UsageError, match="--progress=rawjson") as caught:
        read_log([b"hello", b"{" * 100_000], "--build-log x")
    assert caught.value.path == "--build-log x"
