"""The head of the files that `ctxguard deps split` writes, by which they are known again.

The first two lines hold no names: a coding line (PEP 263) counts only there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

PRODUCTION = "requirements-prod.txt"
DEVELOPMENT = "requirements-dev.txt"
CONSERVATIVE = "requirements-prod-conservative.txt"
WRITTEN = (PRODUCTION, DEVELOPMENT, CONSERVATIVE)

_FIRST = "# Written by `ctxguard deps split`."
_SECOND = "# It is made from the files below; edit them, then split again."
_SOURCE = "# source: "
_REMOVED = "# removed: "
_INCLUDED = "# included: "
APART = (
    f"# Install {PRODUCTION} too, by a command of its own: only some of all these lines",
    "# have hashes, which pip refuses in one go.",
)
"""Stands in the place of an include that pip could not follow."""
_OURS = (_FIRST, _SECOND, _SOURCE, _REMOVED, _INCLUDED, *APART)


def head(sources: Sequence[str]) -> list[str]:
    """The first lines of a file, without line ends."""
    return [_FIRST, _SECOND, *(f"{_SOURCE}{_shown(source)}" for source in sources)]


def removed(name: str, why: str) -> str:
    """The line about a package that is left out."""
    return f"{_REMOVED}{_shown(name)} ({_shown(why)})"


def included(target: str) -> str:
    """The line above what another file brings."""
    return f"{_INCLUDED}{_shown(target)}"


def section(group: str) -> str:
    """The line above the requirements of a group."""
    return f"# {_shown(group)}"


def is_written(text: str) -> bool:
    """Whether a text begins as those that we write."""
    return text.startswith(_FIRST)


def is_own_source(text: str, file: str) -> bool:
    """Whether a file that we wrote holds lines of a person, which are nowhere else."""
    return f"{_SOURCE}{_shown(os.path.basename(file))}" in text.split("\n\n", 1)[0].splitlines()


def is_our_line(line: str) -> bool:
    """Whether a comment is one of those above."""
    return line.startswith(_OURS)


def _shown(text: str) -> str:
    """On one line, whatever it holds."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
