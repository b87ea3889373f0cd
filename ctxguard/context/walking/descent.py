"""The way down to one folder, for whoever keeps what was found on it."""

from __future__ import annotations

from collections.abc import Container


def folders_to(folder: str, known: Container[str]) -> list[str]:
    """The folders on the way that are not known yet, the topmost first, and the folder itself.

    Args:
        known: holds "", the root. A folder is known with all above it.
    """
    missing = []
    while folder not in known:
        missing.append(folder)
        folder = folder.rpartition("/")[0]
    return missing[::-1]
