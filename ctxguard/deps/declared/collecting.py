"""What one file declares, put together as it is read."""

from __future__ import annotations

from typing import Any

from ctxguard.dependencies import Place
from ctxguard.deps.declared.asked import Asked, NamelessError, key_of, read_asked
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.declared.groups import file_is_development
from ctxguard.deps.declared.requirementsfile import MOST_REQUIREMENTS
from ctxguard.sizes import shortened


class Collecting:
    """Requirements, commands and problems of a file, each with its line.

    Args:
        file: relative to the project.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.requirements: list[Requirement] = []
        self.commands: list[tuple[str, str, Place]] = []
        self.problems: list[str] = []
        self.files: list[tuple[str, str, bool]] = []
        """Requirements files that it names: the file as written there, its group, development."""
        self.itself: str | None = None
        """The key of the project, which does not ask for itself."""
        self._development = file_is_development(file)

    def call_itself(self, name: Any) -> None:
        """Take the project's own name."""
        self.itself = key_of(name) if isinstance(name, str) else None

    def ask(self, text: Any, group: str, *, development: bool, line: int) -> None:
        """A requirement as a string."""
        if not isinstance(text, str):
            self.complain(line, "a requirement that is no text is passed over")
            return
        try:
            self.add(read_asked(text.strip()), group, development=development, line=line)
        except NamelessError as error:
            self.complain(line, str(error))
        except ValueError as error:
            self.complain(line, str(error))

    def add(self, asked: Asked, group: str, *, development: bool, line: int) -> None:
        """A requirement that was read."""
        if asked.key == self.itself:
            return
        if len(self.requirements) < MOST_REQUIREMENTS:
            place = Place(self.file, line)
            development = development or self._development
            self.requirements.append(requirement_of(asked, group, place, development=development))
        elif len(self.requirements) == MOST_REQUIREMENTS:
            self.complain(line, f"only the first {MOST_REQUIREMENTS:,} requirements are read")

    def command(self, name: Any, names: Any, line: int) -> None:
        """An entry point; what is none is passed over."""
        if isinstance(name, str) and isinstance(names, str):
            self.commands.append((name, names, Place(self.file, line)))

    def complain(self, line: int, message: str) -> None:
        """Something that cannot be read."""
        self.problems.append(f"{self.file}:{line}: {message}")


def requirement_of(asked: Asked, group: str, place: Place, *, development: bool) -> Requirement:
    """What is asked for, and where."""
    return Requirement(
        name=asked.name,
        key=asked.key,
        extras=asked.extras,
        specifier=asked.specifier,
        marker=asked.marker,
        url=asked.url,
        group=group,
        development=development,
        place=place,
        applies=asked.applies,
    )


def strings(value: Any) -> list[str]:
    """A list of texts, or one alone, without what is none."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def named(value: str) -> str:
    """A name in a message."""
    return f'"{shortened(value)}"'
