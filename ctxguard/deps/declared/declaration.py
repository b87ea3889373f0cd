"""What a project declares, as values: requirements, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.dependencies import Place


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, as some file of the project has it."""

    name: str
    """As it is written."""
    key: str
    """The same, normalized: what tells packages from each other (PEP 503)."""
    extras: tuple[str, ...]
    specifier: str
    """Such as `==3.0.3`; "" for any version."""
    marker: str | None
    """The environment marker (PEP 508); None for everywhere."""
    url: str | None
    """Where it is to come from, if not from an index."""
    group: str
    """The extra, dependency group or file that it is part of; "" for the application itself."""
    development: bool
    """It is declared as not needed in production."""
    place: Place
    applies: bool = True
    """Its marker holds on Linux, with the Python that runs this."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that a project asks for."""

    requirements: tuple[Requirement, ...]
    files: tuple[str, ...]
    """The files that were read, relative to the project."""
    commands: tuple[tuple[str, str, Place], ...]
    """Entry points of the project itself: the command or group, what it names, and where."""
    problems: tuple[str, ...]
    """What could not be read, each with its place."""
