"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ctxguard import config
from ctxguard.cli import streams
from ctxguard.cli.help import help_option
from ctxguard.config import KEYS, Settings
from ctxguard.context import given
from ctxguard.context.measure import Request
from ctxguard.measurement import Backend

_F = TypeVar("_F", bound=Callable[..., Any])


def context_options(command: _F) -> _F:
    """What to measure: `[CONTEXT]`, `-f`, `--backend`."""
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
        click.argument("context", default="."),
    ):
        command = decorate(command)
    return command


def noise_options(quiet: str) -> Callable[[_F], _F]:
    """`-q`, with what it means for the command, `-v` and, as the last ones, `-h`."""

    def decorate(command: _F) -> _F:
        command = help_option(command)
        command = click.option("-q", "--quiet", is_flag=True, help=quiet)(command)
        return click.option("-v", "--verbose", is_flag=True, help="Say where settings come from.")(
            command
        )

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


def read_settings(context: str, flags: Mapping[str, Any]) -> Settings:
    """All settings for a context that is known to be a folder; flags by their Python names."""
    return config.settings(context, {name.replace("_", "-"): flags[name] for name in flags})


def request(
    context: str,
    settings: Settings,
    *,
    depth: int | None = None,
    types: bool = False,
    savings: bool = False,
) -> Request:
    """The request for a context, as the settings have it."""
    tree = given.worktree(context)
    return Request(
        source=tree,
        dockerfile=given.dockerfile(tree, settings.dockerfile),
        backend=Backend(settings.backend),
        top=settings.top,
        depth=depth,
        types=types,
        savings=savings,
    )


def say(message: str, *, quiet: bool = False) -> None:
    """A note on stderr."""
    if not quiet:
        from ctxguard.render.escape import line

        streams.complain(f"ctxguard: {line(message)}")


def say_settings(settings: Settings) -> None:
    """Each value in force, and where it comes from."""
    for name in KEYS:
        value = getattr(settings, name.replace("-", "_"))
        origin = str(settings.origin(name))
        if name == "warn" and settings.lowered_warning:
            origin = "default, no higher than critical"
        say(f"{name} = {'none' if value is None else value} ({origin})")


def note_environment(*, quiet: bool) -> None:
    """`DOCKER_BUILDKIT=0` is noted, not obeyed: a report must not change with the shell."""
    if os.environ.get("DOCKER_BUILDKIT") == "0":
        say(
            "DOCKER_BUILDKIT=0 is set, so docker would use the classic builder; "
            "--backend legacy asks about that one",
            quiet=quiet,
        )
