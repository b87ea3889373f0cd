"""The Python packages that a project asks for: as JSON, and in the words that formats share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctxguard.dependencies import (
    Dependencies,
    Dependency,
    Evidence,
    Place,
    Undeclared,
    Verdict,
    VerdictBytes,
)
from ctxguard.render.amounts import counted
from ctxguard.render.escape import unicode_text
from ctxguard.render.plain import named_path, named_paths
from ctxguard.sizes import format_size

UNKNOWN = "unknown"
"""In place of a size."""


def as_json(found: Dependencies) -> dict[str, Any]:
    """All of them; used by other documents too."""
    return {
        **named_path("measured", found.measured),
        "bytes": found.bytes,
        "sums": {each.verdict.value: _sum(each) for each in found.sums},
        "rows": [_row(each) for each in found.rows],
        "undeclared": [_undeclared(each) for each in found.undeclared],
        "problems": [unicode_text(each) for each in found.problems],
    }


def _sum(each: VerdictBytes) -> dict[str, int]:
    return {"packages": each.packages, "bytes": each.bytes, "unknown": each.unknown}


def _row(each: Dependency) -> dict[str, Any]:
    return {
        **named_path("name", each.name),
        "verdict": each.verdict.value,
        "for_production": each.for_production,
        **named_paths("redundant_with", each.redundant_with),
        "bytes": each.bytes,
        "exclusive_bytes": each.exclusive_bytes,
        "version": _text(each.version),
        "evidence": [_evidence(one) for one in each.evidence],
        "question": _text(each.question),
        "declared": [_place(place) for place in each.declared],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    place = {"file": None, "line": None} if one.place is None else _place(one.place)
    return {"kind": one.why.value, "message": unicode_text(one.message), **place}


def _undeclared(each: Undeclared) -> dict[str, Any]:
    return {"module": unicode_text(each.module), **_place(each.place)}


def _place(place: Place) -> dict[str, Any]:
    return {**named_path("file", place.file), "line": place.line}


def _text(text: str | None) -> str | None:
    return None if text is None else unicode_text(text)


def in_all(found: Dependencies) -> str:
    """`488.00MB in 62 packages`; where nothing was measured, no size."""
    packages = counted(sum(each.packages for each in found.sums), "package")
    return packages if found.bytes is None else f"{format_size(found.bytes)} in {packages}"


def words(verdict: Verdict) -> str:
    """The verdict as it is read."""
    return verdict.value.replace("-", " ")


def size_text(each: VerdictBytes | Dependency) -> str:
    """What it weighs, a package with what only it needs."""
    if isinstance(each, Dependency):
        return UNKNOWN if each.exclusive_bytes is None else format_size(each.exclusive_bytes)
    return UNKNOWN if 0 < each.packages == each.unknown else format_size(each.bytes)


def reasons(each: Dependency) -> str:
    """What speaks for the verdict, what does the same job, and what to find out."""
    return "; ".join(_reasons(each))


def _reasons(each: Dependency) -> Iterator[str]:
    for one in each.evidence:
        yield one.message if one.place is None else f"{one.message} ({place_text(one.place)})"
    if each.redundant_with:
        yield f"does the same job as {', '.join(each.redundant_with)}"
    if each.question is not None:
        yield each.question


def place_text(place: Place) -> str:
    """`app/main.py:3`."""
    return f"{place.file}:{place.line}"
