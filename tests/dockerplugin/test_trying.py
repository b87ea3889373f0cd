"""Whether docker could run the plugin."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ctxguard.dockerplugin.installing import install
from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.trying import is_same, trouble
from ctxguard.dockerplugin.where import Place


def found(place: Place, python: str = sys.executable) -> str | None:
    script = place.installed()
    assert script is not None
    return trouble(place, script, python)


def test_one_that_works(place: Place) -> None:
    install(place, Script(sys.executable))
    assert found(place) is None


def test_one_that_is_not_executable(place: Place) -> None:
    install(place, Script(sys.executable))
    os.chmod(place.path, 0o644)
    assert found(place) == "it is not executable; install it again"


@pytest.mark.parametrize("kind", ["gone", "folder"])
def test_an_interpreter_that_is_none(place: Place, tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / "python").mkdir()
    install(place, Script(str(tmp_path / "python")))
    assert found(place) == f"{tmp_path}/python is gone; install it again"


@pytest.mark.parametrize("same", [True, False])
def test_what_someone_edited_is_not_run(place: Place, tmp_path: Path, *, same: bool) -> None:
    install(place, Script(sys.executable if same else "/bin/sh"))
    with open(place.path, "r+", encoding="utf-8") as file:
        text = file.read().replace("there=no", f"touch {tmp_path}/ran")
        file.seek(0)
        file.write(text)
    assert found(place) == "it was made by another version of ctxguard, or edited; install it again"
    assert not (tmp_path / "ran").exists()


def test_another_interpreter_is_not_run(place: Place, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    python.chmod(0o755)
    install(place, Script(str(python)))
    assert found(place) is None
    assert not (tmp_path / "ran").exists()


def test_our_interpreter_that_has_no_ctxguard_any_more(place: Place, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    install(place, Script(str(python)))
    assert "is not that of this ctxguard; install it again" in str(found(place, str(python)))


def test_interpreters_of_one_installation(tmp_path: Path) -> None:
    for folder, name in (("a", "python"), ("a", "python3"), ("b", "python")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).symlink_to(sys.executable)
    first = str(tmp_path / "a/python")
    assert is_same(first, first)
    assert is_same(first, str(tmp_path / "a/python3"))
    assert not is_same(first, str(tmp_path / "b/python"))
    assert not is_same(first, sys.executable)
