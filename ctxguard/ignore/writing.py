"""Rules that are to be written: a pattern that means one path and nothing else."""

from __future__ import annotations

import re

_WILDCARD = re.compile(r"[*?\[\]\\]")
_SPECIAL = re.compile(r"([*?\[\]\\^+(){}|])")
"""What has a meaning where a pattern becomes a regular expression (see `pattern`)."""
_NOT_ON_A_LINE = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff]")
"""BuildKit refuses rules with control characters: they travel in a header."""


def line_for(path: str, *, exception: bool = False) -> str | None:
    """The line that ignores a path, or takes it in again; None if no line can say it."""
    # A mark of the byte order would be taken off the first line.
    if _NOT_ON_A_LINE.search(path) or path != path.strip() or path.startswith("\ufeff"):
        return None
    # Without the backslash the line would be a comment or an exception.
    first = "\\" if path.startswith(("#", "!")) and not exception else ""
    pattern = _SPECIAL.sub(r"\\\1", path) if first or _WILDCARD.search(path) else path
    return f"{'!' if exception else first}{pattern}"
