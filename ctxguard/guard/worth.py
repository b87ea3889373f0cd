"""From how many bytes on something is worth a word."""

from __future__ import annotations

_SHARE = 100
"""Not what brings less than a hundredth of the context,"""
_LEAST = 10_000
"""nor what brings less than this many bytes."""


def least_worth(size: int) -> int:
    """Bytes, for a context of this size."""
    return max(_LEAST, -(-size // _SHARE))
