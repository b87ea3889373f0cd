"""Several contexts: a table that leads, and then the page of each."""

from __future__ import annotations

from collections.abc import Sequence

from ctxguard.measurement import Measurement
from ctxguard.render import terminal as page
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line, quoted
from ctxguard.render.look import COLORS, Terminal
from ctxguard.render.table import cells
from ctxguard.render.terminal import verdict_text
from ctxguard.report import Failure, Report, Status
from ctxguard.sizes import format_size

_STATUS_CELLS = 10


def render(reports: Sequence[Report], failures: Sequence[Failure], terminal: Terminal) -> str:
    """All of them, those that could not be measured in the table alone."""
    table = _table(reports, failures, terminal)
    if terminal.brief:
        problems = [
            page.problems(each.measurement.problems, terminal, each.name) for each in reports
        ]
        return "\n".join(part for part in (table, *problems) if part)
    return f"{table}\n{page.render(reports, terminal)}" if reports else table


def _table(reports: Sequence[Report], failures: Sequence[Failure], terminal: Terminal) -> str:
    names = [each.name or "" for each in reports] + [each.name for each in failures]
    width = max(cells(quoted(name)) for name in names)
    head = f"  {'status':<{_STATUS_CELLS}} {'size':>9} {'files':>9} {'transfer':>9}  {'name'}"
    lines = [terminal.styled(_summary(reports, failures), bold=True), head]
    lines += [_row(report, width, terminal) for report in reports]
    for failure in failures:
        status = terminal.styled(f"{'failed':<{_STATUS_CELLS}}", fg="red")
        name = _padded(quoted(failure.name), width)
        lines.append(f"  {status} {'':>9} {'':>9} {'':>9}  {name}  {line(failure.message)}")
    return "".join(f"{text.rstrip()}\n" for text in lines)


def _summary(reports: Sequence[Report], failures: Sequence[Failure]) -> str:
    count = counted(len(reports) + len(failures), "context")
    found = [report.verdict.status for report in reports]
    parts = [f"{found.count(status)} {status.value}" for status in _BAD_FIRST if status in found]
    failed = [f"{len(failures)} not measured"] if failures else []
    return f"{count}: {', '.join([*failed, *parts])}"


_BAD_FIRST = (Status.CRITICAL, Status.INCOMPLETE, Status.WARNING, Status.OK)


def _row(report: Report, width: int, terminal: Terminal) -> str:
    status = report.verdict.status
    shown = terminal.styled(f"{status.value:<{_STATUS_CELLS}}", fg=COLORS[status.value])
    size = report.measurement.size
    name = _padded(quoted(report.name or ""), width)
    verdict = verdict_text(report).partition(": ")[2]
    return (
        f"  {shown} {format_size(size.bytes):>9} {size.files:>9,} "
        f"{_transfer(report.measurement):>9}  {name}  {verdict}"
    )


def _transfer(measurement: Measurement) -> str:
    sizes = measurement.chosen_target.buildkit
    return "-" if sizes is None else format_size(sizes.bytes)


def _padded(name: str, width: int) -> str:
    return name + " " * (width - cells(name))
