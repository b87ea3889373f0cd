"""Lines of JSON, from anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctxguard.errors import UsageError
from ctxguard.history.moving import read, written
from ctxguard.history.recorded import as_mapping
from tests.history.recorded import a_limit, a_measurement

RICH = a_measurement(1, limits=(a_limit(1, 2),), folders=(("a", 1),), branch="日 \n")


def test_there_and_back() -> None:
    rows = [a_measurement(), RICH]
    text = written(rows)
    assert text.isascii()
    assert text.count("\n") == 2
    assert read(text.encode(), "x") == rows
    assert read(b"\n" + text.encode().replace(b"\n", b"\r\n\n"), "x") == rows
    assert read(b"", "x") == []


def test_of_a_newer_version() -> None:
    line = {**as_mapping(RICH), "more": [1], "folders": None}
    assert read(json.dumps(line).encode(), "x") == [RICH._replace(folders=())]


BROKEN: list[tuple[str, Any]] = [
    ("id", "x"),
    ("id", None),
    ("time", "yesterday"),
    ("time", 3),
    ("time", "2026-99-99T99:99:99.000000Z"),
    ("time", "٢٠٢٦-01-01T00:00:00.000000Z"),
    ("time", "9999-12-31T23:59:59.999999Z"),
    ("time", "0001-01-01T00:00:00.000000Z"),
    ("name", None),
    ("name", "x" * 5000),
    ("name", "\ud800"),
    ("dirty", 1),
    ("complete", None),
    ("backend", "podman"),
    ("status", "fine"),
    ("bytes", -1),
    ("bytes", 1 << 63),
    ("bytes", True),
    ("bytes", 1.5),
    ("files", "3"),
    ("seconds", "long"),
    ("seconds", float("nan")),
    ("seconds", float("inf")),
    ("limits", {}),
    ("limits", [3]),
    ("limits", [{"name": "x"}]),
    ("folders", [["a"]]),
    ("folders", [["a", "b"]]),
    ("folders", [["a", 1]] * 10_001),
]


@pytest.mark.parametrize(("key", "value"), BROKEN)
def test_what_is_none(key: str, value: Any) -> None:
    good = written([RICH])
    bad = json.dumps({**as_mapping(RICH), key: value})
    with pytest.raises(UsageError, match=f"({key}: .*); nothing was imported") as caught:
        read(f"{good}{bad}\n".encode(), "file.jsonl")
    assert (caught.value.path, caught.value.line) == ("file.jsonl", 2)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "line", [b"nonsense", b"[]", b"3", b"\xff", b"[" * 100_000, b'{"a": ' * 100_000, b'"x"']
)
def test_no_line_of_ours(line: bytes) -> None:
    with pytest.raises(UsageError, match="nothing was imported") as caught:
        read(line, "f")
    assert caught.value.line == 1
    assert len(str(caught.value)) < 300
