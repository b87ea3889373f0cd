"""Advice for a person, and as JSON (`schema/suggest.schema.json`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from ctxguard.finding import Fix
from ctxguard.guard.suggest.advice import Advice, Suggestion
from ctxguard.guard.suggest.choosing import Gain
from ctxguard.measurement import Measurement
from ctxguard.render import document
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line, quoted, unicode_text
from ctxguard.render.look import Terminal
from ctxguard.render.terminal import instruction_text
from ctxguard.sizes import format_size
from ctxguard.version import __version__

_MOST_NAMED = 3
_MOST_LINES = 12
"""Of one suggestion; the diff and the JSON have all."""


def text(advice: Advice, terminal: Terminal, *, diff: bool) -> str:
    """What the lines come to first, then each of them.

    Args:
        diff: they are about to be written.
    """
    parts = [_headline(advice)]
    if not terminal.brief:
        parts.append(_table(f"For {quoted(advice.ignore.file)}", advice.suggestions, terminal))
        title = "Not certain: only you know whether the image needs it"
        parts.append(_table(title, advice.uncertain, terminal))
    if diff:
        parts.append("".join(f"{each}\n" for each in _diff(advice)))
    elif advice.suggestions and not terminal.brief:
        parts.append("`ctxguard suggest --write` writes the lines, --undo takes them back.\n")
    return "\n".join(part for part in parts if part)


def _headline(advice: Advice) -> str:
    before, after = advice.before.size, advice.after.size
    root = quoted(advice.before.context.root)
    if not advice.suggestions:
        what = f"{format_size(before.bytes)} in {counted(before.files)}"
        return f"Build context {root}: {what}; nothing to suggest\n"
    return (
        f"Build context {root}: {format_size(before.bytes)} in {counted(before.files)}, "
        f"{format_size(after.bytes)} in {counted(after.files)} with these lines\n"
    )


def _table(title: str, rows: Sequence[Suggestion], terminal: Terminal) -> str:
    if not rows:
        return ""
    lines = [terminal.styled(title, bold=True), f"  {'saves':>9} {'alone':>9}"]
    for row in rows:
        lines += _lines(row, terminal)
    return "\n".join(lines) + "\n"


def _lines(row: Suggestion, terminal: Terminal) -> Iterator[str]:
    first, *others = row.lines
    sizes = f"  {format_size(row.saved.bytes):>9} {format_size(row.alone.bytes):>9} "
    yield sizes + terminal.styled(line(first), bold=True)
    space = " " * len(sizes)
    for other in others[: _MOST_LINES - 1]:
        yield space + terminal.styled(line(other), bold=True)
    if len(row.lines) > _MOST_LINES:
        yield f"{space}and {len(row.lines) - _MOST_LINES:,} more"
    yield f"{space}{line(row.why)}, {counted(row.alone.files)}"
    for instruction in row.instructions[:_MOST_NAMED]:
        yield f"{space}asked for by {instruction_text(instruction)}"
    if len(row.instructions) > _MOST_NAMED:
        yield f"{space}and by {len(row.instructions) - _MOST_NAMED:,} more"


def _diff(advice: Advice) -> Iterator[str]:
    """Unified, and harmless on a terminal."""
    name = quoted(advice.ignore.file)
    before, after = (_readable(data) for data in (advice.ignore.data, advice.text))
    for row in difflib.unified_diff(before, after, name, name, lineterm=""):
        yield line(row)


def _readable(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n") if text else []


def render(advice: Advice, *, written: bool) -> str:
    """One JSON document."""
    value = {
        "schema_version": document.SCHEMA_VERSION,
        "ctxguard": __version__,
        "context": document.context(advice.before.context),
        **document.named_path("file", advice.ignore.file),
        "written": written,
        "before": _size(advice.before),
        "after": _size(advice.after),
        "suggestions": list(map(_suggestion, advice.suggestions)),
        "uncertain": list(map(_suggestion, advice.uncertain)),
    }
    return document.dumps(value, indent=2) + "\n"


def _size(measurement: Measurement) -> dict[str, int]:
    return {"bytes": measurement.size.bytes, "files": measurement.size.files}


def _suggestion(row: Suggestion) -> dict[str, Any]:
    return {
        "lines": [unicode_text(text) for text in row.lines],
        "why": unicode_text(row.why),
        "code": row.code,
        "alone": _gain(row.alone),
        "saved": _gain(row.saved),
        "instructions": list(map(document.instruction, row.instructions)),
        "edits": document.fix(Fix(row.why, None, row.edits))["edits"],
    }


def _gain(gain: Gain) -> dict[str, int]:
    return {"bytes": gain.bytes, "files": gain.files}
