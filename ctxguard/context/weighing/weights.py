"""What lies below chosen paths, each file counted for the longest that it lies below."""

from __future__ import annotations

from collections.abc import Sequence

from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing.sent import Sent
from ctxguard.measurement import EntryKind


class WeightTally:
    """Content bytes by path.

    Args:
        paths: relative to the root; one that ends in a slash is that of a folder only.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.bytes = dict.fromkeys(paths, 0)
        self._folders = {path.rstrip("/"): path for path in sorted(paths, reverse=True)}
        self._files = {path for path in paths if not path.endswith("/")}
        self._with_files = {path.rpartition("/")[0] for path in self._files}

    def add(self, entry: Sent) -> None:
        if entry.kind is EntryKind.FILE:
            self._add(self._of_file(entry.folder, entry.path), entry.content)

    def add_plain(self, files: PlainFiles) -> None:
        if files.folder not in self._with_files:
            self._add(self._of_folder(files.folder), files.bytes)
            return
        start = f"{files.folder}/" if files.folder else ""
        for name, size in zip(files.names, files.sizes, strict=True):
            self._add(self._of_file(files.folder, start + name), size)

    def add_folders(self, folders: PlainFolders) -> None:
        """A folder weighs what is in it."""

    def _add(self, path: str | None, size: int) -> None:
        if path is not None:
            self.bytes[path] += size

    def _of_file(self, folder: str, path: str) -> str | None:
        return path if path in self._files else self._of_folder(folder)

    def _of_folder(self, folder: str) -> str | None:
        """The longest of the paths that a folder lies below."""
        while folder:
            found = self._folders.get(folder)
            if found is not None:
                return found
            folder = folder.rpartition("/")[0]
        return None

    def merge(self, later: WeightTally) -> None:
        for path, size in later.bytes.items():
            self.bytes[path] += size
