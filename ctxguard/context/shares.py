"""What each of some lines would keep out of a context, and what asks for that.

One walk sorts what is sent by the lines that match it, so that any choice among them can be judged
by sums alone. For rules without exceptions a line at the end keeps out just what it matches, with
all that lies below; with exceptions before it never more.
"""

from __future__ import annotations

import stat as modes
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ctxguard.context.course import Request
from ctxguard.context.demand.sources import Sources, Standing, sources
from ctxguard.context.measure import look_around
from ctxguard.context.tracking import Known, Tracking
from ctxguard.context.tree.locate import in_force
from ctxguard.context.tree.source import Stat
from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.plan import Plan, dealt
from ctxguard.context.walking.processes import done
from ctxguard.context.walking.views import FolderView, View, view_of_all
from ctxguard.context.walking.walk import Listing, Trouble, Waiting, start, walk
from ctxguard.ignore.reader import read_rule
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec
from ctxguard.measurement import InstructionLine

_ENVIRONMENT = "pyvenv.cfg"
"""A virtual environment of Python holds this file, whatever its own name is."""
_DOMINANT = 0.9
"""A folder of which one child holds this share is not worth naming: the child is."""
_MOST_PLACES = 500
_SPLITS = 128
_PIECES = 64
"""As `measure` has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path that weighs enough to be named."""

    path: str
    folder: bool
    environment: bool
    """A virtual environment of Python."""
    ignored: bool
    """By git, and nothing above it is."""


@dataclass(frozen=True, slots=True)
class Share:
    """Files that the same lines and places would keep out, and the same sources ask for."""

    lines: frozenset[int]
    """The lines that match them, and behind these, the places they lie in."""
    standing: Standing
    known: Known
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Linked:
    """A file with several names that are sent: it counts once, until all of them are kept out."""

    bytes: int
    names: tuple[frozenset[int], ...]
    """What each of them is kept out by."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Everything that is sent, sorted."""

    shares: Sequence[Share]
    linked: Sequence[Linked]
    places: tuple[Place, ...]
    """Numbered behind the lines."""
    instructions: tuple[InstructionLine | None, ...]
    """By the number of the source; None where nobody knows what asks for everything."""
    exceptions: bool
    """There are any among the rules."""


def shares(
    request: Request,
    lines: Sequence[str],
    least: int,
    tracking: Tracking | None,
    processes: int = 1,
) -> Shares:
    """Walk through what is sent.

    Args:
        lines: patterns, none of them an exception or broken.
        least: bytes from which on a path is worth naming.
        processes: how many may work on it.
    """
    found = look_around(request)
    governing = in_force(found.located, request.backend)
    asked = sources(request.source, found.located, request.build)
    sorter = _Sorter(asked, lines, least, tracking)
    views = [view_of_all(request.backend, governing)]
    if processes > 1 and not governing.spec.broken:
        _sort_apart(sorter, request, views, processes)
    else:
        sorter.take_all(walk(request.source, views))
    summing = _Summing(sorter, least, len(lines))
    rows, linked = summing.all()
    exceptions = any(rule is not None and rule.negated for rule in governing.spec.rules)
    return Shares(rows, linked, tuple(summing.places), tuple(asked.instructions), exceptions)


def _sort_apart(sorter: _Sorter, request: Request, views: Sequence[View], processes: int) -> None:
    """Let several processes walk; in which order is all one."""
    plan = Plan(request.source, views, [start(views)])
    plan.split(_SPLITS)
    sorter.take_all(item for item in plan.items if not isinstance(item, Waiting))
    subtrees = plan.subtrees()
    pieces = dealt(subtrees, _PIECES)

    def work(number: int) -> _Sorted:
        kept, sorter.found = sorter.found, _Sorted()
        for waiting in pieces[number]:
            sorter.take_all(walk(request.source, views, [waiting]))
        found, sorter.found = sorter.found, kept
        return found

    for _, found in done(len(pieces), work, processes, request.source.own_process):
        sorter.found.merge(found)


_Lines = frozenset[int]
_Key = tuple[_Lines, Standing, Known]
_NO_LINES: _Lines = frozenset()
_NO_OTHERS: Mapping[str, Known] = MappingProxyType({})


@dataclass(slots=True)
class _Sum:
    bytes: int = 0
    files: int = 0


@dataclass(slots=True)
class _Folder:
    """What lies in a folder itself."""

    environment: bool
    sums: dict[_Key, _Sum] = field(default_factory=dict)
    heavy: dict[str, tuple[_Key, int]] = field(default_factory=dict)
    """By path: files that may be named."""
    bytes: int = 0


