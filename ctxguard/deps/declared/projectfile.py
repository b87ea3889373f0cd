"""Single files of a project, read with bounds: plain files, and nothing outside of it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

MOST_BYTES = 4 << 20
"""Of one file that declares something."""


class UnreadableError(ValueError):
    """A file that is not read; the message says why, without its name."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, and what lies in it."""

    root: str
    """Absolute, links followed."""

    def read(self, file: str) -> bytes:
        """What a file holds.

        Args:
            file: relative to the project.

        Raises:
            UnreadableError: it is not to be read, or cannot be.
        """
        try:
            return _content(self.place(file))
        except OSError as error:
            raise UnreadableError((error.strerror or str(error)).lower()) from None

    def place(self, file: str) -> str:
        """Where a file really lies; absolute.

        Raises:
            UnreadableError: outside of the project.
        """
        if "\0" in file:
            raise UnreadableError("no file can have this name")
        try:
            place = os.path.realpath(os.path.join(self.root, file))
        except OSError as error:
            raise UnreadableError((error.strerror or str(error)).lower()) from None
        if not place.startswith(self.root.rstrip(os.sep) + os.sep):
            raise UnreadableError("it lies outside of the project")
        return place

    def has(self, file: str) -> bool:
        """Whether something of this name lies in the project."""
        try:
            return os.path.exists(self.place(file))
        except UnreadableError:
            return False


def project_at(path: str) -> Project:
    """The project in a folder."""
    return Project(os.path.realpath(path))


def _content(place: str) -> bytes:
    # A pipe without a writer would wait for ever.
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableError("it is no regular file")
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"it has more than {MOST_BYTES:,} bytes, far too many")
    return data
