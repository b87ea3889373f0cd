"""All that is sent, by folder, in columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.inclusion import Members
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import EntryKind


@dataclass(slots=True)
class Columns:
    """What is sent of one folder itself."""

    names: list[str] = field(default_factory=list)
    """Of the regular files."""
    sizes: list[int] = field(default_factory=list)
    lists: list[Members] = field(default_factory=list)
    """The include lists that each is in."""
    others: list[str] = field(default_factory=list)
    """What is neither file nor folder."""

    def in_wire_order(self) -> Columns:
        """The same, whichever way the walk went; mostly it is in order."""
        order = sorted(range(len(self.names)), key=lambda at: to_bytes(self.names[at]))
        others = sorted(self.others, key=to_bytes)
        if order == list(range(len(order))):
            return Columns(self.names, self.sizes, self.lists, others)
        return Columns(
            [self.names[at] for at in order],
            [self.sizes[at] for at in order],
            [self.lists[at] for at in order],
            others,
        )


class OutlineTally:
    """Keeps every entry, in columns; about 100 bytes each."""

    def __init__(self) -> None:
        self.folders: dict[str, Columns] = {"": Columns()}

    def add(self, entry: Sent) -> None:
        if entry.kind is EntryKind.DIRECTORY:
            self._folder(entry.path)
            return
        folder = self._folder(entry.folder)
        if entry.kind is not EntryKind.FILE:
            folder.others.append(entry.name)
            return
        folder.names.append(entry.name)
        folder.sizes.append(entry.content)
        folder.lists.append(entry.lists)

    def add_plain(self, files: PlainFiles) -> None:
        folder = self._folder(files.folder)
        folder.names += files.names
        folder.sizes += files.sizes
        folder.lists += [files.members] * len(files.names)

    def add_folders(self, folders: PlainFolders) -> None:
        start = f"{folders.folder}/" if folders.folder else ""
        for name in folders.names:
            self._folder(start + name)

    def _folder(self, path: str) -> Columns:
        folder = self.folders.get(path)
        if folder is None:
            folder = self.folders[path] = Columns()
        return folder

    def merge(self, later: OutlineTally) -> None:
        for path, other in later.folders.items():
            folder = self._folder(path)
            folder.names += other.names
            folder.sizes += other.sizes
            folder.lists += other.lists
            folder.others += other.others
