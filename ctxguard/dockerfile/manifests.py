"""Names of the files that list dependencies, and of those that decide how they are installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

_NODE = ("package.json", ".npmrc")
OF_TOOL: Mapping[str, tuple[str, ...]] = {
    "pip": ("requirements*.txt", "constraints*.txt"),
    "poetry": ("pyproject.toml", "poetry.lock", "poetry.toml"),
    "uv": ("pyproject.toml", "uv.lock", "uv.toml", ".python-version"),
    "pdm": ("pyproject.toml", "pdm.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
    "npm": (*_NODE, "package-lock.json", "npm-shrinkwrap.json"),
    "yarn": (*_NODE, "yarn.lock", ".yarnrc.yml", ".yarnrc"),
    "pnpm": (*_NODE, "pnpm-lock.yaml", "pnpm-workspace.yaml"),
    "bun": (*_NODE, "bun.lock", "bun.lockb", "bunfig.toml"),
    "go": ("go.mod", "go.sum"),
    "bundle": ("Gemfile", "Gemfile.lock", ".ruby-version"),
    "cargo": ("Cargo.toml", "Cargo.lock"),
    "composer": ("composer.json", "composer.lock"),
    "mvn": ("pom.xml",),
    "gradle": ("build.gradle*", "settings.gradle*", "gradle.properties"),
    "dotnet": (
        *("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "NuGet.config", "nuget.config"),
        *("Directory.*.props", "packages.lock.json", "global.json"),
    ),
}
"""What each tool reads before it installs, by names in which `*` counts; the first one has to be
there."""
_MORE = r"""
    [\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in) | setup\.(?:py|cfg)
  | environment\.ya?ml | \.nvmrc | \.node-version | go\.work | rust-toolchain(?:\.toml)?
  | [\w.-]+\.gemspec | gradlew | mvnw | [\w.-]+\.props | mix\.(?:exs|lock) | Makefile
"""
"""Those of other tools, and what is read beside."""


def _written(name: str) -> str:
    return re.escape(name).replace(r"\*", r"[\w.-]*")


_NAMES = re.compile(
    "|".join((_MORE, *(_written(name) for names in OF_TOOL.values() for name in names))),
    re.VERBOSE | re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:.*/)?requirements/[^/]+\.(?:txt|in)")


def literal(tool: str) -> tuple[str, ...]:
    """Names of the files that a tool reads, as far as they are always the same."""
    return tuple(name for name in OF_TOOL[tool] if "*" not in name)


def is_read_by(tool: str, name: str) -> bool:
    """Whether a tool reads a file of this name."""
    return any(fnmatchcase(name, pattern) for pattern in OF_TOOL.get(tool, ()))


def is_manifest(path: str) -> bool:
    """Whether a file is there for the sake of dependencies."""
    name = path.rpartition("/")[2]
    return _NAMES.fullmatch(name) is not None or _FOLDER.fullmatch(path) is not None
