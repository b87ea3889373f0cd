"""The text of the plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctxguard.dockerplugin.metadata import metadata
from ctxguard.dockerplugin.script import Script, read

SCRIPT = Script(sys.executable)
ASK = "docker-cli-plugin-metadata"


def put(path: Path, script: Script) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.fsencode(script.text()))
    path.chmod(0o755)
    return path


def run(path: Path, *argv: str) -> tuple[int, str, str]:
    done = subprocess.run([path, *argv], capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), os.fsdecode(done.stderr)


@pytest.mark.parametrize(
    "name", ["python", "it's", 'a "b"', "$HOME `id`", "ü\n", "-x", "a\\b", "=", "\udcff", "{0}"]
)
def test_a_script_says_what_it_was_made_with(name: str, tmp_path: Path) -> None:
    script = Script(f"{tmp_path}/{name}/python")
    assert read(script.text()) == script
    # The interpreter is one that tells that it ran.
    os.makedirs(os.path.dirname(script.python))
    os.symlink("/bin/echo", script.python)
    code, out, err = run(put(tmp_path / "plugin", script), "ctxguard", "a b", "")
    assert (code, err) == (0, "")
    assert out.startswith("-P -c ")
    assert out.endswith(" ctxguard a b \n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#!/bin/sh\n",
        "#!/bin/sh\necho # ctxguard docker plugin, version 1\n",
        "#!/bin/sh\n\n# ctxguard docker plugin, version 1\n",
        "#!/bin/sh\n# ctxguard docker plugin, version 1 2\n",
    ],
)
def test_what_is_no_script_of_ours(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("line", ["", "python=", "python='", 'python="', "python=a\\", "python=''"])
def test_a_script_that_someone_spoilt(line: str) -> None:
    assert read(f"#!/bin/sh\n# ctxguard docker plugin, version 9\n{line}\n") == Script("")


def test_its_answer_is_that_of_the_installation(tmp_path: Path) -> None:
    assert run(put(tmp_path / "plugin", SCRIPT), ASK) == (0, metadata(), "")
    assert json.loads(metadata())["SchemaVersion"] == "0.1.0"


def broken(tmp_path: Path, kind: str) -> Script:
    """A plugin whose interpreter is no good any more."""
    python = tmp_path / "\x1b[31m environment" / "python"
    python.parent.mkdir()
    if kind == "folder":
        python.mkdir()
    elif kind == "not executable":
        python.write_text("", encoding="utf-8")
    elif kind == "dangling":
        python.symlink_to("nowhere")
    elif kind == "without ctxguard":
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n', encoding="utf-8")
        python.chmod(0o755)
    return Script(str(python))


BROKEN = ["gone", "folder", "not executable", "dangling", "without ctxguard"]


@pytest.mark.parametrize("kind", BROKEN)
def test_an_interpreter_that_is_no_good_any_more(tmp_path: Path, kind: str) -> None:
    plugin = put(tmp_path / "plugin\x07\n", broken(tmp_path, kind))
    code, out, err = run(plugin, ASK)
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        key: value for key, value in json.loads(metadata()).items() if key != "Version"
    }
    code, out, err = run(plugin, "ctxguard", "report", ".")
    assert (code, out) == (3, "")
    assert err.startswith("ctxguard: ")
    assert "run `ctxguard docker-plugin install` again, or delete " in err
    assert err.endswith("\n")
    assert err[:-1].isprintable()


def test_nothing_is_imported_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ctxguard", "json", "click"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    plugin = put(tmp_path / "plugin", SCRIPT)
    assert run(plugin, ASK) == (0, metadata(), "")
    assert run(plugin, "ctxguard", "--version")[0] == 0
