"""From a Report to text: one function per format. None computes, none decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctxguard.report import Report


def _document(reports: Sequence[Report]) -> str:
    from ctxguard.render import document

    return document.render(reports)


FORMATS: dict[str, Callable[[Sequence[Report]], str]] = {"json": _document}
"""The formats for machines; the terminal's needs to know the terminal (see `terminal.render`)."""
