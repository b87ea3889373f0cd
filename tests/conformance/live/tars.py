"""The names in a tar, as paths below the context."""

from __future__ import annotations

import io
import re
import tarfile
from typing import BinaryIO

_OUTSIDE_DOCKERFILE = re.compile(r"\.dockerfile\.[0-9a-f]{20}\Z")
"""How the classic builder sends a Dockerfile from outside of the context."""


def members(file: BinaryIO) -> tuple[str, ...]:
    """Sorted, without the root."""
    with tarfile.open(fileobj=file, mode="r:", errors="surrogateescape") as tar:
        paths = {member.name.removeprefix("./").strip("/") for member in tar}
    return tuple(sorted(paths - {"", "."}))


def context_members(body: bytes) -> tuple[str, ...]:
    """What the classic builder sends of the context.

    With a Dockerfile from outside it leaves off the last padding and the end mark.
    """
    whole = body + b"\0" * (-len(body) % 512 + 1024)
    return tuple(path for path in members(io.BytesIO(whole)) if not _OUTSIDE_DOCKERFILE.match(path))
