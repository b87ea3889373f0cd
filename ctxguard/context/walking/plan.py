"""What is left of a walk, cut into subtrees that can be walked apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Sequence
from typing import TypeVar

from ctxguard.context.tree.source import Source
from ctxguard.context.walking.views import View
from ctxguard.context.walking.walk import Listing, Step, Trouble, Waiting

_T = TypeVar("_T")


def dealt(subtrees: list[_T], pieces: int) -> list[list[_T]]:
    """No more than so many pieces, each with every so many-th subtree: of much the same weight."""
    return [subtrees[at::pieces] for at in range(min(pieces, len(subtrees)))]


class Plan:
    """Folders that wait and listings that were made, in wire order.

    Args:
        stack: the folders that wait, the next one last; it is used up.
    """

    def __init__(self, source: Source, views: Sequence[View], stack: list[Waiting]) -> None:
        self._step = Step(source, views)
        self.items: list[Waiting | Listing | Trouble] = list(reversed(stack))
        stack.clear()

    def subtrees(self) -> list[Waiting]:
        """The folders that wait."""
        return [item for item in self.items if isinstance(item, Waiting)]

    def split(self, listings: int) -> None:
        """List so many folders, the topmost first, so that no subtree holds nearly everything."""
        queue = deque(sorted(self.subtrees(), key=lambda waiting: waiting.depth))
        for _ in range(listings):
            if not queue:
                return
            queue.extend(self._replace(queue.popleft()))

    def open(self, paths: Container[str]) -> None:
        """List these folders, and those among what comes of them."""
        waiting = [subtree for subtree in self.subtrees() if subtree.path in paths]
        while waiting:
            below = self._replace(waiting.pop())
            waiting += [subtree for subtree in below if subtree.path in paths]

    def _replace(self, folder: Waiting) -> list[Waiting]:
        listing, troubles, below = self._step.take(folder)
        items: list[Waiting | Listing | Trouble] = [*troubles]
        if listing is not None:
            listing.folder.close()
            items.append(listing)
        at = next(at for at, item in enumerate(self.items) if item is folder)
        self.items[at : at + 1] = [*items, *below]
        return below
