"""The files of a project that may tell which packages it uses."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ctxguard.deps.roles import ENVIRONMENT, SKIPPED, is_development
from ctxguard.errors import UsageError

_MOST_FILES = 200_000
_MOST_BYTES = 2 << 20
"""Of one file; what is longer is data."""
_OF_ENVIRONMENT = frozenset(
    ("bin", "etc", "include", "lib", "lib64", "man", "share", "Include", "Lib", "Scripts")
)
"""What a virtual environment brings; it may have been made in a folder with sources."""
_FOR_DEPTRY = (".py", ".ipynb")
_SCRIPT = re.compile(rb"#![^\n]*?\b(?:(python|pypy)|(?:ba|da|k|z)?sh\b)")
_FIRST_BYTES = 128


class Kind(Enum):
    """How a file is to be read."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    DOCKERFILE = "dockerfile"
    COMMANDS = "commands"
    """Lines that are commands, or name them."""
    SETTINGS = "settings"
    """Lines with values; among them may be commands."""


_KINDS = (
    (Kind.PYTHON, re.compile(r"\.(?:pyw?|pyx|pyi)$")),
    (Kind.NOTEBOOK, re.compile(r"\.ipynb$")),
    (
        Kind.DOCKERFILE,
        re.compile(r"(?:^|/)(?:[^/]*[.-])?(?:[Dd]ocker|[Cc]ontainer)file(?:[.-][^/]*)?$"),
    ),
    (
        Kind.COMMANDS,
        re.compile(
            r"(?:^|/)(?:Procfile|crontab)[^/]*$|(?:^|/)(?:(?:GNU)?[Mm]akefile|[Jj]ustfile)$"
            r"|\.(?:sh|bash|zsh|ksh|service|bat|cmd|ps1|mk|cron|crontab)$"
        ),
    ),
    (
        Kind.SETTINGS,
        re.compile(
            r"\.(?:ya?ml|toml|ini|cfg|conf|env|properties|tf|hcl)(?:\.(?:j2|tpl|tmpl|in))?$"
            r"|(?:^|/)\.(?:flask)?env[^/]*$"
            r"|(?:^|/)[^/]*(?:conf|settings|logg|task|pipeline|prod|Dockerrun)[^/]*\.json$"
            r"|(?:^|/)(?:app|default)\.json$"
        ),
    ),
)
_NO_SETTINGS = re.compile(
    r"(?:^|/)(?:Pipfile|[^/]*lock\.(?:ya?ml|toml)|[^/]*\.lock|environment\.ya?ml)$"
)
"""Lists of packages, and what was made of them."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file."""

    path: str
    """Relative to the project, with slashes."""
    kind: Kind
    development: bool
    """It is of tests, documentation or tools."""


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """What was found."""

    root: str
    found: tuple[SourceFile, ...]
    environments: tuple[str, ...]
    """Folders of virtual environments, which were not entered."""
    problems: tuple[str, ...]
    unread: tuple[str, ...] = ()
    """Folders and files that cannot be read."""
    odd: tuple[str, ...] = ()
    """What is called like a source, and is no file."""

    def text(self, file: SourceFile) -> str | None:
        """What it holds; None if it cannot be read or is far too long."""
        data = _start(os.path.join(self.root, file.path), _MOST_BYTES + 1)
        if data is None or len(data) > _MOST_BYTES:
            return None
        return data.decode("utf-8-sig", "replace")


def project_files(root: str) -> ProjectFiles:
    """Look through a project.

    Raises:
        UsageError: it is no folder.
    """
    if not os.path.isdir(root):
        raise UsageError(f"{root} is no folder with a project")
    walk = _Walk(root)
    found: list[SourceFile] = []
    for path in walk.paths():
        if len(found) >= _MOST_FILES:
            walk.problems.append(f"only the first {_MOST_FILES:,} files were read")
            walk.unread.append("the files after that")
            break
        kind = kind_of(path) or walk.kind_of_script(path)
        if kind is not None:
            found.append(SourceFile(path, kind, is_development(path)))
            walk.check(path)
    return ProjectFiles(
        root, tuple(found), *map(tuple, (walk.environments, walk.problems, walk.unread, walk.odd))
    )


def kind_of(path: str) -> Kind | None:
    """How it is to be read; None for what tells nothing, by its name."""
    found = next((kind for kind, pattern in _KINDS if pattern.search(path)), None)
    return None if found is Kind.SETTINGS and _NO_SETTINGS.search(path) else found


def _start(path: str, most: int) -> bytes | None:
    """The first bytes of a file; None if it cannot be read, or is none any more."""
    try:
        # What became a named pipe meanwhile must not hold up the rest.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as stream:
            return stream.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except OSError:
        return None


class _Walk:
    """All regular files, folder by folder; links are not followed."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.environments: list[str] = []
        self.problems: list[str] = []
        self.unread: list[str] = []
        self.odd: list[str] = []

    def paths(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            inside = self._inside(folder)
            is_environment = any(each.name == ENVIRONMENT for each in inside)
            below = f"{folder}/" if folder else ""
            folders = []
            for entry in inside:
                path = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if is_environment and entry.name in _OF_ENVIRONMENT:
                        self.environments.append(path)
                    elif entry.name not in SKIPPED and not entry.name.endswith(".egg-info"):
                        folders.append(path)
                elif entry.is_file(follow_symlinks=False):
                    yield path
                else:
                    self._note(path, entry)
            waiting += reversed(folders)

    def _inside(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self.root, folder)) as scan:
                return sorted(scan, key=lambda each: each.name)
        except OSError as error:
            where = folder or self.root
            self.problems.append(f"{where} cannot be read: {(error.strerror or '').lower()}")
            self.unread.append(where)
            return []

    def _note(self, path: str, entry: os.DirEntry[str]) -> None:
        """What is neither a file nor a folder."""
        if path.endswith(_FOR_DEPTRY):
            self.odd.append(path)
        if entry.is_symlink() and not self._is_inside(path):
            self.problems.append(f"{path} is a link out of the project, and was not followed")

    def _is_inside(self, path: str) -> bool:
        root = os.path.realpath(self.root)
        target = os.path.realpath(os.path.join(self.root, path))
        return target == root or target.startswith(os.path.join(root, ""))

    def kind_of_script(self, path: str) -> Kind | None:
        """Of a file whose name ends with nothing, by what its first line says runs it."""
        if "." in path.rpartition("/")[2]:
            return None
        found = _SCRIPT.match(_start(os.path.join(self.root, path), _FIRST_BYTES) or b"")
        if found is None:
            return None
        return Kind.COMMANDS if found[1] is None else Kind.PYTHON

    def check(self, path: str) -> None:
        """Note what cannot be read, and might use anything."""
        full = os.path.join(self.root, path)
        if not os.access(full, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            self.problems.append(f"{path} cannot be read")
            self.unread.append(path)
