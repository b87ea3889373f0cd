"""The report for a person: one screen, size and verdict first, problems last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxguard.finding import Finding, Fix
from ctxguard.git.repository import short
from ctxguard.measurement import (
    Brought,
    EntryKind,
    HeavyPath,
    InstructionLine,
    Instructions,
    LfsFiles,
    Measurement,
    Problem,
    TargetTransfer,
)
from ctxguard.render.amounts import amount, counted
from ctxguard.render.escape import line, quoted
from ctxguard.render.look import COLORS, Terminal
from ctxguard.render.table import BAR_CELLS, Row, bar
from ctxguard.report import Limit, Report, Status
from ctxguard.sizes import format_legacy_size, format_size

_MOST_PROBLEMS = 10
_LEFT = 19
"""Cells of a row before the bar: a size, a share, and blanks."""
_AMPLE = 40
"""Cells for the text of a row that are worth a bar, though some names are longer."""
_AMPLE_TEXT = 70
"""The same for an instruction."""
_MOST_TEXT = 100
"""Characters of an instruction, where nothing else cuts it."""
_MORE = (
    "  `ctxguard suggest` proposes lines; `ctxguard lint` also looks at git and ignored folders\n"
)


def render(reports: Sequence[Report], terminal: Terminal) -> str:
    """All reports, one behind the other."""
    return "\n".join(_page(report, terminal).text() for report in reports)


def _page(report: Report, terminal: Terminal) -> Page:
    if report.image is None:
        return Page(report, terminal)
    from ctxguard.render.image import ImagePage

    return ImagePage(report, report.image, terminal)


class Page:
    """One report; parts of it serve images too."""

    def __init__(self, report: Report, terminal: Terminal) -> None:
        self.report = report
        self.measurement = report.measurement
        self.terminal = terminal
        self._styled = terminal.styled

    def text(self) -> str:
        parts = [self._headline()]
        if not self.terminal.brief:
            parts += self._body()
        parts.append(self._problems())
        return "\n".join(part for part in parts if part)

    def _body(self) -> list[str]:
        parts = [self._facts(), self._budgets(), self._targets(), self._heaviest()]
        return [*parts, self._groups(), self._kept_out(), self._dependencies(), self._findings()]

    def _headline(self) -> str:
        size = self.measurement.size
        count = counted(size.files)
        context = self.measurement.context
        root = quoted(context.root)
        if context.revision is not None:
            root += f" at {short(context.revision)}"
        what = self._styled(format_size(size.bytes), bold=True)
        name = "" if self.report.name is None else f"{quoted(self.report.name)}: "
        return f"{name}Build context {root}: {what} in {count}\n{self._verdict()}\n"

    def _verdict(self) -> str:
        status = self.report.verdict.status
        text = verdict_text(self.report)
        return self._styled(text, fg=COLORS[status.value], bold=status is Status.CRITICAL or None)

    def _facts(self) -> str:
        return "".join(f"  {name:<12}{line(text)}\n" for name, text in _facts(self.measurement))

    def _budgets(self) -> str:
        """Those of single paths; the others stand in the verdict."""
        limits = [limit for limit in self.report.verdict.limits if limit.scope is not None]
        texts = [(_budget_text(limit),) for limit in limits]
        return self._list("Budgets", texts)

    def _heaviest(self) -> str:
        heaviest = self.measurement.heaviest
        rows = [of_path(row) for row in heaviest.rows]
        if heaviest.rest_bytes:
            name = f"everything else, {counted(heaviest.rest_files)}"
            rows.append(Row(heaviest.rest_bytes, "", "", name, rest=True))
        table = self._table("Heaviest", rows)
        return table + self._bringing(heaviest.rows[0]) if table and heaviest.rows else table

    def _bringing(self, row: HeavyPath) -> str:
        """Which instruction brings the heaviest path."""
        if self.measurement.instructions is None:
            return ""
        path = quoted(row.path) + ("/" if row.kind is EntryKind.DIRECTORY else "")
        first, *more = [instruction_text(each) for each in row.brought_by] or [""]
        if not first:
            return f"  {path} is asked for by no instruction\n"
        others = f", and {len(more)} more" if more else ""
        return f"  {path} is brought by {first}{others}\n"

    def _targets(self) -> str:
        targets = self.measurement.targets
        if len(targets) < 2:
            return ""
        lines = [
            self._styled("Targets", bold=True),
            f"  {'cold':>9} {'warm':>9} {'entries':>9}",
        ]
        lines += [f"  {_target_text(target)}" for target in targets]
        return "\n".join(lines) + "\n"

    def _groups(self) -> str:
        groups = self.report.groups
        if groups is None:
            return ""
        if isinstance(groups, Instructions):
            return self._instructions(groups)
        rows = [
            Row(row.bytes, "", quoted(row.name) or "(no ending)", f", {counted(row.files)}")
            for row in groups.rows
        ]
        return self._table(f"By {groups.by}", rows)

    def _instructions(self, found: Instructions) -> str:
        rows = [_of_instruction(row) for row in found.rows]
        unasked = f"no instruction, {counted(found.unasked_files)}"
        rows.append(Row(found.unasked_bytes, "", "", unasked, rest=True))
        table = self._table("By instruction", rows)
        if not table or not found.several_files:
            return table
        several = f"{format_size(found.several_bytes)} in {counted(found.several_files)}"
        return f"{table}  {several} are brought by more than one instruction\n"

    def _kept_out(self) -> str:
        excluded = self.measurement.excluded
        if excluded is None:
            return ""
        what = f"{format_size(excluded.bytes)} in {counted(excluded.files)}"
        rows = [
            Row(row.bytes, _place(row.file, row.line), line(row.text), f", {counted(row.files)}")
            for row in excluded.rules
        ]
        table = self._table(f"Kept out by the ignore file: {what}", rows, excluded.bytes)
        return table or f"Kept out by the ignore file: {what}\n"

    def _dependencies(self) -> str:
        if self.report.dependencies is None:
            return ""
        from ctxguard.render.packages_page import packages_part

        return packages_part(self.report.dependencies, self.terminal)

    def _table(self, title: str, rows: Sequence[Row], total: int | None = None) -> str:
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

    def _room(self, rows: Sequence[Row]) -> tuple[int | None, bool]:
        """How many cells each text has, and whether there are bars; names go before bars."""
        if self.terminal.width is None:
            return None, True
        room = self.terminal.width - _LEFT
        beside_bars = room - BAR_CELLS - 1
        ample = _AMPLE_TEXT if any(row.keep_start for row in rows) else _AMPLE
        bars = beside_bars >= min(ample, max(row.cells() for row in rows))
        return (beside_bars if bars else room), bars

    def _bar(self, row: Row, total: int) -> str:
        shown = bar(row.bytes / total, self.terminal.unicode)
        return self._styled(shown, dim=True) if row.rest else self._styled(shown, fg="cyan")

    def _findings(self) -> str:
        found = self.report.findings
        if not found:
            return ""
        return self._list("Findings", [(_mending_text(each),) for each in found]) + _MORE

    def _problems(self) -> str:
        return problems(self.measurement.problems, self.terminal)

    def _list(self, title: str, texts: Sequence[tuple[str, ...]]) -> str:
        return _list(self._styled(title, bold=True), texts)


def problems(found: Sequence[Problem], terminal: Terminal, of: str | None = None) -> str:
    """What stood in the way, as on the page of a report.

    Args:
        of: the context, where there are several.
    """
    title = "Problems" if of is None else f"Problems of {quoted(of)}"
    title = terminal.styled(title, bold=True)
    return _list(title, [(_problem_text(each),) for each in found])


def _list(title: str, texts: Sequence[tuple[str, ...]]) -> str:
    if not texts:
        return ""
    lines = [title]
    for text in texts[:_MOST_PROBLEMS]:
        lines += [f"  {line(each)}" for each in text]
    if len(texts) > _MOST_PROBLEMS:
        more = len(texts) - _MOST_PROBLEMS
        lines.append(f"  and {more:,} more; --format json lists all")
    return "\n".join(lines) + "\n"


def of_path(row: HeavyPath) -> Row:
    """One of the heaviest paths."""
    folder = row.kind is EntryKind.DIRECTORY
    counts = f"/, {counted(row.files)}" if folder else ""
    return Row(row.bytes, "", quoted(row.path), counts)


def _of_instruction(row: Brought) -> Row:
    counts = f", {counted(row.files)}"
    if row.only_bytes != row.bytes:
        counts += f", {format_size(row.only_bytes)} alone"
    name = f"{_instruction_place(row.instruction)}{line(row.instruction.text)}"
    return Row(row.bytes, "", name, counts, keep_start=True)


def verdict_text(report: Report) -> str:
    """The verdict in a line."""
    status, limits = report.verdict.status, report.verdict.limits
    broken = ", and ".join(map(over, report.verdict.broken))
    if status is Status.INCOMPLETE:
        also = f"; {broken}" if broken else ""
        return f"INCOMPLETE: not everything could be counted, see the problems below{also}"
    note = _without_transfer_note(report)
    if broken:
        return f"{status.value.upper()}: {broken}{note}"
    nearest = min(limits, key=lambda limit: limit.headroom / (limit.limit or 1))
    left = f"{amount(nearest.unit, nearest.headroom)} left to the {_limit_name(nearest)}"
    return f"OK: within budget, {left}{note}"


def _without_transfer_note(report: Report) -> str:
    """What a budget on the transfer says where there is none."""
    if report.verdict.unknown is None:
        return ""
    why = WITHOUT_TRANSFER[report.verdict.unknown].partition("; ")[2]
    return f"; there is no transfer, which counts as 0 ({why})"


def over(limit: Limit) -> str:
    """By how much a limit is broken."""
    return f"over the {_limit_name(limit)} by {amount(limit.unit, -limit.headroom)}"


def _limit_name(limit: Limit) -> str:
    most = amount(limit.unit, limit.limit)
    if limit.scope is not None:
        return f"budget of {most} for {quoted(limit.scope)}"
    return f"{limit.tier.value} limit of {most}{_OF.get(limit.name, '')}"


_OF = {
    "transfer": " for the transfer",
    "layer": " for a layer",
    "wasted": " for what is wasted",
    "dependencies": " for dependencies",
}


def _budget_text(limit: Limit) -> str:
    state = "" if limit.headroom >= 0 else f", over by {amount(limit.unit, -limit.headroom)}"
    actual, most = amount(limit.unit, limit.actual), amount(limit.unit, limit.limit)
    return f"{actual:>9} of {most:<8} {quoted(limit.scope or '')}{state}"


def _facts(measurement: Measurement) -> Iterator[tuple[str, str]]:
    context, copy_all, legacy = measurement.context, measurement.copy_all, measurement.legacy
    if copy_all is not None:
        yield (
            "copy all",
            f"{format_size(copy_all.bytes)} with BuildKit for `COPY . /`, "
            f"{format_size(copy_all.warm_bytes)} if nothing changed",
        )
    yield from _transfer(measurement)
    if legacy is not None:
        sent = format_legacy_size(legacy.bytes)
        yield "legacy", f"{sent} is what the classic builder is sent"
    else:
        yield "legacy", f"no figure; {measurement.legacy_reason}"
    ignore_file = context.ignore_file
    yield "rules", quoted(ignore_file) if ignore_file else "no ignore file, so nothing is ignored"
    if context.dockerfile:
        yield "dockerfile", quoted(context.dockerfile)
    if measurement.lfs is not None:
        yield "lfs", _lfs_text(measurement.lfs)
    yield "backend", f"{context.backend.value}; sizes are powers of 1000, as docker prints them"


def _lfs_text(lfs: LfsFiles) -> str:
    what = f"{format_size(lfs.bytes)} in {counted(lfs.files)}"
    if lfs.pointers:
        return f"{what} that git keeps as pointers; only these count"
    return f"{what}, as their pointers say; see --lfs pointer"


WITHOUT_TRANSFER = {
    "no-dockerfile": "no figure; there is no Dockerfile",
    "context-unused": "nothing; no instruction needs the context",
    "unknown": "no figure; see the problems below",
}


def _transfer(measurement: Measurement) -> Iterator[tuple[str, str]]:
    """What the chosen target transfers, and what nobody asks for."""
    chosen = measurement.chosen_target
    if chosen.reason is not None:
        yield "transfer", WITHOUT_TRANSFER[chosen.reason]
    elif chosen.buildkit is not None:
        cold, warm = format_size(chosen.buildkit.bytes), format_size(chosen.buildkit.warm_bytes)
        what = f"stage {chosen.name}" if chosen.name else "this Dockerfile"
        yield "transfer", f"{cold} for {what}, {warm} if nothing changed"
    found = measurement.instructions
    if found is not None and found.unasked_bytes:
        what = f"{format_size(found.unasked_bytes)} in {counted(found.unasked_files)}"
        yield "unasked", f"{what}, for which no instruction asks"


def _target_text(target: TargetTransfer) -> str:
    name = quoted(target.name) if target.name else "the last stage"
    marks = [word for word, holds in (("default", target.default),) if holds]
    shown = f"{name} ({', '.join(marks)})" if marks and target.name else name
    if target.buildkit is None:
        return f"{'':>29} {shown}: {WITHOUT_TRANSFER[target.reason or 'unknown']}"
    sizes = target.buildkit
    cold, warm = format_size(sizes.bytes), format_size(sizes.warm_bytes)
    return f"{cold:>9} {warm:>9} {sizes.entries:>9,} {shown}"


def _instruction_place(instruction: InstructionLine) -> str:
    return f"{quoted(instruction.file.rpartition('/')[2])}:{instruction.line}  "


def instruction_text(instruction: InstructionLine) -> str:
    """Where it stands and what it says, if that is not too long."""
    text = line(instruction.text)
    short = text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."
    return f"{_instruction_place(instruction)}{short}"


def _mending_text(found: Finding) -> str:
    """A finding on one line, with the command that mends it."""
    weight = f"{format_size(found.bytes):>9} " if found.bytes else ""
    place = _place(found.file or found.path, found.line)
    text = f"{weight}{place}{found.message} ({found.code})"
    if found.fix is None:
        return text
    command = f"`{found.fix.command}`" if found.fix.command else found.fix.description
    return f"{text}: {command}"


def finding_text(finding: Finding) -> tuple[str, ...]:
    """What is found, and on a line of its own what mends it."""
    stake = f", {format_size(finding.bytes)} at stake" if finding.bytes else ""
    place = _place(finding.file or finding.path, finding.line)
    text = f"{place}{finding.message}{stake} ({finding.code})"
    return (text,) if finding.fix is None else (text, f"  fix: {fix_text(finding.fix)}")


def fix_text(fix: Fix) -> str:
    """What to do, with the command that does it."""
    return f"{fix.description}, with `{fix.command}`" if fix.command else fix.description


def _problem_text(problem: Problem) -> str:
    return f"{_place(problem.path, problem.line)}{problem.message} ({problem.effect.value})"


def _place(file: str | None, number: int | None) -> str:
    if file is None:
        return ""
    return f"{quoted(file)}:{number}: " if number else f"{quoted(file)}: "
