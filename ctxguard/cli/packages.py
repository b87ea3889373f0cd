"""`--deps` and `--max-dependencies`: a report with the Python packages that a project asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctxguard.errors import UsageError

if TYPE_CHECKING:
    from ctxguard.dependencies import Dependencies
    from ctxguard.deps.installed.distribution import Installed
    from ctxguard.finding import Finding
    from ctxguard.measurement import Measurement

_F = TypeVar("_F", bound=Callable[..., Any])
_UNWEIGHED = (
    "max-dependencies is set, but the packages are installed nowhere that they could be weighed; "
    "name a virtual environment with --venv"
)


def packages_options(command: _F) -> _F:
    """`--deps`, `--venv` and `--max-dependencies`."""
    for decorate in (
        click.option(
            "--max-dependencies", metavar="SIZE", help="With --deps: trip above this size of all."
        ),
        click.option(
            "--venv", metavar="DIR", help="With --deps: weigh them there; default: .venv or venv."
        ),
        click.option("--deps", is_flag=True, help="Add the Python packages; see ctxguard deps."),
    ):
        command = decorate(command)
    return command


@dataclass(frozen=True, slots=True)
class Packages:
    """What is to be told of packages."""

    asked: bool
    """On the command line; otherwise the configuration has a limit for them."""
    venv: str | None = None

    def of_project(self, root: str) -> Dependencies | None:
        """The packages of a project, weighed in a virtual environment.

        Returns:
            None if the project asks for none, and only the configuration wanted to know.

        Raises:
            UsageError: deptry is not there, or the environment is none.
            MeasureError: the sources cannot be looked at.
        """
        return self.within(root, lambda: in_environment(root, self.venv))

    def within(self, root: str, weigh: Callable[[], Installed | None]) -> Dependencies | None:
        """The packages of a project, weighed somewhere."""
        check_extra()
        from ctxguard.deps.assessing import assess
        from ctxguard.deps.declared.declaring import declared

        try:
            declaration = declared(root)
        except UsageError:
            if self.asked:
                raise
            return None
        return assess(root, declaration, weigh())


def in_environment(root: str, venv: str | None) -> Installed | None:
    """What is installed in a virtual environment, or in that of the project.

    Returns:
        None if it has none, and none is named.

    Raises:
        UsageError: what is named is none.
    """
    from ctxguard.deps.installed.environment import default_environment, of_environment

    chosen = default_environment(root) if venv is None else venv
    return None if chosen is None else of_environment(venv=chosen)


def check_extra() -> None:
    """Raises UsageError without the extra that reads requirements and imports."""
    from importlib.util import find_spec

    missing = [name for name in ("packaging", "deptry") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} must be installed to look at packages: "
            "pip install 'docker-ctxguard[deps]'"
        )


def findings(
    found: Dependencies | None, project: str, ignored: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """What is to be said of the packages of a project, but for what is silenced.

    Args:
        project: what commands have to name; "" for the current folder.
    """
    if found is None:
        return ()
    from ctxguard.deps.checks import findings as checked

    return tuple(each for each in checked(found, project) if each.code not in ignored)


def named(root: str) -> str:
    """What commands have to name to mean this folder; "" for the current one."""
    folder = os.path.relpath(root)
    return "" if folder == os.curdir else folder


def held(measurement: Measurement, found: Dependencies | None, most: int | None) -> Measurement:
    """The measurement, not complete if a limit on packages cannot be held against anything."""
    if most is None or found is None or found.bytes is not None:
        return measurement
    from ctxguard.measurement import Effect, Problem

    problem = Problem("dependencies-unknown", None, _UNWEIGHED, Effect.NOT_COUNTED)
    return replace(measurement, problems=(*measurement.problems, problem), complete=False)
