"""The report for a person: one screen, size and verdict first, problems last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.measurement import EntryKind, HeavyPath, Measurement, Problem
from ctxguard.render.escape import line, quoted
from ctxguard.report import Limit, Report, Status
from ctxguard.sizes import format_legacy_size, format_size

_BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_PROBLEMS = 10
_COLORS = {
    Status.OK: "green",
    Status.WARNING: "yellow",
    Status.INCOMPLETE: "yellow",
    Status.CRITICAL: "red",
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can show."""

    width: int = 80
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
        text = "; ".join(_verdict_texts(self.report))
        return self._styled(text, fg=_COLORS[status], bold=status is Status.CRITICAL)

    def _facts(self) -> str:
        return "".join(f"  {name:<12}{line(text)}\n" for name, text in _facts(self.measurement))

    def _heaviest(self) -> str:
        heaviest = self.measurement.heaviest
        rows = [_Row.of_path(row) for row in heaviest.rows]
        if heaviest.rest_bytes:
            name = f"everything else, {_files(heaviest.rest_files)}"
            rows.append(_Row(heaviest.rest_bytes, name, name=False))
        return self._table("Heaviest", rows)

    def _groups(self) -> str:
        groups = self.report.groups
        if groups is None:
            return ""
        rows = [
            _Row(row.bytes, f"{quoted(row.name) or '(no ending)'}, {_files(row.files)}")
            for row in groups.rows
        ]
        return self._table(f"By {groups.by}", rows)

    def _kept_out(self) -> str:
        excluded = self.measurement.excluded
        if excluded is None:
            return ""
        what = f"{format_size(excluded.bytes)} in {_files(excluded.files)}"
        rows = [
            _Row(row.bytes, f"{_place(row.file, row.line)}{line(row.text)}, {_files(row.files)}")
            for row in excluded.rules
        ]
        table = self._table(f"Kept out by the ignore file: {what}", rows, excluded.bytes)
        return table or f"Kept out by the ignore file: {what}\n"

    def _table(self, title: str, rows: Sequence[_Row], total: int | None = None) -> str:
        total = self.measurement.size.bytes if total is None else total
        if not rows or not total:
            return ""
        lines = [self._styled(title, bold=True)]
        for row in rows:
            bar = _bar(row.bytes / total, self.terminal.unicode)
            shown = self._styled(bar, fg="cyan") if row.name else self._styled(bar, dim=True)
            room = max(16, self.terminal.width - _BAR_CELLS - 21)
            text = _fitted(row.text, room)
            lines.append(f"  {format_size(row.bytes):>9} {row.bytes / total:>6.1%} {shown} {text}")
        return "\n".join(lines) + "\n"

    def _findings(self) -> str:
        texts = [
            f"{_place(finding.file, finding.line)}{finding.message} ({finding.code})"
            for finding in self.report.findings
        ]
        return self._list("Findings", texts)

    def _problems(self) -> str:
        return self._list("Problems", list(map(_problem_text, self.measurement.problems)))

    def _list(self, title: str, texts: Sequence[str]) -> str:
        if not texts:
            return ""
        lines = [self._styled(title, bold=True)]
        lines += [f"  {line(text)}" for text in texts[:_MOST_PROBLEMS]]
        if len(texts) > _MOST_PROBLEMS:
            more = len(texts) - _MOST_PROBLEMS
            lines.append(f"  and {more:,} more; --format json lists all")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Row:
    bytes: int
    text: str
    name: bool = True

    @classmethod
    def of_path(cls, row: HeavyPath) -> _Row:
        folder = row.kind is EntryKind.DIRECTORY
        files = f", {_files(row.files)}" if folder else ""
        return cls(row.bytes, f"{quoted(row.path)}{'/' if folder else ''}{files}")


def _verdict_texts(report: Report) -> Iterator[str]:
    status = report.verdict.status
    broken = [limit for limit in report.verdict.limits if limit.headroom < 0]
    worst = [limit for limit in broken if limit.status is Status.CRITICAL] or broken
    if status is Status.INCOMPLETE:
        yield "INCOMPLETE: not everything could be counted, see the problems below"
    for limit in worst:
        yield f"{limit.status.value.upper()}: {_over(limit)}"
    if status is Status.OK:
        nearest = min(report.verdict.limits, key=lambda limit: limit.headroom / (limit.limit or 1))
        left = f"{_amount(nearest, nearest.headroom)} left to the {_limit_name(nearest)}"
        yield f"OK: within budget, {left}"


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


def _fitted(text: str, room: int) -> str:
    """The text in at most `room` cells; what is cut goes from the front, where it matters least."""
    if text.isascii():
        return text if len(text) <= room else f"...{text[3 - room :]}"
    from rich.cells import cell_len

    while cell_len(text) > room:
        text = "..." + text.removeprefix("...")[1:]
    return text
