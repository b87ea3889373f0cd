from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.context.tree.given import worktree
from ctxguard.context.tree.links import resolve
from tests.conftest import Symlink, Tree

CHAIN: Tree = {f"l{at}": Symlink(f"l{at + 1}") for at in range(300)} | {"l300": "end"}

TREE: Tree = {
    "f": "file",
    "d": {
        "f": "file",
        "up": Symlink("../f"),
        "far up": Symlink("../../../../f"),
        "beside": Symlink("./f"),
        "root": Symlink("/"),
        "absolute": Symlink("/d/f"),
        "e": {"f": "file", "two up": Symlink("../../f")},
    },
    "plain": Symlink("f"),
    "second": Symlink("plain"),
    "folder": Symlink("d"),
    "into": Symlink("folder/e/f"),
    "back": Symlink("folder/e/two up"),
    "dangling": Symlink("nowhere"),
    "to dangling": Symlink("dangling"),
    "outside": Symlink("/etc/hostname"),
    "self": Symlink("self"),
    "ping": Symlink("pong"),
    "pong": Symlink("ping"),
    "slashes": Symlink(".//d//./f"),
    "b\udcffd": Symlink("b\udcfe"),
    "b\udcfe": "file",
}
# (path, where it leads)
LEADS: list[tuple[str, str | None]] = [
    ("f", "f"),
    ("d", "d"),
    ("d/f", "d/f"),
    ("./d/./f", "d/f"),
    ("d/../f", "f"),
    ("../../f", "f"),
    ("plain", "f"),
    ("second", "f"),
    ("d/up", "f"),
    ("d/far up", "f"),
    ("d/beside", "d/f"),
    ("d/absolute", "d/f"),
    ("d/root", ""),
    ("d/root/f", "f"),
    ("folder", "d"),
    ("folder/f", "d/f"),
    ("folder/../f", "f"),
    ("into", "d/e/f"),
    ("back", "f"),
    ("slashes", "d/f"),
    ("b\udcffd", "b\udcfe"),
    ("missing", None),
    ("missing/f", None),
    ("f/below a file", None),
    ("dangling", None),
    ("to dangling", None),
    ("outside", None),
    ("self", None),
    ("ping", None),
    ("ping/f", None),
]


@pytest.mark.parametrize(("path", "expected"), LEADS, ids=[repr(row[0]) for row in LEADS])
def test_leads(path: str, expected: str | None, make_tree: Callable[..., str]) -> None:
    assert resolve(worktree(make_tree(TREE)), path) == expected


def test_a_chain_of_255_links_is_followed_and_no_longer_one(make_tree: Callable[..., str]) -> None:
    source = worktree(make_tree(CHAIN))
    assert resolve(source, "l45") == "l300"
    assert resolve(source, "l44") is None
