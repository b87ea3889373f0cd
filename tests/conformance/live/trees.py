"""Random trees: a few folders with whatever a context may hold."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.conformance.case import Entry
from tests.conformance.live.names import random_name
from tests.conformance.live.sizes import is_hole, random_size, random_time

_FILE_MODES = (0o644, 0o644, 0o755, 0o600, 0o400, 0o4755, 0o2755, 0o1644, 0o7777)
_FOLDER_MODES = (0o755, 0o755, 0o700, 0o1777, 0o2775)
_CAPABILITY = "\x01\x00\x00\x02" + "\x00" * 4 + "\x20" + "\x00" * 11
"""A revision 2 `security.capability`: effective, and one bit of the inheritable set."""
_MANY = 140
"""More than 127 entries: from there on their number takes two bytes."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be made here."""

    xattrs: bool = True
    """Of the user's own."""
    root: bool = True
    """Capabilities, and files that their owner may not read."""
    excludes: bool = True
    """COPY takes `--exclude`."""
    image: str | None = None
    """With a shell, so that RUN can mount something."""


def random_tree(rng: Random, abilities: Abilities) -> list[Entry]:
    return _Grower(rng, abilities).grow()


class _Grower:
    def __init__(self, rng: Random, abilities: Abilities) -> None:
        self._rng = rng
        self._abilities = abilities
        self._folders = [""]
        self._entries: dict[str, Entry] = {}

    def grow(self) -> list[Entry]:
        for _ in range(self._rng.randint(0, 9)):
            self._add_folder()
        for _ in range(self._rng.choice((0, 3, 8, 15, 25))):
            self._add_entry(self._new_path(folder=False))
        if self._rng.random() < 0.1:
            self._add_many()
        for _ in range(self._rng.choice((0, 0, 1, 3))):
            self._add_hard_link()
        return list(self._entries.values())

    def _new_path(self, folder: bool) -> str:
        parent = self._rng.choice(self._folders)
        name = random_name(self._rng, folder)
        return f"{parent}/{name}" if parent else name

    def _add_folder(self) -> None:
        path = self._new_path(folder=True)
        if path in self._entries or len(path.encode()) > 1500:
            return
        self._folders.append(path)
        entry = Entry(path=path, type="dir", size=0)
        if self._rng.random() < 0.3:
            entry["mode"] = self._rng.choice(_FOLDER_MODES)
        self._dress(entry)

    def _add_entry(self, path: str) -> None:
        if path in self._entries:
            return
        kind = self._rng.choices(("file", "symlink", "fifo", "socket"), (80, 12, 4, 4))[0]
        if kind == "symlink":
            self._add_symlink(path)
            return
        entry = Entry(path=path, type=kind, size=0)
        if kind == "file":
            entry["size"] = random_size(self._rng)
            if is_hole(entry["size"]):
                entry["sparse"] = True
        if self._rng.random() < 0.25:
            modes = (*_FILE_MODES, 0, 0o200) if self._abilities.root else _FILE_MODES
            entry["mode"] = self._rng.choice(modes)
        self._dress(entry)

    def _add_symlink(self, path: str) -> None:
        known = [*self._entries, "nowhere"]
        targets = ("..", "/etc/passwd", "é" * 20, "t" * 101, self._rng.choice(known))
        target = self._rng.choice(targets)
        size = len(target.encode())
        self._dress(Entry(path=path, type="symlink", size=size, target=target))

    def _add_many(self) -> None:
        folder = self._rng.choice(self._folders)
        for number in range(_MANY):
            path = f"{folder}/{number}" if folder else str(number)
            self._entries.setdefault(path, Entry(path=path, type="file", size=number % 3))

    def _add_hard_link(self) -> None:
        firsts = [e for e in self._entries.values() if e["type"] not in ("dir", "hardlink")]
        path = self._new_path(folder=False)
        if firsts and path not in self._entries:
            first = self._rng.choice(firsts)
            self._entries[path] = Entry(
                path=path, type="hardlink", size=first["size"], target=first["path"]
            )

    def _dress(self, entry: Entry) -> None:
        self._entries[entry["path"]] = entry
        if self._rng.random() < 0.2:
            entry["mtime"] = random_time(self._rng)
        if entry["type"] not in ("file", "dir"):
            return
        if self._abilities.xattrs and self._rng.random() < 0.06:
            length = self._rng.choice((0, 1, 127, 128, 300))
            entry["xattrs"] = {"user.a": "v" * length, "user.é": "w"}
        if self._abilities.root and entry["type"] == "file" and self._rng.random() < 0.04:
            entry.setdefault("xattrs", {})["security.capability"] = _CAPABILITY
