"""What the terminal behind standard output can show."""

from __future__ import annotations

import contextlib
import os
import sys

from ctxguard.cli import options, streams
from ctxguard.render.look import Terminal


def screen(*, file: str | None, color: str, brief: bool) -> Terminal:
    """Of standard output, or of a file in which nothing is cut.

    Args:
        file: the `-o`.
        color: the `--color`.
        brief: only what matters most is wanted.
    """
    encoding = "utf-8" if file else getattr(sys.stdout, "encoding", None) or "ascii"
    return Terminal(
        width=_width() if file is None else None,
        color=options.wants_color(color) if file is None else color == "always",
        unicode=encoding.lower().replace("-", "") == "utf8",
        brief=brief,
    )


def _width() -> int | None:
    """How many cells a line has; None off a terminal, where nothing is cut."""
    if not streams.is_terminal(sys.stdout):
        return None
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    with contextlib.suppress(OSError):
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    return None
