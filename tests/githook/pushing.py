"""A repository with a hook, and a bare remote to push to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Result, Tree
from tests.git.repositories import Repo, environment, git, make_repo

CONFIGURATION = 'critical = "1MB"\nmax-growth = "100kB"\n'
APP: Tree = {
    "Dockerfile": "FROM scratch\nCOPY . /app\n",
    ".dockerignore": "*.log\ndata/videos\n",
    "ctxguard.toml": CONFIGURATION,
    "src": {"a.py": "print(1)\n"},
}
FOREIGN = """#!/bin/sh
# Reads what git says to the end.
echo "args: $*" >>"$LOG"
cat >>"$LOG"
exit "${FOREIGN_EXIT:-0}"
"""
BIG = "x" * 2_000_000
FIRST = (
    "main: the build context is 90B in 4 files, growth not checked: the remote has nothing of it "
    "yet"
)
"""What is said of the first push."""
GROWING = "x" * 200_000


@dataclass(frozen=True)
class Pushed:
    """How a push ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """What the hook said."""
        start = "ctxguard: "
        return [
            line.removeprefix(start) for line in self.err.splitlines() if line.startswith(start)
        ]


@dataclass(frozen=True)
class Pair:
    """Local and remote."""

    local: Repo
    remote: str

    def push(self, *arguments: str, env: Mapping[str, str] | None = None) -> Pushed:
        done = subprocess.run(
            ["git", "push", *(arguments or ("origin", "main"))],
            cwd=self.local.root,
            capture_output=True,
            env=environment(env),
            check=False,
        )
        out = done.stdout.decode("utf-8", "replace")
        return Pushed(done.returncode, out, done.stderr.decode("utf-8", "replace"))

    def refs(self) -> dict[str, str]:
        """What the remote has."""
        listed = git(self.remote, "for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split() for line in listed.splitlines())


def make_pair(folder: str) -> Pair:
    """Nothing is pushed yet, and no hook is there."""
    remote = os.path.join(folder, "remote.git")
    os.makedirs(remote)
    git(remote, "init", "-q", "--bare")
    local = make_repo(os.path.join(folder, "eine App für alle"), APP)
    local.git("remote", "add", "origin", remote)
    return Pair(local, remote)


def hooks(pair: Pair) -> Path:
    return Path(pair.local.root, ".git/hooks")


def kept(pair: Pair) -> Path:
    """Where another program's hook is kept."""
    return Path(pair.local.root, ".git/hooks.kept-by-ctxguard/pre-push")


def write_hook(path: Path, text: str = FOREIGN) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o754)
    os.utime(path, ns=(10**18, 10**18))


def state(folder: Path) -> dict[str, Any]:
    """Everything that is in a folder."""
    found = {}
    for path in sorted(folder.iterdir()):
        stat = path.lstat()
        content: Any = os.readlink(path) if path.is_symlink() else None
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        found[path.name] = (stat.st_mode, stat.st_mtime_ns, content)
    return found


def guarded(pair: Pair, run_cli: Callable[..., Result]) -> Pair:
    """With the hook, and the first commit pushed."""
    assert run_cli("hook", "install", "-C", pair.local.root).code == 0
    first = pair.push()
    assert first.code == 0, first.err
    return pair


def stopped(pair: Pair, *arguments: str) -> list[str]:
    """What is said of a push that changes nothing on the remote."""
    before = pair.refs()
    found = pair.push(*arguments)
    assert found.code == 1, found.err
    assert pair.refs() == before
    assert 1 <= len(found.told) <= 15
    return found.told


def passing(pair: Pair, *arguments: str) -> list[str]:
    """What is said of one that does change it."""
    before = pair.refs()
    found = pair.push(*arguments)
    assert found.code == 0, found.err
    assert pair.refs() != before
    return found.told
