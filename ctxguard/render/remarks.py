"""All that reports have to complain of, one remark each, for formats that are lists of remarks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.tree.naming import INLINE, STANDARD_INPUT
from ctxguard.finding import Finding, Fix, Severity
from ctxguard.measurement import Effect, Problem
from ctxguard.render.terminal import over
from ctxguard.report import Failure, Limit, Report, Status, Tier
from ctxguard.sizes import format_size

_NO_FIGURE = "not-measured"
_INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person should look at."""

    severity: Severity
    code: str
    """Of the check or the problem; for a limit its tier and name."""
    title: str
    """What kind of thing it is, in a few words."""
    message: str
    file: str | None = None
    """From the top of the repository, where that is known."""
    line: int | None = None
    bytes: int = 0
    """Bytes at stake."""
    fix: Fix | None = None
    folder: str = ""
    """In which the files of the fix are named."""


def remarks(reports: Sequence[Report], failures: Sequence[Failure]) -> Iterator[Remark]:
    """What could not be measured, then broken limits, findings and problems of each report."""
    for failure in failures:
        message = f"{failure.name}: {failure.message}"
        yield Remark(Severity.ERROR, _NO_FIGURE, "Build context not measured", message)
    for report in reports:
        yield from _of_verdict(report)
        yield from (_of_finding(report, each) for each in report.findings)
        yield from (_of_problem(report, each) for each in report.measurement.problems)
        yield from _of_packages(report)


def _of_verdict(report: Report) -> Iterator[Remark]:
    file = None
    if report.image is None:
        context = report.measurement.context
        file = in_repository(report, context.ignore_file or context.dockerfile)
    if report.verdict.status is Status.INCOMPLETE:
        message = _named(report, "not everything could be counted; see the problems")
        yield Remark(
            Severity.WARNING, _INCOMPLETE, "Build context not counted in full", message, file,
            folder=report.folder,
        )  # fmt: skip
    broken = {(limit.name, limit.scope): limit for limit in report.verdict.limits if _breaks(limit)}
    for limit in report.verdict.limits:
        if broken.get((limit.name, limit.scope)) is limit:
            severity = Severity.ERROR if limit.tier is Tier.CRITICAL else Severity.WARNING
            message = _named(report, f"{_size(report)}, {over(limit)}")
            code, title = f"{limit.tier.value}-{limit.name}", f"{subject(report)} over budget"
            yield Remark(
                severity, code, title, message, file, bytes=_excess(limit), folder=report.folder
            )


def _breaks(limit: Limit) -> bool:
    return limit.headroom < 0


def _excess(limit: Limit) -> int:
    return -limit.headroom if limit.unit == "bytes" else 0


def _size(report: Report) -> str:
    return format_size(report.measurement.size.bytes)


def _of_finding(report: Report, found: Finding) -> Remark:
    stake = f", {format_size(found.bytes)} at stake" if found.bytes else ""
    # The paths of an image lie in no repository.
    path = found.path if report.image is None else None
    file = in_repository(report, found.file or path)
    message = _named(report, f"{found.message}{stake}")
    return Remark(
        found.severity, found.code, _title(report, found), message, file, found.line, found.bytes,
        found.fix, report.folder,
    )  # fmt: skip


def _title(report: Report, found: Finding) -> str:
    if not found.code.startswith("PKG"):
        return subject(report)
    from ctxguard.deps.checks import TITLES

    return TITLES[found.code]


def _of_problem(report: Report, problem: Problem) -> Remark:
    fails = problem.effect is Effect.BUILD_FAILS
    file = in_repository(report, problem.path)
    return Remark(
        Severity.ERROR if fails else Severity.WARNING,
        problem.code,
        f"{subject(report)}, {problem.effect.value}",
        _named(report, f"{problem.message} ({problem.effect.value})"),
        file,
        None if file is None else problem.line,
        folder=report.folder,
    )


def _of_packages(report: Report) -> Iterator[Remark]:
    """What could not be looked at of the packages."""
    for problem in () if report.dependencies is None else report.dependencies.problems:
        yield Remark(
            Severity.WARNING, "dependencies", "Packages, not looked at", _named(report, problem),
            folder=report.folder,
        )  # fmt: skip


def subject(report: Report) -> str:
    return "Build context" if report.image is None else "Image"


def _named(report: Report, message: str) -> str:
    return message if report.name is None else f"{report.name}: {message}"


def in_repository(report: Report, file: str | None) -> str | None:
    """A file as it is called at the top of the repository; one outside of it keeps its name.

    None for a Dockerfile that is no file: from standard input, or within a Compose file.
    """
    if file is None or file == STANDARD_INPUT or INLINE in file:
        return None
    if not posixpath.isabs(file):
        return posixpath.normpath(posixpath.join(report.folder, file))
    root = report.measurement.context.root
    top = root.removesuffix(f"/{report.folder}") if report.folder else root
    return file.removeprefix(f"{top}/")
