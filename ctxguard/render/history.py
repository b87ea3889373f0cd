"""What was measured before: a table with a line of it, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctxguard.git.repository import short
from ctxguard.history.recorded import Recorded
from ctxguard.history.trend import by_series
from ctxguard.render.amounts import counted, signed
from ctxguard.render.escape import cell, line, quoted
from ctxguard.render.look import COLORS, Terminal
from ctxguard.render.plain import SCHEMA_VERSION, dumps
from ctxguard.sizes import format_size
from ctxguard.version import __version__

_PLAIN = Recorded._fields[1:-2]
"""All but the id, and what is kept by folder and limit."""
_MOST_ROWS = 20
_POINTS = 40
_BRANCH_CELLS = 20
_HEIGHTS = "▁▂▃▄▅▆▇█"
_PLAIN_HEIGHTS = "_.-=+*#@"


@dataclass(frozen=True, slots=True)
class _Row:
    recorded: Recorded
    change: int | None
    """Against the one before it in its series."""


def text(measurements: Sequence[Recorded], terminal: Terminal, *, everything: bool) -> str:
    """A table for each context, with its line over time.

    Args:
        everything: show all rows, not only the last ones.
    """
    if not measurements:
        return ""
    found = by_series(measurements)
    return "\n".join(_series(rows, terminal, everything=everything) for rows in found)


def _series(found: Sequence[Recorded], terminal: Terminal, *, everything: bool) -> str:
    before = (None, *found[:-1])
    rows = [
        _Row(each, None if last is None else each.bytes - last.bytes)
        for last, each in zip(before, found, strict=True)
    ]
    shown = rows if everything else rows[-_MOST_ROWS:]
    lines = [f"{title(found[-1], terminal)}: {counted(len(found), 'measurement')}"]
    lines.append(f"  {sparkline([each.bytes for each in found], unicode=terminal.unicode)}")
    lines += _table(shown, terminal)
    if len(shown) < len(rows):
        lines.append(f"  {len(rows) - len(shown):,} earlier ones; --since shows them")
    return "".join(f"{each.rstrip()}\n" for each in lines)


def title(recorded: Recorded, terminal: Terminal) -> str:
    """Which context, and how it is built."""
    how = [recorded.backend] if recorded.backend != "buildkit" else []
    how += [f"target {line(recorded.target)}"] if recorded.target else []
    how += [quoted(recorded.dockerfile)] if recorded.dockerfile else []
    how += [line(recorded.platform)] if recorded.platform else []
    name = terminal.styled(quoted(recorded.name), bold=True)
    return f"{name} ({', '.join(how)})" if how else name


def _table(rows: Sequence[_Row], terminal: Terminal) -> list[str]:
    built = any(
        row.recorded.transferred is not None or row.recorded.seconds is not None for row in rows
    )
    head = (
        f"  {'time':<16}  {'revision':<11} {'branch':<{_BRANCH_CELLS}} {'size':>9} {'change':>10} "
        f"{'files':>9} {'transfer':>9}"
    )
    weighed = any(row.recorded.dependencies is not None for row in rows)
    head += f" {'sent':>9} {'build':>8}" if built else ""
    lines = [head + (f" {'packages':>9} {'unused':>9}" if weighed else "")]
    lines += [
        _line(row, terminal, built=built) + (_packages(row.recorded) if weighed else "")
        for row in rows
    ]
    if any(row.recorded.dirty for row in rows):
        lines.append("  * with changes that were not committed")
    return lines


def _line(row: _Row, terminal: Terminal, *, built: bool) -> str:
    found = row.recorded
    mark = "*" if found.dirty else ""
    revision = "" if found.revision is None else f"{short(line(found.revision))}{mark}"
    size = terminal.styled(f"{format_size(found.bytes):>9}", fg=COLORS[found.status])
    change = "" if row.change is None else signed(row.change)
    transfer = "-" if found.transfer is None else format_size(found.transfer)
    text = (
        f"  {moment(found.time)}  {revision:<11} {_branch(found.branch)} {size} {change:>10} "
        f"{found.files:>9,} {transfer:>9}"
    )
    return text + _built(found) if built else text


def _built(found: Recorded) -> str:
    """What a build really took, beside what was predicted."""
    sent = "" if found.transferred is None else format_size(found.transferred)
    seconds = "" if found.seconds is None else f"{found.seconds:.1f} s"
    return f" {sent:>9} {seconds:>8}"


def _packages(found: Recorded) -> str:
    """What the Python packages weigh, and those of them that nobody needs."""
    sizes = found.dependencies, found.dependencies_unused
    shown = ["" if size is None else format_size(size) for size in sizes]
    return f" {shown[0]:>9} {shown[1]:>9}"


def _branch(name: str | None) -> str:
    shown = line(name or "")
    if len(shown) > _BRANCH_CELLS:
        shown = f"{shown[: _BRANCH_CELLS - 3]}..."
    return f"{shown:<{_BRANCH_CELLS}}"


def moment(time: str) -> str:
    """A time where the reader is, to the minute."""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M")


def sparkline(values: Sequence[int], *, unicode: bool) -> str:
    """A line from the lowest to the highest; of many values, the last of each stretch."""
    heights = _HEIGHTS if unicode else _PLAIN_HEIGHTS
    count = min(len(values), _POINTS)
    points = [values[(at + 1) * len(values) // count - 1] for at in range(count)]
    low, high = min(points), max(points)
    if low == high:
        return heights[0] * count
    return "".join(heights[(each - low) * (len(heights) - 1) // (high - low)] for each in points)


def render_csv(measurements: Sequence[Recorded]) -> str:
    """A line for each, below the names of the columns."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(_PLAIN)
    rows.writerows(zip(*_by_column(measurements, cell), strict=True))
    return file.getvalue()


def render(measurements: Sequence[Recorded]) -> str:
    """As JSON; `schema/history.schema.json` describes it."""
    head = {"schema_version": SCHEMA_VERSION, "ctxguard": __version__}
    row = ", ".join(f'"{name}": %s' for name in _PLAIN)
    columns = _by_column(measurements, json.JSONEncoder().encode)
    rows = ",\n".join(f"    {{{row}}}" % values for values in zip(*columns, strict=True))
    start = dumps(head, indent=2).removesuffix("\n}")
    body = f"\n{rows}\n  " if rows else ""
    return f'{start},\n  "measurements": [{body}]\n}}\n'


def _by_column(
    measurements: Sequence[Recorded], show: Callable[[Any], Any]
) -> Iterator[Iterator[Any]]:
    """Each column as it is to be shown; what comes again and again in it is made once."""
    for column in list(zip(*measurements, strict=True))[1:-2]:
        kinds = set(map(type, column))
        if kinds == {int}:
            yield map(str, column)
        elif len(different := set(column)) < len(column) / 2:
            yield map({value: show(value) for value in different}.__getitem__, column)
        else:
            yield map(show, column)
