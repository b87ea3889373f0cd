"""What the pre-push hook says: a line for what passes, a short page for what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxguard.comparison import Comparison
from ctxguard.git.repository import short
from ctxguard.githook.blame import Culprit
from ctxguard.githook.guarding import Checked, Refusal
from ctxguard.render.amounts import amount, counted, signed
from ctxguard.render.diff import cause_text, path_text
from ctxguard.render.escape import line, quoted
from ctxguard.render.terminal import of_path
from ctxguard.sizes import format_size

MOST_LINES = 15
_MOST_RAISED = 2
_MOST_PATHS = 3
_MOST_SUBJECT = 50
_ONCE = "To pass once: SKIP=ctxguard git push, or git push --no-verify"


def passed(checked: Checked) -> str:
    """One line, in case everything is well."""
    size = checked.found.measurement.size
    how = ""
    if checked.base is not None:
        how = f", {signed(size.bytes - checked.base.measurement.size.bytes)}"
    warning = f", {_over_budget(checked)}" if checked.verdict.broken else ""
    what = f"{format_size(size.bytes)} in {counted(size.files)}{how}{warning}"
    return f"{quoted(checked.name)}: the build context is {what}"


def raised(checked: Checked) -> list[str]:
    """The limits that are raised, the first lines of all."""
    return [f"{quoted(checked.name)} raises {line(each)}" for each in checked.raised[:_MOST_RAISED]]


def refused(refusals: Sequence[Refusal]) -> list[str]:
    """Why the push is stopped, who brought it, and how to pass: at most 15 lines.

    The first refusal is told in full, of the others only that there are any.
    """
    first, *others = refusals
    lines = [*raised(first.checked), _stopped(first.checked)]
    lines += _growth_lines(first.checked)
    lines += _what_grew(first)
    lines += _who(first.culprits)
    room = MOST_LINES - len(lines) - 2
    lines += [_stopped(each.checked) for each in others[:room]]
    lines += [_more(first.checked), _ONCE]
    return lines


def _stopped(checked: Checked) -> str:
    size = checked.found.measurement.size
    reasons = []
    if checked.over_budget:
        reasons.append(_over_budget(checked))
    if checked.growth is not None and checked.growth.headroom < 0:
        reasons.append(f"over its growth limit by {format_size(-checked.growth.headroom)}")
    what = f"the build context is {format_size(size.bytes)}, {' and '.join(reasons)}"
    return f"{quoted(checked.name)} is stopped: {what}"


def _over_budget(checked: Checked) -> str:
    return " and ".join(
        f"over the {limit.tier.value} limit of {amount(limit.unit, limit.limit)} by "
        f"{amount(limit.unit, -limit.headroom)}"
        for limit in checked.verdict.broken
    )


def _growth_lines(checked: Checked) -> Iterator[str]:
    if checked.base is None or checked.base_id is None:
        return
    before = checked.base.measurement.size.bytes
    growth = checked.found.measurement.size.bytes - before
    whose = "the current commit" if checked.tip is None else "what the remote has"
    limit = ""
    if checked.growth is not None:
        limit = f"; allowed are {checked.found.settings.max_growth}"
    base = f"{format_size(before)} of {whose} ({short(checked.base_id)})"
    yield f"That is {signed(growth)} over the {base}{limit}"


def _what_grew(refusal: Refusal) -> Iterator[str]:
    comparison = refusal.comparison
    if comparison is None or not comparison.grown.rows:
        yield "Heaviest:"
        heaviest = refusal.checked.found.measurement.heaviest
        for row in heaviest.rows[:_MOST_PATHS]:
            yield f"  {format_size(row.bytes):>10} {of_path(row).fitted(None)}"
        return
    yield "What grew:"
    for changed in comparison.grown.rows[:_MOST_PATHS]:
        yield f"  {signed(changed.bytes):>10} {path_text(changed)}"
    yield from _rule(comparison)


def _rule(comparison: Comparison) -> Iterator[str]:
    letting_in = [row for row in comparison.causes if row[1].bytes > 0]
    if letting_in:
        yield f"By rule: {cause_text(*letting_in[0])} ({signed(letting_in[0][1].bytes)})"


def _who(culprits: Sequence[Culprit]) -> Iterator[str]:
    if culprits:
        yield "Brought by:"
    for each in culprits:
        subject = line(each.subject[:_MOST_SUBJECT])
        yield (
            f"  {signed(each.bytes):>10} {short(each.id)} {subject} "
            f"({line(each.author[:_MOST_SUBJECT])}, {line(each.date)})"
        )


def _more(checked: Checked) -> str:
    if checked.base_id is None or checked.base is None:
        what = f"report --rev {short(checked.tip)}" if checked.tip else "report"
    elif checked.tip is None:
        what = "diff"
    else:
        what = f"diff {short(checked.base_id)} {short(checked.tip)}"
    return f"All of it: ctxguard {what}"
