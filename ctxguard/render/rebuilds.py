"""How often steps are built again, for a person and as JSON (`schema/rebuilds.schema.json`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from ctxguard.git.repository import short
from ctxguard.rebuilds.advice.proposal import Proposal
from ctxguard.rebuilds.answer import Answer, Timed, minutes_per_hundred
from ctxguard.rebuilds.breaking import Breaking
from ctxguard.rebuilds.replay import Tally
from ctxguard.render import document
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line, quoted, unicode_text
from ctxguard.render.look import Terminal
from ctxguard.render.table import Row, bar
from ctxguard.version import __version__

_MOST_ROWS = 60
_MOST_DIFF = 24
_TITLES = {
    "split": "Copy the manifests first, the rest after the installation",
    "order": "Copy last what changes most often",
    "variable": "Set the variable later",
}
_OFTEN, _NOW_AND_THEN = 0.5, 0.1


def text(answer: Answer, terminal: Terminal) -> str:
    """The steps from top to bottom, what breaks them, and what would build less again."""
    parts = [_headline(answer), _table(answer, terminal)]
    if not terminal.brief:
        parts.append(_paths(answer.paths, terminal))
        parts += [_proposal(each, answer, terminal) for each in answer.advice]
    return "\n".join(part for part in parts if part)


def _headline(answer: Answer) -> str:
    found = answer.replayed
    skipped = f", {len(found.skipped):,} passed over" if found.skipped else ""
    head = (
        f"Rebuilds of {quoted(answer.context.root)}: {counted(found.count, 'commit')} "
        f"from {short(found.first)} to {short(found.last)}{skipped}\n"
    )
    minutes = _minutes([each.tally for each in answer.steps], _seconds(answer), found.count)
    return head + (f"{minutes} on steps that are built again\n" if minutes else "")


def _seconds(answer: Answer) -> list[float | None]:
    return [each.seconds for each in answer.steps]


def _minutes(tallies: Sequence[Tally], seconds: Sequence[float | None], commits: int) -> str:
    minutes = minutes_per_hundred(tallies, seconds, commits)
    return "" if minutes is None else f"{minutes:,.1f} minutes per hundred commits"


def _table(answer: Answer, terminal: Terminal) -> str:
    timed = any(each.seconds is not None for each in answer.steps)
    seconds = f" {'seconds':>8}" if timed else ""
    lines = [f"  {'rebuilt':>28} {'commits':>7} {'own':>6} {'above':>6}{seconds}  {'line':>4}"]
    shown = answer.steps[:_MOST_ROWS]
    lines += [_line(each, answer.replayed.count, terminal, timed_column=timed) for each in shown]
    if len(answer.steps) > len(shown):
        lines.append(f"  and {len(answer.steps) - len(shown):,} more; the JSON has all")
    if any(each.tally.at_most for each in shown):
        sign = _at_most(terminal)
        lines.append(
            f"  {sign} at most: it takes from another stage, and is not built where that comes "
            "out the same"
        )
    return "".join(f"{each.rstrip()}\n" for each in lines)


def _at_most(terminal: Terminal) -> str:
    return "≤" if terminal.unicode else "<="


def _line(timed: Timed, commits: int, terminal: Terminal, *, timed_column: bool) -> str:
    tally = timed.tally
    share = share_of(tally, commits)
    sign = _at_most(terminal) if tally.at_most else ""
    drawn = terminal.styled(bar(share, terminal.unicode), fg=_color(share))
    numbers = f"{tally.rebuilt:>7,} {tally.own:>6,} {tally.rebuilt - tally.own:>6,}"
    seconds = "" if timed.seconds is None else f"{timed.seconds:.1f}"
    column = f" {seconds:>8}" if timed_column else ""
    place = f"{numbers}{column}  {tally.step.instruction.line:>4}  "
    room = None if terminal.width is None else terminal.width - 32
    row = Row(0, place, line(tally.step.text), "", keep_start=True)
    return f"  {sign + format(share, '.0%'):>7} {drawn} {row.fitted(room)}"


def share_of(tally: Tally, commits: int) -> float:
    """Of all commits, those that build it again."""
    return tally.rebuilt / commits if commits else 0.0


def _color(share: float) -> str:
    if share >= _OFTEN:
        return "red"
    return "yellow" if share >= _NOW_AND_THEN else "green"


def _paths(paths: Sequence[Breaking], terminal: Terminal) -> str:
    if not paths:
        return ""
    lines = [terminal.styled("What breaks the cache most", bold=True), f"  {'commits':>7}"]
    for each in paths:
        step = each.tally.step
        place = f"  {each.commits:>7,}  {quoted(each.path)}  "
        what = f"line {step.instruction.line}: {line(step.text)}"
        lines.append(Row(0, place, what, "", keep_start=True).fitted(terminal.width))
    return "".join(f"{each}\n" for each in lines)


def _proposal(proposal: Proposal, answer: Answer, terminal: Terminal) -> str:
    commits = answer.replayed.count
    idea = proposal.idea
    kind = "certain" if idea.certain else "to verify"
    lines = [terminal.styled(f"{_TITLES[idea.kind]} ({kind})", bold=True)]
    lines.append(f"  {line(idea.why)}")
    lines += [f"  {each}" for each in _diff(proposal, answer)]
    lines += _changes(proposal, commits, terminal)
    before = _minutes(proposal.before, proposal.seconds_before, commits)
    if before:
        after = minutes_per_hundred(proposal.after, proposal.seconds_after, commits)
        lines.append(f"  {before}, {after or 0:,.1f} with it")
    return "".join(f"{each}\n" for each in lines)


def _diff(proposal: Proposal, answer: Answer) -> Iterator[str]:
    rows = diff_lines(proposal, answer)
    yield from map(line, rows[:_MOST_DIFF])
    if len(rows) > _MOST_DIFF:
        yield f"and {len(rows) - _MOST_DIFF:,} more lines"


def diff_lines(proposal: Proposal, answer: Answer) -> list[str]:
    """What changes in the Dockerfile, each line behind its sign."""
    before, after = (
        data.decode("utf-8", "surrogateescape").replace("\r", "").rstrip("\n").split("\n")
        for data in (answer.replayed.setting.text, proposal.text)
    )
    rows = list(difflib.unified_diff(before, after, n=1, lineterm=""))
    return [row for row in rows[2:] if not row.startswith("@@")]


def _changes(proposal: Proposal, commits: int, terminal: Terminal) -> Iterator[str]:
    """The steps that are built more or less often with it."""
    before = {_named(tally): tally for tally in proposal.before}
    for tally in proposal.after:
        was = before.get(_named(tally))
        if not tally.step.builds or (was is not None and was.rebuilt == tally.rebuilt):
            continue
        old = "new" if was is None else format(share_of(was, commits), ".0%")
        new = format(share_of(tally, commits), ".0%")
        place = f"  {old:>5} -> {new:>4}  "
        yield Row(0, place, line(tally.step.text), "", keep_start=True).fitted(terminal.width)


def _named(tally: Tally) -> tuple[str, str]:
    return tally.step.stage, tally.step.text


def render(answer: Answer) -> str:
    """One JSON document."""
    found = answer.replayed
    commits = {
        "from": found.first,
        "to": found.last,
        "count": found.count,
        "skipped": [
            {"revision": each.revision, "why": unicode_text(each.why)} for each in found.skipped
        ],
    }
    value = {
        "schema_version": document.SCHEMA_VERSION,
        "ctxguard": __version__,
        "context": document.context(answer.context),
        "commits": commits,
        "minutes_per_hundred_commits": minutes_per_hundred(
            [each.tally for each in answer.steps], _seconds(answer), found.count
        ),
        "steps": [_step(each.tally, each.seconds, found.count) for each in answer.steps],
        "paths": [_path(each) for each in answer.paths],
        "advice": [_advice(each, answer) for each in answer.advice],
    }
    return document.dumps(value, indent=2) + "\n"


def _step(tally: Tally, seconds: float | None, commits: int) -> dict[str, Any]:
    return {
        "stage": unicode_text(tally.step.stage),
        "line": tally.step.instruction.line,
        "text": unicode_text(tally.step.text),
        "kind": unicode_text(tally.step.kind),
        "builds": tally.step.builds,
        "rebuilt": tally.rebuilt,
        "own": tally.own,
        "share": round(share_of(tally, commits), 4),
        "at_most": tally.at_most,
        "seconds": seconds,
    }


def _path(each: Breaking) -> dict[str, Any]:
    return {
        **document.named_path("path", each.path),
        "line": each.tally.step.instruction.line,
        "commits": each.commits,
    }


def _advice(proposal: Proposal, answer: Answer) -> dict[str, Any]:
    commits = answer.replayed.count
    sides = (
        (proposal.before, proposal.seconds_before),
        (proposal.after, proposal.seconds_after),
    )
    before, after = (
        [_step(*each, commits) for each in zip(*side, strict=True) if each[0].step.builds]
        for side in sides
    )
    minutes = [minutes_per_hundred(*side, commits) for side in sides]
    return {
        "kind": proposal.idea.kind,
        "certain": proposal.idea.certain,
        "why": unicode_text(proposal.idea.why),
        "before": before,
        "after": after,
        "minutes_before": minutes[0],
        "minutes_after": minutes[1],
        "lines": [unicode_text(each) for each in diff_lines(proposal, answer)],
    }
