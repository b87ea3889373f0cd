"""Which paths the ignore rules let through, each decided once."""

from __future__ import annotations

from collections.abc import Iterable

from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.views import BuildKitView, Visit


class Sending:
    """Tells what BuildKit would be sent for its own sake, were it there.

    Args:
        view: the builder's way through the tree.
    """

    def __init__(self, view: BuildKitView) -> None:
        self.view = view
        self._visits: dict[str, Visit | None] = {"": view.root()}
        self._sent: dict[str, bool] = {}

    def is_sent(self, path: str) -> bool:
        found = self._sent.get(path)
        if found is None:
            self.decide([path])
            found = self._sent[path]
        return found

    def decide(self, paths: Iterable[str]) -> None:
        """Decide many paths at once, which costs less."""
        folders: dict[str, list[str]] = {}
        for path in paths:
            if path not in self._sent:
                folder, _, name = path.rpartition("/")
                folders.setdefault(folder, []).append(name)
        for folder, names in folders.items():
            visit = self._visit(folder)
            start = f"{folder}/" if folder else ""
            sent = [False] * len(names) if visit is None else self.view.look(visit, names).sent
            self._sent.update(zip([start + name for name in names], sent, strict=True))

    def _visit(self, folder: str) -> Visit | None:
        for below in folders_to(folder, self._visits):
            above, _, name = below.rpartition("/")
            visit = self._visits[above]
            view = None if visit is None else self.view.look(visit, [name])
            self._visits[below] = None if view is None else self.view.enter(view, 0, name)
        return self._visits[folder]
