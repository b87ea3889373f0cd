"""The folders of the context as a tree: a path costs by its length, however deep it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ctxguard.context.walking.views import BuildKitView, Visit


@dataclass(slots=True, eq=False)
class Folder:
    """One folder, and what of it is sent."""

    above: Folder | None
    """None for the root, which is no entry itself."""
    name: str
    visit: Visit | None
    """How the builder goes through it; None if it does not look into it."""
    is_sent: bool = False
    """For its own sake."""
    files: dict[str, bool] = field(default_factory=dict)
    """By name: whether it is sent."""
    inner: dict[str, Folder] = field(default_factory=dict)
    count: int = 0
    """Files below it, at any depth."""
    below: int = 0
    """Entries below it that are sent for their own sake."""
    arrives: bool = False
    """As far as it was told so far: for its own sake, or for what is below it."""

    @property
    def path(self) -> str:
        names: list[str] = []
        at: Folder = self
        while at.above is not None:
            names.append(at.name)
            at = at.above
        return "/".join(reversed(names))

    def turns(self) -> int:
        """1 if it arrives from now on, -1 if it does no more, 0 if nothing changed."""
        arrives = self.below > 0 or (self.is_sent and self.count > 0)
        turned = arrives - self.arrives
        self.arrives = arrives
        return turned

    def open(self, name: str, view: BuildKitView) -> Folder:
        """A folder that is new in this one."""
        found = Folder(self, name, None)
        if self.visit is not None:
            seen = view.look(self.visit, [name])
            found.is_sent, found.visit = seen.sent[0], view.enter(seen, 0, name)
        self.inner[name] = found
        return found

    def decide(self, names: list[str], view: BuildKitView) -> list[bool]:
        """Which entries are sent for their own sake."""
        return [False] * len(names) if self.visit is None else view.look(self.visit, names).sent

    def govern(self, view: BuildKitView) -> tuple[list[str], bool]:
        """Decide all that lies in it by other rules, once that is done for the folder itself.

        Returns:
            The files that come or go by it, and whether there can be such further down.
        """
        looked = [folder.visit is not None for folder in self.inner.values()]
        names = [*self.files, *self.inner]
        sent = [False] * len(names)
        if self.visit is not None:
            seen = view.look(self.visit, names)
            sent = seen.sent
            for at, (name, folder) in enumerate(self.inner.items(), len(self.files)):
                folder.is_sent, folder.visit = sent[at], view.enter(seen, at, name)
        else:
            for folder in self.inner.values():
                folder.is_sent, folder.visit = False, None
        before = [*self.files.values()]
        now = sent[: len(before)]
        turned = [] if now == before else self._turned(now)
        return turned, any(looked) or self.visit is not None

    def _turned(self, now: list[bool]) -> list[str]:
        found = [
            name for (name, was), is_ in zip(self.files.items(), now, strict=True) if was != is_
        ]
        self.files = dict(zip(self.files, now, strict=True))
        return found

    def add_up(self) -> None:
        """Count anew what is sent, once that is done for the folders in it."""
        inner = self.inner.values()
        self.below = sum(self.files.values()) + sum(each.below + each.is_there for each in inner)

    @property
    def is_there(self) -> bool:
        """It counts as an entry that is sent for its own sake."""
        return self.is_sent and self.count > 0


def groups(paths: list[str]) -> Iterator[tuple[str, int, int]]:
    """Stretches of paths that lie in the same folder: the folder, start and end."""
    start, last = 0, None
    for at, path in enumerate(paths):
        folder = path.rpartition("/")[0]
        if folder != last:
            if last is not None:
                yield last, start, at
            start, last = at, folder
    if last is not None:
        yield last, start, len(paths)
