"""Plain files, many at a time.

Most of what is sent are regular files without anything special about them. They are weighed a
folder at a time, in columns; all else goes entry by entry. Both ways come to the same sums.
"""

from __future__ import annotations

import stat as modes
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ctxguard.context.views import FolderView
    from ctxguard.context.walk import Listing

_FIRST_USUAL_TIME = 2**56 // 10**9 + 1
_LAST_USUAL_TIME = 8**11 - 1
"""Seconds: between them a time takes 9 bytes on the wire and has its place in a tar header."""
_FEW = 4
"""So few files are weighed faster one by one."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PlainFiles:
    """Regular files that follow each other on the wire.

    One name each, a usual time, readable, no extended attributes, in ASCII.
    """

    folder: str
    names: Sequence[str]
    sizes: Sequence[int]
    modes: Sequence[int]
    """`st_mode` of each."""
    whole: bool
    """Nothing else of this folder is sent, and nothing below it."""


class PlainColumns:
    """Which entries of a listing are plain files, and their columns."""

    def __init__(self, listing: Listing) -> None:
        stats = [stat or _NOTHING for stat in listing.stats]
        self._listing = listing
        self._modes = [stat.st_mode for stat in stats]
        self._sizes = [stat.st_size for stat in stats]
        links = [stat.st_nlink for stat in stats]
        times = [stat.st_mtime for stat in stats]
        special = set(listing.xattrs) | listing.unreadable
        if not listing.path.isascii():
            special.update(range(len(stats)))
        special.update(_where(self._modes, lambda mode: not modes.S_ISREG(mode)))
        special.update(_where(links, lambda count: count != 1))
        if times and (min(times) < _FIRST_USUAL_TIME or max(times) >= _LAST_USUAL_TIME):
            special.update(
                _where(times, lambda time: not _FIRST_USUAL_TIME <= time < _LAST_USUAL_TIME)
            )
        if not "".join(listing.names).isascii():
            special.update(_where(listing.names, lambda name: not name.isascii()))
        self._special = sorted(special)

    def stretches(self, start: int, stop: int, view: FolderView) -> Iterator[PlainFiles | int]:
        """The sent entries from `start` to `stop`: plain ones together, others by index."""
        refused = _sent_but_refused(view)
        special = self._special if not refused else sorted({*self._special, *refused})
        at = bisect_left(special, start)
        while start < stop:
            end = min(special[at], stop) if at < len(special) else stop
            if end - start >= _FEW:
                yield from self._together(start, end, view)
            else:
                yield from (index for index in range(start, end) if view.sent[index])
            if end < stop and view.sent[end]:
                yield end
            start, at = end + 1, at + 1

    def _together(self, start: int, stop: int, view: FolderView) -> Iterator[PlainFiles]:
        listing = self._listing
        names = listing.names[start:stop]
        sizes, modes_ = self._sizes[start:stop], self._modes[start:stop]
        sent = view.sent[start:stop]
        if False in sent:
            names = list(compress(names, sent))
            sizes, modes_ = list(compress(sizes, sent)), list(compress(modes_, sent))
        if names:
            whole = stop - start == len(listing.names)
            yield PlainFiles(listing.path, names, sizes, modes_, whole)


def _where(column: Sequence[_T], special: Callable[[_T], bool]) -> Iterator[int]:
    """Where a special value stands; a folder has few different ones."""
    values = {value for value in set(column) if special(value)}
    return (at for at, value in enumerate(column) if value in values) if values else iter(())


def _sent_but_refused(view: FolderView) -> list[int]:
    """Files that arrive empty: the walk includes them, the documented rules do not."""
    refused = {one for one in set(view.decisions) if one.documented and not one.excluded}
    if not refused:
        return []
    return [at for at, decision in enumerate(view.decisions) if decision in refused]


class _Nothing:
    st_mode = modes.S_IFREG
    st_size = 0
    st_nlink = 1
    st_mtime = _FIRST_USUAL_TIME


_NOTHING = _Nothing()
