"""A workflow or an action as a value."""

from __future__ import annotations

from typing import Any

import yaml


def read(text: str) -> dict[str, Any]:
    """A workflow or an action."""
    found = yaml.safe_load(text)
    # YAML 1.1 takes `on` for true.
    return {"on" if name is True else name: value for name, value in found.items()}
