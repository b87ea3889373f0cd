"""The report in Markdown, for a job summary, an issue or a chat.

Names and messages are code wherever they are not plain words (see `escape.prose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ctxguard.dependencies import Dependencies, Dependency, VerdictBytes
from ctxguard.finding import Finding
from ctxguard.git.repository import short
from ctxguard.layers import Image, Wasted
from ctxguard.measurement import EntryKind, HeavyPath, Instructions, Measurement, Problem
from ctxguard.render.amounts import amount, counted
from ctxguard.render.escape import code, prose
from ctxguard.render.packages import in_all, place_text, reasons, size_text, words
from ctxguard.render.terminal import WITHOUT_TRANSFER, verdict_text
from ctxguard.report import Failure, Groups, Limit, Report
from ctxguard.sizes import format_size

_MOST_ROWS = 100
_MOST_TEXT = 120
_LONGEST_VERDICT = 1000
_LONGEST_REASONS = 300


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """All reports; a table leads if there are several."""
    parts = [_overview(reports, failures)] if len(reports) + len(failures) > 1 else []
    parts += [part for report in reports for part in _page(report) if part]
    if failures and not reports:
        parts = [_overview(reports, failures)]
    return "\n\n".join(parts) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose name ends in a colon is aligned to the right.

    Args:
        rows: cells that are Markdown already.
    """
    head = "|".join(f" {name.rstrip(':')} " for name in columns)
    line = "|".join("---:" if name.endswith(":") else "---" for name in columns)
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"|{head}|", f"|{line}|", *body])


def _overview(reports: Sequence[Report], failures: Sequence[Failure]) -> str:
    rows = [
        (
            code(report.name or report.measurement.context.root),
            f"**{report.verdict.status.value}**",
            format_size(report.measurement.size.bytes),
            f"{report.measurement.size.files:,}",
        )
        for report in reports
    ]
    rows += [(code(each.name), f"**failed**: {prose(each.message)}", "", "") for each in failures]
    return table(["context", "status", "size:", "files:"], rows)


def _page(report: Report) -> Iterator[str]:
    measurement = report.measurement
    yield f"### {_headline(report)}"
    word, _, rest = verdict_text(report).partition(": ")
    shown = rest if len(rest) <= _LONGEST_VERDICT else f"{rest[:_LONGEST_VERDICT]}..."
    yield f"**{word}**: {prose(shown)}"
    if report.image is None:
        yield table(["", "bytes:", ""], _facts(measurement))
    else:
        yield from _image(report.image, measurement.size.bytes)
    yield _section("Limits", _limits(report.verdict.limits))
    yield _section("Heaviest", _heaviest(measurement))
    yield from _dependencies(report.dependencies)
    yield _section("Findings", _listed(list(map(finding, report.findings))))
    yield _groups(report.groups)
    yield _section("Problems", _listed(list(map(_problem, measurement.problems))))


def _listed(items: Sequence[str]) -> str:
    """As many as a reader wants; a summary of a job may hold a mebibyte."""
    left = len(items) - _MOST_ROWS
    more = [f"- and {left:,} more; `--format json` lists all"] if left > 0 else []
    return "\n".join([*items[:_MOST_ROWS], *more])


def _section(title: str, text: str) -> str:
    return f"#### {title}\n\n{text}" if text else ""


def _headline(report: Report) -> str:
    context, size = report.measurement.context, report.measurement.size
    if report.image is not None:
        layers = counted(len(report.image.layers), "layer")
        return f"Image {code(report.image.reference)}: {format_size(size.bytes)} in {layers}"
    name = "" if report.name is None else f"{code(report.name)}: "
    commit = "" if context.revision is None else f" at {code(short(context.revision))}"
    what = f"{format_size(size.bytes)} in {counted(size.files)}"
    return f"{name}Build context {code(context.root)}{commit}: {what}"


