"""Links that the paths of a Dockerfile lead through: to folders, to other links, and out."""

from __future__ import annotations

import posixpath
from random import Random

from tests.conformance.case import Entry


def add_detours(rng: Random, tree: dict[str, Entry]) -> None:
    """Now and then a few, wherever there is room for one."""
    if rng.random() < 0.45:
        return
    folders = ["", *(path for path, entry in tree.items() if entry["type"] == "dir")]
    for _ in range(rng.randint(1, 4)):
        folder = rng.choice(folders)
        path = posixpath.join(folder, rng.choice(("l", "l2", "link", "to.txt", "s")))
        if path not in tree:
            target = _target(rng, list(tree), folder)
            size = len(target.encode())
            tree[path] = Entry(path=path, type="symlink", size=size, target=target)


def _target(rng: Random, paths: list[str], folder: str) -> str:
    known = rng.choice(paths or ["x"])
    known = rng.choice((known, known, posixpath.dirname(known) or known))
    return rng.choice(
        (
            posixpath.relpath(f"/{known}", f"/{folder}"),
            posixpath.relpath(f"/{known}", f"/{folder}"),
            f"/{known}",
            f"../../../{known}",
            known,
            f"{known}/",
            f"./{known}/.",
            "l",
            "l2",
            ".",
            "..",
            "/",
            "*",
            "nowhere",
        )
    )
