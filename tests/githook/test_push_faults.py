"""Pushes where something goes wrong: ctxguard, its interpreter, or what it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.githook.pushing import BIG, CONFIGURATION, Pair, guarded, passing, stopped

Run = Callable[..., Result]


@pytest.fixture
def pair(pair: Pair, run_cli: Run) -> Pair:
    """With the hook, and the first commit pushed."""
    return guarded(pair, run_cli)


STRICT = [
    "the push is stopped, for the configuration says strict = true",
    "To pass once: SKIP=ctxguard git push, or git push --no-verify",
]


def test_a_fault_lets_the_push_pass(pair: Pair) -> None:
    pair.local.commit({".dockerignore": "[\n"})
    told = passing(pair)
    assert told[0].startswith('main cannot be measured: .dockerignore:1: pattern "["')
    assert told[-1] == "so this push is not checked in full; it passes"
    pair.local.commit({".dockerignore": "", "ctxguard.toml": "nonsense"})
    told = passing(pair)
    assert told[0].startswith("what the remote has of main cannot be measured")


@pytest.mark.slow
def test_a_fault_stops_it_where_that_is_wanted(pair: Pair) -> None:
    strict = f"{CONFIGURATION}[hook]\nstrict = true\n"
    pair.local.commit({"ctxguard.toml": strict})
    passing(pair)
    pair.local.commit({".dockerignore": "[\n"})
    assert stopped(pair)[-2:] == STRICT
    pair.local.commit({".dockerignore": "", "ctxguard.toml": "nonsense"})
    assert stopped(pair)[-2:] == STRICT


def test_one_that_cannot_be_measured_saves_no_other(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "broken")
    pair.local.commit({".dockerignore": "[\n"})
    pair.local.git("checkout", "-q", "-b", "heavy", "main")
    pair.local.commit({"clip.mp4": BIG})
    told = stopped(pair, "origin", "broken", "heavy")
    assert told[0].startswith("broken cannot be measured")
    assert told[1].startswith("heavy is stopped")


def test_an_interpreter_that_is_gone(pair: Pair, tmp_path: Path) -> None:
    hook = Path(pair.local.root, ".git/hooks/pre-push")
    text = hook.read_text(encoding="utf-8")
    program = next(line for line in text.splitlines() if line.startswith("python="))
    hook.write_text(text.replace(program, "python=/gone/python"), encoding="utf-8")
    pair.local.commit({"clip.mp4": BIG})
    tools = str(tmp_path / "tools")
    os.makedirs(tools)
    for name in ("git", "sh", "cat", "dirname", "env"):
        found = subprocess.run(["which", name], capture_output=True, text=True, check=True)
        os.symlink(found.stdout.strip(), f"{tools}/{name}")
    warned = pair.push("--dry-run", "origin", "main", env={"PATH": tools})
    assert warned.code == 0, warned.err
    assert "this push is not checked: it is neither in /gone/python nor on the PATH" in warned.err
    own = os.path.join(tools, "ctxguard")
    Path(own).write_text(
        f"#!{program.removeprefix('python=')}\nfrom ctxguard.cli import main\n"
        "raise SystemExit(main())\n",
        encoding="utf-8",
    )
    os.chmod(own, 0o755)
    caught = pair.push("--dry-run", "origin", "main", env={"PATH": tools})
    assert caught.code == 1, caught.err
    assert caught.told[0].startswith("main is stopped")


def test_an_interpreter_without_ctxguard_or_one_that_dies(pair: Pair, tmp_path: Path) -> None:
    hook = Path(pair.local.root, ".git/hooks/pre-push")
    text = hook.read_text(encoding="utf-8")
    program = next(line for line in text.splitlines() if line.startswith("python="))
    pair.local.commit({"clip.mp4": BIG})
    for body, words in (
        ("exec /usr/bin/env python3 -S -c 'import sys; sys.exit(120)'", "it is neither in"),
        ("kill -9 $$", "it failed with exit code 137"),
        ("exit 2", "it failed with exit code 2"),
    ):
        fake = tmp_path / "fake python"
        fake.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        fake.chmod(0o755)
        hook.write_text(text.replace(program, f"python='{fake}'"), encoding="utf-8")
        path = os.pathsep.join(
            each
            for each in os.environ["PATH"].split(os.pathsep)
            if not os.path.exists(os.path.join(each, "ctxguard"))
        )
        found = pair.push("--dry-run", "origin", "main", env={"PATH": path})
        assert (found.code, words in found.err) == (0, True), found.err


def test_an_interpreter_that_cannot_start(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG})
    found = pair.push(env={"PYTHONHOME": "/nowhere"})
    assert found.code == 0, found.err
    assert found.told == [
        "this push is not checked: it failed with exit code 1, before it could run ctxguard"
    ]


def test_nothing_of_the_repository_is_imported_or_run(pair: Pair, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    names = ("ctxguard", "click", "json", "subprocess", "sitecustomize")
    pair.local.commit({f"{name}.py": trap for name in names})
    script = tmp_path / "trap"
    script.write_text(f"#!/bin/sh\necho ran >>'{tmp_path}/ran'\n", encoding="utf-8")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "log.showSignature", "gpg.program", "diff.external"):
        value = "true" if key == "log.showSignature" else str(script)
        pair.local.git("config", key, value)
    pair.local.commit({"clip.mp4": BIG})
    (tmp_path / "ran").unlink(missing_ok=True)
    assert "is stopped" in stopped(pair)[0]
    assert not (tmp_path / "ran").exists()


def test_hostile_names_in_what_is_said(pair: Pair) -> None:
    odd = "esc\x1b[31m\u202e\n::error::x"
    pair.local.commit({odd: BIG}, "subject \x1b[2J\u202e")
    pair.local.git("commit", "-q", "--amend", "--author", "A\x1b[1m <a@b>", "--no-edit")
    found = pair.push()
    assert found.code == 1
    assert not {"\x1b", "\u202e"} & set(found.err)
    assert len(found.told) <= 15


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["nonsense", "a b c d", f"refs/heads/main {'0' * 39} x {'0' * 40}"]
)
def test_what_git_never_says_is_a_fault(pair: Pair, line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ctxguard", "hook", "run", "--", "origin", "url"],
        input=f"{line}\n", cwd=pair.local.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "which git never says" in done.stderr
    assert done.stderr.endswith("so this push is not checked in full; it passes\n")
