"""Rules that are to be written: a pattern that means one path and nothing else."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([*?\[\]\\])")
_NOT_ON_A_LINE = re.compile(r"[\r\n\udc80-\udcff]")


def line_for(path: str, *, exception: bool = False) -> str | None:
    """The line that ignores a path, or takes it in again; None if no line can say it."""
    if _NOT_ON_A_LINE.search(path) or path != path.strip():
        return None
    pattern = _SPECIAL.sub(r"\\\1", path)
    if exception:
        return f"!{pattern}"
    # Without the slash the line would be a comment or an exception.
    return f"/{pattern}" if pattern.startswith(("#", "!")) else pattern
