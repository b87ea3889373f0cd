"""The kernel's word on folders: only those that are followed, and only on what changes sizes.

watchdog reads inotify and hands out its events; which folders are watched, and what to make of an
event, is decided here. Its own emitter watches ignored folders too, goes deaf after an overflow, is
silent at the limit of watches and believes the paths of moved folders.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Collection
from typing import Any

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyFD, Mask

from ctxguard.watch.hearing import Hearing, silence_watchdog

_MASK = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
"""Extended attributes and further names of a file are told as IN_ATTRIB."""
_NAMES = (
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
)
_MOST_S = 5
_FAR_TOO_MANY = (errno.ENOSPC, errno.ENOMEM)


class InotifyWatcher:
    """Hears of each folder by a watch of its own; see `hearing.Watcher`.

    Args:
        root: of the context, absolute.
    """

    def __init__(self, root: str) -> None:
        silence_watchdog()
        self.hearing = Hearing()
        self._root = os.fsencode(root)
        self._inotify = InotifyFD()
        self._id = CallbackId(id(self))
        self._lock = threading.Lock()
        self._paths: dict[int, str] = {}
        """By watch descriptor."""
        self._watches: dict[str, int] = {}
        self.unheard: set[str] = set()
        self.full = False
        """The system takes no more watches."""

    def start(self) -> None:
        self._inotify.start()

    def follow(self, folders: Collection[str]) -> set[str]:
        wanted = set(folders)
        with self._lock:
            gone = self._watches.keys() - wanted
            new = wanted - self._watches.keys()
        # A folder that was moved has its watch under the old name still, until that one is gone.
        self._forget(gone)
        self.unheard = set()
        self.full = False
        return {path for path in sorted(new) if self._watch(path)}

    def forget_below(self, trees: Collection[str]) -> None:
        """What is there now under these names may be other folders: none of them is watched."""
        with self._lock:
            paths = [path for path in self._watches if _is_in_any(path, trees)]
        self._forget(paths)

    def _forget(self, paths: Collection[str]) -> None:
        with self._lock:
            watches = [self._watches.pop(path) for path in paths if path in self._watches]
            for watch in watches:
                self._paths.pop(watch, None)
        self._inotify.remove_callbacks([(watch, self._id) for watch in watches])  # type: ignore[misc]

    def _watch(self, path: str) -> bool:
        """Whether it is watched now."""
        full = self._root + b"/" + path.encode("utf-8", "surrogateescape") if path else self._root
        if self.full or not os.access(full, os.R_OK):
            self.unheard.add(path)
            return False
        try:
            watch = self._inotify.add_callback(full, _MASK, self, self._id)
        except OSError as error:
            self.full = error.errno in _FAR_TOO_MANY
            self.unheard.add(path)
            return False
        with self._lock:
            self._paths[watch] = path
            self._watches[path] = watch
        return True

    def on_event(self, event: Any) -> None:
        """Called by watchdog, in its own thread."""
        with self._lock:
            folder = self._paths.get(event.wd)
        if folder is None:
            return
        self.hearing.tell(folder)
        if event.name and event.mask & InotifyConstants.IN_ISDIR:
            name = event.name.decode("utf-8", "surrogateescape")
            below = f"{folder}/{name}" if folder else name
            # With other rights it may be another one too: it was perhaps not to be read before.
            self.hearing.tell(below, below if event.mask & _NAMES else None)

    def on_watch_deleted(self, watch: int) -> None:
        """Called by watchdog: the folder is gone, or its file system."""
        with self._lock:
            path = self._paths.pop(watch, None)
            if path is None:
                return
            if self._watches.get(path) == watch:
                del self._watches[path]
        self.hearing.tell(path.rpartition("/")[0], path)

    def on_queue_overflow(self) -> None:
        """Called by watchdog: the kernel dropped events."""
        self.hearing.lose()

    @property
    def watched(self) -> int:
        """How many folders are watched."""
        with self._lock:
            return len(self._watches)

    def close(self) -> None:
        with self._lock:
            self._paths.clear()
            self._watches.clear()
        if self._inotify.is_alive():
            self._inotify.stop()
            self._inotify.join(_MOST_S)
        else:
            self._inotify.close()
            self._inotify._close_resources()  # Else its thread would do that.
        self.hearing.close()


def _is_in_any(path: str, trees: Collection[str]) -> bool:
    while path not in trees:
        if not path:
            return False
        path = path.rpartition("/")[0]
    return True
