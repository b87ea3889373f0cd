"""Recorded answers that tests compare with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DOCKER = Path(__file__).parent / "docker"


def docker_vectors(name: str) -> Any:
    """What Docker itself answered: `invalid`, `parse`, `patternmatcher`, `size`, `tree`, `walk`.

    In all of them `patterns` are lines of an ignore file as they stand.
    """
    return json.loads((_DOCKER / f"{name}.json").read_text(encoding="utf-8"))
