"""Where nothing can be heard: everything is asked for from time to time."""

from __future__ import annotations

from collections.abc import Collection

from ctxguard.watch.hearing import Hearing


class Deaf:
    """Follows, and hears nothing; see `hearing.Watcher`."""

    def __init__(self) -> None:
        self.hearing = Hearing()
        self.unheard: Collection[str] = ()
        self.full = False
        self.watched = 0

    def follow(self, folders: Collection[str]) -> set[str]:
        self.unheard = folders
        return set()

    def forget_below(self, trees: Collection[str]) -> None:
        """Nothing is watched."""

    def start(self) -> None:
        """Nothing is told."""

    def close(self) -> None:
        self.hearing.close()
