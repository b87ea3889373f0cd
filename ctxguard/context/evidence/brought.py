"""Finds out what the steps of the chosen target bring of the context, to the byte."""

from __future__ import annotations

import itertools
import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from ctxguard.context.course import Found, Request
from ctxguard.context.evidence.rules import sent_files
from ctxguard.context.evidence.steps import Again, Brought, BuildSteps
from ctxguard.context.walking.inclusion import COPY_ALL, Members
from ctxguard.context.walking.views import FolderView
from ctxguard.context.walking.walk import Listing
from ctxguard.dockerfile.installs import install_of
from ctxguard.dockerfile.manifests import is_manifest
from ctxguard.dockerfile.parser import parse
from ctxguard.dockerfile.placing import Part, below, origins, parts, unpacks
from ctxguard.dockerfile.platforms import platform_arguments
from ctxguard.dockerfile.stages import link
from ctxguard.dockerfile.steps import Copied, Plan, Step, plan
from ctxguard.dockerfile.touches import Touch, changed, covers, deleted, in_folder, with_folders
from ctxguard.errors import DockerfileError
from ctxguard.measurement import Backend

_MOST_COPIES = 200
"""Copies that are compared with each other."""
_MOST_MET = 100
"""Pairs of a command and a source that are looked at file by file."""
_MOST_LISTS = 50
_LONGEST_LIST = 4_000_000
"""Bytes of a file that lists dependencies."""


def plan_of(request: Request, found: Found) -> Plan | None:
    """What the chosen target does; None if nobody can say."""
    located, options = found.located, request.build
    if located.text is None or found.wanted.chosen.reason == "unknown" or options.of is not None:
        return None
    platform = platform_arguments(options.platform, options.target)
    name = located.dockerfile or ""
    try:
        script = parse(located.text, name)
        build = link(script, name, options.arguments, platform, options.contexts)
        target = build.stage(options.target)
        return None if target is None else plan(build, target)
    except DockerfileError:
        return None


