"""A copy of a folder that is put right again and again: only what something touched is copied anew.

A file counts as untouched if it is the same inode with the same time of change (ctime), which the
kernel alone sets: a write, a new mode or a rename all show in it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from typing import Any

from ctxguard.errors import MeasureError

_Mark = tuple[int, int]
"""Inode and time of change, in nanoseconds."""


class Clone:
    """A folder that is to be as another one is.

    Args:
        source: in which nothing changes.
        target: the copy.
    """

    def __init__(self, source: str, target: str) -> None:
        self._source = source
        self._target = target
        self._marks: dict[str, _Mark] = {}

    def refresh(self) -> None:
        """Make the copy what it should be, whatever was done to it.

        Raises:
            MeasureError: what is in the way cannot be taken away.
        """
        waiting = [""]
        while waiting:
            inner = waiting.pop()
            self._make_folder(inner)
            with os.scandir(os.path.join(self._source, inner)) as entries:
                wanted = {entry.name: entry for entry in entries}
            for name in os.listdir(os.path.join(self._target, inner)):
                if name not in wanted:
                    _delete(os.path.join(self._target, inner, name))
            for name, entry in wanted.items():
                path = f"{inner}/{name}" if inner else name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    self._copy(path)

    def _make_folder(self, inner: str) -> None:
        target = os.path.join(self._target, inner)
        mode = stat.S_IMODE(os.stat(os.path.join(self._source, inner)).st_mode)
        if not os.path.isdir(target) or os.path.islink(target):
            _delete(target)
            os.mkdir(target)
        if stat.S_IMODE(os.stat(target).st_mode) != mode:
            os.chmod(target, mode)

    def _copy(self, path: str) -> None:
        target = os.path.join(self._target, path)
        if path in self._marks and _mark(target) == self._marks[path]:
            return
        _delete(target)
        shutil.copy2(os.path.join(self._source, path), target, follow_symlinks=False)
        mark = _mark(target)
        assert mark is not None
        self._marks[path] = mark


def _mark(path: str) -> _Mark | None:
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return info.st_ino, info.st_ctime_ns


def _delete(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, onerror=_with_rights)
    elif os.path.lexists(path):
        os.unlink(path)
    if os.path.lexists(path):
        raise MeasureError("the environment cannot be put back as it was", path=path)


def _with_rights(function: Callable[..., Any], path: str, _: object) -> None:
    """Try again with the rights to a folder that its maker took away."""
    try:
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        if not os.path.islink(path):
            os.chmod(path, stat.S_IRWXU)
        if function in (os.open, os.scandir, os.listdir):
            shutil.rmtree(path, ignore_errors=True)
        else:
            function(path)
    except (OSError, TypeError):
        return
