"""Amounts in words: so many files, so much more."""

from __future__ import annotations

from ctxguard.sizes import format_size


def signed(size: int) -> str:
    """A change of a size: `+1.20GB`, `-3B`, and `0B` for none."""
    sign = "+" if size > 0 else "-" if size < 0 else ""
    return f"{sign}{format_size(abs(size))}"


def counted(number: int, what: str = "file") -> str:
    """`1 file`, `1,234 files`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def amount(unit: str, number: int) -> str:
    """A limit, or what it is held against.

    Args:
        unit: `bytes` or `files`.
    """
    return format_size(number) if unit == "bytes" else counted(number)
