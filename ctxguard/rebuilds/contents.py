"""Digests of what the steps ask for, kept up to date by what changes between two commits.

A digest is the sum of those of its entries, so that each comes and goes by itself. A folder is an
entry of its own, be it sent for its own sake or for what lies in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ctxguard.rebuilds.hashing import MODULUS, number
from ctxguard.rebuilds.selection import Selection
from ctxguard.rebuilds.sending import Sending
from ctxguard.rebuilds.tree import Change, Files, folders_above

_FOLDER = ("folder", "")


@dataclass(slots=True)
class Content:
    """What of the context is in one selection."""

    selection: Selection
    sum: int = 0
    count: int = 0
    """Entries."""
    changed: list[str] = field(default_factory=list)
    """The files that changed in it since it was asked last."""

    def take(self, path: str, entry: tuple[str, str], step: int) -> bool:
        """One entry that came, or went for a step of -1; whether it is in the selection."""
        name = self.selection.name_of(path)
        if name is None:
            return False
        self.sum = (self.sum + step * number(name, *entry)) % MODULUS
        self.count += step
        return True


class Contents:
    """The contents of all selections, under the ignore rules of the time.

    Args:
        sending: tells what is sent under these rules.
    """

    def __init__(self, sending: Sending, files: Files) -> None:
        self._sending = sending
        self._files = files
        self._all: list[tuple[str, tuple[str, str]]] | None = None
        """Everything that is sent, until something changes."""
        self._below: dict[str, int] = {}
        """By folder: the entries below it that are sent for their own sake."""
        self._of: dict[Selection, Content] = {}
        sending.decide((*files.found, *files.folders))
        for path in (*files.found, *files.folders):
            self._count(path, 1)

    def _is_sent(self, path: str) -> bool:
        return self._sending.is_sent(path)

    def _count(self, path: str, step: int) -> None:
        if self._is_sent(path):
            self._add_above(path, step)

    def _add_above(self, path: str, step: int) -> None:
        for folder in folders_above(path):
            self._below[folder] = self._below.get(folder, 0) + step

    def of(self, selection: Selection) -> Content:
        """The content of a selection, from now on kept up to date."""
        found = self._of.get(selection)
        if found is None:
            found = self._of[selection] = Content(selection)
            self._all = list(self._present()) if self._all is None else self._all
            start = selection.start
            for path, entry in self._all:
                if path.startswith(start):
                    found.take(path, entry, 1)
        return found

    def _present(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for path, entry in self._files.found.items():
            if self._is_sent(path):
                yield path, entry
        for folder in self._files.folders:
            if self._holds(folder):
                yield folder, _FOLDER

    def _holds(self, folder: str) -> bool:
        """Whether a folder arrives: for its own sake, or for what is below it."""
        there = folder in self._files.folders and self._is_sent(folder)
        return there or self._below.get(folder, 0) > 0

    def forget_changes(self) -> None:
        """From now on, only what changes next counts as changed."""
        for content in self._of.values():
            content.changed.clear()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take over what differs at the next commit."""
        self._all = None if changes else self._all
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        touched = list(folders_above(change.path))
        before = [self._holds(folder) for folder in touched]
        for folder, is_there in self._files.apply(change):
            if self._is_sent(folder):
                self._add_above(folder, 1 if is_there else -1)
        step = (change.after is not None) - (change.before is not None)
        if step:
            self._count(change.path, step)
        if self._is_sent(change.path):
            self._swap(change)
        for folder, held in zip(touched, before, strict=True):
            holds = self._holds(folder)
            if holds != held:
                for content in self._of.values():
                    if content.take(folder, _FOLDER, 1 if holds else -1):
                        content.changed.append(change.path)

    def _swap(self, change: Change) -> None:
        for content in self._of.values():
            inside = False
            if change.before is not None:
                inside = content.take(change.path, change.before, -1)
            if change.after is not None:
                inside = content.take(change.path, change.after, 1)
            if inside:
                content.changed.append(change.path)
