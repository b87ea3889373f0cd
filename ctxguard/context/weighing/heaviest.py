"""The heaviest paths of a context, none inside another."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ctxguard.context.walking.inclusion import EVERYTHING, Members
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import EntryKind, Heaviest, HeavyPath

_DOMINANT = 0.9
"""A folder of which one child holds this share is not worth naming: the child is."""


@dataclass(slots=True)
class _Folder:
    bytes: int = 0
    files: int = 0
    folders: list[str] = field(default_factory=list)
    heavy: list[tuple[int, str]] = field(default_factory=list)
    """The heaviest files, as a heap; no more than can be shown."""
    lists: frozenset[Members] = frozenset()
    """The include lists that files in it are in; EVERYTHING is left out."""


class Contents:
    """The files of each folder, without those of its subfolders."""

    def __init__(self, folders: Mapping[str, _Folder]) -> None:
        self.bytes = {path: folder.bytes for path, folder in folders.items() if folder.bytes}
        """By folder."""
        self._folders = folders

    def heavy(self, path: str) -> Sequence[tuple[int, str]]:
        """Size and path of the heaviest files of a folder, in no order."""
        folder = self._folders.get(path)
        return () if folder is None else folder.heavy


class _ByBytesThenPath(str):
    """Orders names backwards, so that a heap drops the later name first among equals."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


class HeaviestTally:
    """Keeps a sum per folder and the heaviest files in each.

    Args:
        top: how many paths to show at most.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._folders: dict[str, _Folder] = {"": _Folder()}

    def add(self, entry: Sent) -> None:
        if entry.kind is EntryKind.FILE:
            folder = self._folder(entry.folder)
            folder.bytes += entry.content
            folder.files += 1
            _note(folder, entry.lists)
            if entry.content:
                self._keep(folder, [(entry.content, _ByBytesThenPath(entry.path))])

    def add_plain(self, files: PlainFiles) -> None:
        folder = self._folder(files.folder)
        folder.bytes += files.bytes
        folder.files += len(files.sizes)
        _note(folder, files.members)
        if files.whole and files.folder and max(files.sizes) < _DOMINANT * files.bytes:
            return  # none of them will be named, the folder will
        start = f"{files.folder}/" if files.folder else ""
        least = max(1, heapq.nlargest(self._top, files.sizes)[-1])
        self._keep(
            folder,
            [
                (size, _ByBytesThenPath(start + name))
                for size, name in zip(files.sizes, files.names, strict=True)
                if size >= least
            ],
        )

    def add_folders(self, folders: PlainFolders) -> None:
        """A folder weighs what is in it."""

    def _keep(self, folder: _Folder, rows: list[tuple[int, str]]) -> None:
        for row in rows:
            if len(folder.heavy) < self._top:
                heapq.heappush(folder.heavy, row)
            else:
                heapq.heappushpop(folder.heavy, row)

    def merge(self, later: HeaviestTally) -> None:
        for path, other in later._folders.items():
            folder = self._folder(path)
            folder.bytes += other.bytes
            folder.files += other.files
            if other.lists:
                folder.lists |= other.lists
            self._keep(folder, other.heavy)

    def _folder(self, path: str) -> _Folder:
        folder = self._folders.get(path)
        if folder is None:
            folder = self._folders[path] = _Folder()
            self._hang(path)
        return folder

    def _hang(self, path: str) -> None:
        """Put a new folder into the one above it, and so on up to one that was there."""
        while True:
            above = path.rpartition("/")[0]
            parent = self._folders.get(above)
            if parent is not None:
                parent.folders.append(path)
                return
            self._folders[above] = _Folder(folders=[path])
            path = above

    def contents(self) -> Contents:
        """What lies in each folder; to be called before `heaviest`."""
        return Contents(self._folders)

    def _add_up(self) -> None:
        """Give each folder what lies below it, from the deepest up."""
        deepest_first = sorted(self._folders, key=lambda path: -path.count("/"))
        for path in filter(None, deepest_first):
            parent = self._folders[path.rpartition("/")[0]]
            parent.bytes += self._folders[path].bytes
            parent.files += self._folders[path].files
            parent.lists |= self._folders[path].lists

    def heaviest(self, depth: int | None = None) -> Heaviest:
        """Step from the root into each folder of which one child holds nearly everything.

        Args:
            depth: the deepest level to name, 1 for what lies in the root; None for any.

        To be called once, after the last entry.
        """
        self._add_up()
        rows: list[HeavyPath] = []
        waiting = self._children("")
        while waiting:
            row = waiting.pop()
            children = self._dominated(row, depth)
            if children:
                waiting += children
            else:
                rows.append(row)
        rows = heapq.nsmallest(self._top, rows, key=lambda row: (-row.bytes, row.path))
        root = self._folders[""]
        return Heaviest(
            tuple(rows),
            root.bytes - sum(row.bytes for row in rows),
            root.files - sum(row.files for row in rows),
        )

    def weights(self) -> dict[str, int]:
        """Bytes below each folder; to be called after `heaviest`."""
        return {path: folder.bytes for path, folder in self._folders.items() if folder.bytes}

    def lists_in(self, folder: str) -> set[int]:
        """The include lists that anything in a folder is in; to be called after `heaviest`."""
        return {number for members in self._folders[folder].lists for number in members}

    def _dominated(self, row: HeavyPath, depth: int | None) -> list[HeavyPath]:
        """The children, if one of them holds nearly all of the folder."""
        if row.kind is not EntryKind.DIRECTORY or (
            depth is not None and row.path.count("/") + 1 >= depth
        ):
            return []
        children = self._children(row.path)
        most = max((child.bytes for child in children), default=0)
        return children if most and most >= _DOMINANT * row.bytes else []

    def _children(self, path: str) -> list[HeavyPath]:
        folder = self._folders[path]
        below = [(child, self._folders[child]) for child in folder.folders]
        return [
            HeavyPath(child, EntryKind.DIRECTORY, sums.bytes, sums.files)
            for child, sums in below
            if sums.bytes
        ] + [HeavyPath(str(file), EntryKind.FILE, size, 1) for size, file in folder.heavy]


def _note(folder: _Folder, lists: Members) -> None:
    if lists is not EVERYTHING:
        folder.lists |= {lists}
