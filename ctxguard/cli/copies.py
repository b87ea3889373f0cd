"""The formats in which a report is written, and where each goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from ctxguard.cli import output
from ctxguard.cli.screen import screen
from ctxguard.errors import UsageError
from ctxguard.render import FORMATS, Format, several, terminal
from ctxguard.report import Failure, Report

_F = TypeVar("_F", bound=Callable[..., Any])
TERMINAL = "terminal"


def copies_options(command: _F) -> _F:
    """`--format` and `-o`, each of which may be given again."""
    command = click.option(
        "-o", "--output", "files", metavar="FILE", multiple=True, help="Write the report to a file."
    )(command)
    return click.option(
        "--format",
        "formats",
        type=click.Choice([TERMINAL, *FORMATS]),
        multiple=True,
        help="Default: terminal; several, each with its -o.",
    )(command)


@dataclass(frozen=True, slots=True)
class Copy:
    """One of them."""

    format: str
    file: str | None
    """None for standard output."""

    @property
    def renderer(self) -> Format | None:
        """None for the terminal's."""
        return None if self.format == TERMINAL else FORMATS[self.format]


def copies(formats: Sequence[str], files: Sequence[str]) -> list[Copy]:
    """Each format with its file, in the order in which they were given.

    Raises:
        UsageError: they do not go together.
    """
    formats = formats or [TERMINAL]
    there = [file for file in files if output.is_standard_output(file)]
    if there and len(formats) > len(files):
        raise UsageError(f"-o {there[0]} is standard output, where one --format goes already")
    if len(files) > len(formats):
        raise UsageError(
            "each -o takes a --format of its own: --format json -o a --format html -o b"
        )
    if len(formats) > len(files) + 1:
        raise UsageError("one --format alone can go to standard output; give the others an -o each")
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise UsageError("two -o name the same file")
    found = [Copy(format_, file) for format_, file in zip(formats, files, strict=False)]
    return [*found, *(Copy(format_, None) for format_ in formats[len(files) :])]


def wants(copies: Sequence[Copy], what: str) -> bool:
    """Whether any of the formats wants it; see `Format`."""
    return any(each.renderer is not None and getattr(each.renderer, what) for each in copies)


def write_all(copies: Sequence[Copy], text_of: Callable[[Copy], str]) -> UsageError | None:
    """Write each of them; one that cannot be written keeps no other from being written.

    Returns:
        The first thing that went wrong, to be raised when all else is done.
    """
    errors = []
    for copy in copies:
        try:
            output.write(text_of(copy), copy.file)
        except UsageError as error:
            errors.append(error)
    return errors[0] if errors else None


def text(
    copy: Copy, reports: Sequence[Report], failures: Sequence[Failure], *, color: str, brief: bool
) -> str:
    """What one of them holds."""
    if copy.renderer is not None:
        return copy.renderer(reports, failures)
    shown_on = screen(file=copy.file, color=color, brief=brief)
    if len(reports) + len(failures) == 1:
        return terminal.render(reports, shown_on)
    return several.render(reports, failures, shown_on)
