"""What the pre-push hook says: a line for what passes, a short page for what does not."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ctxguard.comparison import Comparison
from ctxguard.git.repository import short
from ctxguard.githook.blame import Culprit
from ctxguard.githook.guarding import Checked, Refusal
from ctxguard.measurement import Measurement
from ctxguard.render.amounts import counted, signed
from ctxguard.render.diff import cause_row, instruction_row, path_row
from ctxguard.render.escape import line, quoted
from ctxguard.render.helping import would_help
from ctxguard.render.terminal import of_path, over
from ctxguard.sizes import format_size

MOST_LINES = 15
_MOST_RAISED = 2
_MOST_NOTES = 1
_MOST_ROWS = 3
_MOST_NAMED = 3
_MOST_TEXT = 50
_MOST_CELLS = 110
ONCE = "To pass once: SKIP=ctxguard git push, or git push --no-verify"


def passed(checked: Checked) -> str:
    """One line, in case everything is well."""
    parts = [_what(checked, with_files=True)]
    if checked.grew is not None:
        parts.append(signed(checked.grew) if checked.grew else "as before")
    if checked.verdict.broken:
        parts.append(_over_budget(checked))
    if checked.unchecked is not None:
        parts.append(f"growth not checked: {line(checked.unchecked)}")
    return f"{quoted(checked.name)}: {', '.join(parts)}"


def raised(all_checked: Sequence[Checked]) -> list[str]:
    """The limits that are raised, the first lines of all."""
    raising = [checked for checked in all_checked if checked.raised]
    lines = [_raises(checked) for checked in raising[:_MOST_RAISED]]
    more = len(raising) - len(lines)
    return [*lines, f"{more} more of what is pushed raise limits"] if more else lines


def _raises(checked: Checked) -> str:
    found = checked.raised
    more = f", and {len(found) - _MOST_RAISED} more limits" if len(found) > _MOST_RAISED else ""
    return f"{quoted(checked.name)} raises {line(', '.join(found[:_MOST_RAISED]))}{more}"


def notes(found: Sequence[str], most: int | None = None) -> list[str]:
    """What stood in the way."""
    shown = [line(each) for each in found[:most]]
    return [*shown, f"and {len(found) - len(shown)} more"] if len(shown) < len(found) else shown


def refused(refusal: Refusal, all_checked: Sequence[Checked], noted: Sequence[str]) -> list[str]:
    """Why the push is stopped, who brought it, and how to pass: at most 15 lines.

    Args:
        refusal: the first one, which is told in full.
        all_checked: everything that was measured; of what else is stopped, only the names.
        noted: what stood in the way.
    """
    first = refusal.checked
    others = [each for each in all_checked if each.refused and each is not first]
    for rows, helping in (*((rows, True) for rows in range(_MOST_ROWS, 0, -1)), (1, False)):
        lines = [
            *raised(all_checked),
            *notes(noted, _MOST_NOTES),
            _stopped(first),
            *_growth_line(first),
            *_what_grew(refusal, rows),
            *_who(refusal.culprits[:rows]),
            *(_help(refusal) if helping else ()),
            *_others(others),
            _more(first),
            ONCE,
        ]
        if len(lines) <= MOST_LINES:
            break
    return lines


def _stopped(checked: Checked) -> str:
    reasons = [_over_budget(checked)] if checked.over_budget else []
    if checked.growth is not None and checked.growth.broken:
        reasons.append("which grew too much" if not reasons else "and grew too much")
    return f"{quoted(checked.name)} is stopped: {_what(checked)}, {' '.join(reasons)}"


def _what(checked: Checked, *, with_files: bool = False) -> str:
    """How much it is, of what the limits are about."""
    measurement = checked.found.measurement
    size = measurement.size
    if checked.found.settings.budget.on_transfer:
        text = f"the transfer is {format_size(checked.found.judged)}"
    else:
        text = f"the build context is {format_size(size.bytes)}"
        text += f" in {counted(size.files)}" if with_files else ""
    return text + _in_lfs(measurement)


def _in_lfs(measurement: Measurement) -> str:
    found = measurement.lfs
    return "" if found is None else f" ({format_size(found.bytes)} of the context in Git LFS)"


def _over_budget(checked: Checked) -> str:
    return " and ".join(map(over, checked.verdict.broken))


def _growth_line(checked: Checked) -> Iterator[str]:
    if checked.base is None or checked.grew is None:
        if checked.unchecked is not None:
            yield f"Its growth is not checked: {line(checked.unchecked)}"
        return
    holder = checked.base.holder
    whose = "the current commit" if holder is None else f"which {quoted(holder)} has"
    grew = checked.grew
    how = "shrank" if grew < 0 else "grew"
    before = format_size(checked.found.judged - grew)
    allowed = f"; {checked.growth.allowed} is allowed" if checked.growth is not None else ""
    since = f"since {short(checked.base.id)}, {whose} ({before})"
    yield f"It {how} by {format_size(abs(grew))} {since}{allowed}"


def _what_grew(refusal: Refusal, most: int) -> Iterator[str]:
    comparison = refusal.comparison
    if comparison is not None and refusal.checked.found.settings.budget.on_transfer:
        yield from _by_instruction(comparison, most)
    elif comparison is not None and comparison.grown.rows:
        yield "What grew:"
        for changed in comparison.grown.rows[:most]:
            yield f"  {signed(changed.bytes):>10} {path_row(changed).fitted(_MOST_CELLS)}"
        yield from _by_rule(comparison)
    else:
        yield "Heaviest:"
        for row in refusal.checked.found.measurement.heaviest.rows[:most]:
            yield f"  {format_size(row.bytes):>10} {of_path(row).fitted(_MOST_CELLS)}"


def _by_rule(comparison: Comparison) -> Iterator[str]:
    letting_in = [row for row in comparison.causes if row[1].bytes > 0]
    if letting_in:
        bytes_ = letting_in[0][1].bytes
        yield f"By rule: {cause_row(letting_in[0]).fitted(_MOST_CELLS)} ({signed(bytes_)})"


def _by_instruction(comparison: Comparison, most: int) -> Iterator[str]:
    grown = [row for row in comparison.instructions if row.bytes > 0]
    if grown:
        yield "What grew, by instruction:"
    for row in grown[:most]:
        yield f"  {signed(row.bytes):>10} {instruction_row(row).fitted(_MOST_CELLS)}"
    for changed in comparison.grown.rows[:1]:
        yield f"  {signed(changed.bytes):>10} {path_row(changed).fitted(_MOST_CELLS)}"


def _help(refusal: Refusal) -> Iterator[str]:
    measurement, comparison = refusal.checked.found.measurement, refusal.comparison
    rows = measurement.heaviest.rows if comparison is None else comparison.grown.rows
    path = rows[0].path if rows else None
    text = would_help(refusal.findings, path, measurement.context.ignore_file)
    if text is not None:
        yield f"What would help: {text}"


def _who(culprits: Sequence[Culprit]) -> Iterator[str]:
    if culprits:
        yield "Brought by:"
    for each in culprits:
        yield (
            f"  {signed(each.bytes):>10} {short(each.id)} {_cut(each.subject)} "
            f"({_cut(each.author)}, {line(each.date)})"
        )


def _cut(text: str) -> str:
    return line(text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 3]}...")


def _others(stopped: Sequence[Checked]) -> Iterator[str]:
    if not stopped:
        return
    names = [f"{quoted(each.name)} ({format_size(each.found.judged)})" for each in stopped]
    more = f", and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    yield f"Also stopped: {', '.join(names[:_MOST_NAMED])}{more}"


def _more(checked: Checked) -> str:
    """A command for the top of the repository."""
    where = line(shlex.quote(checked.folder)) if checked.folder else ""
    there = f" -C {where}" if where else ""
    if checked.tip is None:
        what = f"diff{there}"
    elif checked.base is None:
        what = f"report{f' {where}' if where else ''} --rev {short(checked.tip)}"
    else:
        what = f"diff{there} {short(checked.base.id)} {short(checked.tip)}"
    return f"All of it: ctxguard {what}"
