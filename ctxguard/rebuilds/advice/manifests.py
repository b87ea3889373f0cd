"""What tells a package manager which dependencies to install, by the names of files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

_NEEDS_SOURCES = re.compile(
    r"\b(?:build|compile|test|check|lint|package|publish|collectstatic|make|run)\b"
    r"|(?:^|\s)-e\s|--editable|\binstall\s+(?:\S+\s+)*\.(?:\[\S*\])?(?:\s|$)"
)
"""Words of a command that does more than install dependencies."""


@dataclass(frozen=True, slots=True)
class Manager:
    """One package manager."""

    installs: re.Pattern[str]
    """A RUN that installs dependencies."""
    files: tuple[str, ...]
    """Names, with wildcards, of what it reads."""

    def needs(self, name: str) -> bool:
        """Whether it reads a file of this name."""
        return any(fnmatchcase(name, pattern) for pattern in self.files)


def _manager(installs: str, *files: str) -> Manager:
    return Manager(re.compile(installs), files)


_NODE = ("package.json", ".npmrc")
_MANAGERS = (
    _manager(
        r"\bpip[0-9.]*\s+(?:\S+\s+)*?(?:install|sync)\s(?:.*\s)?(?:-r|--requirement)",
        *("requirements*.txt", "constraints*.txt"),
    ),
    _manager(r"\bpoetry\s+(?:\S+\s+)*?install\b", "pyproject.toml", "poetry.lock", "poetry.toml"),
    _manager(r"\buv\s+sync\b", "pyproject.toml", "uv.lock", "uv.toml", ".python-version"),
    _manager(r"\bpdm\s+(?:install|sync)\b", "pyproject.toml", "pdm.lock"),
    _manager(r"\bpipenv\s+(?:install|sync)\b", "Pipfile", "Pipfile.lock"),
    _manager(r"\bnpm\s+(?:ci|install|i)\b", *_NODE, "package-lock.json", "npm-shrinkwrap.json"),
    _manager(r"\byarn\b(?:\s+install|\s+--|\s*$|\s*&)", *_NODE, "yarn.lock", ".yarnrc*"),
    _manager(r"\bpnpm\s+(?:install|i|fetch)\b", *_NODE, "pnpm-lock.yaml", "pnpm-workspace.yaml"),
    _manager(r"\bbun\s+(?:install|i)\b", *_NODE, "bun.lock", "bun.lockb", "bunfig.toml"),
    _manager(r"\bgo\s+mod\s+(?:download|vendor)\b", "go.mod", "go.sum"),
    _manager(r"\bbundle\s+install\b", "Gemfile*", ".ruby-version"),
    _manager(r"\bcargo\s+(?:fetch|vendor)\b", "Cargo.*"),
    _manager(r"\bcomposer\s+(?:\S+\s+)*?install\b", "composer.*"),
    _manager(r"\bmvnw?\b.*\bdependency:(?:go-offline|resolve)", "pom.xml"),
    _manager(r"\bgradlew?\b.*\bdependencies\b", "*.gradle", "*.gradle.kts", "gradle.properties"),
    _manager(
        r"\bdotnet\s+restore\b",
        *("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "NuGet.config", "nuget.config"),
        *("Directory.*.props", "packages.lock.json", "global.json"),
    ),
)
_MOST_READ = 4096
"""Characters of a command."""


def manager_of(command: str) -> Manager | None:
    """The package manager that a RUN installs dependencies with, if it does nothing else."""
    command = command[:_MOST_READ]
    if _NEEDS_SOURCES.search(command):
        return None
    return next((each for each in _MANAGERS if each.installs.search(command)), None)
