"""What `Sending build context` counts: the classic builder's tar."""

from __future__ import annotations

from ctxguard.context.tree.locate import IGNORE_FILE
from ctxguard.context.tree.source import Source
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing import wire
from ctxguard.context.weighing.sent import Sent, link_of
from ctxguard.measurement import EntryKind, LegacyTransfer


class LegacyTar:
    """What `Sending build context` counts.

    Args:
        outside_dockerfile: bytes of a Dockerfile outside of the context. It travels as a last
            member without padding or trailer, and `.dockerignore` grows by the line that hides it.
    """

    _HIDING_LINE_BYTES = 34

    def __init__(self, source: Source, outside_dockerfile: int | None) -> None:
        self._source: Source | None = source
        self._outside = outside_dockerfile
        self._bytes = 0
        self._entries = 0
        self.has_ignore_file = False

    def add(self, entry: Sent) -> None:
        name = to_bytes(entry.path)
        if entry.kind is EntryKind.DIRECTORY:
            name += b"/"
        size = entry.content
        if entry.path == IGNORE_FILE:
            self.has_ignore_file = True
            size += self._HIDING_LINE_BYTES if self._outside is not None else 0
        link = link_of(self._source, entry)
        self._bytes += wire.tar_entry_bytes(name, entry.stat, link, size, entry.xattrs)
        self._entries += 1

    def add_plain(self, files: PlainFiles) -> None:
        self._bytes += wire.plain_tar_bytes(files)
        self._entries += len(files.names)
        if not files.folder and IGNORE_FILE in files.names:
            self._grow_ignore_file(files.sizes[files.names.index(IGNORE_FILE)])

    def add_folders(self, folders: PlainFolders) -> None:
        self._bytes += wire.plain_folder_tar_bytes(folders)
        self._entries += len(folders.names)

    def _grow_ignore_file(self, size: int) -> None:
        self.has_ignore_file = True
        if self._outside is not None:
            grown = wire.blocks_bytes(size + self._HIDING_LINE_BYTES)
            self._bytes += grown - wire.blocks_bytes(size)

    def merge(self, later: LegacyTar) -> None:
        self.has_ignore_file = self.has_ignore_file or later.has_ignore_file
        self._bytes += later._bytes
        self._entries += later._entries

    def transfer(self) -> LegacyTransfer:
        if self._outside is None:
            return LegacyTransfer(self._bytes + wire.TRAILER_BYTES, self._entries)
        return LegacyTransfer(self._bytes + wire.BLOCK + self._outside, self._entries)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_source": None}
