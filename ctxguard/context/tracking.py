"""How git knows each path of a context, folder by folder."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ctxguard.context.tree.source import Source
from ctxguard.context.walking.descent import folders_to
from ctxguard.errors import UsageError
from ctxguard.git.program import GitError
from ctxguard.git.repository import find
from ctxguard.git.untracked import Untracked, untracked


class Known(Enum):
    """How git knows a path."""

    TRACKED = "tracked"
    UNTRACKED = "untracked"
    IGNORED = "ignored"


class Tracking:
    """Answers for the entries of a folder at a time."""

    def __init__(self, found: Untracked) -> None:
        self.ignored = found.ignored
        """The topmost ignored paths."""
        self.named = found.ignored | found.other
        """All that git names; what lies below such a folder it does not."""
        self._apart: dict[str, dict[str, Known]] = {}
        for paths, known in ((found.other, Known.UNTRACKED), (found.ignored, Known.IGNORED)):
            for path in paths:
                folder, _, name = path.rpartition("/")
                self._apart.setdefault(folder, {})[name] = known
        self._folders = {"": Known.TRACKED}

    def of_folder(self, folder: str) -> tuple[Known, Mapping[str, Known]]:
        """How its entries are known, and those by name that are known otherwise."""
        for path in folders_to(folder, self._folders):
            above, _, name = path.rpartition("/")
            own = self._apart.get(above, {}).get(name, Known.TRACKED)
            inherited = self._folders[above]
            self._folders[path] = inherited if own is Known.TRACKED else own
        return self._folders[folder], self._apart.get(folder, {})


def tracking_of(source: Source) -> Tracking | None:
    """Ask git; None if it has nothing to say. In a commit everything is tracked."""
    if source.revision is not None:
        return Tracking(Untracked())
    try:
        spot = find(source.root)
        found = untracked(spot)
    except (UsageError, GitError):
        return None
    # A context that is ignored as a whole is none of git's affairs.
    return None if "" in found.ignored | found.other else Tracking(found)
