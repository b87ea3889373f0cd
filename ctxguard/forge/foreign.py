"""JSON that others wrote."""

from __future__ import annotations

import json
from typing import Any


def parsed(data: bytes) -> Any:
    """The value.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def at(value: Any, *names: str) -> Any:
    """What stands in an object, in an object of that, and so on; None if it is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def number(value: Any) -> int | None:
    """An id or a number as the forge counts them; None for anything else."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return value if fits else None