@dataclass(slots=True)
class _Sum:
    bytes: int = 0
    files: int = 0
    source_bytes: int = 0
    sources: int = 0
    heaviest: tuple[int, str] = (-1, "")
    inodes: set[int] = field(default_factory=set)

    def add(self, path: str, size: int) -> None:
        self.bytes += size
        self.files += 1
        if not is_manifest(path):
            self.source_bytes += size
            self.sources += 1
            self.heaviest = max(self.heaviest, (size, path))


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A command, and a part of what a copy brought before."""

    key: tuple[int, Touch]
    copied: Copied
    numbers: Set[int]
    part: Part
    gone: tuple[str, ...]
    """Paths of the image that were deleted in between."""


class StepsLook:
    """Takes the listings of a walk whose first view tells the include lists of each entry."""

    def __init__(self, request: Request, found: Found, plan_: Plan) -> None:
        self._request = request
        self._located = found.located
        self._plan = plan_
        self._by_ask = {
            (ask.instruction.line, ask.path): number for ask, number in found.wanted.asks
        }
        self._copies = dict(self._known_copies())
        self._sums: defaultdict[Members, _Sum] = defaultdict(_Sum)
        self._meetings = list(itertools.islice(self._met(), _MOST_MET))
        several = Counter(meeting.key for meeting in self._meetings)
        self._places: dict[tuple[int, Touch], set[str]] = {
            key: set() for key, count in several.items() if count > 1
        }
        self._touched: defaultdict[tuple[int, Touch], int] = defaultdict(int)
        self._list_files = tuple(dict.fromkeys(self._list_paths()))
        self._wanted_sizes = {
            source for _, copied in self._copies.values() for source in copied.sources
        }.union(self._list_files)
        self._sizes: dict[str, int] = {}

    def _known_copies(self) -> Iterator[tuple[int, tuple[frozenset[int], Copied]]]:
        """By the index of the step: the include lists of what it brings."""
        if self._request.backend is not Backend.BUILDKIT:
            return
        for at, step in enumerate(self._plan.steps):
            copied = step.copied
            if copied is None or copied.origin or not copied.certain:
                continue
            numbers = {self._number(step, source) for source in copied.sources}
            if None not in numbers:
                yield at, (frozenset(each for each in numbers if each is not None), copied)

    def _number(self, step: Step, source: str) -> int | None:
        return self._by_ask.get((step.instruction.line, source))

    def _met(self) -> Iterator[_Meeting]:
        steps = self._plan.steps
        for at, step in enumerate(steps):
            if not (step.own and step.commands):
                continue
            for touch in dict.fromkeys((*deleted(step), *changed(step))):
                for earlier in self._copies:
                    if earlier < at and steps[earlier].own:
                        yield from self._meetings_of((at, touch), earlier)

    def _meetings_of(self, key: tuple[int, Touch], earlier: int) -> Iterator[_Meeting]:
        _, copied = self._copies[earlier]
        step = self._plan.steps[earlier]
        for part in () if unpacks(step) else parts(copied, key[1]):
            number = self._number(step, part.source)
            assert number is not None
            gone = tuple(self._gone(earlier, *key))
            yield _Meeting(key, copied, frozenset((number,)), part, gone)

    def _gone(self, after: int, before: int, touch: Touch) -> Iterator[str]:
        for step in self._plan.steps[after + 1 : before]:
            if step.own and step.commands:
                for each in deleted(step):
                    if covers(touch.path, each.path) or covers(each.path, touch.path):
                        yield each.path

    def _list_paths(self) -> Iterator[str]:
        """Where in the context those files can lie that installing commands read."""
        copies = dict.fromkeys(copied for _, copied in self._copies.values())
        for path in dict.fromkeys(self._read()):
            for copied in copies:
                yield from origins(copied, path)

    def _read(self) -> Iterator[str]:
        """Where in the image they look for them."""
        for step in self._plan.steps:
            for command, folder in with_folders(step):
                install = install_of(command)
                for name in () if install is None else install.lists:
                    path = in_folder(folder, name)
                    if path is not None and "$" not in name:
                        yield path

    def take(self, listing: Listing) -> None:
        """Take the next folder."""
        sent = listing.views[0]
        if sent is None or not self._copies:
            return
        files = list(sent_files(listing, sent))
        for at, size in files:
            path = listing.path_of(at)
            total = self._sums[sent.members_of(at)]
            stat = listing.stats[at]
            if stat is not None and stat.st_nlink > 1:
                size = 0 if stat.st_ino in total.inodes else size
                total.inodes.add(stat.st_ino)
            total.add(path, size)
            if path in self._wanted_sizes:
                self._sizes[path] = size
        for meeting in self._meetings:
            self._meet(meeting, listing, sent, files)

    def _meet(
        self, meeting: _Meeting, listing: Listing, sent: FolderView,
        files: Sequence[tuple[int, int]],
    ) -> None:  # fmt: skip
        part = meeting.part
        if not _can_hold(listing.path, part):
            return
        for at, size in files:
            path = listing.path_of(at)
            lists = {COPY_ALL, *sent.members_of(at)}
            if not meeting.numbers.isdisjoint(lists) and _is_in(path, part):
                self._touched[meeting.key] += size if self._counts(meeting, path) else 0

    def _counts(self, meeting: _Meeting, path: str) -> bool:
        """Whether it is still there, and no other copy has brought a file to the same place."""
        places = self._places.get(meeting.key)
        if places is None and not meeting.gone:
            return True
        place = _place(meeting.copied, meeting.part.source, path)
        if any(covers(gone, place) for gone in meeting.gone):
            return False
        is_known = places is not None and place in places
        if places is not None:
            places.add(place)
        return not is_known

    def steps(self) -> BuildSteps:
        """All that was found; to be called after the walk."""
        return BuildSteps(
            self._located.dockerfile or "",
            self._located.text or b"",
            self._plan,
            {at: self._brought(numbers) for at, (numbers, _) in self._copies.items()},
            tuple(self._again()),
            dict(self._touched),
            self._sizes,
            dict(self._lists()),
        )

    def _in(self, numbers: Set[int]) -> Iterator[tuple[Members, _Sum]]:
        for members, total in self._sums.items():
            if not numbers.isdisjoint((COPY_ALL, *members)):
                yield members, total

    def _brought(self, numbers: Set[int]) -> Brought:
        found = [total for _, total in self._in(numbers)]
        heaviest = max((total.heaviest for total in found), default=(-1, ""))
        return Brought(
            sum(total.bytes for total in found),
            sum(total.files for total in found),
            sum(total.sources for total in found),
            heaviest[1],
        )

    def _again(self) -> Iterator[Again]:
        steps = self._plan.steps
        own = [
            (at, numbers)
            for at, (numbers, _) in self._copies.items()
            if steps[at].own and not unpacks(steps[at])
        ]
        for place, (at, numbers) in enumerate(own[:_MOST_COPIES]):
            twice: list[_Sum] = []
            earlier: dict[int, None] = {}
            once = 0
            for members, total in self._in(numbers):
                lists = (COPY_ALL, *members)
                before = [one for one, others in own[:place] if not others.isdisjoint(lists)]
                earlier |= dict.fromkeys(before if total.sources else ())
                once += 0 if before else total.sources
                twice += [total] if before and total.sources else []
            if twice:
                heaviest = max(total.heaviest for total in twice)
                size = sum(total.source_bytes for total in twice)
                files = sum(total.sources for total in twice)
                yield Again(at, tuple(sorted(earlier)), size, files, heaviest[1], not once)

    def _lists(self) -> Iterator[tuple[str, bytes]]:
        """Those that are sent, as far as they can be read."""
        source = self._request.source
        waiting = [path for path in self._list_files if path in self._sizes]
        for path in waiting[:_MOST_LISTS]:
            if self._sizes[path] <= _LONGEST_LIST:
                try:
                    yield path, source.read(path)
                except OSError:
                    continue


def _can_hold(folder: str, part: Part) -> bool:
    """Whether files of a folder can be in it."""
    path = part.path
    if path is None or posixpath.dirname(path) == folder:
        return True
    return not part.is_file and (folder == path or folder.startswith(below(path, "")))


def _is_in(path: str, part: Part) -> bool:
    if part.path is None or path == part.path:
        return True
    return not part.is_file and (not part.path or path.startswith(f"{part.path}/"))


def _place(copied: Copied, source: str, path: str) -> str:
    """Where it comes to in the image, so that a file that is copied there twice counts once."""
    is_below = not source or path.startswith(f"{source}/")
    inside = path[len(source) :].lstrip("/") if is_below else posixpath.basename(path)
    return posixpath.join(copied.destination or "/", inside)
