"""What is in files: the same in several of them, or something that looks like a secret."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ctxguard.context.evidence.values import Group
from ctxguard.context.tree.source import Source

_HEAD = 65_536
_MOST_READ = 500_000_000
"""Bytes that are read for it in all."""
_MOST_GROUPS = 20
_CHUNK = 1 << 20

Recognize = Callable[[str, bytes], str | None]
"""Takes path and content of a file, and says what kind of secret it holds; never the secret."""


def twins(source: Source, large: Mapping[int, Sequence[str]]) -> list[Group]:
    """Files with the same content, what it would save to have them once first.

    By size, then by their first bytes, then by all of them, as long as that is not too much.

    Args:
        large: paths by size, of a work tree.
    """
    if source.revision is not None:
        return []
    groups = [(size, paths) for size, paths in large.items() if len(paths) > 1]
    groups.sort(key=lambda group: -group[0] * (len(group[1]) - 1))
    found: list[Group] = []
    left = _MOST_READ
    for size, paths in groups:
        left -= min(size, _HEAD) * len(paths)
        if left < 0:
            break
        for alike in _alike(source, paths, _HEAD):
            left -= size * len(alike)
            if left < 0 or len(found) == _MOST_GROUPS:
                return _heaviest_first(found)
            found += [
                Group(size * (len(same) - 1), len(same), tuple(sorted(same)))
                for same in _alike(source, alike, size)
            ]
    return _heaviest_first(found)


def _heaviest_first(found: Iterable[Group]) -> list[Group]:
    return sorted(found, key=lambda group: (-group.bytes, group.paths))


def _alike(source: Source, paths: Iterable[str], most: int) -> list[list[str]]:
    """Those whose first bytes are the same, by groups of at least two."""
    found: defaultdict[bytes, list[str]] = defaultdict(list)
    for path in paths:
        digest = _digest(os.path.join(source.root, path), most)
        if digest is not None:
            found[digest].append(path)
    return [group for group in found.values() if len(group) > 1]


def _digest(path: str, most: int) -> bytes | None:
    """Of the first bytes; None if it cannot be read, or is no regular file any more."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
    except OSError:
        return None
    digest = hashlib.blake2b()
    with open(handle, "rb") as file:
        try:
            while most > 0 and (chunk := file.read(min(_CHUNK, most))):
                digest.update(chunk)
                most -= len(chunk)
        except OSError:
            return None
    return digest.digest()


def seen_in(
    source: Source, paths: Iterable[str], recognize: Recognize
) -> Iterator[tuple[str, str]]:
    """Paths, and what is in them; those that cannot be read are passed by."""
    left = _MOST_READ
    for path in paths:
        try:
            data = source.read(path)
        except OSError:
            continue
        left -= len(data)
        if left < 0:
            return
        what = recognize(path, data)
        if what is not None:
            yield path, what
