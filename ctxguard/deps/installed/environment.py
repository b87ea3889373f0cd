"""What is installed in an environment on the disk; nothing of a project runs.

Sources of the form: PEP 405 and `venv` (pyvenv.cfg); Python, `sysconfig`, "Installation paths".
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from ctxguard.deps.installed.distribution import Distribution, Installed
from ctxguard.deps.installed.homes import Home, is_inside
from ctxguard.deps.installed.interpreter import folders_of, interpreter_at
from ctxguard.deps.installed.metadata import distributions
from ctxguard.deps.roles import ENVIRONMENT
from ctxguard.errors import UsageError

_MOST_MARK = 1 << 16
_DEFAULTS = (".venv", "venv")
_LIBRARIES = ("lib", "lib64", "Lib", "local/lib")
_PACKAGES = ("site-packages", "dist-packages")
_OF_VERSION = re.compile(r"(?:python|pypy)(\d[\d.]*)t?")


def default_environment(project: str) -> str | None:
    """The virtual environment in a project's folder; None if there is none."""
    for name in _DEFAULTS:
        folder = os.path.join(project, name)
        if _is_environment(folder):
            return folder
    return None


def of_environment(python: str | None = None, venv: str | None = None) -> Installed:
    """All packages of an environment.

    An interpreter is run only if it is not that of a virtual environment, and only to say where
    its packages lie. What a virtual environment sees of the system's packages is not looked at.

    Args:
        python: an interpreter, by path or name.
        venv: the top folder of a virtual environment.

    Raises:
        UsageError: it is none, or not one of the two is given.
    """
    if (python is None) == (venv is None):
        raise UsageError("name one environment: either --python or --venv")
    if venv is not None:
        return of_folders(f"the virtual environment {venv}", *folders_in(venv))
    assert python is not None
    program = interpreter_at(python)
    above = _environment_of(program)
    if above is not None:
        return of_folders(f"the virtual environment {above}", *folders_in(above))
    return of_folders(f"the packages of {program}", folders_of(program), ())


def of_folders(
    where: str, folders: Sequence[tuple[str, str]], problems: Sequence[str] = ()
) -> Installed:
    """All packages that lie in folders, each behind the root of what it is part of.

    Of two with one key the first one counts.
    """
    found: dict[str, Distribution] = {}
    told = list(problems)
    for home in homes(folders):
        try:
            more, strange = distributions(home.described(), home.weigh, home.below)
        except OSError as error:
            told.append(f"{where} cannot be read: {(error.strerror or str(error)).lower()}")
            continue
        found = {**more, **found}
        told += strange
    return Installed(where, dict(sorted(found.items())), problems=tuple(told))


def homes(folders: Sequence[tuple[str, str]]) -> Iterator[Home]:
    """The folders that are there, each once, with links followed."""
    met: set[tuple[int, int]] = set()
    seen = set()
    for root, folder in folders:
        above, own = os.path.realpath(root), os.path.realpath(folder)
        if own not in seen and os.path.isdir(own):
            seen.add(own)
            yield Home(above if is_inside(own, above) else own, own, met)


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, ENVIRONMENT))


def _environment_of(program: str) -> str | None:
    """PEP 405: its mark lies beside the interpreter, or one folder above."""
    beside = os.path.dirname(program)
    return next(filter(_is_environment, (beside, os.path.dirname(beside))), None)


def folders_in(folder: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Folders of packages of a virtual environment, behind its own, and what is not looked at.

    Raises:
        UsageError: it is none.
    """
    if not _is_environment(folder):
        raise UsageError(
            f"{folder} is no virtual environment: it has no {ENVIRONMENT}; name its top folder"
        )
    root = os.path.realpath(folder)
    settings = _settings(os.path.join(root, ENVIRONMENT))
    problems = []
    if settings.get("include-system-site-packages", "").lower() == "true":
        problems.append(f"{folder} uses packages of the system too; these are not looked at")
    version = settings.get("version") or settings.get("version_info", "")
    inside = [each for each in _homes(root, version) if is_inside(os.path.realpath(each), root)]
    return [(root, each) for each in inside], problems


def _settings(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read(_MOST_MARK).split("\n")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _homes(root: str, version: str) -> list[str]:
    """Folders of packages; where an older Python left some behind, only those of this one."""
    found = []
    for library in (os.path.join(root, each) for each in _LIBRARIES):
        names = sorted(os.listdir(library)) if os.path.isdir(library) else []
        found += [(name, os.path.join(library, name)) for name in names if _version_of(name)]
        found.append(("", library))
    ours = ".".join(version.split(".")[:2])
    known = ours in {_version_of(name) for name, _ in found}
    kept = [path for name, path in found if not known or _version_of(name) in ("", "3", ours)]
    return [os.path.join(path, packages) for path in kept for packages in _PACKAGES]


def _version_of(name: str) -> str:
    found = _OF_VERSION.fullmatch(name)
    return "" if found is None else found[1]
