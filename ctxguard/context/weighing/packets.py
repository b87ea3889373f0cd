"""The DATA packets of a transfer.

Each packet carries the index of its entry among all that are sent, and how many bytes that takes
matters only at a few borders. So packets are weighed without their index fields, and those are
added where the place of an entry is known, or where all places it may have take as many bytes.

Source of the meaning: tonistiigi/fsutil 6d9dc2e, `send.go`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

CHUNK = 32 * 1024
_BORDERS = (1, 1 << 7, 1 << 14, 1 << 21)
"""The first index that takes one byte more; the very first takes none, and the next one two."""
_WIDTHS = (0, 2, 3, 4, 5)
_TYPE_AND_ID = 2
"""The packet's type field; the index field comes on top."""


_DATA_FIELD = [0] + [1 + (bits + 6) // 7 for bits in range(1, CHUNK.bit_length() + 1)]
"""What the data field takes beside the data, by the bits of their number; left out if empty."""
_FULL = _DATA_FIELD[CHUNK.bit_length()]


class Packets(NamedTuple):
    """The packets of some files."""

    counts: Sequence[int]
    """Of each file: its chunks of 32 KiB, and an empty packet that ends it."""
    bytes: int
    """Of all together, without the index fields."""


def packets_of(sizes: Sequence[int]) -> Packets:
    """The packets of files of these sizes."""
    counts = [(size + CHUNK - 1) // CHUNK + 1 for size in sizes]
    fields = [_DATA_FIELD[(size % CHUNK).bit_length()] + size // CHUNK * _FULL for size in sizes]
    return Packets(counts, sum(sizes) + sum(fields) + sum(counts) * _TYPE_AND_ID)


def packets_in_all(sizes: Sequence[int]) -> tuple[int, int]:
    """How many packets files of these sizes make together, and the bytes of `Packets`."""
    if max(sizes) > CHUNK:
        counts, size = packets_of(sizes)
        return sum(counts), size
    packets = 2 * len(sizes) - sizes.count(0)
    fields = sum([_DATA_FIELD[bits] for bits in map(int.bit_length, sizes)])
    return packets, sum(sizes) + fields + packets * _TYPE_AND_ID


class Indexes:
    """The index fields of one transfer.

    Args:
        entries: how many have been sent before.
    """

    def __init__(self, entries: int = 0) -> None:
        self.entries = entries
        self.bytes = 0

    def add(self, counts: Sequence[int]) -> None:
        """Entries in wire order, with the number of packets of each."""
        if self.crosses(len(counts)):
            places = range(self.entries, self.entries + len(counts))
            widths = [_WIDTHS[bisect_right(_BORDERS, place)] for place in places]
            self.bytes += sum(width * count for width, count in zip(widths, counts, strict=True))
            self.entries += len(counts)
        else:
            self.add_alike(len(counts), sum(counts))

    def add_alike(self, entries: int, packets: int) -> None:
        """Entries in any order, between which there is no border."""
        self.bytes += _WIDTHS[bisect_right(_BORDERS, self.entries)] * packets
        self.entries += entries

    def crosses(self, entries: int) -> bool:
        """Whether the places that come next take different numbers of bytes."""
        last = self.entries + max(entries, 1) - 1
        return bisect_right(_BORDERS, self.entries) != bisect_right(_BORDERS, last)
