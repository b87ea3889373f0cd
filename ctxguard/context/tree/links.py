"""Following links the way BuildKit does: the tree's root is `/`, nothing leads out of it."""

from __future__ import annotations

import stat as modes
from typing import Protocol

from ctxguard.context.tree.source import Stat

_MOST_LINKS = 255


class Links(Protocol):
    """The part of a Source that following links needs."""

    def lstat(self, path: str) -> Stat: ...

    def readlink(self, path: str) -> str: ...


def resolve(source: Links, path: str, met: list[str] | None = None) -> str | None:
    """The path with all links followed; None if it leads nowhere.

    Absolute targets start at the root, and `..` stops there (containerd/continuity `fs.RootPath`).

    Args:
        met: takes up the links on the way.
    """
    waiting = path.split("/")[::-1]
    done: list[str] = []
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            del done[-1:]
        if part in ("", ".", ".."):
            continue
        here = "/".join([*done, part])
        target = link_target(source, here)
        if target is None:
            return None
        if target == "":
            done.append(part)
            continue
        links += 1
        if met is not None:
            met.append(here)
        if links > _MOST_LINKS:
            return None
        if target.startswith("/"):
            done = []
        waiting += target.split("/")[::-1]
    return "/".join(done)


def link_target(source: Links, path: str) -> str | None:
    """Where a link leads; "" if it is none, None if there is nothing."""
    try:
        if not modes.S_ISLNK(source.lstat(path).st_mode):
            return ""
        return source.readlink(path)
    except OSError:
        return None
