"""The shape of a tree: which folders it has, and which files of which sizes.

The same number of files gives the same tree on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

VERSION = 1
"""Raise it when the shape changes: the trees are made anew."""
_DEEPEST = 10
_MOST_ENTRIES = 500
_LARGEST = 200_000
_BIG_EVERY = 20_000
"""One file in so many is of 1 to 20 MB."""
_STRAYS = ("debug.log", ".DS_Store", "Thumbs.db", "notes.bak", "old.orig", "a.tmp")
"""What lies about in any tree, in one folder of eight."""
_WORDS = resources.files("benchmarks").joinpath("words.txt").read_text("utf-8").split()
"""What folders and files are named after."""


@dataclass(frozen=True, slots=True)
class Folder:
    path: str
    """Relative to the root."""
    files: tuple[tuple[str, int], ...]
    """Name and size in bytes of each."""


@dataclass(frozen=True, slots=True)
class _Area:
    """A folder of the root, and how what is below it looks."""

    name: str
    per_thousand: int
    """Of all files of the tree."""
    fullest: int
    """The most files in a folder without folders."""
    folders: tuple[int, int]
    """How many folders are in one that has any."""
    typical: int
    """The median size of a file."""
    endings: tuple[str, ...]
    first: int = 0
    """How many folders it has itself; 0: as any other."""


SENT = (
    _Area("src", 55, 25, (3, 9), 2_500, (".py",) * 7 + (".json", ".sql", ".toml")),
    _Area("web", 25, 30, (3, 9), 1_800, (".ts", ".tsx", ".css", ".svg", ".html")),
    _Area("handbook", 15, 60, (4, 12), 4_000, (".rst", ".png", ".svg")),
    _Area("locales", 5, 120, (4, 20), 900, (".po", ".json")),
)
"""What a build needs: a tenth of the files."""
HEAVY = (
    _Area("third_party", 500, 30, (2, 8), 1_200, (".js", ".mjs", ".ts", ".json", ".css"), 400),
    _Area("datasets", 190, 490, (8, 30), 3_000, (".csv", ".parquet", ".json")),
    _Area("media", 120, 140, (5, 15), 9_000, (".jpg", ".webp", ".mp3")),
    _Area("history", 90, 300, (16, 16), 700, ("",), 256),
)
"""What no build needs: nine tenths."""


def folders(total: int) -> Iterator[Folder]:
    """All folders with files; each may be made before or after the ones below it.

    `total` is a multiple of 1000. A Dockerfile and an ignore file are not part of it: they are
    written for each run, and the root has room for them.
    """
    for area in (*SENT, *HEAVY):
        count = total * area.per_thousand // 1000
        if area.name == "src":
            count -= 2  # for the Dockerfile and the ignore file
        draw = random.Random(f"{VERSION} {total} {area.name}")
        yield from _fill(area, draw, area.name, count, 1)


def _fill(area: _Area, draw: random.Random, path: str, count: int, depth: int) -> Iterator[Folder]:
    beside = 0
    shares: list[int] = []
    deepest = depth >= _DEEPEST
    if count > (_MOST_ENTRIES if deepest else area.fullest):
        beside = min(draw.randint(0, 12), count)
        wanted = area.first if depth == 1 and area.first else draw.randint(*area.folders)
        # Folders hold 5 files or more, and few enough to fit within the depth that is left.
        least = -(-count // _MOST_ENTRIES) if depth == _DEEPEST - 1 else 2
        wanted = max(least, min(wanted, (count - beside) // 5))
        shares = _shares(draw, count - beside, wanted)
    else:
        beside = count
    yield Folder(path, _files(area, draw, beside))
    for name, share in zip(_names(draw, len(shares)), shares, strict=True):
        yield from _fill(area, draw, f"{path}/{name}", share, depth + 1)


def _shares(draw: random.Random, count: int, parts: int) -> list[int]:
    """Uneven, at least 5 each where there are enough, and in all `count`."""
    weights = [draw.uniform(0.3, 2.0) for _ in range(parts)]
    spare = max(0, count - 5 * parts)
    whole = sum(weights)
    shares = [min(5, count // parts) + int(spare * weight / whole) for weight in weights]
    shares[0] += count - sum(shares)
    return shares


def _names(draw: random.Random, count: int) -> list[str]:
    words = draw.sample(_WORDS, min(count, len(_WORDS)))
    return [
        words[number] if number < len(words) else f"{words[number % len(words)]}-{number}"
        for number in range(count)
    ]


def _files(area: _Area, draw: random.Random, count: int) -> tuple[tuple[str, int], ...]:
    files = []
    for number in range(count):
        ending = draw.choice(area.endings)
        stem = f"{draw.choice(_WORDS)}_{draw.choice(_WORDS)}_{number}" if ending else _hash(draw)
        files.append((stem + ending, _size(area, draw)))
    if files and draw.random() < 0.125:
        files[0] = (draw.choice(_STRAYS), files[0][1])
    return tuple(files)


def _hash(draw: random.Random) -> str:
    return f"{draw.getrandbits(152):038x}"


def _size(area: _Area, draw: random.Random) -> int:
    if draw.randrange(_BIG_EVERY) == 0:
        return draw.randint(1_000_000, 20_000_000)
    return min(_LARGEST, int(draw.lognormvariate(0, 1.2) * area.typical))
