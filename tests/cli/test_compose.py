"""`ctxguard report --compose`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import Result, Tree

Make = Callable[..., str]
Run = Callable[..., Result]
TREE: Tree = {
    "compose.yaml": """
services:
  web:
    build:
      context: .
      dockerfile: web.df
      additional_contexts:
        assets: ./assets
        alpine: docker-image://alpine
  inline:
    build:
      dockerfile_inline: |
        FROM scratch
        COPY web.df /
  db:
    image: postgres
""",
    "web.df": "FROM scratch\nCOPY --from=assets big /\nCOPY compose.yaml /\n",
    "web.df.dockerignore": "assets\n",
    "assets": {"big": "x" * 500, "small": "y", ".dockerignore": "*ll\n"},
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree(TREE)
    monkeypatch.chdir(folder)
    return folder


def reports(result: Result) -> dict[str, Any]:
    return {each["name"]: each for each in documents.report(result.out)["reports"]}


def test_each_build(root: str, run_cli: Run) -> None:
    result = run_cli("report", "--compose", "--format", "json")
    assert result.code == 0
    assert result.err == "ctxguard: web: its additional context alpine is no folder; not measured\n"
    found = reports(result)
    assert list(found) == ["web", "web:assets", "inline"]
    assets = found["web:assets"]
    assert assets["context"]["root"] == f"{root}/assets"
    assert assets["context"]["ignore_file"] == ".dockerignore"
    assert assets["size"]["files"] == 2
    assert assets["transfer"]["legacy"] is None
    (brought,) = assets["heaviest"][0]["brought_by"]
    assert brought == {"file": "web.df", "line": 2, "text": "COPY --from=assets big /"}
    assert found["inline"]["context"]["dockerfile"] == "compose.yaml, dockerfile of inline"


def test_as_single_runs(root: str, run_cli: Run) -> None:
    web = reports(run_cli("report", "--compose", "--format", "json"))["web"]
    alone = documents.only_report(run_cli("report", ".", "-f", "web.df", "--format", "json").out)
    assert {**web, "name": None} == alone
    inline = reports(run_cli("report", "--compose", "--format", "json"))["inline"]
    assert inline["context"]["ignore_file"] is None
    assert inline["transfer"]["targets"][0]["buildkit"]["entries"] == 1


def test_for_a_person(root: str, run_cli: Run) -> None:
    shown = run_cli("report", "--compose", "compose.yaml").out.splitlines()
    assert shown[0] == "3 contexts: 3 ok"
    assert "  big is brought by web.df:2  COPY --from=assets big /" in shown


def test_by_instruction(root: str, run_cli: Run) -> None:
    found = reports(run_cli("report", "--compose", "--by", "instruction", "--format", "json"))
    rows = {name: [row["name"] for row in each["groups"]["rows"]] for name, each in found.items()}
    assert rows["web:assets"] == ["web.df:2"]
    assert rows["web"] == ["web.df:3"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((".",), "leave CONTEXT and -f out"),
        (("-f", "web.df"), "leave CONTEXT and -f out"),
        (("--rev", "HEAD"), "does not go with --rev"),
        (("--ignore-file", "x"), "is about one context"),
        (("--target", "x"), "has no such stage"),
    ],
)
def test_what_does_not_go_together(
    root: str, run_cli: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = run_cli("report", *arguments, "--compose")
    assert result.code == 2
    assert message in result.err + result.out


def test_a_wrong_file(root: str, run_cli: Run) -> None:
    Path("compose.yaml").write_text("services:\n  web:\n    build: nowhere\n", encoding="utf-8")
    result = run_cli("report", "--compose")
    assert result.code == 2
    assert result.err.startswith("ctxguard: compose.yaml:3: web: the context ")
    assert run_cli("report", "--compose", "none").code == 2


def test_recorded(root: str, run_cli: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "h.db")
    run_cli("report", "--compose", "--history", file)
    found = documents.history(run_cli("history", "--history", file, "--format", "json").out)
    assert [each["name"] for each in found["measurements"]] == ["web", "web:assets", "inline"]
