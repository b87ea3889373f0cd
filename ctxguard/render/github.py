"""Annotations of a GitHub workflow run.

GitHub keeps ten of each kind for a step, so there are never more; the tenth tells what else there
would be.

Source of the form: actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxguard.finding import Severity
from ctxguard.render.escape import line
from ctxguard.render.remarks import Remark, remarks
from ctxguard.render.terminal import fix_text, verdict_text
from ctxguard.report import Failure, Report, Status
from ctxguard.sizes import format_size

MOST = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """A line for each remark, and a notice for each context that is within its budget."""
    return of_remarks([*remarks(reports, failures), *_good_news(reports)], "Build context")


def of_remarks(found: Sequence[Remark], subject: str) -> str:
    """The same for remarks of any kind.

    Args:
        subject: what they are about; the title of what tells how many more there would be.
    """
    by_kind = ([each for each in found if each.severity is kind] for kind in Severity)
    return "".join(f"{text}\n" for kind in by_kind for text in _annotations(kind, subject))


def _good_news(reports: Sequence[Report]) -> Iterator[Remark]:
    for report in reports:
        if report.verdict.status is Status.OK and report.verdict.limits:
            size = format_size(report.measurement.size.bytes)
            name = "" if report.name is None else f"{report.name}: "
            message = f"{name}{size}. {verdict_text(report)}"
            yield Remark(
                Severity.NOTE, "ok", "Build context" if report.image is None else "Image", message
            )


def _annotations(found: Sequence[Remark], subject: str) -> Iterator[str]:
    shown = found if len(found) <= MOST else found[: MOST - 1]
    yield from map(_annotation, shown)
    left = found[len(shown) :]
    if left:
        codes = ", ".join(dict.fromkeys(each.code for each in left))
        message = f"{len(left):,} more: {codes}; --format json lists all"
        yield _command(left[0].severity, [("title", subject)], message)


def _annotation(remark: Remark) -> str:
    properties = [("title", f"{remark.title} ({remark.code})")]
    if remark.file is not None:
        properties.insert(0, ("file", remark.file))
    if remark.line is not None:
        properties.insert(1, ("line", str(remark.line)))
    parts = [line(remark.message)]
    if remark.fix is not None:
        parts.append(line(f"Fix: {fix_text(remark.fix)}"))
    return _command(remark.severity, properties, "\n".join(parts))


def _command(severity: Severity, properties: Sequence[tuple[str, str]], message: str) -> str:
    shown = ",".join(f"{name}={_property(line(value))}" for name, value in properties)
    return f"::{_COMMANDS[severity]} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
