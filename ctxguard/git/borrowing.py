"""An empty git folder that borrows the objects of a repository, and none of its settings."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ctxguard.git.program import Git
from ctxguard.git.repository import Repository

_SHA1_DIGITS = 40


def borrowing(
    repository: Repository, id_: str, folder: str, environment: Mapping[str, str] | None = None
) -> Git:
    """Git in a folder that is made here.

    Args:
        id_: full, of any object: it tells which kind of ids the repository has.
        folder: empty, and gone after use.
    """
    os.makedirs(os.path.join(folder, "refs"))
    os.makedirs(os.path.join(folder, "objects"))
    _write(os.path.join(folder, "HEAD"), "ref: refs/heads/none\n")
    longer = len(id_) > _SHA1_DIGITS
    version, format_ = (1, "sha256") if longer else (0, "sha1")
    extension = f"[extensions]\n\tobjectformat = {format_}\n" if longer else ""
    core = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
    _write(os.path.join(folder, "config"), core + extension)
    objects = os.path.join(repository.common_dir, "objects")
    return Git(folder, {"GIT_OBJECT_DIRECTORY": objects, **(environment or {})})


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
