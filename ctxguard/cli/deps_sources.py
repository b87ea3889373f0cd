"""Where `ctxguard deps` learns what packages weigh, and which modules they bring."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctxguard.cli import options, packages
from ctxguard.errors import UsageError

if TYPE_CHECKING:
    from ctxguard.dependencies import Dependencies
    from ctxguard.deps.declared.declaring import Survey
    from ctxguard.deps.installed.distribution import Installed

_F = TypeVar("_F", bound=Callable[..., Any])
_MOST_NAMED = 5
_OF_INDEXES = frozenset((
    "--index-url", "--extra-index-url", "--find-links", "--trusted-host", "--no-index", "--pre",
    "--prefer-binary",
))  # fmt: skip
"""Options of a requirements file that say where packages come from."""


def source_options(command: _F) -> _F:
    """`[PATH]`, `-r`, and where packages are looked at."""
    for decorate in (
        click.option(
            "--allow-indexes",
            is_flag=True,
            help="Obey what the project's files say of indexes when packages are downloaded.",
        ),
        click.option(
            "--download", is_flag=True, help="Weigh the wheels that pip finds, and keep none."
        ),
        click.option("--image", metavar="REF", help="Weigh them in an image or archive."),
        click.option(
            "--python", metavar="FILE", help="Weigh them where this interpreter has its packages."
        ),
        click.option(
            "--venv",
            metavar="DIR",
            help="Weigh them in this virtual environment; default: .venv or venv in the project.",
        ),
        click.option(
            "-r",
            "--requirements",
            metavar="FILE",
            multiple=True,
            help="Only what this file asks for; may be given again.",
        ),
        click.argument("path", default="."),
    ):
        command = decorate(command)
    return command


@dataclass(frozen=True, slots=True)
class Asked:
    """Which project, and where its packages are."""

    path: str
    requirements: tuple[str, ...]
    venv: str | None
    python: str | None
    image: str | None
    download: bool
    allow_indexes: bool
    quiet: bool

    @property
    def project(self) -> str:
        """Absolute."""
        return os.path.realpath(self.path)

    @property
    def named(self) -> str:
        """What a command has to name; "" for the current folder."""
        return "" if self.path == "." else self.path


def looked_at(asked: Asked) -> tuple[Survey, Dependencies]:
    """What a project asks for, and what is to be said of it.

    Raises:
        UsageError: the options do not go together, nothing is declared, or the extra is missing.
        MeasureError: sources or packages cannot be read.
    """
    check(asked)
    packages.check_extra()
    from ctxguard.deps.assessing import assess
    from ctxguard.deps.declared.declaring import survey

    found = survey(asked.project, tuple(map(_place, asked.requirements)))
    installed = _installed(asked, found)
    told = assess(asked.project, found.declaration, installed)
    if installed is None:
        return found, told
    return found, replace(told, problems=(*told.problems, *_not_weighed(told, installed)))


def _not_weighed(found: Dependencies, installed: Installed) -> Iterator[str]:
    """Why some packages have no size, one line for each reason."""
    names: dict[str, list[str]] = {}
    for name, key in sorted({(row.name, row.key) for row in found.rows}):
        if key in installed.unknown:
            names.setdefault(installed.unknown[key], []).append(name)
    for reason, some in names.items():
        more = f" and {len(some) - _MOST_NAMED:,} more" if len(some) > _MOST_NAMED else ""
        yield f"not weighed: {', '.join(some[:_MOST_NAMED])}{more}: {reason}"


def check(asked: Asked) -> None:
    """Raises UsageError for what does not go together."""
    if not asked.path:
        raise UsageError("PATH is empty; name the folder of a project")
    if not os.path.isdir(asked.path):
        raise UsageError(f"{asked.path} is no folder with a project")
    given = [
        name
        for name, value in (
            ("--venv", asked.venv is not None),
            ("--python", asked.python is not None),
            ("--image", asked.image is not None),
            ("--download", asked.download),
        )
        if value
    ]
    if len(given) > 1:
        raise UsageError(f"sizes come from one place: {given[0]} or {given[1]}, not both")


def _place(file: str) -> str:
    """A requirements file is looked for from the current folder on, then in the project."""
    return os.path.abspath(file) if os.path.lexists(file) else file


def _installed(asked: Asked, found: Survey) -> Installed | None:
    if asked.image is not None:
        from ctxguard.deps.installed.inimage import of_image
        from ctxguard.image.opening import Named

        return of_image(Named(asked.image))
    if asked.download:
        from ctxguard.deps.pip.downloading import of_index

        requirements = found.declaration.requirements
        say = partial(options.say, quiet=asked.quiet)
        return of_index(requirements, options=indexes(asked, found), progress=say)
    if asked.python is not None:
        from ctxguard.deps.installed.environment import of_environment

        return of_environment(python=asked.python)
    return packages.in_environment(asked.project, asked.venv)


def indexes(asked: Asked, found: Survey) -> tuple[str, ...]:
    """What the project's files say of indexes, if that is to be obeyed."""
    said = tuple(dict.fromkeys(_said_of_indexes(asked.project, found)))
    if said and not asked.allow_indexes:
        options.say(
            "the requirements say where packages come from, which is not obeyed; "
            "--allow-indexes obeys it",
            quiet=asked.quiet,
        )
        return ()
    return said


def _said_of_indexes(project: str, found: Survey) -> Iterator[str]:
    for source in found.sources:
        for line in source.content.lines:
            for name, value in line.options:
                if name in _OF_INDEXES:
                    beside = os.path.join(project, os.path.dirname(source.file), value)
                    value = beside if value in source.beside else value
                    yield f"{name}={value}" if value else name


def note_sizes(found: Dependencies, *, limited: bool, quiet: bool) -> None:
    """How to learn sizes, where there are none.

    Args:
        limited: there is a limit on them, which is no mere note.
    """
    if found.measured is not None or not (found.rows or limited):
        return
    why = "--max-dependencies cannot be held, since sizes" if limited else "sizes"
    options.say(
        f"{why} are unknown: name where the packages are installed with --venv, --python or "
        "--image, or let --download look at their wheels",
        quiet=quiet and not limited,
    )