def _image(image: Image, total: int) -> Iterator[str]:
    shown = f"{format_size(image.shown_bytes)} in {counted(image.shown_files)}"
    base = f", {format_size(image.base_bytes)} of it with the base image" * bool(image.base_bytes)
    yield f"In the end it shows {shown}{base}."
    rows = [
        (
            str(layer.number),
            format_size(layer.bytes),
            _share(layer.bytes, total),
            format_size(layer.wasted_bytes) if layer.wasted_bytes else "",
            code(layer.instruction[:_MOST_TEXT]) if layer.instruction else "an unknown step",
        )
        for layer in image.layers[:_MOST_ROWS]
    ]
    yield _section("Layers", table(["layer:", "size:", "share:", "wasted:", "instruction"], rows))
    yield _section("Wasted", _wasted(image.wasted))


def _wasted(wasted: Wasted) -> str:
    rows = [
        (
            code(each.path),
            format_size(each.bytes),
            str(each.written_in),
            f"{each.gone_in}, {each.how}",
        )
        for each in wasted.paths[:_MOST_ROWS]
    ]
    if not rows:
        return ""
    total = f"{format_size(wasted.bytes)} in {counted(wasted.files)}"
    return f"{total}\n\n{table(['path', 'size:', 'written in layer:', 'gone in layer'], rows)}"


def _facts(measurement: Measurement) -> Iterator[tuple[str, str, str]]:
    copy_all, legacy = measurement.copy_all, measurement.legacy
    if copy_all is not None:
        yield "copy all", format_size(copy_all.bytes), "BuildKit, `COPY . /`, nothing cached"
        yield "", format_size(copy_all.warm_bytes), "the same, nothing changed"
    for target in measurement.targets[:_MOST_ROWS]:
        what = f"stage {code(target.name)}" if target.name else "the last stage"
        if target.buildkit is None:
            yield "transfer", "", f"{what}: {prose(WITHOUT_TRANSFER[target.reason or 'unknown'])}"
        else:
            yield "transfer", format_size(target.buildkit.bytes), what
    if legacy is not None:
        yield "legacy", format_size(legacy.bytes), "what the classic builder is sent"
    else:
        yield "legacy", "", f"no figure: {prose(measurement.legacy_reason or '')}"
    if measurement.lfs is not None:
        counted_as = "only the pointers count" if measurement.lfs.pointers else "as pointers tell"
        files = counted(measurement.lfs.files)
        yield "in LFS", format_size(measurement.lfs.bytes), f"{files}, {counted_as}"
    dockerfile, ignore_file = measurement.context.dockerfile, measurement.context.ignore_file
    if dockerfile:
        yield "Dockerfile", "", code(dockerfile)
    yield "rules", "", code(ignore_file) if ignore_file else "no ignore file"


def _limits(limits: Sequence[Limit]) -> str:
    rows = [
        (
            f"{limit.tier.value} {limit.name}" + (f" {code(limit.scope)}" if limit.scope else ""),
            amount(limit.unit, limit.actual),
            amount(limit.unit, limit.limit),
            "ok" if limit.headroom >= 0 else f"**over by {amount(limit.unit, -limit.headroom)}**",
        )
        for limit in sorted(limits, key=lambda limit: limit.headroom >= 0)
    ]
    return _cut_table(["limit", "actual:", "most:", ""], rows) if rows else ""


def _heaviest(measurement: Measurement) -> str:
    total = measurement.size.bytes
    rows = [_heavy(row, total) for row in measurement.heaviest.rows]
    if measurement.heaviest.rest_bytes:
        rest = measurement.heaviest
        share = _share(rest.rest_bytes, total)
        rows.append(
            ("everything else", format_size(rest.rest_bytes), share, f"{rest.rest_files:,}")
        )
    return table(["path", "size:", "share:", "files:"], rows) if rows and total else ""


def _heavy(row: HeavyPath, total: int) -> tuple[str, str, str, str]:
    slash = "/" if row.kind is EntryKind.DIRECTORY else ""
    name = code(f"{row.path}{slash}")
    return name, format_size(row.bytes), _share(row.bytes, total), f"{row.files:,}"


