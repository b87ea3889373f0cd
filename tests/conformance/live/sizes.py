"""Sizes of files and lengths of names, around the places where the count takes a step."""

from __future__ import annotations

from random import Random

_BORDERS = (
    128,  # a second byte of a varint
    512,  # a block of a tar
    16_384,  # a third byte of a varint
    32_768,  # a packet of content
    65_536,
    2_097_152,  # a fourth byte of a varint
)
_SMALL = (0, 0, 1, 2, 7, 100, 127, 1000, 5000)
_LARGE = 100_000
"""From here on a file is a hole: it takes no room and no time to make."""


def random_size(rng: Random) -> int:
    if rng.random() < 0.6:
        return rng.choice(_SMALL)
    # The largest is rare: all of it travels.
    border = rng.choice(_BORDERS if rng.random() < 0.15 else _BORDERS[:-1])
    return border * rng.choice((1, 1, 1, 2 if border < _LARGE else 1)) + rng.choice((-1, 0, 1))


def is_hole(size: int) -> bool:
    return size >= _LARGE


def random_time(rng: Random) -> int:
    """Nanoseconds since 1970: old, odd, before the epoch and beyond what a tar header takes."""
    second = 10**9
    return rng.choice(
        (
            0,
            1,
            second,
            rng.randrange(2**31) * second + rng.randrange(second),
            -second,
            -second // 2,
            -rng.randrange(2**30) * second - rng.randrange(second),
            8_589_934_591 * second,
            8_589_934_592 * second,
        )
    )
