"""Texts of an ignore file that come from the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctxguard.cli import streams
from ctxguard.config import Settings
from ctxguard.context.measure import Request
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.context.tree.worktree import MOST_BYTES
from ctxguard.errors import MeasureError, UsageError
from ctxguard.ignore.reader import read_rule

if TYPE_CHECKING:
    from ctxguard.context.drafting import IgnoreText

_F = TypeVar("_F", bound=Callable[..., Any])


def ignore_file_option(command: _F) -> _F:
    """`--ignore-file`."""
    return click.option(
        "--ignore-file",
        metavar="FILE",
        help="As if the ignore file held what this file holds; - for standard input.",
    )(command)


def check_inputs(settings: Settings, file: str | None) -> None:
    """Raises UsageError where two files would be read from standard input."""
    if file == settings.dockerfile == STANDARD_INPUT:
        raise UsageError("-f - and --ignore-file - cannot both read standard input")


def drafted_text(
    ignore: IgnoreText,
    file: str | None,
    patterns: Sequence[str] = (),
    remove: Sequence[int] = (),
) -> bytes:
    """What the ignore file would hold.

    Args:
        file: a text in place of its own.
        patterns: lines at the end.
        remove: numbers of lines that are gone.

    Raises:
        UsageError: a pattern is none, or there is no such line or file.
    """
    from ctxguard.ignore.editing import line_count, with_lines, without_lines

    data = ignore.data if file is None else _read(file)
    name = ignore.file if file is None else file
    for pattern in patterns:
        _check(pattern)
    there = line_count(data)
    for number in remove:
        if number > there:
            raise UsageError(f"--remove {number}: {name} has {there or 'no'} lines")
    return with_lines(without_lines(data, frozenset(remove)), patterns)


@contextlib.contextmanager
def in_place(request: Request, file: str | None) -> Iterator[Request]:
    """The same context, as if its ignore file held what this file holds; None for its own text."""
    if file is None:
        yield request
        return
    from ctxguard.context.drafting import drafted, ignore_text

    ignore = ignore_text(request)
    data = drafted_text(ignore, file)
    with blamed_on(file, ignore):
        yield drafted(request, ignore, data)


@contextlib.contextmanager
def blamed_on(file: str | None, ignore: IgnoreText) -> Iterator[None]:
    """What Docker refuses of a text is told of the file that it came from."""
    try:
        yield
    except MeasureError as error:
        if file is not None and error.path == ignore.file:
            error.path = file
        raise


def _check(pattern: str) -> None:
    if "\n" in pattern or "\0" in pattern:
        raise UsageError("a pattern is one line; give each one as an argument of its own")
    if read_rule(pattern) is None:
        what = "a comment" if pattern.startswith("#") else "blank"
        raise UsageError(f'"{pattern}" is {what}, and no pattern')


def _read(file: str) -> bytes:
    if file == STANDARD_INPUT:
        return streams.read_bytes(MOST_BYTES, "an ignore file")
    try:
        with open(file, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"--ignore-file {file} cannot be read: {reason}") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"--ignore-file {file} is over 64 MiB, far too large for an ignore file")
    return data
