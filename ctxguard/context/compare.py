"""Two contexts, file by file: what came, went, grew and shrank, and which rule or COPY is to blame.

Both are gone through side by side, in wire order, so that only what differs is kept.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from ctxguard.comparison import (
    Cause,
    Change,
    ChangedFile,
    ChangedInstruction,
    ChangedPath,
    ChangedPaths,
    Class,
    Comparison,
    RuleLine,
    Sum,
)
from ctxguard.context.course import Found, Request
from ctxguard.context.demand.arrived import Arrived
from ctxguard.context.demand.attribution import Attribution
from ctxguard.context.entries import Entry, EntryStream
from ctxguard.context.measure import look_around, measure
from ctxguard.context.tree.locate import in_force
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.inclusion import EVERYTHING
from ctxguard.context.walking.views import view_of_all, wire_order
from ctxguard.context.weighing.heaviest import HeaviestTally
from ctxguard.context.weighing.sent import Sent
from ctxguard.git.lfs import POINTER_BYTES, pointed_size
from ctxguard.git.repository import Tracked
from ctxguard.ignore.reader import IgnoreRule
from ctxguard.ignore.spec import Decision, FolderRules
from ctxguard.measurement import Backend, EntryKind, InstructionLine, Instructions, Measurement

_KeyT = TypeVar("_KeyT")


def compare(
    base: Request,
    head: Request,
    tracked: Callable[[], Tracked] | None,
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Measure two contexts, and say what changed from one to the other.

    Args:
        tracked: the paths that git knows, where the head is a work tree.

    Raises:
        MeasureError: one of them cannot be measured.
    """
    measured = measure(base, progress), measure(head, progress)
    return changes(base, head, *measured, tracked)


def changes(
    base: Request,
    head: Request,
    before: Measurement,
    after: Measurement,
    tracked: Callable[[], Tracked] | None,
) -> Comparison:
    """The same where both were measured."""
    files = tuple(_Changes(base, head, tracked).all())
    classes: list[tuple[Class, Sum]] = []
    if tracked is not None:
        classes = _in_sums(Class, ((file.class_, file) for file in files))
    pointers = Sum() if tracked is None else _pointers(head.source, files)
    found = held(before, after, files, head.top)
    return replace(found, classes=tuple(classes), pointers=pointers)


def held(
    before: Measurement, after: Measurement, files: Sequence[ChangedFile], top: int
) -> Comparison:
    """What two measurements come to, where it is known which files changed."""
    return Comparison(
        base=before,
        head=after,
        files=tuple(files),
        grown=_most_changed([file for file in files if file.bytes > 0], top),
        shrunk=_most_changed([file for file in files if file.bytes < 0], top),
        changes=tuple(_in_sums(Change, ((file.change, file) for file in files))),
        classes=(),
        causes=tuple(_causes(files)),
        instructions=tuple(_instructions(before.instructions, after.instructions)),
    )


def _pointers(source: Source, files: Iterable[ChangedFile]) -> Sum:
    """What seems to shrink, since only a pointer of Git LFS is there."""
    found = []
    for file in files:
        if file.change is Change.SHRANK and file.after in POINTER_BYTES:
            with contextlib.suppress(OSError):
                if pointed_size(source.read(file.path)) == file.before:
                    found.append(file.bytes)
    return Sum(sum(found), len(found))


def _in_sums(
    keys: Iterable[_KeyT], rows: Iterable[tuple[_KeyT, ChangedFile]]
) -> list[tuple[_KeyT, Sum]]:
    sums: defaultdict[_KeyT, list[int]] = defaultdict(list)
    for key, file in rows:
        sums[key].append(file.bytes)
    return [(key, Sum(sum(sums[key]), len(sums[key]))) for key in keys if key in sums]


def _causes(files: Iterable[ChangedFile]) -> list[tuple[Cause, Sum]]:
    rows = [(file.cause, file) for file in files if file.cause is not None]
    sums = _in_sums(dict.fromkeys(cause for cause, _ in rows), rows)
    return sorted(sums, key=lambda row: (-abs(row[1].bytes), row[0].rule.file, row[0].rule.line))


