"""The report for a person: one screen, size and verdict first, problems last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.finding import Finding, Fix
from ctxguard.measurement import EntryKind, HeavyPath, Measurement, Problem
from ctxguard.render.escape import line, quoted
from ctxguard.report import Limit, Report, Status
from ctxguard.sizes import format_legacy_size, format_size

_BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_PROBLEMS = 10
_LEFT = 19
"""Cells of a row before the bar: a size, a share, and blanks."""
_AMPLE = 40
"""Cells for the text of a row that are worth a bar, though some names are longer."""
_LEAST_NAME = 8
_PIECE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4,5}|[0-7]{3}|.)|.", re.DOTALL)
"""A character as it is shown, or a whole escape."""
_COLORS = {
    Status.OK: "green",
    Status.WARNING: "yellow",
    Status.INCOMPLETE: "yellow",
    Status.CRITICAL: "red",
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can show."""

    width: int | None = 80
    """Cells of a line; None if nothing is to be cut."""
    color: bool = False
    unicode: bool = True
    brief: bool = False
    """Only size and verdict."""


def render(reports: Sequence[Report], terminal: Terminal) -> str:
    """All reports, one behind the other."""
    return "\n".join(_Page(report, terminal).text() for report in reports)


class _Page:
    def __init__(self, report: Report, terminal: Terminal) -> None:
        self.report = report
        self.measurement = report.measurement
        self.terminal = terminal

    def text(self) -> str:
        parts = [self._headline()]
        if not self.terminal.brief:
            parts += [self._facts(), self._heaviest(), self._groups(), self._kept_out()]
            parts.append(self._findings())
        parts.append(self._problems())
        return "\n".join(part for part in parts if part)

    def _styled(self, text: str, **style: object) -> str:
        if not self.terminal.color:
            return text
        import click

        return click.style(text, **style)  # type: ignore[arg-type]

    def _headline(self) -> str:
        size = self.measurement.size
        count = _files(size.files)
        root = quoted(self.measurement.context.root)
        what = self._styled(format_size(size.bytes), bold=True)
        return f"Build context {root}: {what} in {count}\n{self._verdict()}\n"

    def _verdict(self) -> str:
        status = self.report.verdict.status
        text = _verdict_text(self.report)
        return self._styled(text, fg=_COLORS[status], bold=status is Status.CRITICAL or None)

    def _facts(self) -> str:
        return "".join(f"  {name:<12}{line(text)}\n" for name, text in _facts(self.measurement))

    def _heaviest(self) -> str:
        heaviest = self.measurement.heaviest
        rows = [_Row.of_path(row) for row in heaviest.rows]
        if heaviest.rest_bytes:
            name = f"everything else, {_files(heaviest.rest_files)}"
            rows.append(_Row(heaviest.rest_bytes, "", "", name, rest=True))
        return self._table("Heaviest", rows)

    def _groups(self) -> str:
        groups = self.report.groups
        if groups is None:
            return ""
        rows = [
            _Row(row.bytes, "", quoted(row.name) or "(no ending)", f", {_files(row.files)}")
            for row in groups.rows
        ]
        return self._table(f"By {groups.by}", rows)

    def _kept_out(self) -> str:
        excluded = self.measurement.excluded
        if excluded is None:
            return ""
        what = f"{format_size(excluded.bytes)} in {_files(excluded.files)}"
        rows = [
            _Row(row.bytes, _place(row.file, row.line), line(row.text), f", {_files(row.files)}")
            for row in excluded.rules
        ]
        table = self._table(f"Kept out by the ignore file: {what}", rows, excluded.bytes)
        return table or f"Kept out by the ignore file: {what}\n"

    def _table(self, title: str, rows: Sequence[_Row], total: int | None = None) -> str:
        total = self.measurement.size.bytes if total is None else total
        if not rows or not total:
            return ""
        room, bars = self._room(rows)
        lines = [self._styled(title, bold=True)]
        for row in rows:
            bar = f"{self._bar(row, total)} " if bars else ""
            text = row.fitted(room)
            lines.append(f"  {format_size(row.bytes):>9} {row.bytes / total:>6.1%} {bar}{text}")
        return "\n".join(lines) + "\n"

    def _room(self, rows: Sequence[_Row]) -> tuple[int | None, bool]:
        """How many cells each text has, and whether there are bars; names go before bars."""
        if self.terminal.width is None:
            return None, True
        room = self.terminal.width - _LEFT
        beside_bars = room - _BAR_CELLS - 1
        bars = beside_bars >= min(_AMPLE, max(row.cells() for row in rows))
        return (beside_bars if bars else room), bars

    def _bar(self, row: _Row, total: int) -> str:
        bar = _bar(row.bytes / total, self.terminal.unicode)
        return self._styled(bar, dim=True) if row.rest else self._styled(bar, fg="cyan")

    def _findings(self) -> str:
        return self._list("Findings", list(map(_finding_text, self.report.findings)))

    def _problems(self) -> str:
        return self._list(
            "Problems", [(_problem_text(each),) for each in self.measurement.problems]
        )

    def _list(self, title: str, texts: Sequence[tuple[str, ...]]) -> str:
        if not texts:
            return ""
        lines = [self._styled(title, bold=True)]
        for text in texts[:_MOST_PROBLEMS]:
            lines += [f"  {line(each)}" for each in text]
        if len(texts) > _MOST_PROBLEMS:
            more = len(texts) - _MOST_PROBLEMS
            lines.append(f"  and {more:,} more; --format json lists all")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Row:
    bytes: int
    place: str
    name: str
    """The only part that may be cut."""
    counts: str
    rest: bool = False

    @classmethod
    def of_path(cls, row: HeavyPath) -> _Row:
        folder = row.kind is EntryKind.DIRECTORY
        counts = f"/, {_files(row.files)}" if folder else ""
        return cls(row.bytes, "", quoted(row.path), counts)

    def cells(self) -> int:
        return _cells(self.place + self.name + self.counts)

    def fitted(self, room: int | None) -> str:
        """The text in so many cells, if it can be."""
        name = self.name
        if room is not None and self.cells() > room:
            name = _cut(name, max(_LEAST_NAME, room - _cells(self.place + self.counts)))
        return self.place + name + self.counts


