"""Uses by import."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.dependencies import Evidence, Undeclared, Why
from ctxguard.deps.files import Kind, ProjectFiles, SourceFile
from ctxguard.deps.imports import Import, Imports
from ctxguard.deps.modules import ModuleIndex
from ctxguard.deps.roles import is_unclear
from ctxguard.deps.uses.use import Use

_FROM = re.compile(r"from\s+([\w.]+)\s+import\s+\(?\s*([^#\n]*)")
_NAME = re.compile(r"[\w.]+")
_LONGEST = 2_000
"""Characters of a line that are read for one statement."""
_PART = re.compile(r"(\w+)(?:\s+as\s+\w+)?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What comes of the imports."""

    uses: tuple[Use, ...]
    undeclared: tuple[Undeclared, ...]


def imported(found: Imports, files: ProjectFiles, index: ModuleIndex) -> Imported:
    """Who brings each module that is imported."""
    own = own_names(files)
    by_path = {file.path: file for file in files.found}
    lines = _Lines(files)
    uses: list[Use] = []
    undeclared: list[Undeclared] = []
    for each in found.found:
        file = by_path[each.place.file]
        names = _names(each, lines.of(file)) if index.is_shared(each.module) else [each.module]
        keys = index.keys_of(names)
        uses += (_use(key, each, file) for key in sorted(keys))
        if not keys and each.module not in own:
            undeclared.append(Undeclared(names[0], each.place))
    return Imported(tuple(uses), tuple(undeclared))


def own_names(files: ProjectFiles) -> set[str]:
    """All that the project has of this name, wherever: deptry looks in its top folder alone."""
    return {
        part.removesuffix(".py")
        for file in files.found
        if file.kind is Kind.PYTHON
        for part in file.path.split("/")
    }


def _use(key: str, each: Import, file: SourceFile) -> Use:
    why = Why.TEST_IMPORT if file.development else Why.IMPORT
    evidence = Evidence(why, f"imported as {each.module}", each.place)
    return Use(key, evidence, file.development, sure=not is_unclear(file.path))


class _Lines:
    """Lines of one file after the other."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._of: SourceFile | None = None
        self._lines: list[str] = []

    def of(self, file: SourceFile) -> Sequence[str]:
        if self._of is not file:
            self._of, self._lines = file, (self._files.text(file) or "").splitlines()
        return self._lines


def _names(each: Import, lines: Sequence[str]) -> list[str]:
    """The module as deep as the statement tells; its first part if that cannot be read."""
    return list(_read(each, lines)) or [each.module]


def _read(each: Import, lines: Sequence[str]) -> Iterator[str]:
    if not 0 < each.place.line <= len(lines):
        return
    first, *below = lines[each.place.line - 1 : each.place.line + 20]
    # A list in parentheses may go on below.
    text = "\n".join((first[each.column - 1 :][:_LONGEST], *(line[:_LONGEST] for line in below)))
    stated = _FROM.match(text)
    if stated is not None:
        names = stated[2] if "(" not in stated[0] else text[stated.start(2) :].partition(")")[0]
        yield from (f"{stated[1]}.{part[1]}" for part in _PART.finditer(names))
    else:
        name = _NAME.match(text)
        if name is not None and name[0].partition(".")[0] == each.module:
            yield name[0]
