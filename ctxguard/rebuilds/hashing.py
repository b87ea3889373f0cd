"""Digests of what decides whether a step is built again."""

from __future__ import annotations

import hashlib

_BYTES = 16
MODULUS = 1 << (8 * _BYTES)


def digest(*parts: object) -> bytes:
    """Of some values, each kept apart from the others."""
    return hashlib.blake2b(
        repr(parts).encode("utf-8", "surrogatepass"), digest_size=_BYTES
    ).digest()


def number(*parts: str) -> int:
    """One item of a set whose digest is the sum of those of its items, modulo `MODULUS`."""
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=_BYTES).digest(), "big")
