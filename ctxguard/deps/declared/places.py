"""Where a project keeps what it asks for: in its own folder, and in applications just below."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ctxguard.deps.declared.projectfile import Project, UnreadableError
from ctxguard.deps.roles import SKIPPED

LOOKED_FOR = (
    "requirements*.txt, requirements/*.txt, *-requirements.txt, pyproject.toml, setup.cfg, Pipfile"
)
_REQUIREMENTS = re.compile(r"requirements[^/]*\.txt|[^/]+[-_.]requirements\.txt")
_OTHERS = ("pyproject.toml", "setup.cfg", "Pipfile", "setup.py")
_OWN = ("requirements.txt", "pyproject.toml")
_MOST_FOLDERS = 1000
_FOLDER = "requirements"
_ENVIRONMENT = "pyvenv.cfg"


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
    """The project's own folder, then those below in the order of their names.

    Raises:
        UnreadableError: the project's folder cannot be read.
    """
    names, folders = _names(project, "")
    found = [_home(project, "", names, folders)]
    for folder in [each for each in folders if _may_be_home(each)][:_MOST_FOLDERS]:
        try:
            names, below = _names(project, folder)
        except UnreadableError:
            continue
        if not set(_OWN).isdisjoint(names) and _ENVIRONMENT not in names:
            found.append(_home(project, folder, names, below))
    return tuple(found)


def _may_be_home(folder: str) -> bool:
    return folder not in SKIPPED and folder != _FOLDER and not folder.startswith(".")


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
                elif not entry.is_dir():
                    files.append(entry.name)
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
    return sorted(files), sorted(folders)
