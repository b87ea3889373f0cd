"""Which paths the ignore rules let through."""

from __future__ import annotations

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

    def is_sent(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        visit = self._visit(folder)
        return visit is not None and self.view.look(visit, [name]).sent[0]

    def _visit(self, folder: str) -> Visit | None:
        for below in folders_to(folder, self._visits):
            above, _, name = below.rpartition("/")
            visit = self._visits[above]
            view = None if visit is None else self.view.look(visit, [name])
            self._visits[below] = None if view is None else self.view.enter(view, 0, name)
        return self._visits[folder]
