"""What the commits of a push did to single files, from the newest commit to the oldest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ctxguard.git.lfs import POINTER_BYTES, pointed_size
from ctxguard.git.objects import contents, sizes
from ctxguard.git.repository import Repository, names_nothing

_MOST_COMMITS = 5_000
_MOST_S = 20
"""Seconds; who is to blame may take no longer."""
_MOST_TEXT = 1 << 20
"""Bytes; a longer file is not looked into."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One commit that added, changed or deleted a file."""

    commit: str
    old: str | None
    """Id of the blob; None if there was no such file."""
    new: str | None


class History:
    """The commits between what the remote has and what is pushed. Merges do nothing of their own.

    Args:
        base: what the remote has; None for nothing.
        paths: from the top of the tree; of no others anything is known.
    """

    def __init__(
        self, repository: Repository, base: str | None, tip: str, paths: Iterable[str]
    ) -> None:
        self._git = repository.git
        self._touches: defaultdict[str, list[Touch]] = defaultdict(list)
        self._sizes: dict[str, int] = {}
        self._lines: dict[str, frozenset[bytes]] = {}
        wanted = frozenset(paths)
        for commit, path, old, new in _raw_changes(repository, base, tip):
            if path in wanted:
                self._touches[path].append(Touch(commit, old, new))
        self._weigh()

    def touches(self, path: str) -> list[Touch]:
        """The newest first."""
        return self._touches[path]

    def _weigh(self) -> None:
        touches = chain.from_iterable(self._touches.values())
        ids = {id_ for each in touches for id_ in (each.old, each.new) if id_ is not None}
        asked = sorted(ids)
        self._sizes.update(zip(asked, sizes(self._git, asked), strict=True))
        small = [id_ for id_ in asked if self._sizes[id_] in POINTER_BYTES]
        for id_, content in zip(small, contents(self._git, small), strict=True):
            self._sizes[id_] = pointed_size(content) or self._sizes[id_]

    def added(self, path: str) -> Mapping[str, int]:
        """By commit, the bytes that it added to a file; those that only took some away have none.

        What Git LFS keeps elsewhere counts with the size its pointer tells.
        """
        found: defaultdict[str, int] = defaultdict(int)
        for touch in self.touches(path):
            found[touch.commit] += self._size(touch.new) - self._size(touch.old)
        return {commit: count for commit, count in found.items() if count > 0}

    def _size(self, id_: str | None) -> int:
        return 0 if id_ is None else self._sizes[id_]

    def turned(self, path: str, text: str, *, appears: bool) -> str | None:
        """The newest commit with which a line of a file appeared, or disappeared."""
        touches = self.touches(path)
        ids = {id_ for each in touches for id_ in (each.old, each.new) if id_ is not None}
        self._read(id_ for id_ in sorted(ids) if self._sizes[id_] <= _MOST_TEXT)
        wanted = text.strip().encode("utf-8", "surrogateescape")
        has: dict[str | None, bool] = {id_: wanted in self._lines.get(id_, ()) for id_ in ids}
        for each in touches:
            before, after = has.get(each.old, False), has.get(each.new, False)
            if before != after and after == appears:
                return each.commit
        return None

    def _read(self, ids: Iterable[str]) -> None:
        """Each text once; many rules of one file may be asked about."""
        missing = [id_ for id_ in ids if id_ not in self._lines]
        for id_, content in zip(missing, contents(self._git, missing), strict=True):
            self._lines[id_] = frozenset(map(bytes.strip, content.splitlines()))


def _raw_changes(
    repository: Repository, base: str | None, tip: str
) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Commit, path, and the ids of the blob before and after; the newest commit first."""
    beyond = () if base is None else (f"^{base}",)
    listed = repository.git.run("rev-list", f"--max-count={_MOST_COMMITS}", tip, *beyond)
    ask = ("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-renames")
    found = repository.git.run(*ask, "--no-ext-diff", data=listed, most_s=_MOST_S)
    words = iter(found.decode("utf-8", "surrogateescape").split("\0"))
    commit = ""
    for word in words:
        if word.startswith(":"):
            _, _, old, new, _ = word.split(" ")
            yield commit, next(words, ""), _id(old), _id(new)
        else:
            commit = word


def _id(text: str) -> str | None:
    return None if names_nothing(text) else text
