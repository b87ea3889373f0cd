"""Types what docs/the-case.md shows, in a fresh case.

`python -m tests.sample.page` writes the outputs in the page anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "the-case.md"
SHOWN_CASE = "/home/you/case"

_SHOWN = re.compile(
    r"(?P<head><!-- case: (?P<command>.+?) -->\n```[a-z]*\n)(?P<output>.*?)(?=^```$)",
    re.DOTALL | re.MULTILINE,
)
# What differs from machine to machine.
_MEASURED = {
    r"in \d+\.\d seconds$": "in 0.2 seconds",
    r"(?<=on the disk) +\d+\.\d MB$": "    1.2 MB",
}


def replay(page: str, case: Path) -> str:
    """The page with the outputs that its commands have now, run in order."""

    def answer(shown: re.Match[str]) -> str:
        return shown["head"] + _type(shown["command"], case)

    return _SHOWN.sub(answer, page)


def _type(line: str, case: Path) -> str:
    output = ""
    for command in line.split(" && "):
        words = shlex.split(command.replace(SHOWN_CASE, str(case)))
        output += _run(words, ROOT if words[0] == "python" else case)
    output = output.replace(str(case), SHOWN_CASE)
    for measured, shown in _MEASURED.items():
        output = re.sub(measured, shown, output, flags=re.MULTILINE)
    return output


def _run(words: list[str], folder: Path) -> str:
    programs = {"python": [sys.executable], "ctxguard": [sys.executable, "-m", "ctxguard"]}
    run = subprocess.run(
        [*programs.get(words[0], words[:1]), *words[1:]],
        cwd=folder,
        env=os.environ | {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr  # 1 is over budget
    assert run.returncode < 2, run.stderr
    return run.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(replay(PAGE.read_text("utf-8"), Path(folder, "case")), encoding="utf-8")
