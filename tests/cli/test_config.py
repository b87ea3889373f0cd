"""`ctxguard config`: every value, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.config import KEYS, OWN_KEYS
from tests.cli import documents
from tests.conftest import Result

Make = Callable[..., str]
Run = Callable[..., Result]
TEXT = """\
warn = "2 MB"
max-growth = "10%"
hook = { strict = true }
allow-secrets = ["*.key"]
build-args = { A = "1" }

[[contexts]]
name = "api"
context = "services/api"
critical = "3 MB"
max-growth = "1kB"
"""


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree({".git": {}, "ctxguard.toml": TEXT, "services": {"api": {}}})
    monkeypatch.chdir(folder)
    return folder


def test_for_a_person(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTXGUARD_TOP", "4")
    result = run_cli("config")
    assert (result.code, result.err) == (0, "")
    rows = [" ".join(row.split()) for row in result.out.splitlines()]
    assert rows[0] == "Configuration: ctxguard.toml"
    assert rows[1 : 1 + len(KEYS)] == [
        "warn 2.00MB ctxguard.toml:1",
        "critical 1.50GB default",
        "max-files none default",
        "max-growth 10% ctxguard.toml:2",
        "max-dependencies none default",
        "fail-on critical default",
        "backend buildkit default",
        "dockerfile none default",
        "target none default",
        "platform none default",
        "build-args A=1 ctxguard.toml:5",
        "budget-on context default",
        "budgets none default",
        "top 4 CTXGUARD_TOP",
        "ignore none default",
        "allow-secrets *.key ctxguard.toml:4",
        "record false default",
        "hook worktree false, strict true ctxguard.toml:3",
    ]
    assert rows[2 + len(KEYS)] == "api (services/api)"
    assert "critical 3.00MB ctxguard.toml:10" in rows
    assert "max-growth 1.00kB ctxguard.toml:11" in rows
    assert len(rows) == len(KEYS) + len(OWN_KEYS) + 3


def test_for_a_machine(root: str, run_cli: Run) -> None:
    document = documents.config(run_cli("config", "--format", "json").out)
    assert document["file"] == "ctxguard.toml"
    assert list(document["values"]) == list(KEYS)
    assert document["values"]["warn"] == {
        "value": 2_000_000,
        "origin": {"kind": "file", "place": "ctxguard.toml:1"},
    }
    assert document["values"]["max-growth"]["value"] == "10%"
    assert document["values"]["hook"]["value"] == {"worktree": False, "strict": True}
    (api,) = document["contexts"]
    assert (api["name"], api["context"]) == ("api", "services/api")
    assert api["values"]["max-growth"]["value"] == 1000
    assert list(api["values"]) == list(OWN_KEYS)


def test_without_a_file(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({".git": {}})
    assert run_cli("config", root).out.startswith("Configuration: none\n")
    document = documents.config(run_cli("config", root, "--format", "json").out)
    assert document["file"] is None
    assert {each["origin"]["kind"] for each in document["values"].values()} == {"default"}


def test_a_wrong_one(root: str, run_cli: Run) -> None:
    with open("ctxguard.toml", "a", encoding="utf-8") as file:
        file.write('warn = "x"\n')
    result = run_cli("config")
    assert result.code == 2
    assert result.err.startswith("ctxguard: ctxguard.toml:12: contexts.api.warn: ")


def test_what_is_in_a_file_reaches_no_terminal(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({".git": {}, "ctxguard.toml": 'target = "a\\u001b[31m\\u202e"\n'})
    shown = run_cli("config", root).out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "a\\x1b[31m" in shown
