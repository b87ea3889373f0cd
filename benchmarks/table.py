"""The tables, as aligned text or as markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import median

from benchmarks.contenders import DU
from benchmarks.runs import Row, ratio

Cells = Sequence[str]
HEAD = ("case", "what", "wall", "wall / du", "CPU", "CPU / du", "memory")
TARGETS_HEAD = ("what", "target", "measured", "")
_NONE = "-"


def lines_of(title: str, rows: Sequence[Row]) -> list[Cells]:
    """The cells of one case; its title stands in its first line."""
    base = next((row for row in rows if row.what == DU), Row(DU))
    return [_line("" if number else title, row, base) for number, row in enumerate(rows)]


def _line(title: str, row: Row, base: Row) -> Cells:
    what = row.what + (" *" if row.alone else "")
    if row.why_not or not row.readings:
        return (title, what, row.why_not or _NONE)
    return (
        title,
        what,
        _seconds(row.walls),
        _times(ratio(row.walls, base.walls, not row.alone)),
        _seconds(row.cpus),
        _times(ratio(row.cpus, base.cpus, not row.alone)),
        _megabytes(row.memory),
    )


def _seconds(values: Sequence[float]) -> str:
    if not values:
        return _NONE
    value = median(values)
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def _megabytes(value: int | None) -> str:
    if value is None:
        return _NONE
    return f"{value / 1e6:.1f} MB" if value < 10e6 else f"{value / 1e6:.0f} MB"


def _times(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def text(head: Cells, lines: Sequence[Cells], left: int = 2) -> str:
    """Aligned columns, `left` of them to the left; a short line ends with words of any length."""
    full = [head, *(line for line in lines if len(line) == len(head))]
    widths = [
        max(len(line[column]) for line in ([*full, *lines] if column < left else full))
        for column in range(len(head))
    ]
    return "\n".join(_aligned(line, widths, left) for line in [head, *lines])


def _aligned(line: Cells, widths: Sequence[int], left: int) -> str:
    whole = len(line) == len(widths)
    cells = [
        cell.rjust(width) if whole and column >= left else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=False))
    ]
    return "  ".join(cells).rstrip()


def text_notes(notes: Sequence[str]) -> str:
    return "\n".join(
        textwrap.fill(note, 100, initial_indent="- ", subsequent_indent="  ") for note in notes
    )


def markdown_notes(notes: Sequence[str]) -> str:
    return "\n".join(f"- {_starred(note)}" for note in notes)


def _starred(words: str) -> str:
    """A star that stands alone would begin what is emphasised."""
    return words.replace(" *", r" \*") if not words.startswith("* ") else "\\" + words


def markdown(head: Cells, lines: Sequence[Cells], left: int = 2) -> str:
    rule = ["---" if column < left else "---:" for column in range(len(head))]
    lines = [[_starred(cell) for cell in line] for line in lines]
    padded = [[*line, *([""] * (len(head) - len(line)))] for line in [head, rule, *lines]]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