@dataclass(slots=True)
class _Names:
    """Of one file."""

    bytes: int
    names: list[tuple[str, _Key]] = field(default_factory=list)
    """Path and key of each."""


@dataclass(slots=True)
class _Rows:
    """The entries of a folder, and what was decided on each."""

    listing: Listing
    folder: _Folder
    by_line: Sequence[Decision]
    by_source: Sequence[Decision]
    above: Decision
    """By the sources, on the folder itself."""
    known: Known
    others: Mapping[str, Known]
    """By name: those that git knows otherwise."""

    def are_alike(self) -> bool:
        """Whether the same lines touch all, and the sources nothing but what they touch above."""
        many = len(self.by_line)
        return (
            many > 0
            and self.by_line.count(self.by_line[0]) == many
            and self.by_source.count(self.above) == many
        )

    @property
    def seen(self) -> FolderView:
        found = self.listing.views[0]
        assert found is not None
        return found


@dataclass(slots=True)
class _Sorted:
    """What was found so far."""

    folders: dict[str, _Folder] = field(default_factory=dict)
    linked: dict[int, _Names] = field(default_factory=dict)
    """By inode, of those with several names."""
    named: list[tuple[str, _Key]] = field(default_factory=list)
    """Folders and links that are sources themselves."""

    def merge(self, other: _Sorted) -> None:
        """Take over what was found elsewhere."""
        self.folders |= other.folders
        self.named += other.named
        for inode, names in other.linked.items():
            self.linked.setdefault(inode, _Names(names.bytes)).names.extend(names.names)


class _Sorter:
    """Takes the listings of the walk."""

    def __init__(
        self, asked: Sources, lines: Sequence[str], least: int, tracking: Tracking | None
    ) -> None:
        rules = [rule for rule in map(read_rule, lines) if rule is not None]
        assert len(rules) == len(lines)
        self._least = max(1, least)
        self.tracking = tracking
        self._asked = asked
        self._lines = DockerIgnoreSpec.from_rules(rules).decider()
        self._waiting = {"": (self._lines.root, asked.decider.root)}
        self._keys: dict[_Key, _Key] = {}
        self._touched: dict[Decision, _Lines] = {}
        self.found = _Sorted()

    def take_all(self, steps: Iterable[Listing | Trouble]) -> None:
        """Take what the walk comes by."""
        for step in steps:
            if isinstance(step, Listing):
                self.take(step)

    def take(self, listing: Listing) -> None:
        line_rules, source_rules = self._waiting.pop(listing.path)
        names = listing.names
        by_line = self._lines.decide(line_rules, names)
        by_source = self._asked.decider.decide(source_rules, names)
        for at in listing.entered:
            self._waiting[listing.path_of(at)] = (
                self._lines.enter(line_rules, names[at], by_line[at]),
                self._asked.decider.enter(source_rules, names[at], by_source[at]),
            )
        known, others = Known.TRACKED, _NO_OTHERS
        if self.tracking is not None:
            known, others = self.tracking.of_folder(listing.path)
        folder = self.found.folders[listing.path] = _Folder(_ENVIRONMENT in names)
        rows = _Rows(listing, folder, by_line, by_source, source_rules.decision, known, others)
        for at in self._left_of_plain(rows):
            self._take(rows, at)

    def _left_of_plain(self, rows: _Rows) -> Iterable[int]:
        """Take plain files together, if all entries are alike; what is to be taken one by one."""
        key = self._common_key(rows)
        if key is None:
            return range(len(rows.listing.names))
        found = rows.listing.plain.everything(rows.seen)
        if any(max(files.sizes) >= self._least for files in found.files):
            return range(len(rows.listing.names))
        for files in found.files:
            rows.folder.bytes += files.bytes
            row = rows.folder.sums.setdefault(key, _Sum())
            row.bytes += files.bytes
            row.files += len(files.sizes)
        return found.others

    def _common_key(self, rows: _Rows) -> _Key | None:
        """What all entries have in common, none of them a source itself; None if that differs."""
        if rows.others or not rows.are_alike():
            return None
        path, above = rows.listing.path_of(0), rows.above
        standing = self._asked.standing(path, above, above, folder=False)
        if standing.itself:
            return None
        return self._key((self._lines_of(rows.by_line[0]), standing, rows.known))

    def _take(self, rows: _Rows, at: int) -> None:
        listing, stat = rows.listing, rows.listing.stats[at]
        if stat is None or not rows.seen.sent[at]:
            return
        path = listing.path_of(at)
        standing = self._asked.standing(
            path, rows.by_source[at], rows.above, folder=modes.S_ISDIR(stat.st_mode)
        )
        known = rows.others.get(listing.names[at], rows.known)
        key = self._key((self._lines_of(rows.by_line[at]), standing, known))
        if modes.S_ISREG(stat.st_mode):
            self._add(rows.folder, path, key, stat, _content(listing, rows.seen, at, stat))
        elif standing.itself:
            self.found.named.append((path, key))

    def _lines_of(self, decision: Decision) -> _Lines:
        found = self._touched.get(decision)
        if found is None:
            found = self._touched[decision] = frozenset(decision.touched)
        return found

    def _key(self, key: _Key) -> _Key:
        """The same object for equal ones: there are few, and many files."""
        return self._keys.setdefault(key, key)

    def _add(self, folder: _Folder, path: str, key: _Key, stat: Stat, size: int) -> None:
        if stat.st_nlink > 1:
            names = self.found.linked.setdefault(stat.st_ino, _Names(size))
            names.names.append((path, key))
            return
        folder.bytes += size
        if size >= self._least:
            folder.heavy[path] = key, size
            return
        found = folder.sums.setdefault(key, _Sum())
        found.bytes += size
        found.files += 1


