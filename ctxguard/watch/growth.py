"""Which folders and files grew, from what is known of each folder at two times."""

from __future__ import annotations

from collections.abc import Iterator

from ctxguard.context.weighing.heaviest import Contents
from ctxguard.watch.moment import Delta


def deltas(before: Contents, after: Contents, most: int) -> list[Delta]:
    """The greatest changes first.

    A folder stands for the files in it, without those of its subfolders. Where one of its heavy
    files accounts for all of it, the file is named instead.
    """
    if before is after:
        return []
    found = [_named(folder, before, after) for folder in _different(before, after)]
    return sorted(found, key=lambda delta: (-abs(delta.bytes), delta.path))[:most]


def _different(before: Contents, after: Contents) -> Iterator[str]:
    old, new = before.bytes, after.bytes
    yield from (folder for folder, size in new.items() if old.get(folder) != size)
    yield from old.keys() - new.keys()


def _named(folder: str, before: Contents, after: Contents) -> Delta:
    change = after.bytes.get(folder, 0) - before.bytes.get(folder, 0)
    old = {path: size for size, path in before.heavy(folder)}
    new = {path: size for size, path in after.heavy(folder)}
    for path in sorted(old.keys() | new.keys()):
        if new.get(path, 0) - old.get(path, 0) == change:
            return Delta(str(path), change)
    return Delta(f"{folder or '.'}/", change)
