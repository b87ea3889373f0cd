"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctxguard.cli import streams
from ctxguard.cli.help import help_option

if TYPE_CHECKING:
    from ctxguard.config import Settings
    from ctxguard.context.measure import Request
    from ctxguard.measurement import Problem
    from ctxguard.place import Place

_F = TypeVar("_F", bound=Callable[..., Any])


def context_options(command: _F) -> _F:
    """What to measure: `[CONTEXT]`, `-f`, `--backend`."""
    return builder_options(click.argument("context", default=".")(command))


def contexts_options(command: _F) -> _F:
    """The same, where the argument left out is about all contexts of the configuration."""
    return builder_options(click.argument("context", required=False)(command))


def context_flag(command: _F) -> _F:
    """`-C`, where the arguments are something else."""
    return click.option(
        "-C",
        "--context",
        default=".",
        metavar="DIR",
        help="The context; default: the current folder.",
    )(command)


def contexts_flag(command: _F) -> _F:
    """The same, where it left out is about all contexts of the configuration."""
    return click.option(
        "-C",
        "--context",
        metavar="DIR",
        help="The context; default: all that the configuration names, or the current folder.",
    )(command)


def builder_options(command: _F) -> _F:
    """`-f` and `--backend`."""
    from ctxguard.measurement import Backend

    for decorate in (
        click.option(
            "--backend",
            type=click.Choice([backend.value for backend in Backend]),
            help="Which builder is asked about; default: buildkit.",
        ),
        click.option(
            "-f",
            "--file",
            "dockerfile",
            metavar="DOCKERFILE",
            help="Name of the Dockerfile, as in docker build; default: Dockerfile in the context.",
        ),
    ):
        command = decorate(command)
    return command


def build_options(command: _F) -> _F:
    """What of a build decides what it asks of its context: `--target` and its like."""
    for decorate in (
        click.option(
            "--platform",
            metavar="PLATFORM",
            help="Build for it, such as linux/arm64; default: this machine's.",
        ),
        click.option(
            "--build-arg",
            "build_args",
            metavar="NAME[=VALUE]",
            multiple=True,
            callback=lambda _context, _option, words: _arguments(words),
            help="Set an ARG; NAME alone takes the environment's value.",
        ),
        click.option(
            "--target", metavar="STAGE", help="The stage to build; default: the last one."
        ),
    ):
        command = decorate(command)
    return command


def _arguments(words: Sequence[str]) -> dict[str, str] | None:
    """As docker takes them: a NAME that the environment does not have is passed over."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name:
            raise click.BadParameter(f'"{word}" has no name; write NAME=VALUE')
        if equals or name in os.environ:
            found[name] = value if equals else os.environ[name]
    return found or None


def revision_options(command: _F) -> _F:
    """`--rev`, and what to make of a commit."""
    return click.option(
        "--rev", metavar="REV", help="The context as this commit has it, from git's objects alone."
    )(lfs_option(command))


def lfs_option(command: _F) -> _F:
    """`--lfs`."""
    return click.option(
        "--lfs",
        type=click.Choice(["content", "pointer"]),
        help="Of a commit: count what LFS pointers point to, or the pointers; default: content.",
    )(command)


def budget_options(trips: str, fail_on: str) -> Callable[[_F], _F]:
    """The limits of a budget, and what counts as over it.

    Args:
        trips: what happens above the critical limits, such as `Trip`.
        fail_on: what `--fail-on` decides.
    """
    from ctxguard.guard.budget import FailOn

    decorators = (
        click.option(
            "--fail-on",
            type=click.Choice([each.value for each in FailOn]),
            help=f"{fail_on}; default: critical.",
        ),
        click.option("--max-files", metavar="N", help=f"{trips} above this number of files."),
        click.option(
            "--critical", metavar="SIZE", help=f"{trips} above this size; default: 1.5 GB."
        ),
        click.option("--warn", metavar="SIZE", help="Warn above this size; default: 1 GB."),
    )

    def decorate(command: _F) -> _F:
        for decorator in decorators:
            command = decorator(command)
        return command

    return decorate


def noise_options(quiet: str) -> Callable[[_F], _F]:
    """`-q`, with what it means for the command, `-v` and, as the last ones, `-h`."""

    def decorate(command: _F) -> _F:
        command = help_option(command)
        command = click.option("-q", "--quiet", is_flag=True, help=quiet)(command)
        return click.option("-v", "--verbose", is_flag=True, help="Say where settings come from.")(
            command
        )

    return decorate


def result_options(command: _F) -> _F:
    """`--format terminal|json`, `-o` and `--color`."""
    return result_options_in("terminal", "json")(command)


def result_options_in(*formats: str) -> Callable[[_F], _F]:
    """The same with these formats, of which the first is the default."""

    def decorate(command: _F) -> _F:
        command = color_option(command)
        command = click.option(
            "-o", "--output", "file", metavar="FILE", help="Write the result to a file."
        )(command)
        return click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default=formats[0],
            help=f"Default: {formats[0]}.",
        )(command)

    return decorate


def color_option(command: _F) -> _F:
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Default: auto. NO_COLOR and FORCE_COLOR are heeded.",
    )(command)


def wants_color(choice: str) -> bool:
    """What `--color` and the environment (no-color.org, force-color.org) come to."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return streams.is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


def by_key(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Flags by their Python names, by the keys of the configuration."""
    return {name.replace("_", "-"): flags[name] for name in flags}


def read_settings(found: Place, flags: Mapping[str, Any]) -> Settings:
    """All settings for a context; flags by their Python names."""
    return found.settings(by_key(flags))


def told_settings(
    found: Place, flags: Mapping[str, Any], *, quiet: bool, verbose: bool
) -> Settings:
    """The same, with what is to be noted about them."""
    settings = read_settings(found, flags)
    note_environment(quiet=quiet)
    if verbose:
        say_settings(settings)
    return settings


def request(found: Place, settings: Settings, **more: Any) -> Request:
    """The request for a context, as the settings have it; see `Place.request`."""
    return found.request(settings, dockerfile_text(settings), **more)


def dockerfile_text(settings: Settings) -> bytes:
    """What comes by standard input, if that is to be the Dockerfile."""
    from ctxguard.context.tree.naming import STANDARD_INPUT
    from ctxguard.context.tree.worktree import MOST_BYTES

    if settings.dockerfile != STANDARD_INPUT:
        return b""
    return streams.read_bytes(MOST_BYTES, "a Dockerfile")


def say(message: str, *, quiet: bool = False) -> None:
    """A note on stderr."""
    if not quiet:
        from ctxguard.render.escape import line

        streams.complain(f"ctxguard: {line(message)}")


def say_problems(problems: Iterable[Problem], *, quiet: bool) -> None:
    """One note for each."""
    for problem in problems:
        line = f":{problem.line}" if problem.line else ""
        place = f"{problem.path}{line}: " if problem.path else ""
        say(f"{place}{problem.message}", quiet=quiet)


def say_settings(settings: Settings, name: str | None = None) -> None:
    """Each value in force, and where it comes from."""
    from ctxguard.config import KEYS

    of = "" if name is None else f"{name}: "
    for key in KEYS:
        say(f"{of}{key} = {settings.shown(key)} ({settings.told_origin(key)})")


def note_environment(*, quiet: bool) -> None:
    """`DOCKER_BUILDKIT=0` is noted, not obeyed: a report must not change with the shell."""
    if os.environ.get("DOCKER_BUILDKIT") == "0":
        say(
            "DOCKER_BUILDKIT=0 is set, so docker would use the classic builder; "
            "--backend legacy asks about that one",
            quiet=quiet,
        )
