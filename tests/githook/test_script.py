"""The text of the hook."""

from __future__ import annotations

import subprocess

import pytest

from ctxguard.githook.script import Script, has_more, read


@pytest.mark.parametrize(
    "name", ["python", "it's", 'a "b"', "$HOME `id`", "ü\n", "-x", "a\\b", "="]
)
def test_a_script_says_what_it_was_made_with(name: str) -> None:
    script = Script(f"/opt/{name}/python", name, made_folder=True)
    assert read(script.text()) == script
    shown = subprocess.run(
        ["sh", "-c", script.text().split("refs=")[0] + 'printf %s "$python"'],
        capture_output=True,
        check=True,
    )
    assert shown.stdout.decode() == f"/opt/{name}/python"


@pytest.mark.parametrize("text", ["", "#!/bin/sh\n", "#!/bin/sh\necho # ctxguard pre-push hook\n"])
def test_what_is_no_script_of_ours(text: str) -> None:
    assert read(text) is None


def test_scripts_of_other_versions() -> None:
    text = Script("/opt/python", ".", made_folder=False).text()
    other = text.replace("version 1\n", "version 27\n")
    assert other != text
    assert read(other) == read(text)


def test_what_someone_wrote_below_the_end() -> None:
    text = Script("/opt/python", ".", made_folder=False).text()
    assert not has_more(text)
    assert not has_more(f"{text}\n \n")
    assert has_more(f"{text}echo more\n")
