"""An outline folded to what a page can show: what is small stands together as "... n files".

Nodes are kept in columns, each with the number of its parent, so that neither depth nor width of a
tree matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ctxguard.context.walking.descent import folders_to
from ctxguard.context.weighing.tallies import ending_of
from ctxguard.measurement import Outline, OutlinedFolder
from ctxguard.render.escape import in_script, line

_LEAST_PARTS = 2000
"""What is less than this part of the whole, 0.05 %, is folded."""
_MOST_NODES = 20_000
_MOST_CHARACTERS = 600_000
"""Of all names as the page has them; beyond either, more is folded."""
FOLDER, FILE, FOLDED = 0, 1, 2


@dataclass(slots=True)
class Folded:
    """The nodes that are shown, in columns; a parent comes before its children."""

    parents: list[int] = field(default_factory=list)
    """-1 for the root."""
    names: list[str] = field(default_factory=list)
    """Harmless; "" for what is folded."""
    kinds: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    """For each the number of the ending that weighs most in it; so the next two."""
    rules: list[int] = field(default_factory=list)
    instructions: list[int] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    """By number; a name in them can be anything."""
    least: int = 0
    """Bytes below which a path is folded."""

    def add(self, parent: int, name: str, kind: int, size: int, files: int) -> int:
        """A new node; its number."""
        self.parents.append(parent)
        self.names.append(name)
        self.kinds.append(kind)
        self.bytes.append(size)
        self.files.append(files)
        return len(self.parents) - 1


_Key = tuple[int, int, int]
"""The numbers of an ending, of a rule, and of what brings a file."""


@dataclass(slots=True)
class _Sum:
    """What lies in a folder and below it."""

    bytes: int = 0
    files: int = 0


def folded(outline: Outline, of: int = 1) -> Folded:
    """What can be shown of an outline.

    Args:
        of: how many outlines share a page.
    """
    sums = _sums(outline)
    least = max(1, -(-sums[""].bytes // _LEAST_PARTS))
    while not _fits(outline, sums, least, of):
        least *= 2
    return _Folding(outline, sums, least).folded()


def _sums(outline: Outline) -> dict[str, _Sum]:
    """By path; a folder comes after those above it, so that they can be summed up backwards."""
    sums = {"": _Sum()}
    for folder in outline.folders:
        for path in folders_to(folder.path, sums):
            sums[path] = _Sum()
        sums[folder.path] = _Sum(sum(folder.sizes), len(folder.names))
    for path in reversed(sums):
        if path:
            above = sums[path.rpartition("/")[0]]
            above.bytes += sums[path].bytes
            above.files += sums[path].files
    return sums


def _fits(outline: Outline, sums: dict[str, _Sum], least: int, of: int) -> bool:
    nodes = characters = 0
    for path, found in sums.items():
        if found.bytes >= least:
            nodes += 2
            characters += _length(path.rpartition("/")[2])
    for folder in outline.folders:
        if sums[folder.path].bytes >= least:
            shown = [name for name, size in _files(folder) if size >= least]
            nodes += len(shown)
            characters += sum(map(_length, shown))
    # The root alone is shown in any case.
    return least > sums[""].bytes or (
        nodes <= _MOST_NODES // of and characters <= _MOST_CHARACTERS // of
    )


def _length(name: str) -> int:
    """In the page."""
    return len(in_script(line(name)))


def _files(folder: OutlinedFolder) -> Iterator[tuple[str, int]]:
    return zip(folder.names, folder.sizes, strict=True)


class _Folding:
    def __init__(self, outline: Outline, sums: dict[str, _Sum], least: int) -> None:
        self._outline = outline
        self._sums = sums
        self._least = least
        self._found = Folded(least=least)
        self._endings: dict[str, int] = {}
        self._nodes: dict[str, int] = {}
        """The folders that are shown."""
        self._weights: list[Counter[_Key]] = []
        """By node; of what is directly in a folder, until the end."""
        self._rest: dict[int, int] = {}
        """By folder: its node for what is folded."""

    def folded(self) -> Folded:
        self._add_folders()
        for folder in self._outline.folders:
            self._take(folder)
        self._color()
        self._found.endings = list(self._endings)
        return self._found

    def _add_folders(self) -> None:
        for path, found in self._sums.items():
            if not path or found.bytes >= self._least:
                above, _, name = path.rpartition("/")
                parent = self._nodes[above] if path else -1
                self._nodes[path] = self._add(parent, line(name), FOLDER, found.bytes, found.files)

    def _add(self, parent: int, name: str, kind: int, size: int, files: int) -> int:
        self._weights.append(Counter())
        return self._found.add(parent, name, kind, size, files)

    def _take(self, folder: OutlinedFolder) -> None:
        """Put the files of a folder where they are shown."""
        parent = self._shown_above(folder.path)
        shown = folder.path in self._nodes
        keys = zip(folder.let_in_by, folder.brought_by, strict=True)
        for (name, size), (rule, brought) in zip(_files(folder), keys, strict=True):
            key = self._ending(name), rule, brought
            if shown and size >= self._least:
                node = self._add(parent, line(name), FILE, size, 1)
            else:
                node = self._folded_in(parent)
                self._found.bytes[node] += size
                self._found.files[node] += 1
            self._weights[node][key] += size

    def _shown_above(self, path: str) -> int:
        while path not in self._nodes:
            path = path.rpartition("/")[0]
        return self._nodes[path]

    def _folded_in(self, parent: int) -> int:
        node = self._rest.get(parent)
        if node is None:
            node = self._rest[parent] = self._add(parent, "", FOLDED, 0, 0)
        return node

    def _ending(self, name: str) -> int:
        return self._endings.setdefault(ending_of(name), len(self._endings))

    def _color(self) -> None:
        """Give each node what weighs most in it, from the deepest up.

        Files come behind all folders, so a backward pass meets children before parents.
        """
        found = self._found
        found.types, found.rules, found.instructions = (
            self._colored([_part(weights, at) for weights in self._weights]) for at in range(3)
        )

    def _colored(self, sums: list[_Leading]) -> list[int]:
        for node in reversed(range(1, len(sums))):
            parent = self._found.parents[node]
            sums[parent], sums[node] = sums[parent].with_all(sums[node])
        return [each.number for each in sums]


class _Leading:
    """Bytes by kind, and which kind leads."""

    __slots__ = ("_sums", "number")

    def __init__(self, sums: Counter[int]) -> None:
        self._sums = sums
        self.number = max(sums, key=lambda number: (sums[number], -number), default=-1)

    def with_all(self, other: _Leading) -> tuple[_Leading, _Leading]:
        """The sum of both, and what is left of the other: its leader alone.

        The smaller goes into the larger, so that a long way up costs little.
        """
        left = _Leading(Counter())
        left.number = other.number
        more, less = (self, other) if len(self._sums) >= len(other._sums) else (other, self)
        sums = more._sums
        for number, size in less._sums.items():
            sums[number] += size
            if (sums[number], -number) > (sums.get(more.number, -1), -more.number):
                more.number = number
        return more, left


def _part(weights: Counter[_Key], at: int) -> _Leading:
    """Of one part of the keys."""
    sums: Counter[int] = Counter()
    for key, size in weights.items():
        sums[key[at]] += size
    return _Leading(sums)
