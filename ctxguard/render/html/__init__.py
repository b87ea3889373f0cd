"""One page that works offline: a treemap, the heaviest paths, findings, limits, the history.

The page is a fixed text: a style sheet, a script, and the reports as data between them. No name
ever becomes markup; the script shows the data as text only, and the page's content security policy
lets no other script run and nothing be fetched (https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from ctxguard.measurement import InstructionLine, RuleLine
from ctxguard.render.document import whole, worst
from ctxguard.render.escape import in_script, line
from ctxguard.render.html.folding import folded
from ctxguard.render.terminal import instruction_text, verdict_text
from ctxguard.report import Failure, Report
from ctxguard.version import __version__

_SCRIPTS = (
    "elements.js",
    "layout.js",
    "treemap.js",
    "trend.js",
    "tables.js",
    "layers.js",
    "dependencies.js",
    "page.js",
)
"""In the order in which one uses the other; together they are one script."""
_COLUMNS = ("parents", "names", "kinds", "bytes", "files")
_MOST_ROWS = 200
_MOST_OF_ONE = 5
_LONGEST_VERDICT = 1000
_LONGEST = 160
"""Characters of what colors a tile."""


def render(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    """The whole page."""
    style, script = _part("page.css"), "".join(map(_part, _SCRIPTS))
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    return (
        _part("page.html")
        .replace("{policy}", _policy(style, script))
        .replace("{style}", style)
        .replace("{script}", script)
        .replace("{data}", _data(reports, failures))
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src 'sha256-{_hash(script)}'; "
        f"style-src 'sha256-{_hash(style)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(reports: Sequence[Report], failures: Sequence[Failure]) -> str:
    value = {
        "version": __version__,
        "status": worst(reports, failures).value,
        "reports": [_report(report, len(reports)) for report in reports],
        "failures": [{"name": each.name, "message": each.message} for each in failures],
    }
    return in_script(_harmless(value))


def _harmless(value: Any) -> Any:
    """The same with every text made harmless to read (see `escape.line`)."""
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return {line(key): _harmless(each) for key, each in value.items()}
    return [_harmless(each) for each in value] if isinstance(value, list | tuple) else value


def _report(report: Report, of: int) -> dict[str, Any]:
    """One of so many: they share what a page can hold."""
    outline = report.measurement.outline
    assert outline is not None
    found = folded(outline, of)
    brought = list(map(_brought, outline.bringing)) if outline.asked_for else None
    return {
        **_cut(whole(report)),
        "words": _shortened(verdict_text(report), _LONGEST_VERDICT),
        "map": {
            **{name: getattr(found, name) for name in _COLUMNS},
            "least": found.least,
            "type": _kinds(found.types, [each or "no ending" for each in found.endings]),
            "rule": _kinds(found.rules, list(map(_rule, outline.rules))),
            "instruction": None if brought is None else _kinds(found.instructions, brought),
        },
        "past": [asdict(each) for each in report.past],
    }


def _cut(report: dict[str, Any]) -> dict[str, Any]:
    """What may be very long, as far as a page shows it, and how much is left out."""
    found = dict(report)
    for name in ("findings", "problems", "heaviest"):
        found[name] = report[name][:_MOST_ROWS]
        found[f"{name}_left_out"] = len(report[name]) - len(found[name])
    for name, many in (("heaviest", "brought_by"), ("findings", "related")):
        found[name] = [{**each, many: each[many][:_MOST_OF_ONE]} for each in found[name]]
    for name, many in (("verdict", "limits"), ("transfer", "targets")):
        rows = report[name][many]
        found[name] = {**report[name], many: rows[:_MOST_ROWS]}
        found[f"{many}_left_out"] = len(rows[_MOST_ROWS:])
    for name, rows in (("groups", "rows"), ("excluded", "rules")):
        if report[name] is not None:
            found[name] = {**report[name], rows: report[name][rows][:_MOST_ROWS]}
            found[name]["left_out"] = len(report[name][rows]) - len(found[name][rows])
    if "image" in report:
        packages = report["image"]["packages"]
        found["image"] = {**report["image"], "packages": packages[:_MOST_ROWS]}
        found["packages_left_out"] = len(packages[_MOST_ROWS:])
    return {**found, **_cut_dependencies(report.get("dependencies"))}


def _cut_dependencies(report: dict[str, Any] | None) -> dict[str, Any]:
    if report is None:
        return {}
    found = dict(report)
    for name in ("rows", "undeclared", "problems"):
        found[name] = report[name][:_MOST_ROWS]
        found[f"{name}_left_out"] = len(report[name]) - len(found[name])
    for many in ("evidence", "redundant_with", "declared"):
        found["rows"] = [{**each, many: each[many][:_MOST_OF_ONE]} for each in found["rows"]]
    return {"dependencies": found}


def _kinds(numbers: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """The names of the kinds that color anything, and for each node the number of its own."""
    used = list(dict.fromkeys(number for number in numbers if number >= 0))
    places = {number: at for at, number in enumerate(used)}
    return {
        "names": [_shortened(line(names[number])) for number in used],
        "nodes": [places.get(number, -1) for number in numbers],
    }


def _rule(rule: RuleLine | None) -> str:
    return "no rule" if rule is None else f"line {rule.line}: {rule.raw.strip()}"


def _brought(instructions: Sequence[InstructionLine]) -> str:
    if not instructions:
        return "no instruction"
    return ", and ".join(map(instruction_text, instructions))


def _shortened(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
