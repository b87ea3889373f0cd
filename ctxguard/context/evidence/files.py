"""What is sent, looked over file by file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ctxguard.context.evidence.rules import sent_files
from ctxguard.context.evidence.values import Group
from ctxguard.context.tracking import Known, Tracking
from ctxguard.context.tree.locate import IGNORE_FILE
from ctxguard.context.walking.walk import Listing

Suspects = Callable[[Sequence[str]], Sequence[int]]
"""Takes names, and gives the indexes of those that deserve a closer look."""
_GIT = ".git"
_SMALL = 4096
"""Bytes: what a file takes on most disks, however little is in it."""
MANY = 10_000
"""Small files that are worth a word."""
_DOMINANT = 0.9
_LARGE = 1_000_000
"""Bytes from which on it matters that a file is there twice."""
_MOST_LARGE = 20_000
_MOST_TEXTS = 20_000
_NAMED = 3


@dataclass(slots=True)
class _Unknown:
    """What git does not know of."""

    bytes: Counter[str] = field(default_factory=Counter)
    """By folder or file."""
    files: Counter[str] = field(default_factory=Counter)


class FilesLook:
    """Takes the listings of a walk through everything.

    Args:
        most_content: bytes of files that are worth reading; 0 if none is to be read.
    """

    def __init__(self, suspects: Suspects, tracking: Tracking | None, most_content: int) -> None:
        self._look_for = suspects
        self._tracking = tracking
        self._most_content = most_content
        self._unknown: defaultdict[Known, _Unknown] = defaultdict(_Unknown)
        self._small: Counter[str] = Counter()
        self._small_bytes: Counter[str] = Counter()
        self.nested: list[str] = []
        self.has_usual_file = False
        self.suspects: dict[str, int] = {}
        """By path: bytes."""
        self.texts: dict[str, int] = {}
        """Small files, whose content is to be looked at."""
        self.large: defaultdict[int, list[str]] = defaultdict(list)
        """By size."""
        self.git_bytes = 0

    def take(self, listing: Listing) -> None:
        """Take the next folder."""
        if IGNORE_FILE in listing.names:
            if listing.path:
                self.nested.append(f"{listing.path}/{IGNORE_FILE}")
            else:
                self.has_usual_file = True
        sent = listing.views[0]
        if sent is None:
            return
        files = list(sent_files(listing, sent))
        if _GIT in listing.path.split("/"):
            self.git_bytes += sum(size for _, size in files)
            return
        self._take_small(listing, files)
        self._take_large(listing, files)
        if self._tracking is not None:
            self._take_known(self._tracking, listing, files)
        closer = frozenset(self._look_for(listing.names))
        if closer:
            self.suspects |= {listing.path_of(at): size for at, size in files if at in closer}
        if self._most_content and len(self.texts) < _MOST_TEXTS:
            self.texts |= {
                listing.path_of(at): size for at, size in files if 0 < size <= self._most_content
            }

    def _take_small(self, listing: Listing, files: Sequence[tuple[int, int]]) -> None:
        small = [size for _, size in files if size <= _SMALL]
        if small:
            self._small[listing.path] = len(small)
            self._small_bytes[listing.path] = sum(small)

    def _take_large(self, listing: Listing, files: Sequence[tuple[int, int]]) -> None:
        for at, size in files:
            if size >= _LARGE and len(self.large) < _MOST_LARGE:
                stat = listing.stats[at]
                if stat is not None and stat.st_nlink == 1:
                    self.large[size].append(listing.path_of(at))

    def _take_known(
        self, tracking: Tracking, listing: Listing, files: Sequence[tuple[int, int]]
    ) -> None:
        known, others = tracking.of_folder(listing.path)
        if known is Known.TRACKED and not others:
            return
        for at, size in files:
            own = others.get(listing.names[at], known)
            if own is not Known.TRACKED:
                place = listing.path if own is known else listing.path_of(at)
                self._unknown[own].bytes[place] += size
                self._unknown[own].files[place] += 1

    def known(self) -> dict[Known, Group]:
        """What git ignores and what it does not track."""
        return {known: self._group(found) for known, found in self._unknown.items()}

    def _group(self, found: _Unknown) -> Group:
        tops: Counter[str] = Counter()
        for path, size in found.bytes.items():
            tops[self._top(path)] += size
        heaviest = sorted(tops, key=lambda path: (-tops[path], path))[:_NAMED]
        return Group(found.bytes.total(), found.files.total(), tuple(heaviest))

    def _top(self, path: str) -> str:
        """The topmost path above it, or it itself, that git names."""
        assert self._tracking is not None
        names = path.split("/")
        above = ("/".join(names[:depth]) for depth in range(1, len(names) + 1))
        return next((each for each in above if each in self._tracking.named), path)

    def small(self) -> Group | None:
        """The deepest folder that holds most of a great many small files."""
        totals, sizes = Counter(self._small), Counter(self._small_bytes)
        for path in self._small:
            above = path
            while above:
                above = above.rpartition("/")[0]
                totals[above] += self._small[path]
                sizes[above] += self._small_bytes[path]
        if totals[""] < MANY:
            return None
        here, below = "", _heaviest_child("", totals)
        while below is not None and totals[below] >= _DOMINANT * totals[here]:
            here, below = below, _heaviest_child(below, totals)
        return Group(sizes[here], totals[here], (here,))


def _heaviest_child(folder: str, totals: Counter[str]) -> str | None:
    children = [path for path in totals if path and path.rpartition("/")[0] == folder]
    return max(children, key=lambda path: (totals[path], path), default=None)
