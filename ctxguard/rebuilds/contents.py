"""Digests of what the steps ask for, kept up to date by what changes between two commits.

A digest is the sum of those of its entries, so that each comes and goes by itself. A folder is an
entry of its own, be it sent for its own sake or for what lies in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ctxguard.errors import MeasureError
from ctxguard.rebuilds.folders import Folder, groups
from ctxguard.rebuilds.hashing import MODULUS, number
from ctxguard.rebuilds.selection import Selection
from ctxguard.rebuilds.sending import Sending
from ctxguard.rebuilds.tree import Change, Files

_FOLDER = ("folder", "")
_MOST_KEPT = 2_000
"""Selections that are kept up to date although no step asks for them any more."""
_MOST_FOLDERS = 1_000_000


@dataclass(slots=True, eq=False)
class Content:
    """What of the context is in one selection."""

    selection: Selection
    sum: int = 0
    count: int = 0
    """Entries."""
    changed: list[str] = field(default_factory=list)
    """The files that changed in it since it was asked last."""
    is_asked: bool = False
    """Whether somebody did since changes were forgotten."""

    def take(self, path: str, entry: tuple[str, str], step: int) -> bool:
        """One entry that came, or went for a step of -1; whether it is in the selection."""
        name = self.selection.name_of(path)
        if name is None:
            return False
        self.sum = (self.sum + step * number(name, *entry)) % MODULUS
        self.count += step
        return True


@dataclass(slots=True)
class _Starts:
    """Contents by what their paths begin with."""

    here: list[Content] = field(default_factory=list)
    inner: dict[str, _Starts] = field(default_factory=dict)

    def add(self, content: Content) -> None:
        at, start = self, content.selection.start
        for name in start.split("/") if start else ():
            at = at.inner.setdefault(name, _Starts())
        at.here.append(content)

    def on_the_way(self, path: str) -> Iterator[Content]:
        """Those that the path can be in."""
        yield from self.here
        at: _Starts | None = self
        for name in path.split("/") if self.inner else ():
            at = at.inner.get(name) if at is not None else None
            if at is None:
                return
            yield from at.here


class Contents:
    """The contents of all selections, under the ignore rules of the time.

    Args:
        sending: tells what is sent under these rules.
    """

    def __init__(self, sending: Sending, files: Files) -> None:
        self._view = sending.view
        self._files = files
        self._root = Folder(None, "", self._view.root())
        self._folders = 0
        self._of: dict[Selection, Content] = {}
        self._starts = _Starts()
        self._take_all([Change(path, None, entry) for path, entry in files.found.items()])

    def of(self, selection: Selection) -> Content:
        """The content of a selection, from now on kept up to date."""
        found = self._of.get(selection)
        if found is None:
            found = self._of[selection] = Content(selection)
            self._starts.add(found)
            for path, entry in self._present(selection):
                found.take(path, entry, 1)
        found.is_asked = True
        return found

    def _present(self, selection: Selection) -> Iterator[tuple[str, tuple[str, str]]]:
        """What is sent and begins as the selection does."""
        above, _, name = selection.start.rpartition("/")
        if not name:
            yield from self._below(self._root, "", selection)
            return
        folder = self._find(above)
        if folder is not None and folder.files.get(name):
            yield selection.start, self._files.found[selection.start]
        inner = None if folder is None else folder.inner.get(name)
        if inner is not None and inner.arrives:
            yield selection.start, _FOLDER
            yield from self._below(inner, selection.start, selection)

    def _find(self, path: str) -> Folder | None:
        at: Folder | None = self._root
        for name in path.split("/") if path else ():
            at = at.inner.get(name) if at is not None else None
        return at

    def _below(
        self, folder: Folder, path: str, selection: Selection
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        found = self._files.found
        waiting = [(folder, f"{path}/" if path else "")]
        while waiting:
            folder, start = waiting.pop()
            for name, is_sent in folder.files.items():
                if is_sent:
                    yield start + name, found[start + name]
            for name, inner in folder.inner.items():
                if inner.arrives:
                    yield start + name, _FOLDER
                    if selection.leads_into(start + name):
                        waiting.append((inner, f"{start}{name}/"))

    def forget_changes(self) -> None:
        """From now on, only what changes next counts as changed."""
        if len(self._of) > _MOST_KEPT:
            self._forget_unasked()
        for content in self._of.values():
            content.changed.clear()
            content.is_asked = False

    def _forget_unasked(self) -> None:
        self._of = {key: content for key, content in self._of.items() if content.is_asked}
        self._starts = _Starts()
        for content in self._of.values():
            self._starts.add(content)

    def govern(self, sending: Sending) -> None:
        """Other ignore rules count from now on; what they let come or go is no change of files."""
        self._view = sending.view
        self._root.visit = self._view.root()
        order = [self._root]
        for folder in order:
            turned, goes_on = folder.govern(self._view)
            start = f"{folder.path}/" if turned and folder is not self._root else ""
            for name in turned:
                path = start + name
                self._tell(path, self._files.found[path], 1 if folder.files[name] else -1)
            if goes_on:
                order += folder.inner.values()
        for folder in reversed(order):
            folder.add_up()
            if folder is not self._root and (turn := folder.turns()):
                self._tell(folder.path, _FOLDER, turn)
        self.forget_changes()

    def _tell(self, path: str, entry: tuple[str, str], step: int, cause: str | None = None) -> None:
        """All contents that an entry came to, or went from."""
        for content in self._starts.on_the_way(path):
            if content.take(path, entry, step) and cause is not None:
                content.changed.append(cause)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take over what differs at the next commit.

        Raises:
            MeasureError: there are far too many folders.
        """
        for change in changes:
            self._files.apply(change)
        self._take_all(changes)

    def _take_all(self, changes: Sequence[Change]) -> None:
        for path, start, end in groups([change.path for change in changes]):
            self._take(path, changes[start:end])

    def _take(self, path: str, changes: Sequence[Change]) -> None:
        """What differs in one folder."""
        folder = self._reach(path)
        names = [change.path.rpartition("/")[2] for change in changes]
        sent = self._decided(folder, names)
        step = below = 0
        come = gone = ""
        for change, name in zip(changes, names, strict=True):
            is_sent = sent[name]
            gain = (change.after is not None) - (change.before is not None)
            step += gain
            below += gain * is_sent
            come = come or (change.path if gain > 0 else "")
            gone = change.path if gain < 0 else gone
            if change.after is None:
                folder.files.pop(name, None)
            else:
                folder.files[name] = is_sent
            if is_sent:
                self._swap(change)
        self._rise(folder, path, (step, below), (come, gone))

    def _reach(self, path: str) -> Folder:
        at = self._root
        for name in path.split("/") if path else ():
            inner = at.inner.get(name)
            at = self._open(at, name) if inner is None else inner
        return at

    def _open(self, above: Folder, name: str) -> Folder:
        self._folders += 1
        if self._folders > _MOST_FOLDERS:
            raise MeasureError(f"a commit has over {_MOST_FOLDERS:,} folders, far too many")
        return above.open(name, self._view)

    def _decided(self, folder: Folder, names: Sequence[str]) -> dict[str, bool]:
        found = {name: folder.files[name] for name in names if name in folder.files}
        new = [name for name in names if name not in found]
        if new:
            found.update(zip(new, folder.decide(new, self._view), strict=True))
        return found

    def _swap(self, change: Change) -> None:
        for content in self._starts.on_the_way(change.path):
            inside = False
            if change.before is not None:
                inside = content.take(change.path, change.before, -1)
            if change.after is not None:
                inside = content.take(change.path, change.after, 1)
            if inside:
                content.changed.append(change.path)

    def _rise(
        self, folder: Folder, path: str, more: tuple[int, int], causes: tuple[str, str]
    ) -> None:
        """Count in all folders above what came or went in one.

        Args:
            more: files, and what of them is sent.
            causes: what makes a folder come, and what makes it go.
        """
        step, below = more
        end = len(path)
        while folder.above is not None and (step or below):
            was_there = folder.is_there
            folder.count += step
            folder.below += below
            below += folder.is_there - was_there
            if turn := folder.turns():
                self._tell(path[:end], _FOLDER, turn, causes[turn < 0] or causes[turn > 0])
            if not folder.count:
                self._folders -= 1
                del folder.above.inner[folder.name]
            end -= len(folder.name) + 1
            folder = folder.above
