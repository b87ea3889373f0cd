"""Where the consumers are."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

_ALL = os.environ.get("CTXGUARD_CONSUMERS") == "1"
_MODULES = Path(sys.prefix, "consumers", "node_modules")


def program(*names: str) -> str:
    """The first of these programs that is there; else the test is skipped."""
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return found
    return _missing(f"{names[0]} is not installed")


def npm_file(path: str) -> Path:
    """A file of an npm package; see package.json."""
    found = _MODULES / path
    return found if found.exists() else Path(_missing(f"{path} is not there: make test-all"))


def _missing(why: str) -> str:
    if _ALL:
        pytest.fail(why)
    pytest.skip(why)