class _Side:
    """One of the two contexts, as the other one's paths are held against its rules."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.found: Found = look_around(request)
        governing = in_force(self.found.located, request.backend)
        self.governing = governing
        self._texts = {rule.text for rule in governing.spec.rules if rule is not None}
        self._folders: dict[str, FolderRules] = {"": governing.spec.root()}
        self._attribution = Attribution(self.found.wanted, self.found.located.dockerfile or "")

    def entries(self) -> Iterator[Entry]:
        """The files it is sent, in wire order."""
        stream = EntryStream(self.request, everything=False)
        return (entry for entry in stream if entry.kind is not EntryKind.DIRECTORY)

    def would_take(self, other: Source) -> Callable[[str], bool]:
        """Whether its rules would let a path of another tree in."""
        return Arrived(other, view_of_all(self.request.backend, self.governing)).would_be_sent

    def rule_for(self, path: str) -> IgnoreRule | None:
        """The rule that decides on a path; None if none does, or the builder's own."""
        decision = self._decision(path)
        if decision.rule is None or self.governing.spec.is_forced(decision.rule):
            return None
        return self.governing.spec.patterns[decision.rule].rule

    def has_rule(self, rule: IgnoreRule) -> bool:
        """Whether a rule of this text stands in its ignore file."""
        return rule.text in self._texts

    def _decision(self, path: str) -> Decision:
        above, _, _ = path.rpartition("/")
        for folder in folders_to(above, self._folders):
            self._folders[folder] = self._enter(folder)
        return self._decide(path)

    def _enter(self, folder: str) -> FolderRules:
        above, _, name = folder.rpartition("/")
        return self.governing.spec.enter(self._folders[above], name, self._decide(folder))

    def _decide(self, path: str) -> Decision:
        """On a path of a folder that was entered."""
        above, _, name = path.rpartition("/")
        (decision,) = self.governing.spec.decide(self._folders[above], [name])
        return decision

    def brought_by(self, path: str) -> tuple[InstructionLine, ...]:
        if self.request.backend is Backend.LEGACY:
            return ()
        return self._attribution.of_path(path)


class _Changes:
    def __init__(self, base: Request, head: Request, tracked: Callable[[], Tracked] | None) -> None:
        self._base = _Side(base)
        self._head = _Side(head)
        self._base_takes = self._base.would_take(head.source)
        self._head_takes = self._head.would_take(base.source)
        self._ask_tracked = tracked
        self._tracked: Tracked | None = None

    def all(self) -> Iterator[ChangedFile]:
        """Every file that changed, in wire order."""
        for before, after in _side_by_side(self._base.entries(), self._head.entries()):
            if before is None and after is not None:
                yield self._entered(after)
            elif after is None and before is not None:
                yield self._left(before)
            elif before is not None and after is not None and before.bytes != after.bytes:
                yield self._changed(before, after)

    def _entered(self, entry: Entry) -> ChangedFile:
        path = entry.path
        cause = None if self._base_takes(path) else self._let_in(path)
        sizes, brought_by = (0, entry.bytes), self._head.brought_by(path)
        return ChangedFile(path, Change.ENTERED, *sizes, self._class(path), cause, brought_by)

    def _left(self, entry: Entry) -> ChangedFile:
        path = entry.path
        cause = None if self._head_takes(path) else self._kept_out(path)
        sizes, brought_by = (entry.bytes, 0), self._base.brought_by(path)
        return ChangedFile(path, Change.LEFT, *sizes, Class.TRACKED, cause, brought_by)

    def _changed(self, before: Entry, after: Entry) -> ChangedFile:
        path, sizes = after.path, (before.bytes, after.bytes)
        change = Change.GREW if after.bytes > before.bytes else Change.SHRANK
        brought_by = self._head.brought_by(path)
        return ChangedFile(path, change, *sizes, self._class(path), None, brought_by)

    def _let_in(self, path: str) -> Cause | None:
        """The base's rules keep it out: the rule that is gone, or the exception that is new."""
        gone, new = self._base.rule_for(path), self._head.rule_for(path)
        if new is not None and new.negated and (gone is None or self._head.has_rule(gone)):
            return Cause(_line(new), of_head=True, lets_in=True)
        return None if gone is None else Cause(_line(gone), of_head=False, lets_in=True)

    def _kept_out(self, path: str) -> Cause | None:
        """The head's rules keep it out: the rule that is new, or the exception that is gone."""
        new, gone = self._head.rule_for(path), self._base.rule_for(path)
        if gone is not None and gone.negated and (new is None or self._base.has_rule(new)):
            return Cause(_line(gone), of_head=False, lets_in=False)
        return None if new is None else Cause(_line(new), of_head=True, lets_in=False)

    def _class(self, path: str) -> Class:
        if self._ask_tracked is None:
            return Class.TRACKED
        if ".git" in path.split("/"):
            return Class.GIT
        if self._tracked is None:
            self._tracked = self._ask_tracked()
        if path in self._tracked.files:
            return Class.TRACKED
        submodules = self._tracked.submodules
        inside = submodules and not submodules.isdisjoint(_above(path))
        return Class.SUBMODULE if inside else Class.UNTRACKED


