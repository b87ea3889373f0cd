"""Trees deeper than Python's own stack."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.git.repositories import Repo, make_repo

Run = Callable[..., Result]
DEPTH = 1500
PATH = "d/" * DEPTH + "f"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[str]:
    """A folder in which a file lies so deep; no path to it fits into one call."""
    top = tmp_path / "deep"
    top.mkdir()
    (top / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(top)
        for _ in range(DEPTH):
            os.mkdir("d")
            os.chdir("d")
        Path("f").write_text("x", encoding="utf-8")
    finally:
        os.fchdir(here)
        os.close(here)
    yield str(top)
    # Not every Python removes it, nor pytest with it.
    subprocess.run(["rm", "-rf", str(top)], check=True)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """The same in a commit."""
    repo = make_repo(str(tmp_path / "repo"), {"Dockerfile": "FROM scratch\nCOPY . /\n"})
    blob = repo.git("hash-object", "-w", "--stdin", data=b"x").strip()
    tree = repo.git("mktree", data=f"100644 blob {blob}\tf\n".encode()).strip()
    for _ in range(DEPTH):
        tree = repo.git("mktree", data=f"040000 tree {tree}\td\n".encode()).strip()
    commit = repo.git("commit-tree", "-p", "HEAD", "-m", "deep", tree).strip()
    repo.git("update-ref", "refs/heads/deep", commit)
    return repo


@pytest.mark.slow
def test_on_the_disk(root: str, run_cli: Run) -> None:
    assert run_cli("report", root).code == 0
    assert run_cli("ls", root).out.splitlines()[-1] == PATH
    assert run_cli("why", "-C", root, f"/{PATH}").code == 0


@pytest.mark.slow
def test_in_a_commit(repo: Repo, run_cli: Run) -> None:
    assert run_cli("report", repo.root, "--rev", "deep").code == 0
    assert run_cli("ls", repo.root, "--rev", "deep").out.splitlines()[-1] == PATH
    assert run_cli("why", "-C", repo.root, "--rev", "deep", f"/{PATH}").code == 0
    found = run_cli("diff", "-C", repo.root, "main", "deep")
    assert (found.code, "entered" in found.out) == (0, True)
    assert run_cli("diff", "-C", repo.root, "deep", "main").code == 0
