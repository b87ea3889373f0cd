"""Names of the files that list dependencies, and of those that decide how they are installed."""

from __future__ import annotations

import re

_NAMES = re.compile(
    r"""
    [\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in) | setup\.(?:py|cfg) | pyproject\.toml
  | poetry\.lock | uv\.lock | pdm\.lock | Pipfile(?:\.lock)? | environment\.ya?ml | \.python-version
  | package(?:-lock)?\.json | npm-shrinkwrap\.json | \.npmrc | \.nvmrc | \.node-version | yarn\.lock
  | \.yarnrc(?:\.yml)? | pnpm-(?:lock|workspace)\.yaml | bun\.lockb? | go\.(?:mod|sum|work)
  | Cargo\.(?:toml|lock) | rust-toolchain(?:\.toml)? | Gemfile(?:\.lock)? | [\w.-]+\.gemspec
  | \.ruby-version | composer\.(?:json|lock) | pom\.xml | (?:build|settings)\.gradle(?:\.kts)?
  | gradle\.properties | gradlew | mvnw | [\w.-]+\.(?:csproj|fsproj|sln|props) | NuGet\.config
  | packages\.lock\.json | global\.json | mix\.(?:exs|lock) | Makefile
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:.*/)?requirements/[^/]+\.(?:txt|in)")


def is_manifest(path: str) -> bool:
    """Whether a file is there for the sake of dependencies."""
    name = path.rpartition("/")[2]
    return _NAMES.fullmatch(name) is not None or _FOLDER.fullmatch(path) is not None