def _share(part: int, total: int) -> str:
    return f"{part / total:.1%}" if total else ""


def finding(found: Finding) -> str:
    """A list item for a finding, with what mends it."""
    place = _place(found.file or found.path, found.line)
    stake = f", **{format_size(found.bytes)}** at stake" if found.bytes else ""
    text = f"- **{found.severity.value}** {found.code}: {place}{prose(found.message)}{stake}"
    if found.fix is None:
        return text
    command = f", with {code(found.fix.command)}" if found.fix.command else ""
    return f"{text}  \n  Fix: {prose(found.fix.description)}{command}"


def _problem(problem: Problem) -> str:
    place = _place(problem.path, problem.line)
    return f"- **{problem.effect.value}** {problem.code}: {place}{prose(problem.message)}"


def _dependencies(found: Dependencies | None) -> Iterator[str]:
    if found is None:
        return
    measured = found.measured is not None
    where = f", measured in {code(found.measured or '')}" * measured
    yield f"#### Dependencies\n\n{in_all(found)}{where}"
    columns = ["verdict", "packages:", *["size:", "of unknown size:"] * measured]
    yield table(columns, [_sum(each, measured=measured) for each in found.sums])
    if found.rows:
        columns = ["package", *["with what only it needs:"] * measured, "verdict", "why"]
        yield _cut_table(columns, [_dependency(each, measured=measured) for each in found.rows])
    undeclared = [
        f"{code(each.module)} in {code(place_text(each.place))}" for each in found.undeclared
    ]
    yield _labelled("Imported, and declared nowhere:", undeclared)
    yield _labelled("What could not be looked at:", [prose(each) for each in found.problems])


def _sum(each: VerdictBytes, *, measured: bool) -> tuple[str, ...]:
    sizes = (size_text(each), f"{each.unknown:,}") if measured else ()
    return words(each.verdict), f"{each.packages:,}", *sizes


def _dependency(each: Dependency, *, measured: bool) -> tuple[str, ...]:
    text = reasons(each)
    shown = text if len(text) <= _LONGEST_REASONS else f"{text[:_LONGEST_REASONS]}..."
    sizes = (size_text(each),) if measured else ()
    return code(each.name), *sizes, words(each.verdict), prose(shown)


def _labelled(label: str, texts: Sequence[str]) -> str:
    return f"{label}\n\n{_listed([f'- {text}' for text in texts])}" if texts else ""


def _place(file: str | None, number: int | None) -> str:
    if file is None:
        return ""
    return f"{code(file if number is None else f'{file}:{number}')} "


def _groups(groups: Groups | Instructions | None) -> str:
    if groups is None:
        return ""
    if isinstance(groups, Instructions):
        return _section("By instruction", _instructions(groups))
    rows = [
        (code(row.name) if row.name else "no ending", format_size(row.bytes), f"{row.files:,}")
        for row in groups.rows
    ]
    return _section(f"By {groups.by}", _cut_table([groups.by, "size:", "files:"], rows))


def _instructions(found: Instructions) -> str:
    rows = [
        (
            f"{code(f'{each.instruction.file}:{each.instruction.line}')} "
            f"{code(each.instruction.text[:_MOST_TEXT])}",
            format_size(each.bytes), f"{each.files:,}",
        )
        for each in found.rows[:_MOST_ROWS]
    ]  # fmt: skip
    rows += [("...", "", "")] * (len(found.rows) > _MOST_ROWS)
    rows += [
        ("no instruction", format_size(found.unasked_bytes), f"{found.unasked_files:,}"),
        ("brought by several", format_size(found.several_bytes), f"{found.several_files:,}"),
    ]
    return table(["instruction", "size:", "files:"], rows)


def _cut_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """As many rows as a reader wants."""
    left = len(rows) - _MOST_ROWS
    more = f"\n\nand {left:,} more; `--format json` lists all" if left > 0 else ""
    return table(columns, rows[:_MOST_ROWS]) + more
