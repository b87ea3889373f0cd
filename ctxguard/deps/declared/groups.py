"""Which names of files, extras and groups say that something is not for production."""

from __future__ import annotations

import re

_DEVELOPMENT = frozenset(
    (
        *("dev", "devel", "develop", "development", "developer", "debug", "local"),
        *("test", "tests", "testing", "pytest", "tox", "nox", "coverage", "cov", "e2e"),
        *("lint", "linting", "linter", "linters", "format", "formatting", "style", "quality", "qa"),
        *("doc", "docs", "documentation", "sphinx", "rtd", "readthedocs", "mkdocs"),
        *("ci", "check", "checks", "typing", "types", "typecheck", "mypy", "tool", "tools"),
        *("bench", "benchmark", "benchmarks", "release", "precommit"),
    )
)
_FOLDERS = _DEVELOPMENT | {"example", "examples", "sample", "samples", "demo", "demos"}
_RUN = frozenset(
    (
        *("main", "prod", "production", "default", "runtime", "run", "app", "application"),
        *("server", "web", "api", "worker", "deploy", "deployment", "base", "core", "common"),
    )
)


def words_of(name: str) -> frozenset[str]:
    """`requirements-dev_docs.txt` has four: requirements, dev, docs, txt."""
    return frozenset(re.split(r"[^a-z0-9]+", name.lower()))


def extra_is_development(name: str) -> bool:
    """An extra is for those who use the package, unless it is called otherwise."""
    return not words_of(name).isdisjoint(_DEVELOPMENT)


def group_is_development(name: str) -> bool:
    """A dependency group is for those who work on the package, unless it is called otherwise."""
    words = words_of(name)
    return not words.isdisjoint(_DEVELOPMENT) or words.isdisjoint(_RUN)


def file_is_development(file: str) -> bool:
    """Whether a file or the folder it lies in is called so.

    Args:
        file: relative to the project, with slashes.
    """
    *folders, name = file.lower().split("/")
    return not words_of(name).isdisjoint(_DEVELOPMENT) or not _FOLDERS.isdisjoint(folders)
