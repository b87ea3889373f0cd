"""The pictures of the docs: the terminal as SVG, the HTML page as PNG.

`python -m tests.sample.pictures` draws them anew.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.consumers.browser import browser, opened
from tests.git.repositories import environment
from tests.sample.page import ROOT, SHOWN_CASE
from tests.sample.team_pages import SHOWN as SHOWN_SHOP
from tests.sample.team_pages import prepare
from tests.sample.watched import frame

PICTURES = ROOT / "docs" / "pictures"
_WIDTH = 100
_PRODUCTION = "-f sample_repo/Dockerfile.production"
PAGES = {"html-light": False, "html-dark": True}
"""By name, whether it is dark."""
# Rich's own form asks a server for a font.
_FORM = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def _sample(_: Path) -> tuple[str, str]:
    return str(ROOT), "/home/you/ctxguard"


def _case(folder: Path) -> tuple[str, str]:
    case = str(folder / "case")
    make = [sys.executable, str(ROOT / "sample_repo" / "make_media.py"), "--into", case]
    subprocess.run(make, check=True, capture_output=True)
    return case, SHOWN_CASE


def _shop(folder: Path) -> tuple[str, str]:
    root = prepare(folder).root
    _printed("ctxguard history backfill HEAD", root)
    return root, SHOWN_SHOP


_PRINTED: dict[str, tuple[Callable[[Path], tuple[str, str]], str]] = {
    "report": (_sample, f"ctxguard report sample_repo {_PRODUCTION} --critical 400kB --top 5"),
    "lint": (_sample, f"ctxguard lint sample_repo {_PRODUCTION}"),
    "why": (
        _sample,
        f"ctxguard why -C sample_repo {_PRODUCTION} /data/downloads/fetch.log /notes.md",
    ),
    "suggest": (_case, "ctxguard suggest -f Dockerfile.production"),
    "diff": (_shop, "ctxguard diff -C . HEAD~4 HEAD"),
    "history": (_shop, "ctxguard history trend"),
}
"""By name what is typed where: what makes the folder gives it, and how it is shown."""
TERMINALS = (*_PRINTED, "watch")


def terminal(name: str, folder: Path) -> str:
    """One of `TERMINALS` as SVG, drawn with the help of an empty folder."""
    if name == "watch":
        return _drawn(name, frame(folder))
    make, command = _PRINTED[name]
    root, shown = make(folder)
    output = Text.from_ansi(_printed(command, root).replace(root, shown))
    return _drawn(name, [Text(f"$ {command}", style="bold"), *output.split()])


def page() -> str:
    """The HTML page of the sample, as text."""
    command = f"ctxguard report sample_repo {_PRODUCTION} --critical 400kB --format html"
    return _printed(command, str(ROOT)).replace(str(ROOT), _sample(ROOT)[1])


def photograph(folder: Path) -> None:
    """Take the pictures of the page in `PAGES` into a folder."""
    text = page()
    with browser() as running, tempfile.TemporaryDirectory() as place:
        for name, dark in PAGES.items():
            seen = opened(running, text, Path(place, "page.html"), dark=dark)
            seen.page.screenshot(path=folder / f"{name}.png")
            assert (seen.requests, seen.complaints) == ([], [])


def _printed(command: str, folder: str) -> str:
    """What a command prints, in color; it may trip the guard, and no more."""
    more = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TZ": "UTC"}
    run = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=folder,
        env=environment({**more, "FORCE_COLOR": "1", "NO_COLOR": ""}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def _drawn(name: str, lines: Iterable[Text]) -> str:
    console = Console(
        record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    # Without an empty line, letters that reach below the last one are cut.
    for each in (*lines, Text()):
        console.print(each)
    text = console.export_svg(title="", code_format=_FORM, unique_id=f"ctxguard-{name}")
    return "\n".join(filter(None, map(str.strip, text.splitlines()))) + "\n"


if __name__ == "__main__":
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for each in TERMINALS:
        with tempfile.TemporaryDirectory() as place:
            drawn = terminal(each, Path(os.path.realpath(place)))
        PICTURES.joinpath(f"{each}.svg").write_text(drawn, encoding="utf-8")
    photograph(PICTURES)
