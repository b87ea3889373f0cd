"""What layers wrote in vain: sums, and the heaviest paths, in memory that does not grow."""

from __future__ import annotations

from collections import Counter
from heapq import heappush, heapreplace, nlargest

from ctxguard.image.inode import Inode
from ctxguard.layers import Wasted, WastedPath

MOST_PATHS = 1000
"""Paths that can be told of."""


class WasteTally:
    """Adds up what is gone; the same file may be written in vain in each of very many layers."""

    def __init__(self) -> None:
        self.by_layer: Counter[int] = Counter()
        """Bytes, by the number of the layer that wrote them."""
        self._files = 0
        self._count = 0
        self._heaviest: list[tuple[int, int, WastedPath]] = []
        self._least = 0
        """Bytes of a path that is not told of any more."""

    def add(self, inode: Inode, gone_in: int, *, overwritten: bool) -> None:
        """Count a file without a name; of equal ones those are told of that went first."""
        self.by_layer[inode.layer] += inode.bytes
        self._files += inode.regular
        if inode.bytes <= self._least:
            return
        path = WastedPath(inode.path, inode.bytes, inode.layer, gone_in, overwritten)
        self._count += 1
        row = (inode.bytes, -self._count, path)
        if len(self._heaviest) < MOST_PATHS:
            heappush(self._heaviest, row)
        else:
            heapreplace(self._heaviest, row)
        if len(self._heaviest) == MOST_PATHS:
            self._least = self._heaviest[0][0]

    def wasted(self, most: int) -> Wasted:
        """All of it, and the heaviest paths, at most `MOST_PATHS` of them."""
        heaviest = [path for _, _, path in nlargest(most, self._heaviest)]
        heaviest.sort(key=lambda path: (-path.bytes, path.path))
        return Wasted(self.by_layer.total(), self._files, tuple(heaviest))
