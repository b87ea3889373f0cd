"""Types what docs/contexts.md and docs/commands/history.md show, in a fresh repository with a past.

`python -m tests.sample.team_pages` writes the outputs in the pages anew.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import File, Tree
from tests.git.repositories import Repo, make_repo
from tests.sample.page import ROOT
from tests.sample.shell import blocks, tools, typed

PAGES = (ROOT / "docs" / "contexts.md", ROOT / "docs" / "commands" / "history.md")
SHOWN = "/home/you/shop"
_COPY = "FROM python:3.13-slim\nCOPY . /app\n"
_DAY_S = 86_400
_START_S = 1_790_000_000


def _bytes(megabytes: float) -> File:
    return File(b"\0" * int(megabytes * 1_000_000))


def _first() -> Tree:
    return {
        ".dockerignore": ".git\n",
        "ctxguard.toml": _configuration(),
        "compose.yaml": (
            "services:\n  api:\n    build: services/api\n  site:\n    build:\n      context: .\n"
            "      dockerfile: site.Dockerfile\n      additional_contexts:\n"
            "        fonts: ./fonts\n  db:\n    image: postgres:18\n"
        ),
        "site.Dockerfile": "FROM nginx\nCOPY docs /docs\nCOPY --from=fonts *.woff2 /fonts/\n",
        "site.Dockerfile.dockerignore": ".git\nservices\nfonts\n",
        "services": {"api": {"Dockerfile": _COPY, "app.py": "print()\n", "models": _bytes(2)}},
        "docs": {"guide.pdf": _bytes(3), "videos": {"intro.mp4": _bytes(4)}},
        "fonts": {"sans.woff2": _bytes(0.2), "sources.zip": _bytes(1)},
    }


def _configuration() -> str:
    """As docs/contexts.md shows it."""
    found = re.search(r"```toml\n(.*?)```", PAGES[0].read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def replay(page: str, folder: Path) -> str:
    """The page with the outputs that its commands have now, run in order."""
    repo = prepare(folder)
    found = tools(folder)
    home = {"XDG_STATE_HOME": str(folder / "state")}

    def answer(shown: re.Match[str]) -> str:
        output = typed(shown["command"], repo.root, found, home)
        return shown["head"] + output.replace(repo.root, SHOWN)

    return blocks("team").sub(answer, page)


def prepare(folder: Path) -> Repo:
    """A commit a day, of which each brings a little, and one a lot."""
    repo = make_repo(str(folder / "shop"))
    for day in range(12):
        change: Tree = {"services": {"api": {f"part{day}": _bytes(0.1)}}}
        if day == 8:
            change = {"docs": {"videos": {"launch.mp4": _bytes(12)}}}
        _commit(repo, change if day else _first(), day)
    return repo


def _commit(repo: Repo, tree: Mapping[str, object], day: int) -> None:
    repo.write(tree)  # type: ignore[arg-type]
    repo.git("add", "-A")
    at = f"{_START_S + day * _DAY_S} +0000"
    repo.git("-c", "user.name=Jane", "commit", "-q", "-m", f"day {day}", "--date", at)
    _date(repo, at)


def _date(repo: Repo, at: str) -> None:
    """The committer's date, too."""
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    parents = repo.git("rev-list", "--parents", "-1", "HEAD").split()[1:]
    head = f"tree {tree}\n" + "".join(f"parent {each}\n" for each in parents)
    who = f"Jane <jane@example.com> {at}"
    commit = f"{head}author {who}\ncommitter {who}\n\na day\n"
    id_ = repo.git("hash-object", "-t", "commit", "-w", "--stdin", data=commit.encode()).strip()
    repo.git("update-ref", "refs/heads/main", id_)


if __name__ == "__main__":
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for path in PAGES:
        with tempfile.TemporaryDirectory() as place:
            page = replay(path.read_text("utf-8"), Path(os.path.realpath(place)))
            path.write_text(page, encoding="utf-8")
