"""Plain files, many at a time.

Most of what is sent are regular files and folders without anything special about them. They are
weighed a folder at a time, in columns; all else goes entry by entry. Both ways come to the same
sums.
"""

from __future__ import annotations

import stat as modes
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple, TypeVar

from ctxguard.context.tree.source import Stat
from ctxguard.context.walking.inclusion import Members
from ctxguard.context.walking.views import FolderView

_FIRST_USUAL_TIME = 2**56 // 10**9 + 1
_LAST_USUAL_TIME = 8**11 - 1
"""Seconds: between them a time takes 9 bytes on the wire and has its place in a tar header."""
_FIRST_LONG_SIZE = 8**11
"""From here on a size has no place in a tar header."""
_FEW = 4
"""So few files are weighed faster one by one."""
_T = TypeVar("_T")


@dataclass(slots=True)
class PlainFiles:
    """Regular files of one folder.

    One name each, a usual time and size, readable, no extended attributes, in ASCII.
    """

    folder: str
    names: Sequence[str]
    sizes: Sequence[int]
    modes: Sequence[int]
    """`st_mode` of each."""
    members: Members
    """The lists that all of them are in."""
    whole: bool
    """Nothing else of this folder is sent, and nothing below it."""
    bytes: int = field(init=False)
    """Of their content."""

    def __post_init__(self) -> None:
        self.bytes = sum(self.sizes)


@dataclass(slots=True)
class PlainFolders:
    """Subfolders of one folder, with nothing special about them either."""

    folder: str
    names: Sequence[str]
    modes: Sequence[int]
    members: Members


class Everything(NamedTuple):
    """All that is sent of one folder."""

    files: Sequence[PlainFiles]
    folders: Sequence[PlainFolders]
    others: Sequence[int]
    """Indexes of the entries that are to be weighed one by one."""