def _verdict_text(report: Report) -> str:
    status, limits = report.verdict.status, report.verdict.limits
    broken = [limit for limit in limits if limit.headroom < 0]
    worst = [limit for limit in broken if limit.status is Status.CRITICAL] or broken
    over = ", and ".join(map(_over, worst))
    if status is Status.INCOMPLETE:
        also = f"; {over}" if over else ""
        return f"INCOMPLETE: not everything could be counted, see the problems below{also}"
    if over:
        return f"{status.value.upper()}: {over}"
    nearest = min(limits, key=lambda limit: limit.headroom / (limit.limit or 1))
    left = f"{_amount(nearest, nearest.headroom)} left to the {_limit_name(nearest)}"
    return f"OK: within budget, {left}"


def _over(limit: Limit) -> str:
    return f"over the {_limit_name(limit)} by {_amount(limit, -limit.headroom)}"


def _limit_name(limit: Limit) -> str:
    return f"{limit.tier.value} limit of {_amount(limit, limit.limit)}"


def _amount(limit: Limit, number: int) -> str:
    if limit.unit == "bytes":
        return format_size(number)
    return _files(number)


def _files(number: int) -> str:
    return f"{number:,} {'file' if number == 1 else 'files'}"


def _facts(measurement: Measurement) -> Iterator[tuple[str, str]]:
    context, copy_all, legacy = measurement.context, measurement.copy_all, measurement.legacy
    if copy_all is not None:
        yield (
            "copy all",
            f"{format_size(copy_all.bytes)} is what BuildKit transfers for `COPY . /`, "
            f"{format_size(copy_all.warm_bytes)} if nothing changed",
        )
    if legacy is not None:
        sent = format_legacy_size(legacy.bytes)
        yield "legacy", f"{sent} is what the classic builder is sent"
    else:
        yield "legacy", f"no figure; {measurement.legacy_reason}"
    ignore_file = context.ignore_file
    yield "rules", quoted(ignore_file) if ignore_file else "no ignore file, so nothing is ignored"
    if context.dockerfile:
        yield "dockerfile", quoted(context.dockerfile)
    yield "backend", f"{context.backend.value}; sizes are powers of 1000, as docker prints them"


def _finding_text(finding: Finding) -> tuple[str, ...]:
    """What is found, and on a line of its own what mends it."""
    stake = f", {format_size(finding.bytes)} at stake" if finding.bytes else ""
    place = _place(finding.file or finding.path, finding.line)
    text = f"{place}{finding.message}{stake} ({finding.code})"
    return (text,) if finding.fix is None else (text, f"  fix: {_fix_text(finding.fix)}")


def _fix_text(fix: Fix) -> str:
    return f"{fix.description}, with `{fix.command}`" if fix.command else fix.description


def _problem_text(problem: Problem) -> str:
    path = f"{quoted(problem.path)}: " if problem.path else ""
    return f"{path}{problem.message} ({problem.effect.value})"


def _place(file: str | None, number: int | None) -> str:
    if file is None:
        return ""
    return f"{quoted(file)}:{number}: " if number else f"{quoted(file)}: "


def _bar(part: float, unicode: bool) -> str:
    if not unicode:
        return ("#" * round(part * _BAR_CELLS)).ljust(_BAR_CELLS)
    full, eighths = divmod(round(part * _BAR_CELLS * 8), 8)
    return ("█" * full + _EIGHTHS[eighths]).ljust(_BAR_CELLS)[:_BAR_CELLS]


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _cut(name: str, room: int) -> str:
    """The end of a name in so many cells: what is cut goes from the front, where it matters least.

    No escape is cut in two, and what is quoted stays quoted.
    """
    start = '"...' if name.startswith('"') else "..."
    kept: list[str] = []
    left = room - len(start)
    for piece in reversed(_PIECE.findall(name.removeprefix('"'))):
        left -= _cells(piece)
        if left < 0:
            return start + "".join(reversed(kept))
        kept.append(piece)
    return name
