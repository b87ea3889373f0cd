"""What a project declares: its files found, read, and put together."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.dependencies import Place
from ctxguard.deps.declared.asked import missing
from ctxguard.deps.declared.collecting import Collecting, requirement_of
from ctxguard.deps.declared.declaration import Declaration, Requirement
from ctxguard.deps.declared.places import LOOKED_FOR, Home, homes
from ctxguard.deps.declared.poetry import read_pipfile
from ctxguard.deps.declared.projectfile import Project, UnreadableError, project_at
from ctxguard.deps.declared.pyprojectfile import read_pyproject
from ctxguard.deps.declared.requirementsfile import MOST_REQUIREMENTS, Kind
from ctxguard.deps.declared.setupcfg import read_setup_cfg
from ctxguard.deps.declared.sources import Reading, Root, Source, is_project_itself
from ctxguard.errors import UsageError

_MOST_PROBLEMS = 500
_READERS = {
    "pyproject.toml": read_pyproject,
    "setup.cfg": read_setup_cfg,
    "Pipfile": read_pipfile,
}


@dataclass(frozen=True, slots=True)
class Survey:
    """A declaration, with the requirements files behind it."""

    declaration: Declaration
    sources: tuple[Source, ...]
    """Requirements files, in the order in which they were met."""


def declared(project: str, named: Sequence[str] = ()) -> Declaration:
    """What a project asks for; see `survey`."""
    return survey(project, named).declaration


def survey(project: str, named: Sequence[str] = ()) -> Survey:
    """Read what a project asks for. None of its code is run, and nothing is fetched.

    Args:
        project: its folder.
        named: the requirements files that count, relative to the project or absolute; without
            any, all that are where such files are wont to be.

    Raises:
        UsageError: nothing is declared, a named file is not in the project, or `packaging` is not
            installed. What else cannot be read is a problem of the declaration.
    """
    if importlib.util.find_spec("packaging") is None:
        raise missing()
    if not os.path.isdir(project):
        raise UsageError(f"{project} is no folder with a project")
    surveying = _Surveying(project_at(project))
    if named:
        surveying.read_named(named)
    else:
        surveying.search()
    return surveying.survey()


class _Surveying:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.reading = Reading(project)
        self.collected: list[Collecting] = []
        self.problems: list[str] = []

    def read_named(self, named: Sequence[str]) -> None:
        for given in named:
            try:
                place = self.project.place(given)
            except UnreadableError as error:
                raise UsageError(f"the requirements cannot be read: {error}", path=given) from None
            if not os.path.isfile(place):
                raise UsageError("there is no such requirements file in the project", path=given)
            self.reading.add(Root(os.path.relpath(place, self.project.root), ""))

    def search(self) -> None:
        try:
            found = homes(self.project)
        except UnreadableError as error:
            raise UsageError(
                f"the project cannot be read: {error}", path=self.project.root
            ) from None
        for home in found:
            self._read_others(home)
        self._read_requirements(found, searched=True)
        if not self.reading.found and not self.collected:
            # All that is left of the sources is what was made from them.
            self._read_requirements(found, searched=False)

    def _read_requirements(self, found: Sequence[Home], *, searched: bool) -> None:
        for home in found:
            for file in home.requirements:
                self.reading.add(Root(file, home.folder, searched=searched))

    def _read_others(self, home: Home) -> None:
        for name in home.others:
            if name in _READERS:
                self._read(home, name)
        if home.others == ("setup.py",) and not home.requirements:
            self.problems.append(
                f"{home.path('setup.py')}: it is never run, so what it asks for is not known; "
                "declare it in pyproject.toml"
            )

    def _read(self, home: Home, name: str) -> None:
        file = home.path(name)
        try:
            collected = _READERS[name](self.project.read(file), file)
        except UnreadableError as error:
            self.problems.append(f"{file}: {error}")
            return
        self.collected.append(collected)
        for path, group, development in collected.files:
            self.reading.add(Root(home.path(path), home.folder, group, development))

    def survey(self) -> Survey:
        sources = self.reading.sources()
        problems = [*self.problems, *self.reading.problems]
        problems += [each for collected in self.collected for each in collected.problems]
        problems += self._line_problems(sources)
        requirements = [
            *(each for source in sources for each in _requirements(source)),
            *(each for collected in self.collected for each in collected.requirements),
        ]
        if len(requirements) > MOST_REQUIREMENTS:
            problems.append(f"only the first {MOST_REQUIREMENTS:,} requirements are read")
        if not requirements and not problems:
            raise UsageError(
                f"nothing in {self.project.root} asks for a package; looked for {LOOKED_FOR}"
            )
        return Survey(
            Declaration(
                requirements=tuple(requirements[:MOST_REQUIREMENTS]),
                files=(
                    *(source.file for source in sources),
                    *(collected.file for collected in self.collected),
                ),
                commands=tuple(each for found in self.collected for each in found.commands),
                problems=_bounded(problems),
            ),
            sources,
        )

    def _line_problems(self, sources: Sequence[Source]) -> Iterator[str]:
        for source in sources:
            for line in source.content.lines:
                if line.problem and not is_project_itself(self.project, source, line):
                    yield f"{source.file}:{line.number}: {line.problem}"


def _bounded(problems: Sequence[str]) -> tuple[str, ...]:
    more = len(problems) - _MOST_PROBLEMS
    if more <= 0:
        return tuple(problems)
    return (*problems[:_MOST_PROBLEMS], f"{more:,} more problems of this kind")


def _requirements(source: Source) -> Iterator[Requirement]:
    for line in source.content.lines:
        if line.kind is Kind.REQUIREMENT and line.asked is not None:
            place = Place(source.file, line.number)
            yield requirement_of(line.asked, source.group, place, development=source.development)
