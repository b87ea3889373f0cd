"""`ctxguard lint`: what is found, what it says, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import documents
from tests.conftest import File, Result, Tree
from tests.git.repositories import make_repo

Run = Callable[..., Result]
# The case that ctxguard was born from, smaller: a comment keeps the videos in the context.
OWN = "Dockerfile\n.dockerignore\n"
"""The files of the build itself."""
CASE: Tree = {
    "Dockerfile": "FROM scratch\nCOPY . /\n",
    ".dockerignore": "*.log\ndata/musicvideos/    # 28GB+ video files\nold\n" + OWN,
    "data": {"musicvideos": {f"{at}.mp4": File(size=9_000_000_000) for at in range(3)}},
    "logs": {"app.log": "x" * 1000},
}


@pytest.fixture
def case(make_tree: Callable[..., str]) -> str:
    return make_tree(CASE)


def test_for_a_person(case: str, run_cli: Run) -> None:
    found = run_cli("lint", case)
    assert (found.code, found.out.splitlines()) == (
        1,
        [
            'error: .dockerignore:2: "# 28GB+ video files" is part of the pattern, no comment; '
            "the rule matches nothing, 27.00GB at stake (CTX002)",
            "  fix: put the comment on a line of its own, above data/musicvideos/",
            "warning: .dockerignore:1: *.log is kept out at the top alone; logs/app.log is sent, "
            "1.00kB at stake (CTX004)",
            "  fix: write **/*.log",
            "note: .dockerignore:3: old: it matches nothing here (CTX005)",
            "  fix: take the line out",
            "1 error, 1 warning, 1 note",
        ],
    )
    assert run_cli("lint", case, "-q").out == "1 error, 1 warning, 1 note\n"
    assert "\x1b[31merror\x1b[0m" in run_cli("lint", case, "--color", "always").out


def test_as_annotations(case: str, run_cli: Run) -> None:
    found = run_cli("lint", case, "--format", "github")
    assert found.code == 1
    commands = [each.partition("::")[2].partition("::")[0] for each in found.out.splitlines()]
    assert commands == [
        "error file=.dockerignore,line=2,title=Build context (CTX002)",
        "warning file=.dockerignore,line=1,title=Build context (CTX004)",
        "notice file=.dockerignore,line=3,title=Build context (CTX005)",
    ]


def test_as_sarif(case: str, run_cli: Run) -> None:
    (run,) = json.loads(run_cli("lint", case, "--format", "sarif").out)["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["CTX002", "CTX004", "CTX005"]
    titles = {
        rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]
    }
    assert titles["CTX002"] == "a comment behind a pattern"
    assert all("fixes" in each for each in run["results"])


def test_as_json(case: str, run_cli: Run) -> None:
    found = documents.lint(run_cli("lint", case, "--format", "json").out)
    first = found["findings"][0]
    assert (first["code"], first["severity"], first["line"]) == ("CTX002", "error", 2)
    assert first["fix"]["edits"] == [
        {
            "file": ".dockerignore", "line": 2, "delete": 1,
            "insert": ["# 28GB+ video files", "data/musicvideos/"],
        }
    ]  # fmt: skip
    assert first["bytes"] == 27_000_000_000


@pytest.mark.parametrize(
    ("rules", "level", "code"),
    [
        ("x # y\n", "error", 1),
        ("*.log\n", "error", 0),
        ("*.log\n", "warning", 1),
        ("old\n", "warning", 0),
        ("old\n", "note", 1),
        ("x # y\n", "never", 0),
        ("**/*.log\n", "note", 0),
    ],
)
def test_from_what_on_it_trips(case: str, run_cli: Run, rules: str, level: str, code: int) -> None:
    Path(case, ".dockerignore").write_text(rules + OWN, encoding="utf-8")
    assert run_cli("lint", case, "--fail-on", level).code == code


def test_nothing_is_written_and_nothing_wrong_is_said(case: str, run_cli: Run) -> None:
    ignore = Path(case, ".dockerignore")
    ignore.write_text(f"**/*.log\ndata/musicvideos\n{OWN}", encoding="utf-8")
    before = ignore.stat()
    assert run_cli("lint", case).out == "nothing to find fault with\n"
    assert ignore.stat() == before


def test_of_a_commit(case: str, run_cli: Run) -> None:
    rules = Path(case, ".dockerignore")
    rules.write_text(f"old\n{OWN}", encoding="utf-8")
    Path(case, "data/musicvideos/0.mp4").unlink()
    Path(case, "data/musicvideos/1.mp4").unlink()
    Path(case, "data/musicvideos/2.mp4").write_text("x" * 100, encoding="utf-8")
    make_repo(case).commit()
    rules.write_text(f"**/.git\n{OWN}", encoding="utf-8")
    assert run_cli("lint", case).out == "nothing to find fault with\n"
    assert "old: it matches nothing here" in run_cli("lint", case, "--rev", "HEAD").out


def test_bad_input(case: str, run_cli: Run) -> None:
    Path(case, ".dockerignore").write_text("[\n", encoding="utf-8")
    found = run_cli("lint", case)
    assert (found.code, found.out, "syntax error in pattern" in found.err) == (3, "", True)
    assert run_cli("lint", f"{case}/nowhere").code == 2
    rules = "\x1b(31mold\u202e # x\x1b(2J\n"
    Path(case, ".dockerignore").write_text(f"é\n{rules}", encoding="utf-8")
    found = run_cli("lint", case)
    assert found.code == 1
    assert not {"\x1b", "\u202e"} & set(found.out + found.err)


def test_checks_that_the_configuration_silences(case: str, run_cli: Run) -> None:
    config = Path(case, "ctxguard.toml")
    config.write_text('ignore = ["CTX002", "CTX005"]\n', encoding="utf-8")
    assert "1 warning\n" in run_cli("lint", case).out
    config.write_text('ignore = ["all"]\n', encoding="utf-8")
    found = run_cli("lint", case)
    assert (found.code, "ignore: it takes codes of checks" in found.err) == (2, True)


def test_a_secret_and_who_bakes_it_in(case: str, run_cli: Run) -> None:
    Path(case, "web").mkdir()
    Path(case, "web/.env.local").write_text("PASSWORD=hunter2\n", encoding="utf-8")
    found = run_cli("lint", case)
    assert (
        "error: web/.env.local: it holds settings of one environment, and line 2 of Dockerfile "
        "bakes it in, 17B at stake (CTX015)\n  fix: add web/.env.local\n"
    ) in found.out
    assert "hunter2" not in found.out + found.err
    Path(case, "Dockerfile").write_text("FROM scratch\nCOPY logs /\n", encoding="utf-8")
    assert (
        "web/.env.local: it holds settings of one environment, and is sent, 17B"
        in run_cli("lint", case).out
    )


KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (".npmrc", "//r/:_authToken=abc\n", True),
        (".npmrc", "//r/:_authToken=${TOKEN}\nregistry=x\n", False),
        (".pypirc", "[pypi]\nusername = a\npassword = b\n", True),
        (".pypirc", "[pypi]\nusername = a\n", False),
        (".pypirc", "[pypi]\npassword =\nusername = a\n", False),
        ("settings.py", KEY, False),
    ],
)
def test_files_that_hold_a_secret_only_at_times(
    case: str, run_cli: Run, name: str, text: str, *, found: bool
) -> None:
    Path(case, name).write_text(text, encoding="utf-8")
    assert (f"{name}: it holds" in run_cli("lint", case).out) == found


def test_secrets_in_the_content(case: str, run_cli: Run) -> None:
    Path(case, "settings.py").write_text(f'key = """\n{KEY}"""\n', encoding="utf-8")
    Path(case, "large.py").write_text(f"{KEY}{'x' * 70_000}", encoding="utf-8")
    token = f"AKIA{'Q' * 16}"
    Path(case, "deploy.sh").write_text(f"export AWS={token}\n", encoding="utf-8")
    Path(case, "binary").write_bytes(b"\0" + KEY.encode())
    found = run_cli("lint", case, "--content")
    assert "settings.py: it holds a private key" in found.out
    assert "deploy.sh: it holds what looks like a secret (AWS Access Key)" in found.out
    assert not {"large.py:", "binary:"} & set(found.out.split())
    assert token not in found.out + found.err


def test_tokens_need_more_than_is_installed(
    case: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctxguard.guard.tokens.has_shapes", lambda: False)
    Path(case, "settings.py").write_text(KEY, encoding="utf-8")
    found = run_cli("lint", case, "--content")
    assert "settings.py: it holds a private key" in found.out
    assert "pip install detect-secrets brings it" in found.err


def test_secrets_that_are_allowed(case: str, run_cli: Run) -> None:
    Path(case, "certs").mkdir()
    Path(case, "certs/dev.key").write_text("x", encoding="utf-8")
    assert "certs/dev.key: it holds a private key" in run_cli("lint", case).out
    config = Path(case, "ctxguard.toml")
    config.write_text('allow-secrets = ["certs/*.key"]\n', encoding="utf-8")
    assert "dev.key" not in run_cli("lint", case).out
    for bad in ('["["]', '["# x"]', "1", '["[z-a]"]'):
        config.write_text(f"allow-secrets = {bad}\n", encoding="utf-8")
        assert run_cli("lint", case).code == 2


def test_an_ignore_file_that_is_a_folder(make_tree: Callable[..., str], run_cli: Run) -> None:
    root = make_tree(
        {
            "Dockerfile": "FROM scratch\nCOPY a /\n",
            ".dockerignore": {"x": "1"},
            "node_modules": {"x": File(size=5_000_000)},
        }
    )
    found = run_cli("lint", root)
    assert (found.code, "passes over it without a word" in found.out) == (1, True)
    for command in (("suggest", root, "--write"), ("try", "-C", root, "x")):
        refused = run_cli(*command)
        assert (refused.code, "is no regular file" in refused.err) == (2, True), refused
