"""The DATA packets of a transfer.

Each packet carries the index of its entry among all that are sent, and how many bytes that takes
matters only at a few borders. So it is enough to keep how many packets each entry has: parts of a
tree can be counted apart, before anyone knows at which index they begin.

Source of the meaning: tonistiigi/fsutil 6d9dc2e, `send.go`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

CHUNK = 32 * 1024
_BORDERS = ((0, 1, 0), (1, 1 << 7, 2), (1 << 7, 1 << 14, 3), (1 << 14, 1 << 21, 4))
"""From index, to index, bytes of the index field; zero is left out."""
_LAST_BORDER, _BEYOND = 1 << 21, 5
_TYPE_AND_ID = 2
"""The packet's type field; the index field comes on top."""


_DATA_FIELD = [0] + [1 + (bits + 6) // 7 for bits in range(1, CHUNK.bit_length() + 1)]
"""What the data field takes beside the data, by the bits of their number; left out if empty."""
_FULL = _DATA_FIELD[CHUNK.bit_length()]


class OrderNeededError(Exception):
    """A border lies among entries whose order is not known."""


class Packets:
    """Counts the packets of the entries, in wire order or, in a part of the tree, in any.

    Args:
        loose: the entries come in any order.
    """

    def __init__(self, *, loose: bool = False) -> None:
        self.entries = 0
        self.loose = loose
        """From here on the order is not known."""
        self._bytes = 0
        """Without the index fields."""
        self._counts = array("L")
        """Packets of each entry whose place is known, up to the last border."""
        self._more = 0
        """Packets of all entries behind those."""

    def add_others(self, count: int = 1) -> None:
        """Entries without content."""
        self._count([0] * count)

    def add_file(self, size: int) -> None:
        self.add_files([size])

    def add_files(self, sizes: Sequence[int]) -> None:
        """Files in a row; each has its chunks of 32 KiB, and an empty packet that ends it."""
        if self.loose and max(sizes) <= CHUNK:
            self._add_small(sizes)
            return
        counts = [(size + CHUNK - 1) // CHUNK + 1 for size in sizes]
        fields = [
            _DATA_FIELD[(size % CHUNK).bit_length()] + size // CHUNK * _FULL for size in sizes
        ]
        self._bytes += sum(sizes) + sum(fields) + sum(counts) * _TYPE_AND_ID
        self._count(counts)

    def _add_small(self, sizes: Sequence[int]) -> None:
        """Files of one chunk at most, in any order: two packets each, one if it is empty."""
        packets = 2 * len(sizes) - sizes.count(0)
        fields = sum([_DATA_FIELD[bits] for bits in map(int.bit_length, sizes)])
        self._bytes += sum(sizes) + fields + packets * _TYPE_AND_ID
        self.entries += len(sizes)
        self._more += packets

    def _count(self, counts: Sequence[int]) -> None:
        self.entries += len(counts)
        room = 0 if self.loose else _LAST_BORDER - len(self._counts)
        if room:
            self._counts.extend(counts[:room])
        if room < len(counts):
            self._more += sum(counts[room:] if room else counts)

    def merge(self, later: Packets) -> None:
        """Take over what comes next on the wire."""
        self.entries += later.entries
        self._bytes += later._bytes
        self.loose = self.loose or later.loose
        room = 0 if self.loose else _LAST_BORDER - len(self._counts)
        self._counts.extend(later._counts[:room])
        self._more += sum(later._counts[room:]) + later._more

    def bytes(self) -> int:
        """Bytes of all packets.

        Raises:
            OrderNeededError: the loose entries do not all have an index of the same length.
        """
        indexes = sum(width * sum(self._counts[low:high]) for low, high, width in _BORDERS)
        return self._bytes + indexes + self._width_behind() * self._more

    def _width_behind(self) -> int:
        """Bytes of the index field for the entries behind those whose place is known."""
        first, last = len(self._counts), max(self.entries - 1, 0)
        if not self._more or first >= _LAST_BORDER:
            return _BEYOND
        for low, high, width in _BORDERS:
            if low <= first and last < high:
                return width
        raise OrderNeededError
