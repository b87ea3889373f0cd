"""What a file is for, by its name: to run the application, or to develop it."""

from __future__ import annotations

import re

SKIPPED = frozenset(
    (
        *(".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", ".eggs", "node_modules"),
        *("__pycache__", "site-packages", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
        *(".ipynb_checkpoints", ".idea", ".vscode", "__pypackages__", ".direnv"),
    )
)
"""Folders with nothing of the project in them."""
ENVIRONMENT = "pyvenv.cfg"
"""What marks the top folder of a virtual environment (PEP 405)."""
_DEVELOPMENT = re.compile(
    r"(?:^|/)(?:tests?|docs?|examples?|benchmarks?|bench|ci)/"
    r"|(?:^|/)\.(?:github|circleci|gitlab|devcontainer)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest|noxfile)\.py$"
)
_NO_SOURCE = re.compile(
    r"(?:^|/)(?:tox\.ini|pytest\.ini|setup\.cfg|\.coveragerc)$"
    r"|(?:^|/)\.(?:pre-commit|gitlab-ci|travis|readthedocs|flake8|pylintrc)[^/]*$"
    r"|(?:^|/)[^/]*[._-](?:dev|development|tests?|testing|ci|local)(?:[._-][^/]*)?$"
)
_UNCLEAR = re.compile(r"(?:^|/)(?:(?:GNU)?[Mm]akefile|[Jj]ustfile|setup\.py|[^/]+\.mk)$")
_SOURCE = (".py", ".pyi", ".pyx", ".pyw", ".ipynb")


def is_development(path: str) -> bool:
    """Whether a file is of tests, documentation or tools.

    Args:
        path: relative to the project. What is above the project says nothing.
    """
    if _DEVELOPMENT.search(path):
        return True
    # `app/settings_local.py` is a module like others.
    return not path.endswith(_SOURCE) and _NO_SOURCE.search(path) is not None


def is_unclear(path: str) -> bool:
    """Whether a file may be for both: what builds the application, and what tests it."""
    return _UNCLEAR.search(path) is not None
