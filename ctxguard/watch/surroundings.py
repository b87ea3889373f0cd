"""What nobody tells of, and costs little to look at: the root, the mounts, the files that rule."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ctxguard.context.course import Request
from ctxguard.watch import mounts


class Surroundings:
    """As they were when this was made, or asked last."""

    def __init__(self, request: Request) -> None:
        self._root = request.source.root
        self._request = request
        self._identity = _identity(self._root)
        self._mounts = mounts.mounts_below(self._root)
        self._files = self._ruling_files()
        self.own_type, self.untold = mounts.untold(self._root)
        """The type of a file system that tells nothing; and the folders that lie on others."""

    @property
    def is_gone(self) -> bool:
        """There is no such folder now."""
        return _identity(self._root) is None

    @property
    def is_another(self) -> bool:
        """The root is gone, or is another folder than it was."""
        return _identity(self._root) != self._identity

    def have_new_mounts(self) -> bool:
        """Whether anything was mounted or taken away since the last time."""
        now = mounts.mounts_below(self._root)
        if now == self._mounts:
            return False
        self._mounts = now
        self.own_type, self.untold = mounts.untold(self._root)
        return True

    def have_new_files(self) -> bool:
        """Whether a file that says what is sent changed since the last measurement."""
        return self._ruling_files() != self._files

    def measured(self) -> None:
        """What the files say now was heeded."""
        self._files = self._ruling_files()

    def _ruling_files(self) -> list[object]:
        return [_state(path) for path in self._ruling_paths()]

    def _ruling_paths(self) -> Iterator[str]:
        yield os.path.join(self._root, ".dockerignore")
        dockerfile = self._request.dockerfile
        if dockerfile.text is None:
            path = os.path.join(dockerfile.folder.root, dockerfile.name)
            yield from (path, f"{path}.dockerignore")


def _identity(path: str) -> tuple[int, int] | None:
    """Which folder it is; None if there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
