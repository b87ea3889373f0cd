"""Folders that packages lie in, on the disk: which files are there, and what they weigh.

Nothing here runs, and nothing outside of the environment is looked at: paths in metadata and
symbolic links may lead anywhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

from ctxguard.deps.installed.metadata import ENDINGS, Described
from ctxguard.image.packages import PYTHON_METADATA

_DOTS = ("", ".", "..")
_MOST_FILES = 500_000
"""Of packages that have no list of them."""


class Home:
    """One folder of packages.

    Args:
        root: the environment that it is part of; its real path.
        folder: the folder itself; its real path.
        met: files that were counted, by device and inode; for all folders of the environment.
    """

    def __init__(self, root: str, folder: str, met: set[tuple[int, int]]) -> None:
        self._root = root
        self._folder = folder
        self._met = met
        self._real: dict[str, str] = {}
        self._left = _MOST_FILES

    def weigh(self, path: str) -> int | None:
        """Bytes of a file; 0 if it was asked for before, None if it is not there."""
        found = self._found(path)
        if found is None or not stat.S_ISREG(found[1].st_mode):
            return None
        inode = found[1].st_dev, found[1].st_ino
        if inode in self._met:
            return 0
        self._met.add(inode)
        return found[1].st_size

    def inside(self, path: str) -> str | None:
        """Where a path leads in the end; None for nowhere, and for out of the environment."""
        found = self._found(path)
        return None if found is None else found[0]

    def _found(self, path: str) -> tuple[str, os.stat_result] | None:
        if os.path.isabs(path):
            path = os.path.relpath(path, self._folder) if is_inside(path, self._root) else ".."
        folder, name = os.path.split(path)
        above = self._folder_at(folder)
        full = f"{above}{os.sep}{name}"
        try:
            info = os.lstat(full) if above and name not in _DOTS else None
            if info is not None and stat.S_ISLNK(info.st_mode):
                full = os.path.realpath(full)
                info = os.lstat(full) if is_inside(full, self._root) else None
        except (OSError, ValueError):
            return None
        return None if info is None else (full, info)

    def _folder_at(self, path: str) -> str:
        """The real path of a folder; "" for one that lies outside."""
        found = self._real.get(path)
        if found is None:
            found = self._real[path] = self._really(path)
        return found

    def _really(self, path: str) -> str:
        above, name = os.path.split(path)
        if name in _DOTS:
            full = os.path.realpath(os.path.normpath(os.path.join(self._folder, path)))
            return full if is_inside(full, self._root) else ""
        # Below a folder that was looked at already only the last step is new.
        base = self._folder_at(above)
        full = f"{base}{os.sep}{name}"
        if base and os.path.islink(full):
            full = os.path.realpath(full)
            return full if is_inside(full, self._root) else ""
        return full if base else ""

    def below(self, module: str) -> Iterator[str]:
        """All files of a module."""
        for name in os.listdir(self._folder):
            if name.partition(".")[0] == module and "-" not in name:
                yield name
                for folder, _, files in os.walk(os.path.join(self._folder, name)):
                    self._left -= len(files)
                    if self._left < 0:
                        return
                    inner = os.path.relpath(folder, self._folder)
                    yield from (f"{inner}/{file}" for file in files)

    def described(self) -> Iterator[Described]:
        """The metadata of all packages, in the order of their names."""
        for name in sorted(os.listdir(self._folder)):
            path = os.path.join(self._folder, name)
            if not name.endswith(ENDINGS) or os.path.islink(path):
                continue
            if os.path.isdir(path):
                yield name, self._texts(name)
            elif name.endswith(".egg-info"):
                yield name, {"PKG-INFO": self._text(name, PYTHON_METADATA["PKG-INFO"])}

    def _texts(self, folder: str) -> Mapping[str, str]:
        texts = {
            name: self._text(f"{folder}/{name}", most) for name, most in PYTHON_METADATA.items()
        }
        return {name: text for name, text in texts.items() if text}

    def _text(self, path: str, most: int) -> str:
        """How a file begins; "" for what is no plain file, or cannot be read."""
        found = self._found(path)
        if found is None or not stat.S_ISREG(found[1].st_mode):
            return ""
        try:
            with open(found[0], "rb") as stream:
                return stream.read(most).decode("utf-8", "surrogateescape")
        except OSError:
            return ""


def is_inside(path: str, root: str) -> bool:
    """Whether a path lies below a folder; both are real ones."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
