"""From a Report to text: one function per format. None computes, none decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctxguard.report import Failure, Report


class Renderer(Protocol):
    """What makes a text of reports."""

    def __call__(self, reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A renderer, and what it wants a report to hold."""

    module: str
    """Of this package; imported when something is rendered."""
    outline: bool = False
    """Every entry: `Measurement.outline`."""
    past: bool = False
    """What was measured before: `Report.past`."""
    folder: bool = False
    """Where the context lies in its repository: `Report.folder`."""

    def __call__(self, reports: Sequence[Report], failures: Sequence[Failure] = ()) -> str:
        render: Renderer = import_module(f"ctxguard.render.{self.module}").render
        return render(reports, failures)


FORMATS: dict[str, Format] = {
    "json": Format("document"),
    "markdown": Format("markdown"),
    "github": Format("github", folder=True),
    "sarif": Format("sarif", folder=True),
    "csv": Format("csv"),
    "openmetrics": Format("openmetrics"),
    "ncdu": Format("ncdu", outline=True),
    "html": Format("html", outline=True, past=True),
}
"""All but the terminal's, which alone needs to know the terminal (see `terminal.render`)."""
