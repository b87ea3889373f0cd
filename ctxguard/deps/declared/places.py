"""Where a project keeps what it asks for: in its own folder, and in applications below it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.deps.declared.groups import file_is_development
from ctxguard.deps.declared.projectfile import Project, UnreadableError
from ctxguard.deps.roles import ENVIRONMENT, SKIPPED

LOOKED_FOR = (
    "requirements*.txt, requirements/*.txt, *-requirements.txt, pyproject.toml, setup.cfg, Pipfile"
)
_REQUIREMENTS = re.compile(r"requirements[^/]*\.txt|[^/]+[-_.]requirements\.txt")
_OTHERS = ("pyproject.toml", "setup.cfg", "Pipfile", "setup.py")
_OWN = ("requirements.txt", "pyproject.toml")
_MOST_FOLDERS = 5_000
"""That are looked at, of all levels together."""
_DEEPEST = 3
_FOLDER = "requirements"
_OF_OTHERS = frozenset(("vendor", "_vendor", "vendored", "third_party", "third-party"))
"""Folders with projects of other people, which ask for nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with an application of its own."""

    folder: str
    """Relative to the project; "" for its own."""
    requirements: tuple[str, ...]
    """Requirements files, relative to the project; `requirements.txt` first."""
    others: tuple[str, ...]
    """Names, in the folder."""

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name


def homes(project: Project) -> tuple[Home, ...]:
    """The project's own folder, then those below it, level by level in the order of their names.

    Raises:
        UnreadableError: the project's folder cannot be read.
    """
    names, folders = _names(project, "")
    return (_home(project, "", names, folders), *_homes_below(project, _below("", folders)))


def _homes_below(project: Project, waiting: list[str]) -> Iterator[Home]:
    # Those that are met on the way are looked at too, after all of the level above.
    for number, folder in enumerate(waiting):
        if number == _MOST_FOLDERS:
            return
        try:
            names, folders = _names(project, folder)
        except UnreadableError:
            continue
        if ENVIRONMENT in names:
            continue
        if not set(_OWN).isdisjoint(names):
            yield _home(project, folder, names, folders)
        if folder.count("/") + 1 < _DEEPEST and not file_is_development(f"{folder}/"):
            waiting += _below(folder, folders)


def _below(folder: str, names: list[str]) -> list[str]:
    return [f"{folder}/{name}" if folder else name for name in names if _may_be_home(name)]


def _may_be_home(name: str) -> bool:
    is_ours = name not in SKIPPED and name not in _OF_OTHERS
    return is_ours and name != _FOLDER and not name.startswith(".")


def _home(project: Project, folder: str, names: list[str], folders: list[str]) -> Home:
    home = Home(folder, (), tuple(name for name in _OTHERS if name in names))
    files = [home.path(name) for name in names if _REQUIREMENTS.fullmatch(name)]
    if _FOLDER in folders:
        below = home.path(_FOLDER)
        try:
            texts = [each for each in _names(project, below)[0] if each.endswith(".txt")]
        except UnreadableError:
            texts = []
        files += [f"{below}/{name}" for name in texts if "constraint" not in name.lower()]
    first = home.path("requirements.txt")
    return Home(folder, tuple(sorted(files, key=lambda file: (file != first, file))), home.others)


def _names(project: Project, folder: str) -> tuple[list[str], list[str]]:
    """Files and folders in a folder, sorted; a link to a folder is neither."""
    files, folders = [], []
    try:
        with os.scandir(os.path.join(project.root, folder)) as scan:
            for entry in scan:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not _leads_to_folder(entry):
                    files.append(entry.name)
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
    return sorted(files), sorted(folders)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself; what it is called like may be looked for, and cannot be read.
        return False
