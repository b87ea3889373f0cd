"""The command line: the only place that composes rooms, prints and exits."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence

import click

from ctxguard.cli import streams
from ctxguard.errors import CtxguardError, ExitCode

_COMPLETE = "_CTXGUARD_COMPLETE"
"""By this variable a shell asks what could come next, in click's own protocol."""


def main(argv: Sequence[str] | None = None, name: str = "ctxguard") -> int:
    """Run ctxguard.

    Args:
        argv: the arguments without the program's name; None for those of this process.
        name: what the user types to get here, for usage texts.

    Returns:
        The exit code; nothing is raised, and no traceback reaches the user.
    """
    try:
        with _without_collector():
            return _run(sys.argv[1:] if argv is None else list(argv), name)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except streams.ReaderGoneError:
        return int(ExitCode.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        streams.complain(error.format_message())
        return int(ExitCode.USAGE)
    except (Exception, KeyboardInterrupt) as error:
        return _complain(error)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """A command makes hardly any cycles, and looking for them takes up to a tenth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _run(arguments: list[str], name: str) -> int:
    """Like `click.Group.main`, which cannot be used: it makes of a broken pipe an exit with 1."""
    from ctxguard.cli.group import ctxguard

    if instruction := os.environ.get(_COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(ctxguard, {}, "ctxguard", _COMPLETE, instruction)
    with ctxguard.make_context(name, arguments) as context:
        return int(ctxguard.invoke(context))


def _complain(error: BaseException) -> int:
    from ctxguard.render.escape import line

    message, code = explained(error)
    if code is ExitCode.INTERRUPTED and streams.is_terminal(sys.stderr):
        streams.complain("")  # The terminal shows `^C` where the cursor was.
    streams.complain(f"ctxguard: {line(message)}")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        streams.complain(f"See `{error.ctx.command_path} --help`.")
    return int(code)


def explained(error: BaseException) -> tuple[str, ExitCode]:
    """What to say of an error, and the exit code; one that is not foreseen is a bug."""
    if isinstance(error, CtxguardError):
        return str(error), error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return "interrupted", ExitCode.INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.format_message(), ExitCode.USAGE
    if isinstance(error, MemoryError):
        return "there is not enough memory to go on", ExitCode.NOT_MEASURED
    if isinstance(error, OSError) and error.strerror:
        return f"cannot go on: {error.strerror.lower()}", ExitCode.NOT_MEASURED
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    bug = "internal error, please report it with the command that led to it"
    return f"{bug}: {detail}", ExitCode.NOT_MEASURED
