"""How long the HTML page takes to open and to answer: `python -m benchmarks.page --help`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page

from benchmarks import machine, trees
from tests.consumers.browser import browser

_COMMAND = (sys.executable, "-m", "ctxguard", "report")
_ANSWERS: dict[str, Callable[[Page], object]] = {
    "a click on a folder": lambda page: (
        page.locator(".tile.open").nth(1).click(position={"x": 8, "y": 8})
    ),
    "the way back": lambda page: page.locator(".crumbs button").first.click(),
    "a search": lambda page: page.fill("#search", "a"),
    "other colors": lambda page: page.check('input[value="rule"]'),
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--trees", default=trees.default_folder(), type=os.path.abspath)
    parser.add_argument("--files", default=100_000, type=int, help="default: %(default)s")
    parser.add_argument("--rounds", default=5, type=int, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    print(machine.describe(asked.trees))
    tree = trees.provide(asked.trees, asked.files)
    tree.put_rules("")
    with tempfile.TemporaryDirectory() as folder, browser() as running:
        file = Path(folder, "page.html")
        _written(tree.path, file, asked.rounds)
        print(f"the page of {tree.files:,} files: {file.stat().st_size / 1000:,.0f} kB")
        _shown(running, file, asked.rounds)
    return 0


def _written(context: str, file: Path, rounds: int) -> None:
    """What the page costs, beside a report for the terminal, turn by turn."""
    plain, page = [], []
    for _ in range(rounds):
        plain.append(_seconds(context, "-o", os.devnull))
        page.append(_seconds(context, "--format", "html", "-o", str(file)))
    _told("a report for the terminal", plain)
    _told("the page", page)
    ratios = [one / other for one, other in zip(page, plain, strict=True)]
    print(f"page / terminal: {median(ratios):.2f}")


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([*_COMMAND, *arguments, "-q", "--fail-on", "never"], check=True)
    return time.perf_counter() - began


def _shown(running: Browser, file: Path, rounds: int) -> None:
    opening: list[float] = []
    answers: dict[str, list[float]] = {name: [] for name in _ANSWERS}
    for _ in range(rounds):
        page = running.new_page()
        began = time.perf_counter()
        page.goto(file.as_uri())
        page.wait_for_selector(".map .tile")
        _painted(page)
        opening.append(time.perf_counter() - began)
        for name, act in _ANSWERS.items():
            began = time.perf_counter()
            act(page)
            _painted(page)
            answers[name].append(time.perf_counter() - began)
        page.close()
    _told("it opens", opening)
    for name, seconds in answers.items():
        _told(name, seconds)


def _painted(page: Page) -> None:
    """Wait until what changed is on the screen."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _told(what: str, seconds: Sequence[float]) -> None:
    print(f"{what}: {median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})")


if __name__ == "__main__":
    sys.exit(main())
