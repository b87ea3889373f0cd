"""What pip says, understood."""

from __future__ import annotations

import pytest

from ctxguard.deps.pip.complaints import (
    first_error,
    is_broken,
    is_missing,
    is_out_of_reach,
    unmet,
    why,
)

NONE = (
    "ERROR: Could not find a version that satisfies the requirement A.b==1 (from versions: none)",
    "ERROR: No matching distribution found for A.b==1",
)
OTHERS = (
    "ERROR: Could not find a version that satisfies the requirement a==9 (from versions: 1, 2)",
    "ERROR: No matching distribution found for a==9",
)
STRANGE = ("WARNING: x", "ERROR: a has an invalid wheel\x1b[31m", "ERROR: see elsewhere")


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        (NONE, "a-b", "there is no wheel of it for this Python"),
        (OTHERS, "a", "no version that is asked for has a wheel for this Python"),
        (STRANGE, None, "a has an invalid wheel\x1b[31m"),
        (("first", "last", ""), None, "last"),
        ((), None, "pip fails, and says nothing"),
        (("ERROR: " + "x" * 9_999,), None, "x" * 300),
    ],
)
def test_why(lines: tuple[str, ...], key: str | None, words: str) -> None:
    assert unmet(lines) == key
    assert why(lines) == words
    assert key is not None or first_error(lines) == words


def test_the_network() -> None:
    line = "WARNING: Retrying (Retry(total=0)) after connection broken by 'X': /simple/a/"
    assert is_broken(line)
    assert not any(map(is_broken, (*NONE, *OTHERS, *STRANGE)))


@pytest.mark.parametrize(
    ("broken", "lines", "lost"),
    [
        (["/simple/a-b/"], NONE, True),
        (["/simple/other/"], NONE, False),
        (["/simple/other/", "/simple/b/", "/simple/c/"], (), True),
        (["/packages/a.whl"], STRANGE, True),
        ([], NONE, False),
    ],
)
def test_a_connection_that_broke_once(
    broken: list[str], lines: tuple[str, ...], lost: bool
) -> None:
    retries = [f"WARNING: Retrying (Retry()) after connection broken by 'X': {at}" for at in broken]
    assert is_out_of_reach([*retries, *lines]) == lost


def test_no_pip() -> None:
    assert is_missing(["/usr/bin/python3: No module named pip"])
    assert is_missing(["/usr/bin/python3: No module named pip.__main__; 'pip' is a package"])
    assert not is_missing(NONE)
