"""watchdog's own observer, for systems without inotify: it watches all, ignored folders too."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from typing import Any

from ctxguard.watch.hearing import Hearing, silence_watchdog

_NAMES = ("created", "deleted", "moved")
"""Events after which a folder may be another one."""
_MOST_S = 5
_NO_CHANGE = ("opened", "closed_no_write")
"""Reading is told of too, our own first of all."""


class StockWatcher:
    """Hears of everything below the root; see `hearing.Watcher`.

    Args:
        root: of the context, absolute.
    """

    def __init__(self, root: str) -> None:
        from watchdog.observers import Observer

        silence_watchdog()
        self.hearing = Hearing()
        self.unheard: Collection[str] = ()
        self.full = False
        self._root = root
        self._followed: frozenset[str] = frozenset()
        self._observer = Observer()
        self._observer.schedule(self, root, recursive=True)  # type: ignore[arg-type]

    def start(self) -> None:
        self._observer.start()

    def follow(self, folders: Collection[str]) -> set[str]:
        new = set(folders) - self._followed
        self._followed = frozenset(folders)
        return new

    def forget_below(self, trees: Collection[str]) -> None:
        """It goes by paths alone."""

    @property
    def watched(self) -> int:
        return len(self._followed)

    def dispatch(self, event: Any) -> None:
        """Called by watchdog, in its own thread."""
        if event.event_type in _NO_CHANGE or (
            event.is_directory and event.event_type == "modified"  # Its entries tell that.
        ):
            return
        another = event.is_directory and event.event_type in _NAMES
        for path in (event.src_path, event.dest_path):
            if path:
                self._tell(os.fsdecode(path), another=another)

    def _tell(self, full: str, *, another: bool) -> None:
        path = os.path.relpath(full, self._root).replace(os.sep, "/")
        if path == ".":
            self.hearing.tell("")
            return
        above = path.rpartition("/")[0]
        if above in self._followed:
            self.hearing.tell(above, path if another else None)

    def close(self) -> None:
        # Its threads were seen to wait for each other for good; they end with the process at least.
        ending = threading.Thread(target=self._end, daemon=True)
        ending.start()
        ending.join(_MOST_S)
        self.hearing.close()

    def _end(self) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()
