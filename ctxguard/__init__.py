"""Guards the size of a Docker build context: exact to the byte, as Docker sees it."""

from __future__ import annotations

from typing import Any

from ctxguard.version import __version__

_EXPORTS = {
    "CtxguardError": "errors",
    "DockerIgnorePattern": "ignore",
    "DockerIgnoreSpec": "ignore",
    "ExitCode": "errors",
    "Measurement": "measurement",
    "MeasureError": "errors",
    "PatternError": "errors",
    "Report": "report",
    "measure": "context.measure",
}

__all__ = ["__version__", *_EXPORTS]  # noqa: PLE0604  # the names are there, loaded when asked for


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_EXPORTS[name]}"), name)
