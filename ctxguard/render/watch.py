"""A watched context: a line of JSON for each change, or one screen that is drawn over and over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ctxguard.measurement import EntryKind, HeavyPath
from ctxguard.render import document
from ctxguard.render.amounts import counted, signed
from ctxguard.render.escape import line, quoted
from ctxguard.render.helping import would_help
from ctxguard.render.terminal import verdict_text
from ctxguard.report import Status
from ctxguard.sizes import format_size
from ctxguard.watch.moment import Delta, Moment

if TYPE_CHECKING:
    from rich.text import Text

_SPARKS = "▁▂▃▄▅▆▇█"
_COLORS = {
    Status.OK: "green",
    Status.WARNING: "yellow",
    Status.INCOMPLETE: "yellow",
    Status.CRITICAL: "bold red",
}
_SIZE_CELLS = 10


def json_line(moment: Moment) -> str:
    """One change."""
    value: dict[str, Any] = {
        "time": _iso(moment.time),
        "bytes": moment.bytes,
        "delta": moment.delta,
        "files": moment.report.measurement.size.files,
        "status": moment.report.verdict.status.value,
        "changed": [
            {**document.named_path("path", delta.path), "delta": delta.bytes}
            for delta in moment.changed
        ],
    }
    if moment.missing is not None:
        value["missing"] = moment.missing
    return document.dumps(value) + "\n"


def _iso(when: float) -> str:
    """UTC, to the millisecond."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when))
    return f"{text}.{int(when * 1000) % 1000:03d}Z"


def summary(moment: Moment, seconds: float) -> str:
    """The last line, once the screen is gone."""
    minutes = f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
    size = f"{format_size(moment.bytes)} in {counted(moment.report.measurement.size.files)}"
    return f"{size}, {signed(moment.since_start)} in {minutes}"


def screen(
    moment: Moment,
    events: Sequence[tuple[float, Delta]],
    who: Callable[[str], str],
    *,
    note: str,
    height: int,
) -> list[Text]:
    """What to draw, one Text for each line; no more than there are lines.

    Args:
        events: the last changes, the newest last.
        who: who lets a path in, in a few words.
        note: something to tell at the end.
    """
    from rich.text import Text

    heaviest = moment.report.measurement.heaviest
    lines = [*_head(moment), Text("")]
    room = max(0, height - len(lines) - 1)
    grown = [_delta(delta, who(delta.path)) for delta in moment.grown[: max(1, room // 2 - 2)]]
    lines += _section("Grew most since the start", grown)
    if len(lines) + 8 < height:
        lines += _section("Heaviest", [_heavy(row) for row in heaviest.rows])
    room = max(0, height - len(lines) - 3)
    newest = list(events)[-room:][::-1] if room else []
    lines += _section("Last changes", [_event(when, delta) for when, delta in newest])
    lines = lines[: max(1, height - 1)]
    end = f"{line(note)}; " if note else ""
    return [*lines, Text(f"{end}q or Ctrl-C ends", style="dim")]


def _head(moment: Moment) -> Iterator[Text]:
    from rich.text import Text

    context = moment.report.measurement.context
    yield Text(f"Build context {quoted(context.root)}", style="bold")
    files = counted(moment.report.measurement.size.files)
    yield Text(f"{format_size(moment.bytes)} in {files}", style="bold")
    status = moment.report.verdict.status
    yield Text(verdict_text(moment.report), style=_COLORS[status])
    yield Text(
        f"{signed(moment.since_start)} since the start, {signed(moment.last_minute)} in the last "
        f"minute  {_spark(moment.history)}"
    )
    yield from _help(moment)
    chosen = moment.report.measurement.chosen_target
    if chosen.buildkit is not None:
        yield Text(f"{format_size(chosen.buildkit.bytes)} would be transferred")
    yield Text(watched_text(moment), style="dim")
    if moment.missing is not None:
        yield Text(f"cannot be measured now: {quoted(moment.missing)}", style="bold red")


def _help(moment: Moment) -> Iterator[Text]:
    """The rule that would help; where none is known and all is well, nothing."""
    from rich.text import Text

    report = moment.report
    grown = None if report.verdict.status is Status.OK or not moment.grown else moment.grown[0].path
    text = would_help(report.findings, grown, report.measurement.context.ignore_file)
    if text is not None:
        yield Text(f"what would help: {text}", style="yellow")


def watched_text(moment: Moment) -> str:
    """How changes are noticed."""
    hearable = moment.hearable
    watched = f"{hearable.watched:,} of {counted(hearable.folders, 'folder')} watched"
    return watched + (f"; {hearable.note}" if hearable.note else "")


def _spark(history: Sequence[int]) -> str:
    """The sizes as a line of bars, from the smallest to the largest."""
    if len(history) < 2:
        return ""
    least, most = min(history), max(history)
    if least == most:
        return _SPARKS[0] * len(history)
    steps = len(_SPARKS) - 1
    return "".join(_SPARKS[(size - least) * steps // (most - least)] for size in history)


def _section(title: str, rows: list[Text]) -> list[Text]:
    from rich.text import Text

    return [Text(title, style="bold"), *rows, Text("")] if rows else []


def _delta(delta: Delta, who: str) -> Text:
    from rich.text import Text

    text = f"  {signed(delta.bytes):>{_SIZE_CELLS}} {quoted(delta.path)}"
    return Text(f"{text}  {who}" if who else text)


def _heavy(row: HeavyPath) -> Text:
    from rich.text import Text

    folder = "/" * (row.kind is EntryKind.DIRECTORY)
    return Text(f"  {format_size(row.bytes):>{_SIZE_CELLS}} {quoted(row.path)}{folder}")


def _event(when: float, delta: Delta) -> Text:
    from rich.text import Text

    clock = time.strftime("%H:%M:%S", time.localtime(when))
    return Text(f"  {clock} {signed(delta.bytes):>{_SIZE_CELLS}} {quoted(delta.path)}")
