"""One pass over the texts of a project, for all that no import tells."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ctxguard.dependencies import Evidence, Place, Undeclared, Why
from ctxguard.deps.declared.declaration import Declaration
from ctxguard.deps.files import Kind, ProjectFiles, SourceFile
from ctxguard.deps.imports import Imports
from ctxguard.deps.known import Signs, frameworks, plugins
from ctxguard.deps.modules import Brings
from ctxguard.deps.uses.commands import commanded
from ctxguard.deps.uses.declaring_tables import without_declarations
from ctxguard.deps.uses.imported import own_names
from ctxguard.deps.uses.leftover import leftover
from ctxguard.deps.uses.loaded import Explained, explained, loaded
from ctxguard.deps.uses.settings import settings
from ctxguard.deps.uses.strings import strings, urls
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted, wanted

_Key = TypeVar("_Key")


@dataclass(slots=True)
class Seen:
    """What came of it."""

    uses: list[Use] = field(default_factory=list)
    plugged: dict[tuple[str, int], Evidence] = field(default_factory=dict)
    """By package and the place of a row among its `plugins`: what shows that it is of use."""
    framed: dict[str, Evidence] = field(default_factory=dict)
    """By framework: what it was given."""
    loaded: list[Undeclared] = field(default_factory=list)
    """What a package may bring of which nobody knows what it brings."""


def look(
    files: ProjectFiles,
    found: Imports,
    keys: Collection[str],
    of: Mapping[str, Brings],
    own: Collection[str],
) -> Seen:
    """Look for packages.

    Args:
        keys: those of which no sure use is known.
        of: what each brings that is declared.
        own: commands of the project.
    """
    looking = _Looking(wanted(keys, of), _own_modules(files), found)
    looking.await_signs(of)
    if not all(of[key].certain for key in looking.looked_for):
        looking.known = explained({*own_names(files), *own}, of)
    for file in files.found:
        text = files.text(file)
        if text:
            looking.take(file, without_declarations(file.path, text))
    return looking.seen


class _Looking:
    def __init__(self, looked_for: Wanted, own: frozenset[str], found: Imports) -> None:
        self.seen = Seen()
        self._wanted = looked_for
        self._own = own
        self._broken = frozenset(found.unreadable)
        self._told: dict[str, set[tuple[int, str]]] = {}
        for each in found.found:
            lines = self._told.setdefault(each.place.file, set())
            lines.add((each.place.line, each.module))
        self._plugins: dict[tuple[str, int], Signs] = {}
        self._frameworks: dict[str, Signs] = {}
        self.known: Explained | None = None

    @property
    def looked_for(self) -> frozenset[str]:
        return self._wanted.keys

    def await_signs(self, declared: Iterable[str]) -> None:
        known = frameworks()
        self._frameworks = {key: known[key].signs for key in declared if key in known}
        for key in self._wanted.keys:
            for at, plugin in enumerate(plugins(key)):
                if plugin.signs is not None:
                    self._plugins[key, at] = plugin.signs

    def take(self, file: SourceFile, text: str) -> None:
        if not file.development:
            self._signs(file, text)
            if self.known is not None:
                self.seen.loaded += loaded(file, text, self.known)
        if self._wanted.has_schemes and ("://" in text or "+" in text):
            self.seen.uses += urls(file, text, self._wanted)
        if self._wanted.is_in(text):
            self.seen.uses += self._named(file, text)

    def _named(self, file: SourceFile, text: str) -> Iterator[Use]:
        yield from strings(file, text, self._wanted)
        yield from commanded(file, text, self._wanted)
        yield from settings(file, text, self._wanted)
        yield from leftover(
            file,
            text,
            self._wanted,
            shadowed=self._own,
            told=self._told.get(file.path, frozenset()),
            broken=file.path in self._broken,
        )

    def _signs(self, file: SourceFile, text: str) -> None:
        _await(self._plugins, self.seen.plugged, file, text)
        _await(self._frameworks, self.seen.framed, file, text)


def _await(
    waiting: dict[_Key, Signs], seen: dict[_Key, Evidence], file: SourceFile, text: str
) -> None:
    for key, signs in list(waiting.items()):
        hit = signs.found_in(text)
        if hit is not None:
            place = Place(file.path, text.count("\n", 0, hit.start()) + 1)
            what = " ".join(hit[0].split())[:40]
            seen[key] = Evidence(Why.FRAMEWORK, f"of use for {what}", place)
            del waiting[key]


def _own_modules(files: ProjectFiles) -> frozenset[str]:
    """What deptry takes for the project's own: what lies in its top folder."""
    found = set()
    for file in files.found:
        if file.kind is Kind.PYTHON:
            parts = file.path.split("/")
            if len(parts) <= 2:
                found.add(os.path.splitext(parts[0])[0])
    return frozenset(found)


def by_entry_points(declaration: Declaration, looked_for: Wanted) -> Iterator[Use]:
    """The packages that the project's own entry points name."""
    for name, target, place in declaration.commands:
        for key in looked_for.by_module(target.partition(":")[0].strip()):
            evidence = Evidence(Why.ENTRY_POINT, f"{name} is an entry point to {target}", place)
            yield Use(key, evidence)
