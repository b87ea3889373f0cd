"""Every entry that is sent, for ncdu: `ncdu -f FILE`.

Sizes are content bytes as the builder is sent them, so both of ncdu's views show them. What reports
complain of stands in the metadata, where ncdu passes over it.

Source of the form: ncdu, "JSON Export Format", https://dev.yorhel.nl/ncdu/jsonfmt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ctxguard.measurement import Outline, OutlinedFolder
from ctxguard.render.document import finding, problem, worst
from ctxguard.render.escape import line
from ctxguard.render.plain import dumps, named_path
from ctxguard.report import Failure, Report
from ctxguard.version import __version__

_MAJOR, _MINOR = 1, 2


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """One tree; of several contexts, a folder each."""
    head = dumps([_MAJOR, _MINOR, _metadata(reports, failures)]).removesuffix("]")
    trees = [_tree(report) for report in reports]
    if len(trees) == 1:
        return f"{head},\n{trees[0]}]\n"
    folders = "".join(f",\n{tree}" for tree in trees)
    return f"{head},\n[{_entry('contexts')}{folders}]]\n"


def _metadata(reports: Sequence[Report], failures: Sequence[Failure]) -> dict[str, Any]:
    return {
        "progname": "ctxguard",
        "progver": __version__,
        "ctxguard": {
            "status": worst(reports, failures).value,
            "findings": [finding(each) for report in reports for each in report.findings],
            "problems": [
                problem(each) for report in reports for each in report.measurement.problems
            ],
            "failures": [
                {**named_path("name", each.name), "message": line(each.message)}
                for each in failures
            ],
        },
    }


def _tree(report: Report) -> str:
    outline = report.measurement.outline
    assert outline is not None
    name = report.name or report.measurement.context.root
    return "".join(_pieces(name, outline))


def _pieces(name: str, outline: Outline) -> Iterator[str]:
    """The text of one tree, folder by folder: they come in the order in which they nest."""
    above: list[str] = []
    yield f"[{_entry(name)}"
    for folder in outline.folders:
        path = folder.path.split("/") if folder.path else []
        kept = _common(above, path)
        yield "]" * (len(above) - kept)
        yield from (f",\n[{_entry(each)}" for each in path[kept:])
        yield from _files(folder)
        above = path
    yield "]" * (len(above) + 1)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many names both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _files(folder: OutlinedFolder) -> Iterator[str]:
    for name, size in zip(folder.names, folder.sizes, strict=True):
        yield ",\n" + _entry(name, f', "asize": {size}, "dsize": {size}')
    for name in folder.others:
        yield ",\n" + _entry(name, ', "notreg": true')


def _entry(name: str, more: str = "") -> str:
    """Control characters and the like would reach the terminal in which ncdu runs."""
    return f'{{"name": {dumps(line(name))}{more}}}'