class PlainColumns:
    """Which entries of a listing are plain, and their columns.

    Args:
        special: entries that are known not to be plain.
        entered: whether listings of subfolders follow.
    """

    def __init__(
        self,
        path: str,
        names: Sequence[str],
        found: Sequence[Stat | None],
        folders: Sequence[int],
        special: Iterable[int],
        *,
        entered: bool,
    ) -> None:
        stats = [stat or _NOTHING for stat in found]
        self._path = path
        self._names = names
        self._modes = [stat.st_mode for stat in stats]
        self._sizes = [stat.st_size for stat in stats]
        self._folders = folders
        self._entered = entered
        self._special = self._find_special(set(special), stats)
        self._last: tuple[FolderView, list[int], Everything] | None = None

    def _find_special(self, special: set[int], stats: Sequence[Stat]) -> set[int]:
        """Entries with anything special about them; being a folder is not."""
        if not self._path.isascii():
            special.update(range(len(stats)))
        files = set(self._modes)
        if not all(map(modes.S_ISREG, files)):
            special.update(_where(self._modes, _is_neither_file_nor_folder))
        links = [stat.st_nlink for stat in stats]
        if links and max(links) > 1:
            special.update(
                at for at in _where(links, _are_several) if modes.S_ISREG(self._modes[at])
            )
        if self._sizes and max(self._sizes) >= _FIRST_LONG_SIZE:
            long = _where(self._sizes, _is_long)
            special.update(at for at in long if not modes.S_ISDIR(self._modes[at]))
        times = [stat.st_mtime for stat in stats]
        if times and (min(times) < _FIRST_USUAL_TIME or max(times) >= _LAST_USUAL_TIME):
            special.update(_where(times, _is_unusual))
        if not "".join(self._names).isascii():
            special.update(_where(self._names, _is_not_ascii))
        return special

    def everything(self, view: FolderView) -> Everything:
        """All sent entries of the folder, in any order."""
        refused = _sent_but_refused(view)
        last = self._last
        if last is not None and last[1] == refused and _is_alike(view, last[0]):
            return last[2]
        found = self._sorted_out(view, refused)
        self._last = (view, refused, found)
        return found

    def _sorted_out(self, view: FolderView, refused: list[int]) -> Everything:
        one_by_one = self._special.union(refused) if refused else self._special
        if not (one_by_one or self._folders or view.members or False in view.sent):
            return Everything(self._files(None, view.alike), (), ())
        plain = list(view.sent)
        for at in (*one_by_one, *self._folders):
            plain[at] = False
        folders = [at for at in self._folders if view.sent[at] and at not in one_by_one]
        others = sorted(at for at in one_by_one if view.sent[at])
        if not view.members:
            return Everything(
                self._files(plain, view.alike), self._plain_folders(folders, view.alike), others
            )
        return Everything(*self._by_members(plain, folders, view.members), others)

    def _by_members(
        self, plain: list[bool], folders: list[int], members: Sequence[Members]
    ) -> tuple[list[PlainFiles], list[PlainFolders]]:
        files: list[PlainFiles] = []
        subfolders: list[PlainFolders] = []
        for each in dict.fromkeys(members):
            wanted = [is_ and own == each for is_, own in zip(plain, members, strict=True)]
            files += self._files(wanted, each)
            subfolders += self._plain_folders([at for at in folders if members[at] == each], each)
        return files, subfolders

    def _files(self, wanted: list[bool] | None, members: Members) -> Sequence[PlainFiles]:
        """The files of these flags, together; all entries for None."""
        if wanted is None:
            names, sizes, modes_ = self._names, self._sizes, self._modes
        elif True not in wanted:
            return ()
        else:
            names = list(compress(self._names, wanted))
            sizes = list(compress(self._sizes, wanted))
            modes_ = list(compress(self._modes, wanted))
        whole = wanted is None and not self._entered
        return (PlainFiles(self._path, names, sizes, modes_, members, whole),) if names else ()

    def _plain_folders(self, wanted: Sequence[int], members: Members) -> Sequence[PlainFolders]:
        if not wanted:
            return ()
        names = [self._names[at] for at in wanted]
        return (PlainFolders(self._path, names, [self._modes[at] for at in wanted], members),)

    def stretches(self, start: int, stop: int, view: FolderView) -> Iterator[PlainFiles | int]:
        """The sent entries from `start` to `stop` in order: plain files in a row together."""
        if stop - start < _FEW:
            yield from (at for at in range(start, stop) if view.sent[at])
            return
        special = sorted({*self._special, *self._folders, *_sent_but_refused(view)})
        for first, last in view.alike_in(start, stop):
            yield from self._stretches(first, last, view, special)

    def _stretches(
        self, start: int, stop: int, view: FolderView, special: Sequence[int]
    ) -> Iterator[PlainFiles | int]:
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
        names = self._names[start:stop]
        sizes, modes_ = self._sizes[start:stop], self._modes[start:stop]
        sent = view.sent[start:stop]
        if False in sent:
            names = list(compress(names, sent))
            sizes, modes_ = list(compress(sizes, sent)), list(compress(modes_, sent))
        if names:
            whole = stop - start == len(self._names)
            yield PlainFiles(self._path, names, sizes, modes_, view.members_of(start), whole)


def _is_alike(view: FolderView, other: FolderView) -> bool:
    """Whether what was sorted out for the other serves this one too."""
    if view.sent != other.sent:
        return False
    return view.is_undivided or (view.members is other.members and view.alike is other.alike)


def _is_neither_file_nor_folder(mode: int) -> bool:
    return not modes.S_ISREG(mode) and not modes.S_ISDIR(mode)


def _are_several(links: int) -> bool:
    return links > 1


def _is_unusual(time: float) -> bool:
    return not _FIRST_USUAL_TIME <= time < _LAST_USUAL_TIME


def _is_long(size: int) -> bool:
    return size >= _FIRST_LONG_SIZE


def _is_not_ascii(name: str) -> bool:
    return not name.isascii()


def _where(column: Sequence[_T], special: Callable[[_T], bool]) -> Iterator[int]:
    """Where a special value stands; a folder has few different ones."""
    values = {value for value in set(column) if special(value)}
    return (at for at, value in enumerate(column) if value in values) if values else iter(())


def _sent_but_refused(view: FolderView) -> list[int]:
    """Files that arrive empty: the walk includes them, the documented rules do not."""
    if view.inclusions:
        return [at for at, sent in enumerate(view.sent) if sent and view.refuses(at)]
    refused = {one for one in set(view.decisions) if one.documented and not one.excluded}
    if not refused:
        return []
    return [at for at, decision in enumerate(view.decisions) if decision in refused]


class _Nothing(NamedTuple):
    """Stands for an entry that is not sent."""

    st_mode: int = modes.S_IFREG
    st_size: int = 0
    st_mtime: float = _FIRST_USUAL_TIME
    st_mtime_ns: int = 0
    st_nlink: int = 1
    st_ino: int = 0
    st_rdev: int = 0


_NOTHING = _Nothing()
