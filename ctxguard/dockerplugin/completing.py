"""What could come next, in the form in which cobra tells it to shells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Directive(IntEnum):
    """What the shell is to do. Semantics: spf13/cobra, completions.go, `ShellCompDirective`."""

    FILES = 0
    """Go by file names, if there is nothing to choose from."""
    ERROR = 1
    """Nothing, for something went wrong."""
    NOTHING = 4
    """Nothing but what there is to choose from."""
    FOLDERS = 16
    """Go by names of folders."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the last word could become."""

    text: str
    about: str
    """"" for nothing to say."""


def answer(candidates: Iterable[Candidate], directive: Directive) -> str:
    """A line for each, and the directive."""
    lines = [_line(each) for each in candidates if each.text.isprintable()]
    return "".join(f"{line}\n" for line in (*lines, f":{directive.value}"))


def _line(candidate: Candidate) -> str:
    about = " ".join(candidate.about.split())
    return f"{candidate.text}\t{about}" if about else candidate.text
