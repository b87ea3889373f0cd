"""What the packages of a project give reason to remark, and the formats that are lists of that."""

from __future__ import annotations

from collections.abc import Iterator

from ctxguard.deps.checks import TITLES
from ctxguard.finding import Finding, Severity
from ctxguard.render import github, sarif
from ctxguard.render.deps import Assessed, verdict_text
from ctxguard.render.remarks import Remark
from ctxguard.report import Status
from ctxguard.sizes import format_size

_SUBJECT = "Dependencies"


def render(of: Assessed, format_: str, folder: str) -> str:
    """The same as annotations, or as SARIF.

    Args:
        format_: `github` or `sarif`.
        folder: of the project in its repository.
    """
    found = list(remarks(of, folder))
    if format_ == "github":
        return github.of_remarks(found, _SUBJECT)
    return sarif.of_remarks(found, complete=of.status is not Status.INCOMPLETE)


def remarks(of: Assessed, folder: str) -> Iterator[Remark]:
    """What a person should look at, for formats that are lists of such things.

    Args:
        folder: of the project in its repository.
    """
    file = _joined_path(folder, of.files[0]) if of.files else None
    told = verdict_text(of)
    if told is not None and of.status is not Status.OK:
        over = of.status is Status.CRITICAL
        severity = Severity.ERROR if over else Severity.WARNING
        excess = -of.limit.headroom if over and of.limit is not None else 0
        title = "Packages over budget" if over else "Packages not counted in full"
        code = "critical-dependencies" if over else "incomplete"
        yield Remark(
            severity, code, title, told.partition(": ")[2], file, bytes=excess, folder=folder
        )
    yield from (_remark(each, folder) for each in of.findings)
    for problem in of.found.problems:
        yield Remark(
            Severity.WARNING, "dependencies", "Packages, not looked at", problem, file,
            folder=folder,
        )  # fmt: skip


def _remark(found: Finding, folder: str) -> Remark:
    stake = f", {format_size(found.bytes)} at stake" if found.bytes else ""
    file = None if found.file is None else _joined_path(folder, found.file)
    return Remark(
        found.severity, found.code, TITLES[found.code], f"{found.message}{stake}", file,
        found.line, found.bytes, found.fix, folder,
    )  # fmt: skip


def _joined_path(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder else file
