"""What of a requirements file is installed for a proof: packages, and nothing that is an option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.deps.declared.asked import Asked
from ctxguard.deps.declared.requirementsfile import Kind, Line, read_requirements
from ctxguard.deps.pip.pipline import elsewhere, hashed, indexed
from ctxguard.errors import UsageError
from ctxguard.sizes import shortened


@dataclass(frozen=True, slots=True)
class Installable:
    """Lines that pip gets, and what they stand for."""

    lines: tuple[str, ...]
    roots: dict[str, frozenset[str]]
    """The packages by their keys, with the extras that are asked for."""
    notes: tuple[str, ...]
    """What is left out."""


def installable(text: str) -> Installable:
    """Make lines for pip from the requirements of a text.

    Pins and hashes stay. A marker is decided here. Options, includes, paths and URLs other than
    those of HTTPS are left out, each with a note.

    Raises:
        UsageError: it is no requirements file, or there is nothing to install.
    """
    try:
        found = read_requirements(text.encode("utf-8", "surrogateescape"))
    except ValueError as error:
        raise UsageError(f"cannot install the requirements: {error}") from error
    lines: list[str] = []
    notes: list[str] = []
    roots: dict[str, frozenset[str]] = {}
    for line in found.lines:
        notes += _notes(line)
        asked = line.asked
        own = _own(line, asked)
        if asked is not None and own is not None and asked.applies:
            lines.append(own)
            roots[asked.key] = roots.get(asked.key, frozenset()) | set(asked.extras)
    if not lines:
        raise UsageError("cannot prove anything: there is no requirement to install")
    return Installable(tuple(lines), roots, tuple(notes))


def _own(line: Line, asked: Asked | None) -> str | None:
    """Our own line for one of the file; None if pip does not get it."""
    if line.kind is not Kind.REQUIREMENT or line.editable or line.problem or asked is None:
        return None
    if asked.url is not None:
        found = elsewhere(asked.name, asked.extras, asked.url)
    else:
        found = indexed(asked.name, asked.extras, [asked.specifier])
    hashes = [value for name, value in line.options if name == "--hash"]
    return None if found is None else hashed(found, hashes)


def _notes(line: Line) -> Iterator[str]:
    if line.kind is Kind.REQUIREMENT and _own(line, line.asked) is None:
        why = line.problem or "it does not come from an index"
        yield f'line {line.number}, "{shortened(line.of.text)}", is not installed: {why}'
    elif line.kind in (Kind.INCLUDE, Kind.CONSTRAINT):
        yield f'line {line.number}, "{shortened(line.of.text)}", is not followed'
    elif line.kind is Kind.OPTIONS:
        why = line.problem or "options of the file are not passed on to pip"
        yield f'line {line.number}, "{shortened(line.of.text)}": {why}'