def _above(path: str) -> list[str]:
    return folders_to(path.rpartition("/")[0], ("",))


def _line(rule: IgnoreRule) -> RuleLine:
    return RuleLine(rule.source, rule.line, rule.raw)


def _side_by_side(
    left: Iterator[Entry], right: Iterator[Entry]
) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Entries of the same path together; both come in wire order."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one.path == other.path:
            yield one, other
            one, other = next(left, None), next(right, None)
        elif wire_order(one.path) < wire_order(other.path):
            yield one, None
            one = next(left, None)
        else:
            yield None, other
            other = next(right, None)
    while one is not None:
        yield one, None
        one = next(left, None)
    while other is not None:
        yield None, other
        other = next(right, None)


def _most_changed(files: list[ChangedFile], top: int) -> ChangedPaths:
    """The paths that changed most, found as the heaviest ones are; files all of one sign."""
    sign = -1 if files and files[0].bytes < 0 else 1
    tally = HeaviestTally(top)
    for file in files:
        tally.add(_weighing(file, abs(file.bytes)))
    found = tally.heaviest()
    rows = [
        _row(row.path, sign * row.bytes, files, folder=row.kind is EntryKind.DIRECTORY)
        for row in found.rows
    ]
    return ChangedPaths(tuple(rows), Sum(sign * found.rest_bytes, found.rest_files))


def _weighing(file: ChangedFile, weight: int) -> Sent:
    folder, _, name = file.path.rpartition("/")
    return Sent(
        file.path, folder, name, EntryKind.FILE, _NO_STAT, {}, weight, None, EVERYTHING, EVERYTHING
    )


class _NoStat:
    """What a tally of sizes does not look at."""

    st_mode = st_size = st_mtime_ns = st_nlink = st_ino = st_rdev = 0
    st_mtime = 0.0


_NO_STAT = _NoStat()


def _row(path: str, change: int, files: Iterable[ChangedFile], *, folder: bool) -> ChangedPath:
    start = f"{path}/"
    counts: defaultdict[Change, int] = defaultdict(int)
    for file in files:
        if file.path == path or (folder and file.path.startswith(start)):
            counts[file.change] += 1
    changed = counts[Change.GREW] + counts[Change.SHRANK]
    return ChangedPath(path, folder, change, counts[Change.ENTERED], counts[Change.LEFT], changed)


def _instructions(
    before: Instructions | None, after: Instructions | None
) -> list[ChangedInstruction]:
    """By their text: a line that moved is the same instruction."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    names: dict[str, InstructionLine] = {}
    for at, found in enumerate((before, after)):
        for row in () if found is None else found.rows:
            sums[row.instruction.text][at] += row.bytes
            names[row.instruction.text] = row.instruction
    rows = [ChangedInstruction(names[text], *sums[text]) for text in names]
    changed = [row for row in rows if row.bytes]
    return sorted(changed, key=lambda row: (-abs(row.bytes), row.instruction.line))
