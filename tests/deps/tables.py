"""The data of what is known, as it lies there."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from ctxguard.deps import known


def table(name: str) -> Any:
    """One file of it."""
    return tomllib.loads((files(known) / f"{name}.toml").read_text("utf-8"))
