"""What pip says when it fails: which requirement it was, and whether it was the network.

Source of the words: pip, `_internal/resolution/resolvelib/factory.py`, and urllib3's `Retry`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctxguard.deps.declared.asked import key_of

_NO_MATCH = re.compile(r"(?:ERROR: )?No matching distribution found for ([A-Za-z0-9._-]+)")
_OTHERS = re.compile(r"\(from versions: (?!none\))")
_CONNECTION = "after connection broken by"
_NO_PIP = re.compile(r".*No module named '?pip\b.*")
_ERROR = "ERROR: "
_MOST_WORDS = 300
NO_WHEEL = "there is no wheel of it for this Python"
MOST_BROKEN = 3
"""Connections that may break before an index counts as out of reach."""


def is_broken(line: str) -> bool:
    """Whether a connection failed."""
    return _CONNECTION in line


def is_out_of_reach(lines: Sequence[str]) -> bool:
    """Whether a run failed for the network: for a connection that broke, and not just one that
    was tried again for another package.
    """
    broken = [line for line in lines if is_broken(line)]
    key = unmet(lines)
    pages = {key_of(line.rstrip("/").rpartition("/")[2]) for line in broken}
    return len(broken) >= MOST_BROKEN or (bool(broken) and (key is None or key in pages))


def is_missing(lines: Sequence[str]) -> bool:
    """Whether there is no pip at all."""
    return any(_NO_PIP.fullmatch(line) for line in lines)


def unmet(lines: Sequence[str]) -> str | None:
    """The key of the requirement that nothing meets."""
    found = [match for line in lines if (match := _NO_MATCH.match(line))]
    return key_of(found[-1][1]) if found else None


def why(lines: Sequence[str]) -> str:
    """Why one requirement cannot be had; words of pip itself have to be escaped."""
    if unmet(lines) is None:
        return first_error(lines)
    if any(_OTHERS.search(line) for line in lines):
        return "no version that is asked for has a wheel for this Python"
    return NO_WHEEL


def first_error(lines: Sequence[str]) -> str:
    """The first error in pip's own words, which have to be escaped."""
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    told = errors or [line for line in lines if line.strip()][-1:]
    return told[0][:_MOST_WORDS] if told else "pip fails, and says nothing"
