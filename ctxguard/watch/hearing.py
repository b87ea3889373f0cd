"""What was heard of changes, gathered until somebody asks, and a pipe that wakes the asker."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ctxguard.context.again import Changed


@dataclass(frozen=True, slots=True)
class Heard:
    """What may have changed since the last time."""

    changed: Changed
    lost: bool
    """Something was not heard: everything may have changed."""


class Watcher(Protocol):
    """Hears of changes in the folders that it follows."""

    hearing: Hearing

    @property
    def unheard(self) -> Collection[str]:
        """Followed folders of which it hears nothing."""

    @property
    def watched(self) -> int:
        """How many folders it hears of."""

    @property
    def full(self) -> bool:
        """The system lets it hear of no more."""

    def follow(self, folders: Collection[str]) -> set[str]:
        """Hear of these folders and of no others; those that it did not hear of before."""

    def forget_below(self, trees: Collection[str]) -> None:
        """There may be other folders under these names now, and below them."""

    def start(self) -> None:
        """Begin to tell what is heard."""

    def close(self) -> None: ...


def silence_watchdog() -> None:
    """It warns, with its whole table of watches, of a folder that is watched under two names.

    A folder that was just moved is, for a moment.
    """
    warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)


class Hearing:
    """Filled by one thread, and emptied by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: set[str] = set()
        self._trees: set[str] = set()
        self._lost = False
        self._awake = self._closed = False
        self.pipe, self._far_end = os.pipe()

    def tell(self, folder: str, tree: str | None = None) -> None:
        """Something changed in a folder; and this one, of its folders, may be another one now."""
        with self._lock:
            self._folders.add(folder)
            if tree is not None:
                self._trees.add(tree)
            self._wake()

    def lose(self) -> None:
        """Something was missed."""
        with self._lock:
            self._lost = True
            self._wake()

    def _wake(self) -> None:
        if not self._awake and not self._closed:
            self._awake = True
            os.write(self._far_end, b"!")

    def take(self) -> Heard:
        """All that was heard since the last time."""
        with self._lock:
            heard = Heard(Changed(frozenset(self._folders), frozenset(self._trees)), self._lost)
            self._folders.clear()
            self._trees.clear()
            self._lost = False
            if self._awake:
                os.read(self.pipe, 1)
                self._awake = False
            return heard

    def count(self) -> int:
        """How much was heard; it grows as long as there is something new to hear."""
        with self._lock:
            return len(self._folders) + len(self._trees)

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self.pipe)
                os.close(self._far_end)
