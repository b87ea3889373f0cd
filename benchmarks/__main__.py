"""Compares ctxguard with others on trees of known shape: `python -m benchmarks --help`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys

from benchmarks import machine, table, trees
from benchmarks.cases import CASES, NOTES, Case, Setting
from benchmarks.contenders import DU
from benchmarks.engine import Engine, find
from benchmarks.process import FailedError, run
from benchmarks.runs import Row, compare
from benchmarks.table import Cells
from benchmarks.targets import TARGETS

_QUICK = 100
"""How many times smaller the trees of --quick are."""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 whatever was measured, 2 if nothing could be."""
    asked = _parser().parse_args(arguments)
    if not sys.platform.startswith("linux"):
        print("the benchmark needs Linux: it reads /proc and takes GNU du")
        return 2
    try:
        with trees.alone_in(asked.trees):
            if asked.clean:
                trees.clean(asked.trees)
                return 0
            run([*DU.split(), os.devnull])
            _compare_all(asked)
    except FailedError as error:
        print(f"the benchmark needs GNU du: {error}")
        return 2
    except BlockingIOError:
        print(f"another benchmark is at work in {asked.trees}")
        return 2
    return 0


def _compare_all(asked: argparse.Namespace) -> None:
    on = machine.describe(asked.trees)
    setting = Setting(_engine(asked.docker), 1 if asked.quick else asked.rounds)
    results: dict[str, list[Row]] = {}
    lines: list[Cells] = []
    for case in CASES:
        if not asked.only or case.name in asked.only:
            title, rows = _compare(case, asked, setting)
            results[case.name] = rows
            lines += table.lines_of(title, rows)
    as_markdown = asked.format == "markdown"
    show = table.markdown if as_markdown else table.text
    show_notes = table.markdown_notes if as_markdown else table.text_notes
    rounds = f"{setting.rounds} round{'s' if setting.rounds > 1 else ''}"
    docker = f", docker {setting.engine.version}" if isinstance(setting.engine, Engine) else ""
    print(f"{on}{docker}; {rounds}\n")
    print(show(table.HEAD, lines))
    print(f"\n{show_notes(NOTES)}\n")
    if asked.quick:
        print("These trees are far too small to judge the targets.")
    else:
        print(show(table.TARGETS_HEAD, [target.told(results) for target in TARGETS]))


def _engine(program: str) -> Engine | FailedError:
    try:
        return find(program)
    except FailedError as error:
        return error


def _compare(case: Case, asked: argparse.Namespace, setting: Setting) -> tuple[str, list[Row]]:
    files = case.files // (_QUICK if asked.quick else 1)
    tree = trees.provide(asked.trees, files)
    title = case.title(tree)
    print(f"{case.name}: {title} ...", file=sys.stderr, flush=True)
    try:
        return title, compare(tree, case.contenders(tree, setting), setting.rounds)
    finally:
        tree.put_rules("")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run ctxguard and others side by side on trees of 100,000 and 500,000 files.",
    )
    add = parser.add_argument
    add(
        "--only",
        metavar="NAME",
        action="append",
        choices=[case.name for case in CASES],
        help=f"only this case; may be given again: {', '.join(case.name for case in CASES)}",
    )
    add("--rounds", metavar="N", type=_positive, default=5, help="default: %(default)s")
    add("--format", choices=("text", "markdown"), default="text", help="default: %(default)s")
    add("--quick", action="store_true", help="small trees, one round: shows only that it works")
    add(
        "--trees",
        metavar="DIR",
        type=os.path.abspath,
        default=trees.default_folder(),
        help="where the trees are kept; docker must see it (default: %(default)s)",
    )
    add("--clean", action="store_true", help="remove the trees, and do nothing else")
    add(
        "--docker",
        metavar="PROGRAM",
        default=os.environ.get("CTXGUARD_DOCKER") or "docker",
        help="the client to build with (default: $CTXGUARD_DOCKER, else docker)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
