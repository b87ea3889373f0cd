"""How well and how fast packages are judged: `python -m benchmarks.deps --help`."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import machine, table
from benchmarks.process import FailedError, run
from ctxguard.dependencies import Verdict
from ctxguard.deps.assessing import assess
from ctxguard.deps.declared.asked import key_of
from ctxguard.deps.declared.declaring import declared
from ctxguard.deps.files import project_files
from ctxguard.deps.imports import imports
from tests.deps.more_projects import MORE_PROJECTS
from tests.deps.projects import PROJECTS, Project

_TARGET = 10.0
"""Seconds for 300 requirements and 5,000 files."""
_REMOVABLE = (Verdict.UNUSED, Verdict.DEVELOPMENT)
_HEAD = ("project", "needed", "planted", "ctxguard", "deptry", "FawltyDeps")
_NOTES = (
    "Each pair: needed packages that are called removable, and planted ones that are not found.",
    "deptry: DEP002 of `deptry .`; FawltyDeps: `fawltydeps --check-unused --json`. Both are run "
    "in the project's folder with what they do by default; - is no answer, which finds nothing.",
    "No package of the projects is installed for any of them.",
)
_Answer = set[str] | None


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 whatever was measured, 1 if a needed package is called removable."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deps", description=__doc__)
    add = parser.add_argument
    add("--requirements", default=300, type=int, help="default: %(default)s")
    add("--files", default=5_000, type=int, help="default: %(default)s")
    add("--rounds", default=3, type=int, help="default: %(default)s; 0 for no times")
    add("--format", choices=("text", "markdown"), default="text", help="default: %(default)s")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        print(machine.describe(folder))
        if asked.rounds:
            _times(Path(folder) / "large", asked)
        return _errors(Path(folder), as_markdown=asked.format == "markdown")


def _times(root: Path, asked: argparse.Namespace) -> None:
    size = _large(root, asked.requirements, asked.files)
    readings = [_seconds(str(root)) for _ in range(asked.rounds)]
    total, by_deptry = (median(column) for column in zip(*readings, strict=True))
    print(
        f"{asked.requirements:,} requirements, {asked.files:,} files of {size / 1e6:.1f} MB: "
        f"{total:.1f} s, {by_deptry:.1f} of them by deptry (at most {_TARGET:g})\n"
    )


def _seconds(root: str) -> tuple[float, float]:
    """In all, and by deptry."""
    declaration = declared(root)
    began = time.perf_counter()
    imports(project_files(root))
    by_deptry = time.perf_counter() - began
    began = time.perf_counter()
    assess(root, declaration, None)
    return time.perf_counter() - began, by_deptry


def _large(root: Path, requirements: int, files: int) -> int:
    """Bytes of sources: each file has about a hundred lines, and six imports of packages."""
    chance = random.Random(1)
    names = [f"package-{number}" for number in range(requirements)]
    root.mkdir()
    (root / "requirements.txt").write_text("".join(f"{name}==1.0\n" for name in names))
    used = [name.replace("-", "_") for name in names[: requirements * 2 // 3]]
    size = 0
    for number in range(files):
        path = root / "app" / f"p{number // 100}" / f"s{number // 20 % 5}" / f"m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_text("\n".join(_source(chance.sample(used, min(6, len(used))))))
    return size


def _source(modules: Sequence[str]) -> Iterator[str]:
    yield '"""A module like many."""\n\nimport os'
    yield from (f"import {module}" for module in modules)
    yield "from app.p0 import settings\n\n"
    for number in range(13):
        yield f'def name_{number}(value):\n    """The {number}. of all names."""'
        yield f'    names = {{"default": value, "url": "http://example.com/{number}"}}'
        yield f"    if value > {number}:\n        return os.path.join('a', names['default'])"
        yield "    return None\n"


def _errors(folder: Path, *, as_markdown: bool) -> int:
    lines: list[Sequence[str]] = []
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for number, project in enumerate((*PROJECTS, *MORE_PROJECTS)):
        root = project.write(str(folder / str(number)))
        cells = []
        for name, ask in _CONTENDERS.items():
            wrong = _wrong(project, ask(root))
            sums[name] = [before + more for before, more in zip(sums[name], wrong[:2], strict=True)]
            cells.append(_pair(wrong))
        lines.append((project.name, str(len(project.used)), str(len(project.unused)), *cells))
        if project is PROJECTS[-1]:
            lines.append(_summed("these ten", PROJECTS, sums))
    lines.append(_summed("all", (*PROJECTS, *MORE_PROJECTS), sums))
    show, notes = (
        (table.markdown, table.markdown_notes) if as_markdown else (table.text, table.text_notes)
    )
    print(f"{show(_HEAD, lines, left=1)}\n\n{notes(_NOTES)}")
    return int(sums["ctxguard"][0] > 0)


def _summed(name: str, projects: Sequence[Project], sums: dict[str, list[int]]) -> tuple[str, ...]:
    needed = sum(len(each.used) for each in projects)
    planted = sum(len(each.unused) for each in projects)
    pairs = [f"{removable} / {missed}" for removable, missed in sums.values()]
    return (name, str(needed), str(planted), *pairs)


def _wrong(project: Project, answer: _Answer) -> tuple[int, int, bool]:
    """Needed ones that are to go, planted ones that are to stay, and whether that was an answer."""
    removable = answer or set()
    return len(removable & project.used), len(project.unused - removable), answer is not None


def _pair(wrong: tuple[int, int, bool]) -> str:
    return f"{wrong[0]} / {wrong[1]}" + ("" if wrong[2] else " -")


def _ctxguard(root: str) -> _Answer:
    rows = assess(root, declared(root), None).rows
    kept = {row.key for row in rows if row.verdict not in _REMOVABLE}
    return {row.key for row in rows} - kept


def _deptry(root: str) -> _Answer:
    found = _json([sys.executable, "-P", "-m", "deptry", ".", "--json-output", "found.json"], root)
    if found is None:
        return None
    return {key_of(each["module"]) for each in found if each["error"]["code"] == "DEP002"}


def _fawltydeps(root: str) -> _Answer:
    command = [sys.executable, "-P", "-m", "fawltydeps", "--check-unused", "--json"]
    found = _json(command, root)
    return None if found is None else {key_of(each["name"]) for each in found["unused_deps"]}


def _json(command: Sequence[str], root: str) -> Any:
    """What a program answers; None if it fails. Both end with other codes if they find anything."""
    file = os.path.join(root, "found.json")
    before = os.getcwd()
    os.chdir(root)
    try:
        _, text = run(command, fine=(0, 1, 3, 4))
        if os.path.exists(file):
            text = Path(file).read_text()
            os.remove(file)
        return json.loads(text)
    except (FailedError, ValueError):
        return None
    finally:
        os.chdir(before)


_CONTENDERS: dict[str, Callable[[str], _Answer]] = {
    "ctxguard": _ctxguard,
    "deptry": _deptry,
    "FawltyDeps": _fawltydeps,
}


if __name__ == "__main__":
    sys.exit(main())
