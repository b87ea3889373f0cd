"""`ctxguard report` where the configuration names several contexts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import Result, Tree
from tests.git.repositories import Repo, make_repo

Make = Callable[..., str]
Run = Callable[..., Result]
COPY = "FROM scratch\nCOPY . /\n"
MONO: Tree = {
    ".dockerignore": ".git\n",
    "ctxguard.toml": """
critical = "1 MB"
[[contexts]]
name = "api"
context = "services/api"
critical = "100 B"
[[contexts]]
name = "web"
dockerfile = "Dockerfile.web"
budgets = { "docs" = "40 B" }
[[contexts]]
name = "all"
""",
    "Dockerfile": COPY,
    "Dockerfile.web": COPY,
    "Dockerfile.web.dockerignore": "services\n.git\n",
    "docs": {"big": "x" * 50},
    "services": {"api": {"Dockerfile": COPY, "data": "y" * 200}, "db": {"dump": "z" * 10}},
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree({**MONO, ".git": {}})
    monkeypatch.chdir(folder)
    return folder


def reports(result: Result) -> dict[str | None, dict[str, Any]]:
    found = documents.report(result.out)["reports"]
    return {each["name"]: each for each in found}


def test_all_of_them_without_an_argument(root: str, run_cli: Run) -> None:
    result = run_cli("report", "--format", "json")
    assert (result.code, result.err) == (1, "")
    found = reports(result)
    assert list(found) == ["api", "web", "all"]
    assert [each["verdict"]["status"] for each in found.values()] == ["critical", "critical", "ok"]
    assert json.loads(result.out)["status"] == "critical"


def test_each_as_if_alone(root: str, run_cli: Run) -> None:
    found = reports(run_cli("report", "--format", "json"))
    single = {
        "api": ("services/api", "--critical", "100 B"),
        "web": (".", "-f", "Dockerfile.web"),
        "all": (".", "-f", "Dockerfile"),
    }
    for name, arguments in single.items():
        alone = reports(run_cli("report", "--format", "json", *arguments))
        expected = next(each for each in alone.values() if each["name"] in (name, None))
        for key in ("size", "transfer", "heaviest", "context"):
            assert found[name][key] == expected[key], (name, key)


def test_from_a_folder_below(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run_cli("report", "--format", "json").out
    monkeypatch.chdir("services/db")
    assert run_cli("report", "--format", "json").out == expected


def test_those_of_a_folder_that_is_named(root: str, run_cli: Run) -> None:
    assert list(reports(run_cli("report", "services/api", "--format", "json"))) == ["api"]
    assert list(reports(run_cli("report", ".", "--format", "json"))) == ["web", "all"]
    found = reports(run_cli("report", "services/db", "--format", "json"))
    assert list(found) == [None]
    assert found[None]["verdict"]["limits"][1]["limit"] == 1_000_000


def test_a_budget_of_a_path(root: str, run_cli: Run) -> None:
    found = reports(run_cli("report", "--format", "json"))["web"]["verdict"]["limits"]
    assert [each for each in found if each["scope"]] == [
        {
            "name": "path",
            "scope": "docs",
            "tier": "critical",
            "unit": "bytes",
            "limit": 40,
            "actual": 50,
            "headroom": -10,
            "status": "critical",
        }
    ]
    assert "over the budget of 40B for docs by 10B" in run_cli("report", ".").out


def test_the_table_leads(root: str, run_cli: Run) -> None:
    shown = run_cli("report").out.splitlines()
    assert shown[0] == "3 contexts: 2 critical, 1 ok"
    assert shown[1].split() == ["status", "size", "files", "transfer", "name"]
    assert [row.split()[0] for row in shown[2:5]] == ["critical", "critical", "ok"]
    assert [row.split()[4] for row in shown[2:5]] == ["api", "web", "all"]
    assert any(row.startswith("api: Build context") for row in shown)
    brief = run_cli("report", "-q").out.splitlines()
    assert brief == shown[:5]


def test_in_a_commit(run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(str(tmp_path / "repository"), MONO).root)
    found = reports(run_cli("report", "--rev", "HEAD", "--format", "json"))
    here = reports(run_cli("report", "--format", "json"))
    assert list(found) == ["api", "web", "all"]
    for name, each in found.items():
        assert each["context"]["source"] == "commit"
        assert each["size"] == here[name]["size"]


def test_one_that_docker_refuses(root: str, run_cli: Run) -> None:
    with open("Dockerfile.web.dockerignore", "w", encoding="utf-8") as file:
        file.write("[\n")
    result = run_cli("report", "--format", "json")
    assert result.code == 3
    document = documents.report(result.out)
    assert [each["name"] for each in document["reports"]] == ["api", "all"]
    (failure,) = document["failures"]
    assert failure["name"] == "web"
    assert failure["message"].startswith("Dockerfile.web.dockerignore:1: pattern")
    shown = run_cli("report").out
    assert shown.startswith("3 contexts: 1 not measured, 1 critical, 1 ok\n")
    assert "failed" in shown


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('context = "nowhere"', "nowhere does not exist; name a folder (named in ctxguard.toml:2)"),
        ('context = "Dockerfile"', "Dockerfile is no folder"),
        ('target = "x"', "Dockerfile has no such stage"),
    ],
)
def test_what_is_not_there(root: str, run_cli: Run, change: str, message: str) -> None:
    with open("ctxguard.toml", "w", encoding="utf-8") as file:
        file.write(f'\n[[contexts]]\nname = "a"\n{change}\n')
    result = run_cli("report")
    assert result.code == 2
    assert message in result.err
    assert result.out == ""


def test_one_that_is_not_there_leaves_the_others(root: str, run_cli: Run) -> None:
    with open("ctxguard.toml", "a", encoding="utf-8") as file:
        file.write('[[contexts]]\nname = "gone"\ncontext = "nowhere"\n')
    result = run_cli("report", "--format", "json")
    assert result.code == 2
    document = documents.report(result.out)
    assert [each["name"] for each in document["reports"]] == ["api", "web", "all"]
    (failure,) = document["failures"]
    assert failure["name"] == "gone"
    assert failure["message"].endswith("(named in ctxguard.toml:13)")


def test_one_text_cannot_stand_for_several(root: str, run_cli: Run) -> None:
    assert "is about one context" in run_cli("report", "-f", "-").err
    assert "is about one context" in run_cli("report", "--ignore-file", "x").err


def test_other_commands_take_the_one_with_their_folder(root: str, run_cli: Run) -> None:
    result = run_cli("lint", "services/api", "-v")
    assert "critical = 100B (ctxguard.toml:6)" in result.err
    result = run_cli("lint", "-v", "-f", "Dockerfile.web")
    assert "budgets = docs 40B" in result.err
    assert "budgets = none" in run_cli("lint", "-v").err


# ── diff ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    found = make_repo(str(tmp_path / "repository"), MONO)
    monkeypatch.chdir(found.root)
    return found


def diffs(result: Result) -> dict[str | None, int]:
    document = documents.diff(result.out)
    return {each["name"]: each["growth"]["bytes"] for each in document.get("diffs", [document])}


def test_diff_of_all(repo: Repo, run_cli: Run) -> None:
    repo.write({"services": {"api": {"more": "12345"}}})
    result = run_cli("diff", "--format", "json")
    assert result.code == 0
    assert diffs(result) == {"api": 5, "web": 0, "all": 5}
    shown = run_cli("diff").out.splitlines()
    assert shown[0] == "3 contexts"
    assert [row.split()[-1] for row in shown[2:5]] == ["api", "web", "all"]
    assert "api: Build context" in run_cli("diff").out


def test_diff_of_two_commits(repo: Repo, run_cli: Run) -> None:
    repo.commit({"docs": {"big": "x" * 60}})
    assert diffs(run_cli("diff", "HEAD~1", "HEAD", "--format", "json")) == {
        "api": 0,
        "web": 10,
        "all": 10,
    }


def test_diff_of_one_folder(repo: Repo, run_cli: Run) -> None:
    repo.write({"services": {"api": {"more": "12345"}}})
    assert diffs(run_cli("diff", "-C", "services/api", "--format", "json")) == {"api": 5}
    assert diffs(run_cli("diff", "-C", "services/db", "--format", "json")) == {None: 0}


def test_diff_trips_for_one(repo: Repo, run_cli: Run) -> None:
    repo.write({"services": {"api": {"more": "12345"}}})
    result = run_cli("diff", "--max-growth", "4B", "--format", "json")
    assert result.code == 1
    document = documents.diff(result.out)
    assert document["status"] == "critical"
    assert [each["status"] for each in document["diffs"]] == ["critical", "ok", "critical"]


def test_diff_where_the_first_side_names_none(repo: Repo, run_cli: Run) -> None:
    repo.git("rm", "-q", "--cached", "ctxguard.toml")
    repo.git("commit", "-q", "-m", "no configuration")
    found = diffs(run_cli("diff", "--format", "json"))
    size = len(str(MONO["ctxguard.toml"]))
    assert found == {"api": 0, "web": size, "all": size}


def test_diff_of_a_new_context(repo: Repo, run_cli: Run) -> None:
    more = str(MONO["ctxguard.toml"]) + '[[contexts]]\nname = "new"\ncontext = "new"\n'
    repo.write({"ctxguard.toml": more, "new": {"Dockerfile": COPY}})
    result = run_cli("diff", "--format", "json")
    assert list(diffs(result)) == ["api", "web", "all"]
    assert "new is new: its folder is not there on the first side" in result.err
