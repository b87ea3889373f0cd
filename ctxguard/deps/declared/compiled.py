"""What the comments of compiled requirements tell: which package needs which.

Source of the form: pip-tools and uv, "# via" below or behind each line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctxguard.deps.declared.asked import key_of
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.declared.decoding import decode
from ctxguard.deps.declared.projectfile import Project, project_at

_VIA = re.compile(r"#\s*via\b(.*)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_MOST_LINES = 400


def vias(root: str, requirements: Sequence[Requirement]) -> dict[str, set[str]]:
    """By key: the packages that need it, if no other file asks for it itself."""
    project = project_at(root)
    found: dict[str, set[str]] = {}
    lines: dict[str, list[str]] = {}
    for each in requirements:
        if each.place.file not in lines:
            lines[each.place.file] = _lines(project, each.place.file)
        names = list(_names(lines[each.place.file][each.place.line - 1 :][:_MOST_LINES]))
        if names and not any(name.startswith("-") for name in names):
            found.setdefault(each.key, set()).update(map(key_of, names))
    return found


def _lines(project: Project, file: str) -> list[str]:
    if not file.endswith((".txt", ".in")):
        return []
    try:
        return decode(project.read(file)).text.splitlines()
    except ValueError:
        return []


def _names(lines: Sequence[str]) -> Iterator[str]:
    """What stands behind `via` for the requirement on the first line; `-r` for a file."""
    told = False
    for at, line in enumerate(lines):
        bare = line.strip()
        via = _VIA.search(bare)
        if at and not (bare.startswith(("#", "--hash"))):
            return
        if via is not None:
            told = True
            yield from _listed(via[1])
        elif told:
            yield from _listed(bare.lstrip("#"))


def _listed(text: str) -> Iterator[str]:
    for part in text.split(","):
        word = part.strip()
        if word.startswith("-") or (_NAME.fullmatch(word) and not word.endswith(".in")):
            yield word
        elif word:
            yield "-r"
