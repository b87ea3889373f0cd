"""What outlives a job: the repository, the caches, the artifacts, and the Python of the machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.action.wheels import pip_environment
from tests.forge.server import Forge
from tests.git.repositories import Repo, git, make_repo

MAIN = "refs/heads/main"
PULL = 7
"""The number that the server knows."""


@dataclass(frozen=True)
class Cached:
    """An entry of the cache."""

    ref: str
    """It can be read from there, and from everywhere if that is the main branch."""
    key: str
    path: str
    """As the workflow wrote it: another text is another entry."""
    content: Path


@dataclass(frozen=True)
class Event:
    """What starts a job."""

    name: str
    ref: str
    commit: str
    payload: Mapping[str, object] = field(default_factory=dict)
    branch: str = ""
    """What the pull request is from."""
    fork: bool = False
    """The token may only read then, whatever the workflow grants."""


@dataclass
class Machine:
    """The service and its runner."""

    root: Path
    forge: Forge
    wheels: Path
    caches: list[Cached] = field(default_factory=list)
    artifacts: dict[tuple[int, str], Path] = field(default_factory=dict)
    """By the run and the name."""
    runs: int = 0

    @property
    def origin(self) -> Repo:
        return Repo(str(self.root / "origin"))

    @property
    def tools(self) -> Path:
        """A Python, as actions/setup-python leaves one; pip puts programs beside it."""
        folder = self.root / "tools"
        if not folder.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        return folder / "bin"

    def environment(self) -> dict[str, str]:
        """Of a runner before any step; nothing of the environment of the tests."""
        return {
            "PATH": f"{os.path.dirname(_git())}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "GIT_CONFIG_SYSTEM": os.devnull,
            **pip_environment(self.wheels),
        }

    def artifact(self, name: str) -> Path:
        """What the last run kept under that name."""
        return self.artifacts[self.runs, name]


def make_machine(root: Path, forge: Forge, wheels: Path, tree: Path) -> Machine:
    """A service with a repository, of which the first commit holds a tree."""
    make_repo(str(root / "origin"))
    shutil.copytree(tree, root / "origin", dirs_exist_ok=True, symlinks=True)
    machine = Machine(root, forge, wheels)
    machine.origin.commit()
    return machine


def pushed(machine: Machine, name: str = "push") -> Event:
    """The main branch as it is."""
    return Event(name, MAIN, machine.origin.id("main"))


def pull_request(machine: Machine, branch: str, *, fork: bool = False) -> Event:
    """A branch as a pull request, merged with the main branch for a test, as GitHub does."""
    origin = machine.origin
    base, head = origin.id("main"), origin.id(branch)
    origin.git("checkout", "-q", "--detach", base)
    origin.git("merge", "-q", "--no-ff", "-m", "merged for a test", head)
    ref = f"refs/pull/{PULL}/merge"
    origin.git("update-ref", ref, "HEAD")
    origin.git("checkout", "-q", "main")
    sides = {"base": {"sha": base, "ref": "main"}, "head": {"sha": head, "ref": branch}}
    payload = {"pull_request": {"number": PULL, **sides}}
    return Event("pull_request", ref, origin.id(ref), payload, branch, fork)


def cloned(machine: Machine, event: Event, to: Path, depth: int) -> None:
    """What actions/checkout does; 0 is the whole history of all branches."""
    where = str(to)
    git(where, "init", "-q")
    git(where, "remote", "add", "origin", f"file://{machine.origin.root}")
    is_branch = event.ref.startswith("refs/heads/")
    there = event.ref.replace("refs/heads/", "refs/remotes/origin/").replace(
        "/pull/", "/remotes/pull/"
    )
    specs = [f"+{event.ref}:{there}"]
    if depth == 0:
        specs.append("+refs/heads/*:refs/remotes/origin/*")
    limit = [f"--depth={depth}"] if depth else []
    git(where, "fetch", "-q", *limit, "origin", *specs)
    how = ["-B", event.ref.removeprefix("refs/heads/")] if is_branch else ["--detach"]
    git(where, "checkout", "-q", *how, event.commit)


def measurements(history: Path) -> int:
    """How many a history holds."""
    with closing(sqlite3.connect(history)) as database:
        return int(database.execute("SELECT count(*) FROM measurements").fetchone()[0])


def _git() -> str:
    return shutil.which("git") or "/usr/bin/git"
