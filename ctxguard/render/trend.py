"""Where sizes are going, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ctxguard.git.repository import short
from ctxguard.history.recorded import Recorded
from ctxguard.history.trend import Jump, Outlook, Trend
from ctxguard.render.amounts import amount, counted, signed
from ctxguard.render.escape import line, quoted
from ctxguard.render.history import moment, sparkline, title
from ctxguard.render.look import Terminal
from ctxguard.render.plain import SCHEMA_VERSION, dumps
from ctxguard.sizes import format_size
from ctxguard.version import __version__

_FAR_DAYS = 3650
_WEEK_DAYS = 7


def text(trends: Sequence[Trend], terminal: Terminal) -> str:
    """A paragraph for each context."""
    return "\n".join(_paragraph(each, terminal) for each in trends)


def _paragraph(trend: Trend, terminal: Terminal) -> str:
    last = trend.last
    count = counted(len(trend.measurements), "measurement")
    if len(trend.measurements) > 1:
        count += f" in {_days(trend.days)}"
    lines = [
        f"{title(last, terminal)}: {format_size(last.bytes)}, {count}",
        f"  {sparkline([each.bytes for each in trend.measurements], unicode=terminal.unicode)}",
        f"  growth   {_growth(trend)}",
        *_labelled("budgets", map(_outlook, trend.outlooks)),
        *_labelled("jumped", (text for jump in trend.jumps for text in _jump(jump))),
    ]
    return "".join(f"{each}\n" for each in lines)


def _labelled(label: str, texts: Iterator[str]) -> Iterator[str]:
    for number, each in enumerate(texts):
        yield f"  {'' if number else label:<8} {each}"


def _growth(trend: Trend) -> str:
    if trend.per_day is None:
        return "too few measurements, or too near each other"
    day, week = round(trend.per_day), round(trend.per_day * _WEEK_DAYS)
    return f"{signed(day)} a day, {signed(week)} a week (the median slope)"


def _days(days: float) -> str:
    if days < 1:
        return counted(round(days * 24), "hour")
    return counted(round(days), "day")


def _outlook(outlook: Outlook) -> str:
    limit = outlook.limit
    of = f" for {quoted(limit.scope)}" if limit.scope is not None else ""
    of = " for the transfer" if limit.name == "transfer" else of
    name = "budget" if limit.scope is not None else f"{limit.tier} limit"
    return f"{name} of {amount(limit.unit, limit.limit)}{of}: {_left(outlook)}"


def _left(outlook: Outlook) -> str:
    if outlook.broken:
        return "over it"
    if outlook.per_day is None:
        return "nobody can tell yet"
    if outlook.days is None:
        return "not at this pace"
    if outlook.days == 0:
        return "reached"
    return "in more than 10 years" if outlook.days > _FAR_DAYS else f"in {_days(outlook.days)}"


def _jump(jump: Jump) -> Iterator[str]:
    after = jump.after
    at = "" if after.revision is None else f" at {short(line(after.revision))}"
    on = "" if after.branch is None else f" ({line(after.branch)})"
    dirty = ", with changes that were not committed" if after.dirty else ""
    grew = f"{signed(jump.bytes)} to {format_size(after.bytes)}"
    yield f"{moment(after.time)}{at}{on}{dirty}: {grew}"
    for path, size in jump.folders:
        yield f"  {signed(size):>10} {quoted(path)}/"


def render(trends: Sequence[Trend]) -> str:
    """As JSON; `schema/trend.schema.json` describes it."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "ctxguard": __version__,
        "trends": [_document(each) for each in trends],
    }
    return dumps(document, indent=2) + "\n"


def _document(trend: Trend) -> dict[str, Any]:
    last = trend.last
    per_day = trend.per_day
    return {
        "name": last.name,
        "backend": last.backend,
        "dockerfile": last.dockerfile,
        "target": last.target,
        "platform": last.platform,
        "measurements": len(trend.measurements),
        "first": _point(trend.measurements[0]),
        "last": _point(last),
        "growth": {
            "bytes_per_day": per_day,
            "bytes_per_week": None if per_day is None else per_day * _WEEK_DAYS,
        },
        "limits": [_limit(each) for each in trend.outlooks],
        "jumps": [_jump_document(each) for each in trend.jumps],
    }


def _point(recorded: Recorded) -> dict[str, Any]:
    return {
        "time": recorded.time,
        "revision": recorded.revision,
        "branch": recorded.branch,
        "dirty": recorded.dirty,
        "bytes": recorded.bytes,
    }


def _limit(outlook: Outlook) -> dict[str, Any]:
    limit = outlook.limit
    return {
        "name": limit.name,
        "scope": limit.scope,
        "tier": limit.tier,
        "unit": limit.unit,
        "limit": limit.limit,
        "actual": limit.actual,
        "per_day": outlook.per_day,
        "days": outlook.days,
    }


def _jump_document(jump: Jump) -> dict[str, Any]:
    return {
        "before": _point(jump.before),
        "after": _point(jump.after),
        "bytes": jump.bytes,
        "folders": [{"path": path, "bytes": size} for path, size in jump.folders],
    }
