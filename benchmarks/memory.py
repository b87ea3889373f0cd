"""Memory of a process and all below it, with each page that several share counted once."""

from __future__ import annotations

import contextlib
import glob


def in_use(pid: int) -> int:
    """The sum of the proportional set sizes (PSS) in bytes; 0 where Linux does not tell."""
    total = 0
    todo = [pid]
    while todo:
        process = todo.pop()
        # A process may end while it is looked at.
        with contextlib.suppress(OSError):
            total += _pss(process)
            todo += _children(process)
    return total


def _pss(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup", "rb") as lines:
        for line in lines:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            children += map(int, file.read().split())
    return children
