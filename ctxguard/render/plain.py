"""JSON in plain ASCII, and names in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ctxguard.render.escape import unicode_text

SCHEMA_VERSION = 1
"""Of all documents. Fields may be added, never changed."""


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON in plain ASCII, so that nothing unseen reaches a terminal.

    Nor a workflow command: GitHub's runner takes `##[error]` for one anywhere in a line (see
    `escape`), and in JSON it can stand in a text only.
    """
    return json.dumps(value, indent=indent).replace("##[", "#\\u0023[")


def named_path(key: str, path: str | None) -> dict[str, str | None]:
    """A path as valid Unicode, and its bytes beside it where that lost something."""
    if path is None:
        return {key: None}
    shown = unicode_text(path)
    if shown == path:
        return {key: path}
    return {key: shown, f"{key}_b64": _base64(path)}


def named_paths(key: str, paths: Sequence[str]) -> dict[str, list[str]]:
    """Several of them; if one lost something, the bytes of all stand beside them."""
    shown = [unicode_text(path) for path in paths]
    if shown == list(paths):
        return {key: shown}
    return {key: shown, f"{key}_b64": [_base64(path) for path in paths]}


def _base64(path: str) -> str:
    import base64

    return base64.b64encode(path.encode("utf-8", "surrogateescape")).decode()
