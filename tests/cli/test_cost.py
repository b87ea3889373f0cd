"""How much CPU the command line costs, held against click alone; the median of several turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import IO

import pytest

from tests.cli import process

ENTRY = "import sys; from ctxguard.cli import main; sys.exit(main())"
BARE = """
import sys
import click

@click.group()
@click.version_option("1", message="%(prog)s %(version)s")
def program():
    '''A program that does nothing.'''

program(prog_name="program")
"""


def cpu_ms(code: str, argv: Sequence[str], out: int | IO[str] = subprocess.DEVNULL) -> float:
    """CPU that one run costs, user and system."""
    running = subprocess.Popen(
        [sys.executable, "-c", code, *argv], stdout=out, env=process.environment()
    )
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0
    return (usage.ru_utime + usage.ru_stime) * 1000


@pytest.fixture
def root(make_tree: Callable[..., str]) -> str:
    """Ten files, as small projects have them."""
    modules = {f"module{number}.py": "x = 1\n" for number in range(7)}
    return make_tree(
        {
            "Dockerfile": "FROM scratch\nCOPY . /\n",
            ".dockerignore": "*.log\n**/__pycache__\n!keep.log\n",
            "keep.log": "x",
            "app": modules,
        }
    )


def times_bare(cost: Callable[[], float], runs: int = 9) -> float:
    """How many times as much as a program that does nothing.

    In turns, and each turn by itself, so that whatever else the machine does hits both alike.
    """
    return statistics.median(cost() / cpu_ms(BARE, ["--version"]) for _ in range(runs))


@pytest.mark.slow
def test_a_small_report_on_the_terminal(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with process.terminal() as (ours, theirs):

        def cost() -> float:
            found = cpu_ms(ENTRY, ["report", root], theirs)
            assert "\x1b[" in process.shown(ours, theirs)
            return found

        assert times_bare(cost) <= 5


@pytest.mark.slow
def test_a_small_report_as_json(root: str) -> None:
    assert times_bare(lambda: cpu_ms(ENTRY, ["report", root, "--format", "json"])) <= 4.5


@pytest.mark.slow
def test_the_version_costs_little_more_than_click() -> None:
    assert times_bare(lambda: cpu_ms(ENTRY, ["--version"]), 15) <= 1.3