def _content(listing: Listing, seen: FolderView, at: int, stat: Stat) -> int:
    """Bytes that are sent of a file; some arrive empty."""
    if at in listing.unreadable or seen.refuses(at):
        return 0
    return stat.st_size


class _Summing:
    """Names the places, and adds up what lies in them."""

    def __init__(self, sorter: _Sorter, least: int, lines: int) -> None:
        self._sorter = sorter
        self._folders = sorter.found.folders
        self._least = max(1, least)
        self._totals = self._added_up()
        self.places = list(self._named())[:_MOST_PLACES]
        self._numbers = {place.path: lines + at for at, place in enumerate(self.places)}
        self._above: dict[str, _Lines] = {"": _NO_LINES}

    def _added_up(self) -> dict[str, int]:
        totals = {path: folder.bytes for path, folder in self._folders.items()}
        for path in sorted(filter(None, totals), key=lambda path: -path.count("/")):
            totals[path.rpartition("/")[0]] += totals[path]
        return totals

    def _named(self) -> Iterator[Place]:
        """The heaviest first."""
        rows = [(size, path, True) for path, size in self._totals.items() if path]
        for folder in self._folders.values():
            rows += [(size, path, False) for path, (_, size) in folder.heavy.items()]
        heavy = sorted(
            (row for row in rows if row[0] >= self._least), key=lambda row: (-row[0], row[1])
        )
        most: dict[str, int] = {}
        """By folder: its heaviest child."""
        for size, path, _ in heavy:
            most.setdefault(path.rpartition("/")[0], size)
        for size, path, is_folder in heavy:
            folder = self._folders[path if is_folder else path.rpartition("/")[0]]
            ignored = self._is_ignored(path)
            environment = is_folder and folder.environment
            if environment or ignored or most.get(path, 0) < _DOMINANT * size:
                yield Place(path, is_folder, environment, ignored)

    def _is_ignored(self, path: str) -> bool:
        """By itself; what lies below such a path is not."""
        tracking = self._sorter.tracking
        return tracking is not None and path in tracking.ignored

    def all(self) -> tuple[list[Share], list[Linked]]:
        sums: defaultdict[_Key, _Sum] = defaultdict(_Sum)
        for path, folder in self._folders.items():
            for key, found in folder.sums.items():
                row = sums[self._within(path, key)]
                row.bytes += found.bytes
                row.files += found.files
            for file, (key, size) in folder.heavy.items():
                row = sums[self._within(file, key)]
                row.bytes += size
                row.files += 1
        for names in self._sorter.found.linked.values():
            for file, key in names.names:
                sums[self._within(file, key)].files += 1
        for path, key in self._sorter.found.named:
            # Nothing weighs there, and yet it is asked for.
            sums.setdefault(self._within(path, key), _Sum())
        rows = [Share(*key, found.bytes, found.files) for key, found in sums.items()]
        linked = [
            Linked(names.bytes, tuple(self._within(file, key)[0] for file, key in names.names))
            for names in self._sorter.found.linked.values()
        ]
        return rows, linked

    def _within(self, path: str, key: _Key) -> _Key:
        """With the places that a path lies in, or is."""
        places = self._places(path)
        return (key[0] | places, key[1], key[2]) if places else key

    def _places(self, path: str) -> _Lines:
        for here in folders_to(path, self._above):
            own = self._numbers.get(here)
            above = self._above[here.rpartition("/")[0]]
            self._above[here] = above if own is None else above | {own}
        return self._above[path]
