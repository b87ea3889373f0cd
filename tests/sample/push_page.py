"""Types what docs/guard-the-push.md shows, in a fresh repository with a remote.

`python -m tests.sample.push_page` writes the outputs in the page anew.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from tests.git.repositories import Repo, git, make_repo
from tests.sample.page import ROOT
from tests.sample.shell import blocks, tools, typed

PAGE = ROOT / "docs" / "guard-the-push.md"
SHOWN = "/home/you/app"
_FIRST = {
    "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n",
    ".dockerignore": ".git\n**/__pycache__\n",
    "ctxguard.toml": 'max-growth = "50 MB"\n',
    "app.py": 'print("hello")\n',
}
_RECORDINGS = {f"take-{at}.wav": b"\0" * 20_000_000 for at in (1, 2, 3)}


def replay(page: str, folder: Path) -> str:
    """The page with the outputs that its commands have now, run in order."""
    repo = _prepare(folder)
    found = tools(folder)
    count = 0

    def answer(shown: re.Match[str]) -> str:
        nonlocal count
        _before(repo, count)
        count += 1
        output = typed(shown["command"], repo.root, found)
        output = output.replace(os.path.dirname(repo.root) + "/remote.git", "/srv/app.git")
        return shown["head"] + output.replace(repo.root, SHOWN)

    return blocks("push").sub(answer, page)


def _prepare(folder: Path) -> Repo:
    remote = folder / "remote.git"
    remote.mkdir(parents=True)
    git(str(remote), "init", "-q", "--bare")
    repo = make_repo(str(folder / "app"), _FIRST)
    repo.git("remote", "add", "origin", str(remote))
    return repo


def _before(repo: Repo, block: int) -> None:
    """What happens between the blocks of the page."""
    if block == 3:
        repo.commit({"recordings": _RECORDINGS}, "Record the spring session")
    if block == 7:
        repo.commit({".dockerignore": ".git\n**/__pycache__\n"}, "Tidy up the ignore file")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        page = replay(PAGE.read_text("utf-8"), Path(os.path.realpath(place)))
        PAGE.write_text(page, encoding="utf-8")
