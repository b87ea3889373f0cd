"""The command line: the only place that composes rooms, prints and exits."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

import click

from ctxguard.errors import CtxguardError, ExitCode


def main(argv: Sequence[str] | None = None) -> int:
    """Run ctxguard.

    Args:
        argv: the arguments without the program's name; None for those of this process.

    Returns:
        The exit code; nothing is raised, and no traceback reaches the user.
    """
    try:
        return int(_run(argv))
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except BrokenPipeError:
        return _stop_quietly()
    except (Exception, KeyboardInterrupt) as error:
        return _complain(*_explained(error))


def _run(argv: Sequence[str] | None) -> ExitCode:
    from ctxguard.cli.group import ctxguard

    arguments = None if argv is None else list(argv)
    code = ctxguard.main(args=arguments, prog_name="ctxguard", standalone_mode=False)
    sys.stdout.flush()
    return ExitCode(code or 0)


def _explained(error: BaseException) -> tuple[str, ExitCode]:
    """What to say, and the exit code. What is not foreseen is a bug, and gets a sentence too."""
    if isinstance(error, CtxguardError):
        return str(error), error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return "interrupted", ExitCode.INTERRUPTED
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"See `{error.ctx.command_path} --help`."
        return f"{error.format_message()}\n{hint}", ExitCode.USAGE
    if isinstance(error, click.ClickException):
        return error.format_message(), ExitCode.USAGE
    detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    bug = "internal error, please report it with the command that led to it"
    return f"{bug}: {detail}", ExitCode.NOT_MEASURED


def _complain(message: str, code: ExitCode) -> int:
    from ctxguard.render.escape import line

    # Without a stderr the exit code still tells.
    with contextlib.suppress(OSError):
        click.echo(f"ctxguard: {line(message)}", err=True)
    return int(code)


def _stop_quietly() -> int:
    """The reader of our output went away, as in `ctxguard ls | head`; that is no failure."""
    import os

    # Python flushes stdout once more at exit; let that go nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(ExitCode.OK)
