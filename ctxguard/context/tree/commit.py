"""What was read of one commit: its folders, and the contents that are asked for."""

from __future__ import annotations

import posixpath
import stat as modes
from collections.abc import Sequence

from ctxguard.context.tree.columns import Columns, CommitStat
from ctxguard.context.tree.source import Remark, Unlike
from ctxguard.errors import MeasureError
from ctxguard.git.objects import FOLDER, LINK, SUBMODULE, TreeEntry, contents, entries
from ctxguard.git.repository import Repository

LONGEST_LINK = 4096
"""Bytes; no system takes a longer target."""
_LONGEST_PATH = 4096
"""Characters."""
_NEVER_CHECKED_OUT = frozenset({".git", ".", "..", ""})
_READ_AHEAD = frozenset({".dockerignore", "Dockerfile", ".gitattributes"})
"""Names of files that are asked for again and again."""
_READ_AHEAD_BYTES = 1 << 16


class Commit:
    """All that was read of one commit; its folders by their paths from the top.

    Args:
        id_: full.
        pointers: LFS pointers count themselves, not what they point to.
    """

    def __init__(self, repository: Repository, id_: str, *, pointers: bool = False) -> None:
        self.repository = repository
        self.id = id_
        self.pointers = pointers
        self._levels: dict[str, Columns | None] = {}
        self._whole: list[str] = []
        self._contents: dict[str, bytes] = {}

    def folder(self, path: str) -> Columns | None:
        """The entries of a folder; None if there is no such folder."""
        if path not in self._levels:
            # From the top: each level is found in the one above it.
            names = path.split("/")
            for depth in range(len(names) + 1):
                above = "/".join(names[:depth])
                if above not in self._levels:
                    self._levels[above] = None if self._is_known(above) else self._level(above)
        found = self._levels[path]
        return None if found is None else found.settle()

    def is_loaded(self, path: str) -> bool:
        """Whether a folder was read with all that is below it, if there is one."""
        return path in self._whole or self._is_known(path)

    def _is_known(self, path: str) -> bool:
        return any(not top or path.startswith(f"{top}/") for top in self._whole)

    def _level(self, path: str) -> Columns | None:
        tree = self._tree_id(path)
        if tree is None:
            return None
        if not tree:
            return Columns()
        level = Columns()
        for entry in entries(self.repository.git, tree, recursive=False):
            level.add(entry.path, entry)
        check_names(path, level)
        return level

    def _tree_id(self, path: str) -> str | None:
        """Nothing for a submodule, which a clone leaves empty; None if there is no folder."""
        if not path:
            return self.id
        found = self.find(path)
        if found is None or not modes.S_ISDIR(found[0].st_mode):
            return None
        return "" if found[2] is not None and found[2].unlike is Unlike.SUBMODULE else found[1]

    def find(self, path: str) -> tuple[CommitStat, str, Remark | None] | None:
        """Stat, id and remark of a path; None if there is nothing."""
        above, _, name = path.rpartition("/")
        level = self.folder(above)
        at = None if level is None else level.place(name)
        if level is None or at is None:
            return None
        return level.found[at], level.ids[at], level.remarks.get(at)

    def load(self, path: str) -> bool:
        """Read a folder and all that is below it, in one go; False if there is no such folder."""
        tree = self._tree_id(path)
        if not tree or path in self._whole:
            return tree is not None
        levels = self._levels
        levels[path] = Columns()
        start = f"{path}/" if path else ""
        ahead: list[str] = []
        for entry in entries(self.repository.git, tree, recursive=True):
            folder, slash, name = entry.path.rpartition("/")
            full = f"{start}{folder}" if slash else path
            level = levels.get(full)
            if level is None:
                level = levels[full] = Columns()
            level.add(name, entry)
            if entry.mode in (FOLDER, SUBMODULE):
                levels[f"{start}{entry.path}"] = Columns()
            elif is_read_ahead(entry, name):
                ahead.append(entry.id)
        self._whole.append(path)
        for full, level in levels.items():
            if level is not None:
                check_names(full, level)
        self.read_ahead(ahead)
        return True

    def loaded_below(self, path: str) -> list[str]:
        """The folders that were loaded: this one and all below it."""
        start = f"{path}/" if path else ""
        return [
            full
            for full, level in self._levels.items()
            if level is not None and (full == path or full.startswith(start))
        ]

    def files_below(self, path: str) -> list[tuple[str, Columns, int]]:
        """Full path, folder and index of each regular file that was loaded below a folder."""
        return [
            (f"{full}/{name}" if full else name, level, at)
            for full, level in ((full, self.folder(full)) for full in self.loaded_below(path))
            if level is not None
            for at, name in enumerate(level.names)
            if modes.S_ISREG(level.found[at].st_mode)
        ]

    def read_ahead(self, ids: Sequence[str]) -> None:
        """Read small contents that will be asked for."""
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._contents]
        self._contents.update(zip(wanted, contents(self.repository.git, wanted), strict=True))

    def content(self, id_: str) -> bytes:
        self.read_ahead([id_])
        return self._contents[id_]


def is_read_ahead(entry: TreeEntry, name: str) -> bool:
    """Whether its content will be asked for."""
    if entry.mode == LINK:
        return entry.size <= LONGEST_LINK
    return name in _READ_AHEAD and entry.size <= _READ_AHEAD_BYTES


def check_names(path: str, level: Columns) -> None:
    """Raises MeasureError if no system can check the folder out."""
    bad = _NEVER_CHECKED_OUT.intersection(level.names)
    if bad:
        full = posixpath.join(path, min(bad))
        raise MeasureError(f'git refuses to check out this commit, for what it calls "{full}"')
    if len(path) > _LONGEST_PATH:
        raise MeasureError(
            f"no system can check out this commit: {path[:80]}... is too long a path"
        )
