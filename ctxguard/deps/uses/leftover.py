"""Import statements that deptry does not tell of: in files that are no Python, in notebooks, of
modules that are called like a folder of the project, and for type checkers alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ctxguard.dependencies import Evidence, Place, Why
from ctxguard.deps.files import Kind, SourceFile
from ctxguard.deps.uses.strings import lines_with
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted

_STATEMENT = re.compile(
    r"(?:^|[\"' \t;>])(c?import|from|%load_ext)[ \t]+([A-Za-z_][\w., \t]*)", re.MULTILINE
)
_NAME = re.compile(r"(?:^|,)\s*([A-Za-z_][\w.]*)")
_HUSHED = re.compile(r"#\s*deptry:\s*ignore")
"""With this deptry does not tell of an import."""
_NEAR = 200
_NO_PYTHON = (Kind.DOCKERFILE, Kind.COMMANDS)
_STUBS = (".pyi",)
_READ_BY_DEPTRY = (".py", ".ipynb")


def leftover(
    file: SourceFile,
    text: str,
    wanted: Wanted,
    *,
    shadowed: Collection[str],
    told: Collection[tuple[int, str]],
    broken: bool,
) -> Iterator[Use]:
    """What looks like an import.

    Args:
        shadowed: modules that are called like one of the project's own.
        told: lines, each with the first part of a module, that deptry tells of.
        broken: deptry cannot read the file.
    """
    if file.kind is Kind.SETTINGS:
        return
    whole = broken or file.kind is Kind.NOTEBOOK or not file.path.endswith(_READ_BY_DEPTRY)
    hushed = {place.line for place, _ in lines_with(_HUSHED, file, text)}
    for place, name, is_statement in _statements(file, text):
        first = name.partition(".")[0]
        if (place.line, first) not in told:
            sure = is_statement and (whole or first in shadowed or place.line in hushed)
            sure = sure and not file.path.endswith(_STUBS)
            for key in wanted.by_module(name):
                yield Use(key, _evidence(name, place, sure=sure), file.development, sure)


def _statements(file: SourceFile, text: str) -> Iterator[tuple[Place, str, bool]]:
    """Modules, each with whether it is no word of a text."""
    for place, line in lines_with(_STATEMENT, file, text):
        for found in _STATEMENT.finditer(line):
            if file.kind not in _NO_PYTHON:
                sure = _is_at_start(line, found.start(1), file.kind)
            elif found[1] == "from" and " import " not in found[2]:
                # A lower-case FROM, or a word of another program.
                continue
            else:
                sure = "python" in line[:_NEAR] or found[1] == "from"
            yield from ((place, name, sure) for name in _NAME.findall(found[2]))


def _is_at_start(line: str, at: int, kind: Kind) -> bool:
    before = line[max(0, at - _NEAR) : at].rstrip()
    # Each line of a notebook is a string.
    return not before or before.endswith((";", ":", '"') if kind is Kind.NOTEBOOK else (";", ":"))


def _evidence(name: str, place: Place, *, sure: bool) -> Evidence:
    if sure:
        return Evidence(Why.IMPORT, f"imported as {name}", place)
    return Evidence(Why.MENTION, f"imported as {name}, for type checkers or in a text", place)
