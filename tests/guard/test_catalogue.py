"""What counts as derived is what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from ctxguard.guard.catalogue import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "commands" / "suggest.md"


def test_the_page_lists_what_is_derived() -> None:
    text = re.sub(r"\n {4}", " ", PAGE.read_text(encoding="utf-8"))
    rows = dict(re.findall(r"^ {2}- ([a-z ]+): (.*)[;,]", text, re.MULTILINE))
    for kind in CATALOGUE:
        if kind.derived:
            listed = re.findall(r"`([^`]+)`", rows[kind.what])
            assert [name for name in listed if name != "pyvenv.cfg"] == list(kind.names)
