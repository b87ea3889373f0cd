"""From a Report to text: one function per format. None computes, none decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctxguard.report import Failure, Report


class Renderer(Protocol):
    """What makes a text of reports."""

    def __call__(self, reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str: ...


def _document(reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
    from ctxguard.render import document

    return document.render(reports, failures)


FORMATS: dict[str, Renderer] = {"json": _document}
"""The formats for machines; the terminal's needs to know the terminal (see `terminal.render`)."""
