"""The requirements files of a project, each read once, with those they include.

Source of the meaning: pip, "Requirements File Format" (`-r`, `-c`): a path is relative to the file
that names it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ctxguard.deps.declared.asked import scheme_of
from ctxguard.deps.declared.groups import file_is_development
from ctxguard.deps.declared.marking import WRITTEN, is_own_source, is_written
from ctxguard.deps.declared.projectfile import Project, UnreadableError
from ctxguard.deps.declared.requirementsfile import Kind, Line, RequirementsFile, read_requirements
from ctxguard.sizes import shortened

_MOST_FILES = 500
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Root:
    """A file that counts by itself."""

    file: str
    """Relative to the project."""
    home: str
    """The folder whose application it is for; "" for the project's own."""
    group: str | None = None
    development: bool | None = None
    """None: its name tells, as it does of the group."""
    searched: bool = False
    """Nobody named it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A requirements file of the project."""

    file: str
    """Relative to the project, links followed."""
    content: RequirementsFile
    included: Mapping[int, str]
    """By the number of a line: the file that it brings."""
    skipped: frozenset[int]
    """Lines of includes that bring nothing new: of a file that includes this one, or of our own."""
    beside: frozenset[str]
    """Values of `--find-links` that are relative to the file, rather than to the current folder."""
    group: str = ""
    development: bool = False
    root: Root | None = None
    """None if it is only included."""

    @property
    def start(self) -> str:
        """The text of its first lines, among which is the head of what we write."""
        return _start(self.content)


class _LoopError(UnreadableError):
    """A file that includes itself, by others or at once."""


class Reading:
    """Goes from files to those they include."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.problems: list[str] = []
        self.found: dict[str, Source] = {}
        self._unread: set[str] = set()

    def add(self, root: Root) -> None:
        """Read a file, unless it was read, or we wrote it from others."""
        try:
            file = self._name(root.file)
            source = self._source(file, (), root)
        except UnreadableError as error:
            self.problems.append(f"{root.file}: {error}")
            return
        if source is not None and source.root is None:
            self.found[file] = replace(source, root=root)

    def sources(self) -> tuple[Source, ...]:
        """All of them, with what each is for."""
        production = self._production()
        return tuple(
            replace(source, development=file not in production, group=_group(source))
            for file, source in self.found.items()
        )

    def _name(self, file: str) -> str:
        place = self.project.place(file)
        return os.path.relpath(place, self.project.root).replace(os.sep, "/")

    def _source(self, file: str, above: tuple[str, ...], root: Root | None) -> Source | None:
        """None if it is to be passed over."""
        if file in self.found or file in self._unread:
            return self.found.get(file)
        if len(self.found) >= _MOST_FILES:
            raise UnreadableError(f"only {_MOST_FILES} requirements files are read")
        try:
            content = read_requirements(self.project.read(file))
        except ValueError as error:
            self._unread.add(file)
            raise UnreadableError(str(error)) from None
        if root is not None and root.searched and _is_copy(content, file):
            return None
        beside = self._beside(file, content)
        # It gets its place in the order before those it includes.
        self.found[file] = source = Source(file, content, {}, frozenset(), beside, root=root)
        self._include(source, (*above, file))
        return self.found[file]

    def _include(self, source: Source, above: tuple[str, ...]) -> None:
        included = {}
        skipped = set()
        ours = is_written(source.start)
        for line in source.content.lines:
            if line.kind is not Kind.INCLUDE or line.target is None:
                continue
            if ours and line.target in WRITTEN:
                skipped.add(line.number)
                continue
            try:
                included[line.number] = self._target(source.file, line.target, above)
            except UnreadableError as error:
                skipped |= {line.number} if isinstance(error, _LoopError) else set()
                where = f"{source.file}:{line.number}"
                self.problems.append(f'{where}: "{shortened(line.target)}" is not read: {error}')
        self.found[source.file] = replace(source, included=included, skipped=frozenset(skipped))

    def _target(self, file: str, target: str, above: tuple[str, ...]) -> str:
        if scheme_of(target) is not None:
            raise UnreadableError("nothing is fetched")
        other = self._name(os.path.join(os.path.dirname(file), target))
        if other in above:
            raise _LoopError("it includes itself")
        if len(above) >= _DEEPEST:
            raise UnreadableError(f"files include each other more than {_DEEPEST} deep")
        if self._source(other, above, None) is None:
            raise UnreadableError("see above")
        return other

    def _beside(self, file: str, content: RequirementsFile) -> frozenset[str]:
        return frozenset(
            value
            for line in content.lines
            for name, value in line.options
            if name == "--find-links"
            and scheme_of(value) is None
            and self.project.has(os.path.join(os.path.dirname(file), value))
        )

    def _production(self) -> set[str]:
        """Files for the application, by themselves or because one of these includes them."""
        waiting = [
            file
            for file, source in self.found.items()
            if source.root and not _is_development(source)
        ]
        reached = set(waiting)
        while waiting:
            others = self.found[waiting.pop()].included.values()
            new = {each for each in others if not _is_development(self.found[each])} - reached
            reached |= new
            waiting += sorted(new)
        return reached


def _is_copy(content: RequirementsFile, file: str) -> bool:
    text = _start(content)
    return is_written(text) and not is_own_source(text, file)


def _start(content: RequirementsFile) -> str:
    return "".join(line.raw for line in content.lines[:_MOST_FILES])


def _is_development(source: Source) -> bool:
    if source.root is not None and source.root.development is not None:
        return source.root.development
    return file_is_development(source.file)


def _group(source: Source) -> str:
    if source.root is not None and source.root.group is not None:
        return source.root.group
    plain = os.path.basename(source.file) == "requirements.txt"
    return "" if plain and not file_is_development(source.file) else source.file


def is_project_itself(project: Project, source: Source, line: Line) -> bool:
    """Whether a line such as `-e .` asks for the project that the file is part of."""
    if line.target is None or scheme_of(line.target) not in (None, "file"):
        return False
    home = source.root.home if source.root is not None else ""
    path = line.target.removeprefix("file:")
    if "\0" in path:
        return False
    place = os.path.realpath(os.path.join(project.root, home, path))
    return place in (project.root, os.path.realpath(os.path.join(project.root, home)))
