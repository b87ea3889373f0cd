"""Names are hostile: what is unseen never reaches a terminal, in no list, report or message."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import File, Result, Symlink

Run = Callable[..., Result]
MakeTree = Callable[..., str]

HOSTILE = [
    ("a line end", "a\nOK: all is fine"),
    ("a carriage return", "a\rb"),
    ("an escape sequence", "a\x1b[2J\x1b]0;title\x07"),
    ("C1", "a\x9b31m"),
    ("delete", "a\x7f"),
    ("right to left", "a\u202egpj.exe"),
    ("isolate", "a\u2066b\u2069"),
    ("zero width", "a\u200bb\ufeff"),
    ("line separator", "a\u2028b\u2029"),
    ("tags", "a\U000e0041"),
    ("no UTF-8", "a\udcff\udc80"),
    ("half of a character", "a\udce2\udc80"),
]
names = pytest.mark.parametrize(
    "name", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
COMMANDS = [
    ("report",),
    ("report", "--by", "type"),
    ("report", "--color", "always"),
    ("report", "-q"),
    ("report", "-v"),
    ("report", "--backend", "legacy"),
    ("report", "--format", "json"),
    ("ls",),
    ("ls", "--all"),
    ("ls", "--ignored", "-v"),
    ("ls", "--format", "json", "--all"),
    ("ls", "--format", "jsonl", "--all"),
]
commands = pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)


def unseen(text: str) -> set[str]:
    """What a terminal would not show, or would obey, but for line ends and our own colors."""
    text = re.sub(r"\x1b\[[\d;]*m|\n", "", text)
    bad = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return {char for char in text if unicodedata.category(char) in bad or char == "\ufffd"}


def harmless(found: Result, name: str) -> None:
    assert unseen(found.out) == set()
    assert unseen(found.err) == set()
    # A name may not begin a line of its own.
    assert "OK: all is fine" not in (found.out + found.err).splitlines()
    assert name not in found.out + found.err


@commands
@names
def test_in_the_context(
    make_tree: MakeTree, run_cli: Run, name: str, argv: tuple[str, ...]
) -> None:
    root = make_tree(
        {
            ".dockerignore": os.fsencode(f"{name.splitlines()[0]}*ignored\n"),
            name: File(size=5000),
            f"folder {name}": {f"{name}.{name}": "x", "f": "x"},
            f"{name} ignored": "x",
            f"link {name}": Symlink(name),
        }
    )
    found = run_cli(argv[0], root, *argv[1:])
    assert found.code in (0, 3)
    harmless(found, name)


@commands
@names
def test_as_the_context(
    make_tree: MakeTree, run_cli: Run, name: str, argv: tuple[str, ...]
) -> None:
    root = make_tree({name: {"f": "x"}})
    found = run_cli(argv[0], os.path.join(root, name), *argv[1:])
    assert found.code == 0
    harmless(found, name)


MESSAGES: list[tuple[str, Callable[[str], tuple[str, ...]]]] = [
    ("a missing context", lambda name: ("report", f"./{name}")),
    ("a missing context of ls", lambda name: ("ls", f"./{name}")),
    ("a size", lambda name: ("report", "--warn", name)),
    ("an output", lambda name: ("report", "-o", f"nowhere/{name}")),
    ("a missing Dockerfile", lambda name: ("report", "-f", name)),
    ("a missing Dockerfile of ls", lambda name: ("ls", "-f", name)),
]


@names
@pytest.mark.parametrize("argv", [row[1] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_in_a_message(
    make_tree: MakeTree,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    argv: Callable[[str], tuple[str, ...]],
) -> None:
    monkeypatch.chdir(make_tree({"f": "x"}))
    found = run_cli(*argv(name))
    harmless(found, name)


CLICKS: list[tuple[str, Callable[[str], tuple[str, ...]]]] = [
    ("a command", lambda name: (name,)),
    ("an option", lambda name: ("report", f"--{name}")),
    ("a choice", lambda name: ("report", "--format", name)),
    ("a number", lambda name: ("report", "--depth", name)),
    ("an argument too many", lambda name: ("report", ".", name)),
]


@names
@pytest.mark.parametrize("argv", [row[1] for row in CLICKS], ids=[row[0] for row in CLICKS])
def test_in_a_message_of_click(
    run_cli: Run, name: str, argv: Callable[[str], tuple[str, ...]]
) -> None:
    found = run_cli(*argv(name))
    assert found.code == 2
    # Whatever click writes of it, it obeys nothing.
    assert unseen(found.err) == set()


@names
def test_other_dockerfiles(make_tree: MakeTree, run_cli: Run, name: str) -> None:
    root = make_tree({f"Dockerfile.{name}": "x"})
    harmless(run_cli("report", root), name)
    harmless(run_cli("ls", root), name)


@names
def test_the_place_of_a_configuration_file(make_tree: MakeTree, run_cli: Run, name: str) -> None:
    root = make_tree({name: {"ctxguard.toml": "wran = 1\n"}})
    found = run_cli("report", os.path.join(root, name))
    assert found.code == 2
    harmless(found, name)


@names
def test_why_there_is_no_legacy_figure(
    make_tree: MakeTree, run_cli: Run, without_rights: Callable[[], Any], name: str
) -> None:
    root = make_tree({"Dockerfile": "", name: File("x", mode=0)})
    with without_rights():
        shown, refused = run_cli("report", root), run_cli("report", root, "--backend", "legacy")
    assert refused.code == 3
    harmless(shown, name)
    harmless(refused, name)


def test_a_key_of_a_configuration_file(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"ctxguard.toml": '"a\\u001b[31m\\u202e" = 1\n'})
    found = run_cli("report", root)
    assert found.code == 2
    assert unseen(found.err) == set()


def test_a_refused_rule(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({".dockerignore": os.fsencode("[\x1b[31m\u202e\udcff\n")})
    found = run_cli("report", root)
    assert found.code == 3
    assert unseen(found.err) == set()


def test_off_a_terminal_no_name_is_cut(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    deep = "/".join(["x" * 200] * 8)
    root = make_tree({"\u65e5" * 80: File(size=5), deep: File(size=5)})
    found = run_cli("report", root)
    rows = [line.split()[-1] for line in found.out.splitlines() if " 50.0% " in line]
    assert rows == [deep, "\u65e5" * 80]


@pytest.mark.slow
def test_the_longest_names_cost_little(make_tree: MakeTree, run_cli: Run) -> None:
    # Twenty paths of nearly 4,000 bytes each, none of them ASCII.
    deep = "/".join(["\u65e5" * 80] * 15)
    root = make_tree({f"{deep}/{number}": File(size=5) for number in range(20)})
    assert run_cli("report", root, "--top", "20").code == 0
