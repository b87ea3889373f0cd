"""What can go wrong, as values: one base error, few children, and the exit codes."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; documented in the README and held by tests."""

    OK = 0
    """Within budget; warnings too, unless `--fail-on warning`."""
    TRIPPED = 1
    """The guard tripped."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    NOT_MEASURED = 3
    """The size could not be measured, or not all of it, and what was seen is within budget."""
    INTERRUPTED = 130
    """Ctrl-C."""


class CtxguardError(Exception):
    """Something the user has to know and can mend.

    Args:
        message: what was being done and the next step, in one or two plain sentences.
        path: the file it happened in, as the user would name it.
        line: the line in that file, from 1.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message


class UsageError(CtxguardError):
    """The command line or a configuration file asks for something that cannot be."""


class MeasureError(CtxguardError):
    """The context cannot be measured: Docker itself would refuse it, or it cannot be read."""

    exit_code = ExitCode.NOT_MEASURED


class PatternError(MeasureError, ValueError):
    """An ignore rule that Docker refuses; `reason` holds Docker's own words."""

    def __init__(
        self, pattern: str, reason: str, *, path: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(
            f'pattern "{pattern}" is refused by Docker: {reason}', path=path, line=line
        )
        self.pattern = pattern
        self.reason = reason


class HeaderError(PatternError):
    """An ignore rule that BuildKit takes, and that cannot travel to the client."""


class DockerfileError(MeasureError):
    """A Dockerfile that BuildKit refuses too."""
