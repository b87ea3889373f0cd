"""The workflows that this repository shows and has."""

from __future__ import annotations

import re

from tests.action.wheels import ROOT

OWN = ".github/workflows/context-size.yml"
_BLOCK = re.compile(r"^```ya?ml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WHOLE = re.compile(r"^jobs:$", re.MULTILINE)


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def workflows(page: str) -> list[str]:
    """All blocks of a page that are a whole workflow."""
    return [block for block in blocks(page) if _WHOLE.search(block)]


def blocks(page: str) -> list[str]:
    return _BLOCK.findall(text(page))


def newcomers() -> str:
    """The workflow to copy."""
    (found,) = workflows("docs/ci.md")
    return found
