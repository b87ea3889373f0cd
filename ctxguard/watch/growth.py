"""Which folders and files grew, from what is known of each folder at two times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ctxguard.context.weighing.heaviest import FolderContent
from ctxguard.watch.moment import Delta

Contents = Mapping[str, FolderContent]
_NONE = FolderContent(0, ())


def deltas(before: Contents, after: Contents, most: int) -> list[Delta]:
    """The greatest changes first.

    A folder stands for the files in it, without those of its subfolders. Where one of its heavy
    files accounts for most of it, the file is named instead.
    """
    found = [
        _named(folder, before.get(folder, _NONE), after.get(folder, _NONE))
        for folder in _different(before, after)
    ]
    return sorted(found, key=lambda delta: (-abs(delta.bytes), delta.path))[:most]


def _different(before: Contents, after: Contents) -> Iterator[str]:
    for folder, content in after.items():
        if before.get(folder, _NONE).bytes != content.bytes:
            yield folder
    for folder, content in before.items():
        if folder not in after and content.bytes:
            yield folder


def _named(folder: str, before: FolderContent, after: FolderContent) -> Delta:
    change = after.bytes - before.bytes
    old = {path: size for size, path in before.heavy}
    new = {path: size for size, path in after.heavy}
    for path in sorted(old.keys() | new.keys()):
        if new.get(path, 0) - old.get(path, 0) == change:
            return Delta(str(path), change)
    return Delta(f"{folder or '.'}/", change)
