"""Standard output and standard error: the one door to each, and what happens when it is shut."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from ctxguard.errors import CtxguardError, UsageError

_PIECE = 1 << 16


class OutputError(CtxguardError):
    """Standard output does not take what we write; exit code 2, as where `-o FILE` does not."""


class ReaderGoneError(Exception):
    """Whoever read our output went away, as in `ctxguard ls | head`; that is no failure."""


def write(text: str) -> None:
    """Print the text at once; what the encoding cannot show is written like `\\u65e5`.

    Raises:
        OutputError: there is no standard output, or no room behind it.
        ReaderGoneError: nobody reads it any more.
    """
    out = _standard_output()
    encoding = out.encoding or "ascii"
    try:
        out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        out.flush()
    except OSError as error:
        raise _shut(error) from error


def write_bytes(data: bytes, *, flush: bool) -> None:
    """Print bytes as they are. Raises what `write` does."""
    out = _standard_output().buffer
    try:
        out.write(data)
        if flush:
            out.flush()
    except OSError as error:
        raise _shut(error) from error


def _pieces(most: int) -> Iterator[bytes]:
    """Standard input as it comes: a signal between two reads of one long call would be lost."""
    read = sys.stdin.buffer.read1  # type: ignore[union-attr]
    while most and (piece := read(min(most, _PIECE))):
        most -= len(piece)
        yield piece


def read_bytes(most: int, what: str) -> bytes:
    """All of standard input.

    Raises:
        UsageError: there is none, or far too much for what it is.
    """
    if sys.stdin is None:
        raise UsageError(f"cannot read {what}: standard input is closed")
    try:
        data = b"".join(_pieces(most + 1))
    except OSError as error:
        raise UsageError(f"cannot read {what} from standard input: {error.strerror}") from error
    if len(data) > most:
        raise UsageError(f"standard input holds over {most:,} bytes, far too many for {what}")
    return data


def complain(text: str) -> None:
    """A line on standard error. Without one, the exit code still tells."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether it is one; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def _standard_output() -> TextIO:
    if sys.stdout is None:
        raise OutputError("cannot write the output: standard output is closed")
    return sys.stdout


def _shut(error: OSError) -> Exception:
    _forget(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError()
    return OutputError(f"cannot write the output: {error.strerror or error}")


def _forget(stream: TextIO) -> None:
    """Python flushes once more at exit, and complains; let what is left go nowhere."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
