"""Patterns made to be slow are not: the time grows with the path, never with the ways to match."""

from __future__ import annotations

import random
import time

import pytest

from ctxguard.ignore import DockerIgnorePattern
from tests.loops import one_loop

MOST_LOOPS = 2.0
"""What a match may take, in units of a loop that takes about ten milliseconds."""
STEPS = 200_000

PATTERNS = [
    "*a*a*a*a*a*b",
    "*a*a*a*a*a*a*a*a*a*a*a*a*b",
    "a*a*a*a*a*a*a*a*/b",
    "*" * 3 + "a" + "*" * 3 + "b",
    "*?*?*?*?*?*?*b",
    "*" + "?" * 30 + "b",
    "*a" + "?" * 100,
    "*" + "?" * 250,
    "?" * 254 + "b",
    "*.*.*.*.*.*.*.b",
    "**/**/**/**/**/**/**/**/b",
    "**/" * 8 + "*b",
    "**/*/" * 8 + "b",
    "**/a" * 8 + "*b",
    "**/*a/**/*a/**/*a/**/*b",
    "**/a/**/a/**/a/**/a/**/a/**/b",
    "**/?/**/?/**/?/**/?/b",
    "a/**/a/**/a/**/a/**/a/**/b",
    "**a**a**a**a**a**b",
    "**a*a**a*a**a*b",
    "a**a**a**a**a**a**a**",
    "**" * 20 + "b",
    "**/**a/**/**a/**/**b",
    "***/***/***/***/b",
    "*/" * 30 + "*b",
    "**/" + "*/" * 100 + "b",
    "[^b]*[^b]*[^b]*[^b]*[^b]*b",
    "[^b]" * 60 + "b*",
    "*[^b]" * 30 + "b",
    "**[^b]" * 30 + "b",
    "[^/]*[^/]*[^/]*[^/]*b",
    "*[a-z]*[a-z]*[a-z]*[a-z]*[0-9]",
    "*[[:alpha:]]*[[:alpha:]]*[[:alpha:]]*[[:digit:]]",
    "*[*]*[*]*[*]*b",
    "a{0,1000}a{0,1000}*b",
    "a{0,1000}*b",
    "*a{1000}",
    "[^b]{0,1000}[^b]{0,1000}b*",
    "?{0,1000}?{0,1000}?{0,1000}b",
    "*" + "a{0,10}" * 30 + "b",
    "**/a{0,100}/**/a{0,100}/b",
    "a{1,}" * 20 + "*b",
    "a{0,}" * 50 + "*b",
    r"*\b*\b*\b*\b*b",
    r"*\B*\B*\B*\B*b",
    r"\b" * 100 + "*b",
    r"*a\b*" * 10 + "b",
    r"\w*\w*\w*\w*\W",
    r"\w{0,500}\w{0,500}\d*",
    r"**\s**\S**\s**\S**b",
    "a*|a*a|a*aa|a*aaa*b",
    "a*b|*c|*d|*e|*f|*g",
    "*b" + "|*b" * 60,
    "|".join(f"**/*{'a' * size}b" for size in range(1, 30)),
    "x|**/*a*a*a*b|**/*a*a*b*c|y",
    "^" * 50 + "*a*a*a*b",
    "a" * 500 + "*",
    "*" + "a" * 500,
    "**/" + "a" * 500 + "*",
    "**/" + "a/" * 250 + "*b",
    "*" + "".join(f"[{chr(97 + at % 26)}-z]" for at in range(200)),
    r"*\pL*\pL*\pL*\pN",
    "*\\Q" + "a" * 300 + "\\E*b",
    "é*é*é*é*é*b",
    "**" + "a" * 500,
    "a" * 500 + "/**",
    "a/" * 200 + "a",
]

PATHS = [
    ("a name of 255 bytes", "a" * 255),
    ("a flat path of 4,000 bytes", "/".join(["a" * 249] * 16)),
    ("a path 2,000 deep", "/".join("a" * 2000)),
    ("a name of 255 bytes that varies", "".join(random.Random(1).choices("ab", k=255))),
    ("a path of 4,000 bytes that varies", "".join(random.Random(2).choices("aaab/", k=4000))),
]


def test_there_are_many_and_none_is_broken() -> None:
    assert len(set(PATTERNS)) >= 50
    assert [line for line in PATTERNS if DockerIgnorePattern(line).broken] == []


def seconds_to_match(line: str, path: str) -> float:
    """CPU time of the first match of a fresh pattern, so nothing is known from before."""
    pattern = DockerIgnorePattern(line)
    start = time.process_time()
    pattern.match_file(path)
    return time.process_time() - start


def fewest_loops_of_three(line: str, path: str) -> float:
    best = float("inf")
    for _ in range(3):
        best = min(best, seconds_to_match(line, path) / one_loop(STEPS))
        if best < MOST_LOOPS:
            break
    return best


@pytest.mark.parametrize("path", [row[1] for row in PATHS], ids=[row[0] for row in PATHS])
@pytest.mark.parametrize("line", PATTERNS, ids=lambda line: line[:40])
def test_match_is_fast(line: str, path: str) -> None:
    assert fewest_loops_of_three(line, path) < MOST_LOOPS
