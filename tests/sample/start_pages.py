"""Types what docs/start.md and pages of commands and formats show, each in a copy of the sample.

`python -m tests.sample.start_pages` writes the outputs in the pages anew.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tests.git.repositories import Repo, make_repo
from tests.sample.page import ROOT
from tests.sample.shell import blocks, tools, typed

_DOCS = ROOT / "docs"
PAGES = (
    _DOCS / "start.md",
    *(_DOCS / "commands" / f"{name}.md" for name in ("config", "diff", "hook", "init")),
    *(
        _DOCS / "formats" / f"{name}.md"
        for name in ("json", "ncdu", "openmetrics", "sarif", "terminal")
    ),
)
_SHOWN = "/home/you/sample"
_SHOWN_PYTHON = "/home/you/.venv/bin/python"
_LEFT_BEHIND = shutil.ignore_patterns(
    "__pycache__", ".pytest_cache", "catalogue.db", "backups", "Dockerfile.examples"
)


def replay(page: str, folder: Path) -> str:
    """The page with the outputs that its commands have now, run in order."""
    root = _prepare(folder).root
    found = tools(folder)
    home = {"XDG_STATE_HOME": str(folder / "state")}

    def answer(shown: re.Match[str]) -> str:
        output = typed(shown["command"], root, found, home).replace(root, _SHOWN)
        return shown["head"] + output.replace(sys.executable, _SHOWN_PYTHON)

    return blocks("start").sub(answer, page)


def _prepare(folder: Path) -> Repo:
    shutil.copytree(ROOT / "sample_repo", folder / "sample", ignore=_LEFT_BEHIND)
    return make_repo(str(folder / "sample"), {})


if __name__ == "__main__":
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for path in PAGES:
        with tempfile.TemporaryDirectory() as place:
            page = replay(path.read_text("utf-8"), Path(os.path.realpath(place)))
            path.write_text(page, encoding="utf-8")
