"""What the plugin says of itself to docker. It costs little to import: docker asks all the time."""

from __future__ import annotations

import json

from ctxguard.version import __version__

ASK = "docker-cli-plugin-metadata"
"""The argument with which docker asks."""


def metadata(version: str | None = __version__) -> str:
    """One line of JSON.

    Args:
        version: of ctxguard; None if it is not known.

    Semantics: docker/cli 1e04959, cli-plugins/metadata/metadata.go.
    """
    known = {} if version is None else {"Version": version}
    document = {
        "SchemaVersion": "0.1.0",
        "Vendor": "The ctxguard authors",
        **known,
        "ShortDescription": "Guard the size of a build context",
    }
    return f"{json.dumps(document)}\n"
