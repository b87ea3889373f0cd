"""Where configuration files may lie: the context's folder and those above it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from ctxguard.errors import UsageError

OURS = "ctxguard.toml"
"""A file of this name is nothing else; a pyproject.toml may well have no word for us."""


class Folders(Protocol):
    """Folders, nearest first, on the disk or in a commit."""

    @property
    def paths(self) -> Sequence[str]:
        """Absolute; the last one is the top, out of which no setting may lead."""

    def read(self, path: str, most: int) -> bytes | None:
        """At most so many bytes of a file; None if there is no such file.

        Raises:
            UsageError: it cannot be read.
        """

    def real(self, path: str) -> str:
        """The path with all links followed."""

    def shown(self, path: str) -> str:
        """What to call a file to a person."""


class OnDisk:
    """The folders from a context up to the root of its git repository; see `Folders`."""

    def __init__(self, context: str) -> None:
        folder = os.path.realpath(context)
        top = _repository(folder) or folder
        self.paths = [folder]
        while folder != top:
            folder = os.path.dirname(folder)
            self.paths.append(folder)

    def read(self, path: str, most: int) -> bytes | None:
        if not os.path.isfile(path):
            if os.path.basename(path) == OURS and os.path.lexists(path):
                raise UsageError("it is no regular file; rename it", path=self.shown(path))
            return None
        try:
            with open(path, "rb") as file:
                return file.read(most)
        except OSError as error:
            raise UsageError(f"cannot read it: {error.strerror}", path=self.shown(path)) from error

    def real(self, path: str) -> str:
        return os.path.realpath(path)

    def shown(self, path: str) -> str:
        return os.path.relpath(path)


def _repository(folder: str) -> str | None:
    """The nearest folder upward that holds `.git`, a folder or, in a worktree, a file."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
