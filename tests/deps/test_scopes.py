"""The parts of a project that declare their packages apart."""

from __future__ import annotations

import pytest

from ctxguard.dependencies import Place
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.scopes import scopes


def asked(file: str) -> Requirement:
    return Requirement("a", "a", (), "", None, None, "", False, Place(file, 1))


PARTS = [
    ("one", ["requirements.txt"], {"": ()}),
    ("a folder of lists", ["requirements/base.txt", "requirements/dev.txt"], {"": ()}),
    ("two", ["a/requirements.txt", "b/requirements.txt"], {"a": ("b",), "b": ("a",)}),
    ("one for all and one below", ["requirements.txt", "a/requirements.txt"], {"": (), "a": ("",)}),
    ("lists of a service", ["a/reqs/base.txt", "b/pyproject.toml"], {"a": ("b",), "b": ("a",)}),
]  # fmt: skip


@pytest.mark.parametrize(("files", "found"), [r[1:] for r in PARTS], ids=[r[0] for r in PARTS])
def test_parts(files: list[str], found: dict[str, tuple[str, ...]]) -> None:
    assert {each.folder: each.others for each in scopes(map(asked, files))} == found


def test_what_has_a_say() -> None:
    first, _ = scopes(map(asked, ["a/requirements.txt", "b/requirements.txt"]))
    assert first.holds("a/x.py")
    assert first.holds("shared/x.py")
    assert first.holds("bb/x.py")
    assert not first.holds("b/x.py")
