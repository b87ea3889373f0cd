"""What is in one layer, from its tar: one pass, and of contents only the few that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from sys import intern

from ctxguard.image.allowance import Allowance
from ctxguard.image.streams import DamagedError
from ctxguard.image.tar import TarEntry, TarKind, TarReader

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_MOST_ENTRIES = 20_000_000
_MOST_KEPT = 16 << 20
"""Bytes of contents that are kept of one layer."""
_MOST_DEPTH = 256

Wanted = Callable[[str], int]
"""For a path, how many bytes of its content are wanted at most; 0 for none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the layers of one image are read."""

    wanted: Wanted
    allowance: Allowance = field(default_factory=Allowance)
    """That all of them share."""


@dataclass(slots=True)
class Listing:
    """One layer, in columns; folders above an entry need not have one of their own."""

    folders: list[str] = field(default_factory=list)
    """Where each file, link or other thing lies; "" at the top."""
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes of a file's content; 0 for any link."""
    links: dict[int, str] = field(default_factory=dict)
    """By index: the path that a hard link is another name of."""
    special: set[int] = field(default_factory=set)
    """Indexes of what is no regular file, nor another name of one."""
    directories: set[str] = field(default_factory=set)
    whiteouts: set[str] = field(default_factory=set)
    """Paths of lower layers that are gone."""
    opaque: set[str] = field(default_factory=set)
    """Folders of which nothing of lower layers is left."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Contents that were wanted, by path."""
    bytes: int = 0
    files: int = 0

    def forget(self) -> None:
        """Let go of the entries, once they are part of a file system; the sums stay."""
        self.folders, self.names, self.sizes = [], [], []
        self.links, self.kept = {}, {}

    @property
    def entries(self) -> int:
        """How many there are to be merged."""
        marks = len(self.whiteouts) + len(self.opaque)
        return len(self.names) + len(self.directories) + marks

    def path(self, index: int) -> str:
        folder, name = self.folders[index], self.names[index]
        return f"{folder}/{name}" if folder else name


def listed(tar: TarReader, reading: Reading, what: str) -> Listing:
    """Go through a layer.

    Args:
        what: that is read, for messages.

    Raises:
        DamagedError: it is no tar, or not one of a layer, or the image comes to far too much.

    Source of the meaning: OCI image specification, layer.md, "Whiteouts".
    """
    found = Listing()
    left = _MOST_KEPT
    for count, entry in enumerate(tar):
        if count >= _MOST_ENTRIES:
            raise DamagedError(f"{what} has over {_MOST_ENTRIES:,} entries")
        path = inner_path(entry.name, what)
        folder, _, name = path.rpartition("/")
        reading.allowance.take_entry(folder, what)
        if entry.kind is TarKind.FOLDER:
            found.directories.add(path)
        elif name == _OPAQUE:
            found.opaque.add(folder)
        elif name.startswith(_WHITEOUT):
            gone = name.removeprefix(_WHITEOUT)
            found.whiteouts.add(f"{folder}/{gone}" if folder else gone)
        elif path:
            _add(found, folder, name, entry, what)
            most = min(left, reading.wanted(path)) if entry.kind is TarKind.FILE else 0
            most = reading.allowance.keep(min(most, entry.size))
            if most:
                found.kept[path] = tar.read(most)
                left -= len(found.kept[path])
    return found


def _add(found: Listing, folder: str, name: str, entry: TarEntry, what: str) -> None:
    kind, size = entry.kind, entry.size
    index = len(found.names)
    found.folders.append(intern(folder))
    found.names.append(name)
    if kind is TarKind.HARDLINK:
        found.links[index] = inner_path(entry.link, what)
    elif kind is not TarKind.FILE:
        found.special.add(index)
    found.sizes.append(size)
    found.bytes += size
    found.files += kind in (TarKind.FILE, TarKind.HARDLINK)


def inner_path(name: str, what: str) -> str:
    """The path below the root; "" for the root itself.

    Raises:
        DamagedError: it would lead out.
    """
    if name.count("/") > _MOST_DEPTH:
        raise DamagedError(f"{what} holds a path of over {_MOST_DEPTH} folders")
    if "/." not in name and "//" not in name and not name.startswith((".", "/")):
        return name.removesuffix("/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise DamagedError(f"{what} holds a path that leads out of the image: {name}")
    return "/".join(parts)
