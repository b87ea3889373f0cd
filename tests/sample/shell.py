"""Commands of a page, typed in a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.git.repositories import environment


def blocks(word: str) -> re.Pattern[str]:
    """Where a page shows the output of a command, as `<!-- word: command -->`."""
    return re.compile(
        rf"(?P<head><!-- {word}: (?P<command>.+?) -->\n```[a-z]*\n)(?P<output>.*?)(?=^```$)",
        re.DOTALL | re.MULTILINE,
    )


def tools(folder: Path) -> str:
    """A folder in which `ctxguard` is to be found."""
    found = folder / "tools"
    found.mkdir()
    program = found / "ctxguard"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m ctxguard "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return str(found)


def typed(command: str, root: str, tools: str, more: Mapping[str, str] | None = None) -> str:
    """What a command prints, on both channels; it may trip the guard, and no more."""
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=root,
        env=environment({**given, **(more or {})}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout
    return done.stdout
