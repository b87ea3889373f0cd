"""The part of a file with settings that says what is to be installed, which is no use of it."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*\[+([^\[\]\n]+)\]", re.MULTILINE)
_DECLARING = re.compile(
    r"(?:project|build-system|dependency-groups|tool\.(?:poetry|uv|pdm|flit|rye)|options)\b"
    r"|tool\.(?:hatch\.envs|setuptools)"
)


def without_declarations(path: str, text: str) -> str:
    """The same lines, those empty that only say what is to be installed."""
    if not path.endswith((".toml", ".cfg")):
        return text
    kept = []
    declares = False
    for line in text.splitlines():
        table = _TABLE.match(line)
        if table is not None:
            declares = _DECLARING.match(table[1].strip()) is not None
        kept.append("" if declares else line)
    return "\n".join(kept)
