"""Pointers of Git LFS: what git keeps in place of a large file.

Source of the meaning: git-lfs `docs/spec.md`.
"""

from __future__ import annotations

import re

POINTER_BYTES = range(100, 1024)
"""How long a pointer can be."""
_POINTER = re.compile(
    rb"version https://(?:git-lfs|hawser)\.github\.com/spec/v1\n"
    rb"(?:ext-[0-9]-[^\s]{1,200} [^\s]{1,200}\n){0,10}"
    rb"oid sha256:[0-9a-f]{64}\n"
    rb"size ([0-9]{1,18})\n?"
)


def pointed_size(content: bytes) -> int | None:
    """The bytes that a pointer stands for; None if it is none."""
    found = _POINTER.fullmatch(content)
    return None if found is None else int(found[1])
