"""Names that mean the same in every project: caches, environments, settings of one person."""

from __future__ import annotations

import re

_USUAL = re.compile(
    r"\.[^/]+|\*[^/]*|[^/]*~|node_modules|bower_components|__pycache__|venv|Thumbs\.db"
)


def is_usual(pattern: str) -> bool:
    """Whether a pattern is of that kind, wherever it applies.

    Such a name is meant for every folder, and for what may come one day. `build` or `lib` may well
    be meant for the top alone.
    """
    return _USUAL.fullmatch(pattern.rpartition("/")[2]) is not None
