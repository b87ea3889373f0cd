"""What comments of compiled requirements tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxguard.deps.declared.compiled import vias
from ctxguard.deps.declared.declaring import declared

COMMENTS = [
    ("below", "a==1\n    # via b\n", {"a": {"b"}}),
    ("behind", "a==1  # via b\n", {"a": {"b"}}),
    ("several", "a==1  # via b, C_d\n", {"a": {"b", "c-d"}}),
    ("several lines", "a==1\n    # via\n    #   b\n    #   c\n", {"a": {"b", "c"}}),
    ("with hashes", "a==1 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via b\n", {"a": {"b"}}),
    ("asked for itself", "a==1\n    # via -r requirements.in\n", {}),
    ("both", "a==1\n    # via\n    #   -r requirements.in\n    #   b\n", {}),
    ("of another file", "a==1\n    # via requirements.in\n", {}),
    ("of the next one", "a==1\nb==1\n    # via c\n", {"b": {"c"}}),
    ("a word", "a==1  # viable\n", {}),
    ("none", "a==1\n", {}),
]


@pytest.mark.parametrize(("text", "found"), [r[1:] for r in COMMENTS], ids=[r[0] for r in COMMENTS])
def test_comments(text: str, found: dict[str, set[str]], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert vias(str(tmp_path), declared(str(tmp_path)).requirements) == found
