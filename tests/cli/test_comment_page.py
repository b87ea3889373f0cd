"""What docs/commands/comment.md shows is what happens.

`python -m tests.cli.test_comment_page` writes the outputs in the page anew.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from tests.conftest import File
from tests.git.repositories import make_repo
from tests.sample.page import ROOT
from tests.sample.shell import blocks, tools, typed

PAGE = ROOT / "docs" / "commands" / "comment.md"
_LIMITS = 'critical = "{}"\nmax-growth = "50 MB"\n'


def replay(page: str, folder: Path) -> str:
    """The page with the outputs that its commands have now."""
    repo = make_repo(
        str(folder / "app"),
        {
            "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n",
            ".dockerignore": ".git\nrecordings\n",
            "ctxguard.toml": _LIMITS.format("50 MB"),
            "app.py": 'print("hello")\n',
            "recordings": {f"take-{at}.wav": File(size=20_000_000) for at in (1, 2, 3)},
        },
    )
    repo.git("checkout", "-q", "-b", "topic")
    changed = {".dockerignore": ".git\n", "ctxguard.toml": _LIMITS.format("80 MB")}
    repo.commit({**changed, "notes.md": "spring\n"}, "Tidy up")
    found = tools(folder)

    def answer(shown: re.Match[str]) -> str:
        return shown["head"] + typed(shown["command"], repo.root, found)

    return blocks("comment").sub(answer, page)


def test_the_page_shows_what_happens(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert page.count("<!-- comment: ") == 2
    assert "**CRITICAL**: over the growth limit" in page
    assert replay(page, Path(os.path.realpath(tmp_path))) == page


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        text = replay(PAGE.read_text("utf-8"), Path(os.path.realpath(place)))
        PAGE.write_text(text, encoding="utf-8")
