"""What is wrong with the packages that a project asks for, one finding for each."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from ctxguard.dependencies import Dependencies, Dependency, Place, Undeclared, Verdict, Why
from ctxguard.deps.declared.groups import file_is_development
from ctxguard.deps.known import is_tool
from ctxguard.deps.roles import is_development
from ctxguard.finding import Finding, Fix, Severity

TITLES = {
    "PKG001": "Unused package",
    "PKG002": "Development package in production",
    "PKG003": "Package to verify",
    "PKG004": "Packages for the same job",
    "PKG005": "Package missing in production",
    "PKG006": "Package declared nowhere",
}
"""By code, what kind of thing it is."""
_SEVERITIES = list(Severity)
_OF_THE_APPLICATION = frozenset((Why.IMPORT, Why.COMMAND, Why.SETTING, Why.URL, Why.ENTRY_POINT))
"""What shows that the application itself wants a package, and no other package for it."""
_MOST_RELATED = 5


def findings(found: Dependencies, project: str = "") -> tuple[Finding, ...]:
    """The worst first, then what is about the most bytes.

    Args:
        project: what the commands that mend them are to name; "" for the current folder.
    """
    command = f"ctxguard deps split {shlex.quote(project)}" if project else "ctxguard deps split"
    told = [
        *(each for row in found.rows for each in _of_row(row, command)),
        *_redundant(found),
        *_undeclared(found),
    ]
    return tuple(sorted(told, key=_worst_first))


def _worst_first(found: Finding) -> tuple[int, int, str, str, int, str]:
    place = found.file or "", found.line or 0
    return _SEVERITIES.index(found.severity), -found.bytes, found.code, *place, found.message


def _of_row(row: Dependency, command: str) -> Iterator[Finding]:
    if row.verdict is Verdict.UNUSED:
        fix = Fix("take it out, or have files written without it", command, ())
        yield _finding("PKG001", Severity.WARNING, f"{row.name} is not needed{_why(row)}", row, fix)
    elif row.verdict is Verdict.DEVELOPMENT and row.for_production:
        message = f"{row.name} is for development, and a production install has it{_why(row)}"
        fix = Fix("move it to the requirements for development", command, ())
        yield _finding("PKG002", Severity.WARNING, message, row, fix)
    elif row.verdict is Verdict.NEEDS_VERIFICATION:
        message = f"{row.name} may not be needed: {row.question}"
        fix = Fix("run the application without it", f"{command} --prove COMMAND --each", ())
        yield _finding("PKG003", Severity.NOTE, message, row, fix)
    elif is_missing_in_production(row):
        message = f"{row.name} is declared for development alone, and the application needs it"
        fix = Fix("declare it for production too", None, ())
        yield _finding("PKG005", Severity.ERROR, f"{message}{_why(row)}", row, fix)


def is_missing_in_production(row: Dependency) -> bool:
    """Whether the application needs a package that only development asks for.

    That a tool is run says little: it may be so in a stage for tests.
    """
    kinds = {Why.IMPORT} if is_tool(row.key) else _OF_THE_APPLICATION
    wants = any(each.why in kinds for each in row.evidence)
    return row.verdict is Verdict.USED and not row.for_production and wants


def _why(row: Dependency) -> str:
    if not row.evidence:
        return ""
    first = row.evidence[0]
    place = "" if first.place is None else f" ({first.place.file}:{first.place.line})"
    return f": {first.message}{place}"


def _finding(code: str, severity: Severity, message: str, row: Dependency, fix: Fix) -> Finding:
    place = _place(row)
    return Finding(
        code, severity, message,
        file=None if place is None else place.file, line=None if place is None else place.line,
        bytes=row.exclusive_bytes or 0, fix=fix,
    )  # fmt: skip


def _place(row: Dependency) -> Place | None:
    """Where it is declared, for production if anywhere."""
    first = row.declared[0] if row.declared else None
    if not row.for_production:
        return first
    return next((each for each in row.declared if not file_is_development(each.file)), first)


def pairs(found: Dependencies) -> tuple[tuple[Dependency, Dependency], ...]:
    """Packages that do the same job, each pair once; those for development are not looked at."""
    kept = [row for row in found.rows if row.verdict is not Verdict.DEVELOPMENT]
    others: dict[str, list[Dependency]] = {}
    for row in kept:
        others.setdefault(row.key, []).append(row)
    return tuple(
        (row, _nearest(row, others[key]))
        for row in sorted(kept, key=lambda row: row.key)
        for key in row.redundant_with
        if key > row.key and key in others
    )


def _nearest(row: Dependency, others: Sequence[Dependency]) -> Dependency:
    """Of the same package in several parts of a project, that in the same file."""
    files = {each.file for each in row.declared}
    near = (other for other in others if not files.isdisjoint(each.file for each in other.declared))
    return next(near, others[0])


def _redundant(found: Dependencies) -> Iterator[Finding]:
    for row, other in pairs(found):
        sizes = [each.exclusive_bytes or 0 for each in (row, other)]
        fix = Fix("decide for one of them, and take the other one out", None, ())
        message = f"{row.name} and {other.name} do the same job"
        place = _place(row)
        yield Finding(
            "PKG004", Severity.NOTE, message,
            file=None if place is None else place.file, line=None if place is None else place.line,
            bytes=min(sizes), fix=fix,
        )  # fmt: skip


def undeclared(found: Dependencies) -> Mapping[str, Sequence[Undeclared]]:
    """What the application imports and nothing declared brings: by module, all its places."""
    told: dict[str, list[Undeclared]] = {}
    for each in found.undeclared:
        if not is_development(each.place.file):
            told.setdefault(each.module, []).append(each)
    return told


def _undeclared(found: Dependencies) -> Iterator[Finding]:
    for module, places in undeclared(found).items():
        first = places[0].place
        yield Finding(
            "PKG006", Severity.WARNING,
            f"{module} is imported, and nothing that is declared brings it",
            file=first.file, line=first.line,
            related=tuple(each.place.file for each in places[1 : 1 + _MOST_RELATED]),
            fix=Fix("declare the package that brings it", None, ()),
        )  # fmt: skip
