"""A table of all figures, for spreadsheets: a row for each, in sections."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ctxguard.dependencies import Dependencies, Dependency, VerdictBytes
from ctxguard.finding import Finding
from ctxguard.layers import Image
from ctxguard.measurement import BuildKitTransfer, Heaviest, Instructions, Measurement, Problem
from ctxguard.render.amounts import counted
from ctxguard.render.document import share
from ctxguard.render.escape import cell
from ctxguard.render.packages import reasons
from ctxguard.report import Failure, Groups, Limit, Report

_COLUMNS = (
    "section", "context", "name", "bytes", "files", "share", "limit", "status", "file", "line",
    "message", "fix",
)  # fmt: skip
_Row = dict[str, Any]


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """The rows of all reports below the names of the columns."""
    file = io.StringIO()
    rows = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    for report in reports:
        name = report.measurement.context.root if report.name is None else report.name
        rows.writerows(_harmless({"context": name, **row}) for row in _rows(report))
    for failure in failures:
        row = {"section": "failure", "context": failure.name, "message": failure.message}
        rows.writerow(_harmless(row))
    return file.getvalue()


def _harmless(row: _Row) -> _Row:
    return {name: cell(value) for name, value in row.items()}


def _rows(report: Report) -> Iterator[_Row]:
    measurement = report.measurement
    size = measurement.size
    status = report.verdict.status.value
    yield {"section": "size", "bytes": size.bytes, "files": size.files, "status": status}
    yield from _transfers(measurement)
    yield from map(_limit, report.verdict.limits)
    yield from _heaviest(measurement.heaviest, size.bytes)
    yield from _groups(report.groups)
    if measurement.excluded is not None:
        for rule in measurement.excluded.rules:
            yield {
                "section": "excluded", "name": rule.text, "bytes": rule.bytes, "files": rule.files,
                "file": rule.file, "line": rule.line,
            }  # fmt: skip
    if report.image is not None:
        yield from _layers(report.image)
    if report.dependencies is not None:
        yield from _dependencies(report.dependencies)
    yield from map(_finding, report.findings)
    yield from map(_problem, measurement.problems)


def _transfers(measurement: Measurement) -> Iterator[_Row]:
    yield from _transfer("copy all", "", measurement.copy_all)
    for target in measurement.targets if measurement.context.source != "image" else ():
        if target.buildkit is None:
            yield {"section": "transfer", "name": target.name, "message": target.reason}
        yield from _transfer("transfer", target.name or "", target.buildkit)
    if measurement.legacy is not None:
        yield {"section": "legacy", "bytes": measurement.legacy.bytes}
    else:
        yield {"section": "legacy", "message": measurement.legacy_reason}
    if measurement.lfs is not None:
        lfs = measurement.lfs
        counted = "pointer" if lfs.pointers else "content"
        yield {"section": "lfs", "bytes": lfs.bytes, "files": lfs.files, "status": counted}


def _transfer(section: str, name: str, sizes: BuildKitTransfer | None) -> Iterator[_Row]:
    if sizes is not None:
        yield {"section": section, "name": name, "bytes": sizes.bytes}
        yield {"section": f"{section}, warm", "name": name, "bytes": sizes.warm_bytes}


def _limit(limit: Limit) -> _Row:
    return {
        "section": "limit", "name": f"{limit.tier.value} {limit.name}", limit.unit: limit.actual,
        "limit": limit.limit, "status": limit.status.value, "file": limit.scope,
    }  # fmt: skip


def _heaviest(heaviest: Heaviest, total: int) -> Iterable[_Row]:
    return (
        {
            "section": f"heaviest {row.kind.value}", "name": row.path, "bytes": row.bytes,
            "files": row.files, "share": share(row.bytes, total),
        }
        for row in heaviest.rows
    )  # fmt: skip


def _groups(groups: Groups | Instructions | None) -> Iterator[_Row]:
    if isinstance(groups, Instructions):
        for each in groups.rows:
            yield {
                "section": "by instruction", "name": each.instruction.text, "bytes": each.bytes,
                "files": each.files, "file": each.instruction.file, "line": each.instruction.line,
            }  # fmt: skip
        for name, size, files in (
            ("no instruction", groups.unasked_bytes, groups.unasked_files),
            ("brought by several", groups.several_bytes, groups.several_files),
        ):
            yield {"section": "by instruction", "name": name, "bytes": size, "files": files}
    elif groups is not None:
        for row in groups.rows:
            yield {
                "section": f"by {groups.by}", "name": row.name, "bytes": row.bytes,
                "files": row.files,
            }  # fmt: skip


def _layers(image: Image) -> Iterator[_Row]:
    for layer in image.layers:
        yield {
            "section": "layer", "name": layer.instruction, "bytes": layer.bytes,
            "files": layer.files, "line": layer.number,
        }  # fmt: skip
    yield {"section": "wasted", "bytes": image.wasted.bytes, "files": image.wasted.files}
    for each in image.wasted.paths:
        where = f"written in layer {each.written_in}, {each.how} in {each.gone_in}"
        row = {"name": each.path, "bytes": each.bytes, "line": each.gone_in, "message": where}
        yield {"section": "wasted file", **row}


def _dependencies(found: Dependencies) -> Iterator[_Row]:
    for each in found.sums:
        yield _sum(each, measured=found.measured is not None)
    yield from map(_dependency, found.rows)
    for module in found.undeclared:
        yield {
            "section": "undeclared", "name": module.module, "file": module.place.file,
            "line": module.place.line,
        }  # fmt: skip
    for message in found.problems:
        yield {"section": "problem", "name": "dependencies", "message": message}


def _sum(each: VerdictBytes, *, measured: bool) -> _Row:
    """Without bytes if none are known."""
    unknown = f", {each.unknown} of unknown size" if measured and each.unknown else ""
    known = measured and not 0 < each.packages == each.unknown
    return {
        "section": "dependencies", "name": each.verdict.value,
        "bytes": each.bytes if known else None, "status": each.verdict.value,
        "message": f"{counted(each.packages, 'package')}{unknown}",
    }  # fmt: skip


def _dependency(each: Dependency) -> _Row:
    """Bytes are those with what only it needs: what goes if it goes."""
    first = each.declared[0] if each.declared else None
    return {
        "section": "dependency", "name": each.name, "bytes": each.exclusive_bytes,
        "status": each.verdict.value, "file": first and first.file, "line": first and first.line,
        "message": reasons(each),
    }  # fmt: skip


def _finding(found: Finding) -> _Row:
    fix = None if found.fix is None else found.fix.command or found.fix.description
    return {
        "section": "finding", "name": found.code, "bytes": found.bytes,
        "status": found.severity.value, "file": found.file or found.path, "line": found.line,
        "message": found.message, "fix": fix,
    }  # fmt: skip


def _problem(problem: Problem) -> _Row:
    return {
        "section": "problem", "name": problem.code, "status": problem.effect.value,
        "file": problem.path, "line": problem.line, "message": problem.message,
    }  # fmt: skip
