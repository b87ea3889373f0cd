"""How git knows each path, folder by folder."""

from __future__ import annotations

from collections.abc import Callable

from ctxguard.context.tracking import Known, Tracking, tracking_of
from ctxguard.context.tree import given
from ctxguard.git.untracked import Untracked
from tests.git.repositories import make_repo

IGNORED, UNTRACKED, TRACKED = Known.IGNORED, Known.UNTRACKED, Known.TRACKED


def test_what_lies_below_is_known_as_its_folder_is() -> None:
    ignored = frozenset({"a/b", "new/old", "x"})
    tracking = Tracking(Untracked(ignored, frozenset({"new", "f"})))
    assert tracking.of_folder("") == (TRACKED, {"x": IGNORED, "new": UNTRACKED, "f": UNTRACKED})
    assert tracking.of_folder("a/b/c/d") == (IGNORED, {})
    assert tracking.of_folder("a") == (TRACKED, {"b": IGNORED})
    assert tracking.of_folder("new") == (UNTRACKED, {"old": IGNORED})
    assert tracking.of_folder("new/other") == (UNTRACKED, {})
    assert tracking.of_folder("ab") == (TRACKED, {})


def test_where_git_has_nothing_to_say(make_tree: Callable[..., str]) -> None:
    root = make_tree({".gitignore": "in\n", "in": {"a": "1"}})
    assert tracking_of(given.worktree(root)) is None
    make_repo(root)
    found = tracking_of(given.worktree(root))
    assert found is not None
    assert found.ignored == {"in"}
    assert tracking_of(given.worktree(f"{root}/in")) is None
