"""How much one image may ask for, all its parts together, held against what was read of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxguard.image.streams import DamagedError

_FREE_BYTES = 4 << 30
_MOST_RATIO = 100
"""An image may unpack to 4 GiB whatever it weighs, and to 100 bytes more for each byte that was
read. Layers come to 2 to 10 times their length, and gzip never to more than 1,032 times."""
_OF_ENTRY = 4 << 10
"""Bytes that an entry of a layer counts for: to list it takes as long as to unpack so many."""
_OF_FOLDER = 1 << 10
"""The same for each folder that its path may be the first to name."""
_MOST_KEPT = 256 << 20
"""Bytes of contents that are kept, of all layers."""


class Allowance:
    """What is left of it; one for everything that is read for an image.

    Only bytes that come from outside make it larger: packed data that was itself unpacked counts
    on one side alone, so that a bomb within a bomb gains nothing.
    """

    def __init__(self) -> None:
        self._left = _FREE_BYTES
        self._kept = 0
        self._folder = ""

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on what comes from outside; each byte allows for more."""
        for piece in pieces:
            self._left += _MOST_RATIO * len(piece)
            yield piece

    def unpacked(self, pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
        """Pass on what comes out of packed data.

        Raises:
            DamagedError: while iterating: it is far too much.
        """
        for piece in pieces:
            self._take(len(piece), what)
            yield piece

    def take_entry(self, folder: str, what: str) -> None:
        """Count an entry of a layer.

        Args:
            folder: that it lies in; entries of one folder mostly follow each other.

        Raises:
            DamagedError: there are far too many.
        """
        size = _OF_ENTRY
        if folder != self._folder:
            self._folder = folder
            size += _OF_FOLDER * (folder.count("/") + 1)
        self._take(size, what)

    def keep(self, size: int) -> int:
        """How many of so many bytes may still be kept; these then count as kept."""
        found = min(size, _MOST_KEPT - self._kept)
        self._kept += found
        return found

    def _take(self, size: int, what: str) -> None:
        self._left -= size
        if self._left < 0:
            raise DamagedError(
                f"{what}: with it, contents and entries of the image come to over "
                f"{_FREE_BYTES >> 30} GiB and over {_MOST_RATIO} times what was read of it; no "
                "image does"
            )
