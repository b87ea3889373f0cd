"""Writing an ignore file: whole or not at all, and nothing of the old text is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ctxguard.errors import UsageError
from ctxguard.rewriting import ignorefile
from ctxguard.rewriting.kept import KeptTexts


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = os.path.realpath(tmp_path / "context" / ".dockerignore")
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"old\n")
    return path


def test_back_and_forth(file: str) -> None:
    os.chmod(file, 0o640)
    ignorefile.write(file, b"old\n", b"new\n")
    ignorefile.write(file, b"new\n", b"newer\n")
    assert os.stat(file).st_mode & 0o777 == 0o640
    assert os.listdir(os.path.dirname(file)) == [".dockerignore"]
    assert ignorefile.undo(file) == b"new\n"
    assert ignorefile.undo(file) == b"old\n"
    assert Path(file).read_bytes() == b"old\n"
    with pytest.raises(UsageError, match="wrote nothing here"):
        ignorefile.undo(file)


def test_where_there_was_none(file: str) -> None:
    os.unlink(file)
    ignorefile.write(file, b"", b"new\n")
    assert ignorefile.undo(file) is None
    assert not os.path.exists(file)


def test_what_was_changed_by_hand_stays(file: str) -> None:
    with pytest.raises(UsageError, match="changed meanwhile"):
        ignorefile.write(file, b"older\n", b"new\n")
    place = ignorefile.write(file, b"old\n", b"new\n")
    Path(file).write_bytes(b"mine\n")
    with pytest.raises(UsageError, match=place):
        ignorefile.undo(file)
    assert Path(file).read_bytes() == b"mine\n"


def test_without_the_right_to_write(
    file: str, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    with without_rights(), pytest.raises(UsageError, match="permission denied"):
        ignorefile.write(file, b"old\n", b"new\n")
    assert Path(file).read_bytes() == b"old\n"


def test_a_failure_on_the_way_loses_nothing(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(one: str, other: str) -> None:
        if other == file:
            raise OSError(28, "No space left on device")
        rename(one, other)

    rename = os.replace
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match="no space left"):
        ignorefile.write(file, b"old\n", b"new\n")
    assert Path(file).read_bytes() == b"old\n"
    assert os.listdir(os.path.dirname(file)) == [".dockerignore"]


def test_a_link_that_came_meanwhile_is_not_followed(file: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"old\n")
    os.unlink(file)
    os.symlink(other, file)
    with pytest.raises(UsageError, match="leads elsewhere"):
        ignorefile.write(file, b"old\n", b"new\n")
    assert other.read_bytes() == b"old\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"texts": [1]}', '{"texts": [{"text": "%"}]}'])
def test_what_is_kept_is_no_such_thing(file: str, text: str) -> None:
    place = KeptTexts(file).place
    os.makedirs(os.path.dirname(place))
    Path(place).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="move this file away"):
        ignorefile.undo(file)
    with pytest.raises(UsageError, match="move this file away"):
        ignorefile.write(file, b"old\n", b"new\n")
    assert Path(file).read_bytes() == b"old\n"
