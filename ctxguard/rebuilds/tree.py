"""The files of the context at one commit, kept up to date from one commit to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_FOLDER_MODES = ("160000",)
"""A submodule is an empty folder in a clone."""


class Change(NamedTuple):
    """One path that two commits have different things at."""

    path: str
    """Relative to the context root."""
    before: tuple[str, str] | None
    """Mode and id as git has them; None if there is nothing."""
    after: tuple[str, str] | None


class FolderChange(NamedTuple):
    """A folder that came or went, as git has none that is empty."""

    path: str
    is_there: bool


@dataclass(slots=True)
class Files:
    """What git has below the context root."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Mode and id by path."""
    folders: dict[str, int] = field(default_factory=dict)
    """How many files lie below each folder."""

    def apply(self, change: Change) -> Iterator[FolderChange]:
        """Take a change over; the folders that come or go by it, the deepest first."""
        if change.after is None:
            self.found.pop(change.path, None)
        else:
            self.found[change.path] = change.after
        step = (change.after is not None) - (change.before is not None)
        if not step:
            return
        for folder in folders_above(change.path):
            count = self.folders.get(folder, 0) + step
            self.folders[folder] = count
            if count == 0:
                del self.folders[folder]
            if count == (step > 0):
                yield FolderChange(folder, step > 0)


def folders_above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the deepest first, without the root."""
    while (path := path.rpartition("/")[0]) != "":
        yield path


def as_entry(mode: str, id_: str) -> tuple[str, str]:
    """What of an entry decides: only whether a file is executable counts of its mode."""
    if mode in _FOLDER_MODES:
        return "folder", ""
    if mode.startswith("100"):
        return ("755" if int(mode, 8) & 0o100 else "644"), id_
    return mode, id_
