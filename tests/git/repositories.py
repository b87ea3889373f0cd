"""Real repositories, made by git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Tree, grow

_WHO = {
    "GIT_AUTHOR_NAME": "Jane",
    "GIT_AUTHOR_EMAIL": "jane@example.com",
    "GIT_COMMITTER_NAME": "Jane",
    "GIT_COMMITTER_EMAIL": "jane@example.com",
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}
_FILES_MAY_BE_FETCHED = ("-c", "protocol.file.allow=always")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, **_WHO, **(more or {})}


def git(folder: str, *arguments: str, data: bytes = b"", ok: bool = True) -> str:
    """What git prints; it must succeed, unless told otherwise."""
    done = subprocess.run(
        ["git", *_FILES_MAY_BE_FETCHED, *arguments],
        cwd=folder,
        input=data,
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0 or not ok, done.stderr.decode()
    return os.fsdecode(done.stdout)


@dataclass(frozen=True)
class Repo:
    """A repository with a work tree."""

    root: str

    def git(self, *arguments: str, data: bytes = b"") -> str:
        return git(self.root, *arguments, data=data)

    def write(self, tree: Tree) -> None:
        """Put files into the work tree, in place of those of the same name."""
        _make_room(self.root, tree)
        grow(self.root, tree)

    def commit(self, tree: Tree | None = None, message: str = "a commit") -> str:
        """Commit everything in the work tree; the full id."""
        self.write(tree or {})
        self.git("add", "-A", "-f", ".")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.id()

    def id(self, revision: str = "HEAD") -> str:
        return self.git("rev-parse", revision).strip()

    def clone(self, to: str, revision: str = "HEAD", *more: str) -> str:
        """A fresh clone at a revision, without its `.git`."""
        git(self.root, "clone", "-q", "--no-checkout", *more, self.root, to)
        git(to, "checkout", "-q", "--detach", self.id(revision))
        subprocess.run(["rm", "-rf", os.path.join(to, ".git")], check=True)
        return to


def make_repo(root: str, tree: Tree | None = None, *options: str) -> Repo:
    """A repository; with a first commit, if there is a tree."""
    os.makedirs(root, exist_ok=True)
    git(root, "init", "-q", "-b", "main", *options)
    repo = Repo(root)
    if tree is not None:
        repo.commit(tree)
    return repo


def _make_room(root: str, tree: Tree) -> None:
    for name, node in tree.items():
        path = Path(root, name)
        if isinstance(node, Mapping) and path.is_dir():
            _make_room(str(path), node)
        elif path.is_symlink() or path.is_file():
            path.unlink()


def pointer(size: int) -> str:
    """What git keeps in place of a file in Git LFS."""
    oid = "4" * 64
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n"
