"""`ctxguard ls` on real trees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ctxguard.cli import main
from tests.cli.documents import lines
from tests.conftest import Result, Symlink

Run = Callable[..., Result]
MakeTree = Callable[..., str]

TREE: Mapping[str, Any] = {
    "Dockerfile": "",
    ".dockerignore": "out\n!out/kept\n*.log\nvendor\n",
    "a.log": "x",
    "b": {"c": "x"},
    "b-": "x",
    "out": {"kept": "x", "lost": {"f": "x"}},
    "vendor": {"v": "x"},
    "z": Symlink("b"),
}
SENT = [".dockerignore", "Dockerfile", "b", "b/c", "b-", "out", "out/kept", "z"]
ALL = """\
  .dockerignore
  Dockerfile
! a.log
  b
  b/c
  b-
  out
  out/kept
! out/lost
! vendor
  z
"""


@pytest.fixture
def root(make_tree: MakeTree) -> str:
    return make_tree(TREE)


def test_what_is_sent_in_wire_order(root: str, run_cli: Run) -> None:
    found = run_cli("ls", root)
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines() == SENT


def test_all(root: str, run_cli: Run) -> None:
    assert run_cli("ls", root, "--all").out == ALL


def test_ignored(root: str, run_cli: Run) -> None:
    assert run_cli("ls", root, "--ignored").out.splitlines() == ["a.log", "out/lost", "vendor"]


def test_sent_and_ignored_are_all(root: str, run_cli: Run) -> None:
    sent, ignored, both = (
        run_cli("ls", root, "--format", "jsonl", *more).out.splitlines()
        for more in ((), ("--ignored",), ("--all",))
    )
    assert sorted(sent + ignored) == sorted(both)
    assert not set(sent) & set(ignored)


def test_the_legacy_builder_has_no_ancestors(root: str, run_cli: Run) -> None:
    found = run_cli("ls", root, "--backend", "legacy")
    assert found.out.splitlines() == [path for path in SENT if path != "out"]


def test_another_dockerfile_brings_its_ignore_file(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"D": "", "D.dockerignore": "f\n", "f": "", "g": ""}))
    found = run_cli("ls", "-f", "D", "--format", "jsonl", "--all")
    entries = {entry["path"]: entry for entry in lines(found.out)}
    assert not entries["f"]["included"]
    assert entries["f"]["rule"] == {"file": "D.dockerignore", "line": 1, "text": "f"}


def test_verbose_names_the_rules(root: str, run_cli: Run) -> None:
    assert "ctxguard: rules: .dockerignore\n" in run_cli("ls", root, "-v").err


def test_problems_are_told_beside_the_list(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"f": ""})
    found = run_cli("ls", root)
    assert (found.code, found.out) == (0, "f\n")
    assert "ctxguard: Dockerfile: it does not exist" in found.err
    quiet = run_cli("ls", root, "-q")
    assert (quiet.out, quiet.err) == ("f\n", "")


def test_an_ignore_file_that_is_a_folder(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": {"x": ""}})
    found = run_cli("ls", root)
    assert found.out.splitlines() == [".dockerignore", ".dockerignore/x", "Dockerfile"]
    assert "ctxguard: .dockerignore: it is a folder" in found.err


def test_a_list_that_is_not_complete_is_exit_3(
    root: str, run_cli: Run, without_rights: Callable[[], Any]
) -> None:
    os.chmod(os.path.join(root, "b"), 0)
    with without_rights():
        found = run_cli("ls", root)
    os.chmod(os.path.join(root, "b"), 0o755)
    assert found.code == 3
    assert found.out.splitlines() == [path for path in SENT if path != "b/c"]
    assert found.err.startswith("ctxguard: b: cannot list it (permission denied)")


def test_an_empty_context(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({})
    found = run_cli("ls", root, "-q")
    assert (found.code, found.out) == (0, "")


def test_docker_buildkit_0_is_noted(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    assert "DOCKER_BUILDKIT=0" in run_cli("ls", root).err


# Names.

RAW_NAMES = [
    b"new\nline",
    b"bad\xff\xfe",
    b"esc\x1b[31m",
    b'"quoted"',
    b"back\\slash",
    b"\xe2\x80\xae",
]


def test_raw_names_go_there_and_back(
    make_tree: MakeTree, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    root = make_tree({name.decode("utf-8", "surrogateescape"): "x" for name in RAW_NAMES})
    capfdbinary.readouterr()
    assert main(["ls", "-0", "-q", root]) == 0
    out = capfdbinary.readouterr().out
    assert out.endswith(b"\0")
    assert out[:-1].split(b"\0") == sorted(RAW_NAMES)


def test_raw_names_can_be_marked_too(
    make_tree: MakeTree, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "a\n", "a\n": "", "a": ""})
    capfdbinary.readouterr()
    main(["ls", "-0", "--all", root])
    assert capfdbinary.readouterr().out == b"  .dockerignore\0  Dockerfile\0! a\0  a\n\0"


# Without characters that git shows as they are and we do not: bidirectional and other format
# characters, C1, bytes that are no UTF-8.
GIT_NAMES = [
    *(f"control{chr(code)}" for code in range(1, 32)),
    "delete\x7f",
    "a b",
    " leading",
    "trailing ",
    'quo"te',
    "single'quote",
    "back\\slash",
    "\\n",
    "caf\u00e9",
    "caf\u00e9\n",
    "\u65e5\u672c",
    "\U0001f433 whale",
    "$HOME `x` !",
    "#",
    "-rf",
    "folder\t/below\x1b/f",
]


def test_names_are_quoted_as_git_does(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree(dict.fromkeys(GIT_NAMES, "x"))

    def git(*argv: str) -> str:
        command = ["git", "-C", root, "-c", "core.quotePath=false", *argv]
        return subprocess.run(command, check=True, capture_output=True).stdout.decode()

    git("init", "-q")
    git("add", "--all")
    of_git = git("ls-files").split("\n")[:-1]
    # Git lists no folders.
    of_us = run_cli("ls", root, "-q").out.split("\n")[:-1]
    files = [line for line in of_us if not line.strip('"').startswith(".git")]
    files = [line for line in files if line not in ('"folder\\t"', '"folder\\t/below\\033"')]
    assert len(of_git) == len(GIT_NAMES)
    assert sorted(files) == sorted(of_git)
