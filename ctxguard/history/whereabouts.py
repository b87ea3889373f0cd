"""Where the history of a context lies."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from ctxguard.errors import CtxguardError, UsageError
from ctxguard.git.repository import Spot, find

_FILE = os.path.join("ctxguard", "history.db")


def repository_of(context: str) -> Spot | None:
    """Where a folder lies in its repository; None if it lies in none, or git cannot tell."""
    try:
        return find(context)
    except CtxguardError:
        return None


def places(root: str, spot: Spot | None) -> list[str]:
    """The files in which measurements of a context may be kept, the usual one first.

    Git's own folder is shared by all work trees of a repository. If a builder is sent that one, a
    database in it would be measured as well; the user's state folder takes its place.

    Args:
        root: the context root, absolute.
    """
    if spot is None:
        return [_in_state_folder(root)]
    common = spot.repository.common_dir
    own = os.path.join(common, _FILE)
    _check_no_link(own)
    return [own, _in_state_folder(common)]


def _check_no_link(path: str) -> None:
    """Raises UsageError where a repository that came from elsewhere leads out of itself."""
    for each in (path, os.path.dirname(path)):
        if os.path.islink(each):
            raise UsageError("the history would lie behind this link; take it away", path=each)


def place_for(root: str, spot: Spot | None, sent_folders: Mapping[str, int]) -> str:
    """Where to keep a measurement.

    Args:
        sent_folders: bytes that are sent below each folder of the context.
    """
    found = places(root, spot)
    if spot is None:
        return found[0]
    inside = os.path.relpath(spot.repository.common_dir, root).replace(os.sep, "/")
    return found[1] if inside in sent_folders else found[0]


def _in_state_folder(of: str) -> str:
    import platformdirs

    digest = hashlib.sha256(os.fsencode(of)).hexdigest()[:16]
    return os.path.join(platformdirs.user_state_dir("ctxguard"), f"history-{digest}.db")
