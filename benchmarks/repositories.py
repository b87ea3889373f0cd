"""The same trees in git: one packed commit, and for pushes ten more on top of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass

from benchmarks.process import FailedError
from benchmarks.trees import Tree

_COMMITS = 10
_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Jane"), ("EMAIL", "jane@example.com"))
}


@dataclass(frozen=True, slots=True)
class Repository:
    """Bare, beside the tree that its first commit holds."""

    path: str
    base: str
    """Full id of the first commit."""
    tip: str
    """Of the last one."""

    def line(self) -> str:
        """What git tells the hook when the tip is pushed to a remote that has the base."""
        return f"refs/heads/main {self.tip} refs/heads/main {self.base}"


def provide(tree: Tree) -> Repository:
    """The repository of a tree, made if it is not there.

    Raises:
        FailedError: git is not there, or fails.
    """
    path = f"{tree.path}.git"
    done = f"{path}/made-{tree.version}"
    if not os.path.exists(done):
        print(f"putting it into {path} ...", flush=True)
        shutil.rmtree(path, ignore_errors=True)
        _make(path, tree)
        with open(done, "w", encoding="utf-8"):
            pass
    base, tip = _git(path, "rev-parse", "main~10", "main").split()
    return Repository(path, base, tip)


def _make(path: str, tree: Tree) -> None:
    os.makedirs(path)
    _git(path, "init", "-q", "--bare", "-b", "main")
    _git(path, f"--work-tree={tree.path}", "add", "-A", "-f", tree.path)
    _commit(path, "the tree")
    for number in range(_COMMITS):
        blob = _git(path, "hash-object", "-w", "--stdin", text=f"{number}\n").strip()
        entry = f"100644,{blob},src/added-{number}"
        _git(path, "update-index", "--add", "--cacheinfo", entry)
        _commit(path, f"add {number}")
    _git(path, "gc", "-q")


def _commit(path: str, message: str) -> None:
    tree = _git(path, "write-tree").strip()
    above: list[str] = []
    with contextlib.suppress(FailedError):
        above = ["-p", _git(path, "rev-parse", "--verify", "--quiet", "main").strip()]
    commit = _git(path, "commit-tree", tree, *above, "-m", message).strip()
    _git(path, "update-ref", "refs/heads/main", commit)


def _git(path: str, *arguments: str, text: str = "") -> str:
    try:
        done = subprocess.run(
            ["git", f"--git-dir={path}", *arguments],
            input=text,
            capture_output=True,
            text=True,
            env=os.environ | _WHO,
            check=False,
        )
    except OSError as error:
        raise FailedError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        raise FailedError(done.stderr.strip() or f"git {arguments[0]} failed")
    return done.stdout
