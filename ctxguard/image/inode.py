"""A file of an image, whatever it is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Inode:
    """A file of the image, with one name or several."""

    path: str
    """The name that it was written under."""
    bytes: int
    layer: int
    """Number of its layer."""
    regular: bool
    names: int = 1
    """That are left of it."""
