"""The files of the context at one commit, kept up to date from one commit to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

_FOLDER_MODES = ("160000",)
"""A submodule is an empty folder in a clone."""


Entry = tuple[str, str]
"""Mode and id as git has them."""


class Change(NamedTuple):
    """One path that two commits have different things at."""

    path: str
    """Relative to the context root."""
    before: Entry | None
    """None if there is nothing."""
    after: Entry | None


@dataclass(slots=True)
class Files:
    """What git has below the context root."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Mode and id by path."""

    def apply(self, change: Change) -> None:
        """Take a change over."""
        if change.after is None:
            self.found.pop(change.path, None)
        else:
            self.found[change.path] = change.after


def as_entry(mode: str, id_: str) -> tuple[str, str]:
    """What of an entry decides: only whether a file is executable counts of its mode."""
    if mode in _FOLDER_MODES:
        return "folder", ""
    if mode.startswith("100"):
        return ("755" if int(mode, 8) & 0o100 else "644"), id_
    return mode, id_
