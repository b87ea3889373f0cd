"""Byte counts: read what a person writes, show what Docker would print."""

from __future__ import annotations

import re

_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE = re.compile(r"(\d{1,30}(?:\.\d{1,30})?) ?(?:(k|m|g|t)?(i)?(b)?)", re.IGNORECASE | re.ASCII)
LARGEST = 10**30
"""Bytes; far beyond any disk, and still shown as a number."""
_LONGEST = 60
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def parse_size(text: str) -> int:
    """The bytes meant by `1.5 GB`, `500M`, `2GiB` or `1048576`.

    `kB MB GB TB` and `K M G T` are powers of 1000, `KiB Ki` and so on of 1024, in any case. A
    fraction of a byte is rounded.

    Raises:
        ValueError: anything else, and what lies above `LARGEST`.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]) or ("." in found[1] and not found[2]):
        raise ValueError(
            f'"{shortened(text)}" is not a size; '
            "write it like 500MB, 1.5 GB, 2GiB, or as a number of bytes"
        )
    base = 1024 if found[3] else 1000
    factor = int(base ** _POWERS[(found[2] or "").lower()])
    whole, _, part = found[1].partition(".")
    return bounded(_rounded(int(whole + part) * factor, 10 ** len(part)))


def _rounded(number: int, divisor: int) -> int:
    """The nearest whole number, an even one if two are as near; exact, whatever the size."""
    quotient, rest = divmod(number, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))


def bounded(size: int) -> int:
    """The size itself.

    Raises:
        ValueError: it lies above `LARGEST`.
    """
    if size > LARGEST:
        raise ValueError(f"no disk is that large; a size goes up to {format_size(LARGEST)}")
    return size


def shortened(text: str) -> str:
    """A value as a message shows it: of a very long one, only how it begins."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def format_size(size: int) -> str:
    """As BuildKit prints it behind `transferring context`: `156B`, `4.61kB`, `28.00GB`."""
    number, unit = _scaled(size)
    return f"{size}B" if unit == "B" else f"{number:.2f}{unit}"


def format_legacy_size(size: int) -> str:
    """As the classic builder prints it behind `Sending build context`: `4.608kB`."""
    number, unit = _scaled(size)
    return f"{number:.4g}{unit}"


def _scaled(size: int) -> tuple[float, str]:
    number = float(size)
    for unit in _UNITS:
        if abs(number) < 1000 or unit == _UNITS[-1]:
            break
        number /= 1000
    return number, unit
