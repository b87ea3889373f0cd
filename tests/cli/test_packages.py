"""The packages of a project in `report` and `image`: the section, the budget and the history."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.documents import report as document
from tests.conftest import Result
from tests.deps.wheels import metadata
from tests.git.repositories import git
from tests.image.archives import Layer, save_of

Run = Callable[..., Result]
Make = Callable[..., str]
MARK = "home = /usr/bin\nversion = 3.11.7\n"
SITE = ".venv/lib/python3.11/site-packages"


def installed(name: str, size: int, requires: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        name: {"__init__.py": "x" * size},
        f"{name}-1.0.dist-info": {
            "METADATA": metadata(name, "1.0", requires),
            "RECORD": f"{name}/__init__.py,,\n",
        },
    }


PROJECT: dict[str, Any] = {
    "Dockerfile": "FROM scratch\nCOPY app.py /\n",
    ".dockerignore": ".venv\n",
    "requirements.txt": "used\nheavy\nlogging_tool\nblack\n",
    "app.py": "import used\n\nNAMES = ['logging_tool']\n",
    ".venv": {"pyvenv.cfg": MARK},
}
PACKAGES = {
    **installed("used", 100),
    **installed("heavy", 20_000, ("below",)),
    **installed("below", 5_000),
    **installed("black", 3_000),
    **installed("logging_tool", 40),
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree({**PROJECT, SITE: PACKAGES})
    monkeypatch.chdir(folder)
    return folder


def sums(found: dict[str, Any]) -> dict[str, int]:
    return {name: each["bytes"] for name, each in found["sums"].items()}


SUMS = {"used": 100, "needs-verification": 40, "development": 3_000, "unused": 25_000}


def test_nobody_asked(root: str, run_cli: Run) -> None:
    assert "dependencies" not in document(run_cli("report", "--format", "json").out)["reports"][0]


def test_the_section(root: str, run_cli: Run) -> None:
    found = document(run_cli("report", "--deps", "--format", "json").out)["reports"][0]
    assert sums(found["dependencies"]) == SUMS
    told = {each["code"]: each for each in found["findings"]}
    assert told["PKG001"]["bytes"] == 25_000
    assert told["PKG001"]["fix"]["command"] == "ctxguard deps split"
    assert set(told) == {"PKG001", "PKG002", "PKG003"}
    page = run_cli("report", "--deps").out
    assert "Dependencies: 28.14kB in 4 packages (the virtual environment " in page
    assert "requirements.txt:2: heavy is not needed" in page


def test_what_is_silenced(root: str, run_cli: Run) -> None:
    Path("ctxguard.toml").write_text('ignore = ["PKG001"]\n')
    found = document(run_cli("report", "--deps", "--format", "json").out)["reports"][0]
    assert {each["code"] for each in found["findings"]} == {"PKG002", "PKG003"}
    none = document(run_cli("report", "--deps", "--no-findings", "--format", "json").out)
    assert none["reports"][0]["findings"] == []


LIMITS = [("28140", 0, "ok"), ("28139", 1, "critical"), ("1MB", 0, "ok")]


@pytest.mark.parametrize(("limit", "code", "status"), LIMITS)
def test_the_budget(root: str, run_cli: Run, limit: str, code: int, status: str) -> None:
    by_flag = run_cli("report", "--max-dependencies", limit, "--format", "json")
    Path("ctxguard.toml").write_text(f'max-dependencies = "{limit}"\n')
    by_file = run_cli("report", "--format", "json")
    for result in (by_flag, by_file):
        found = document(result.out)["reports"][0]
        assert (result.code, found["verdict"]["status"]) == (code, status)
        limits = {each["name"]: each["actual"] for each in found["verdict"]["limits"]}
        assert limits["dependencies"] == 28_140


def test_what_is_not_weighed_is_not_within_budget(make_tree: Make, run_cli: Run) -> None:
    folder = make_tree({key: of for key, of in PROJECT.items() if key != ".venv"})
    result = run_cli("report", folder, "--max-dependencies", "1MB")
    assert result.code == 3
    assert "name a virtual environment with --venv" in result.out
    assert run_cli("report", folder, "--deps").code == 0


def test_an_environment_elsewhere(root: str, make_tree: Make, run_cli: Run) -> None:
    tree = {"pyvenv.cfg": MARK, SITE.removeprefix(".venv/"): installed("used", 7)}
    other = make_tree(tree, "env")
    result = run_cli("report", "--venv", other, "--format", "json")
    found = document(result.out)["reports"][0]["dependencies"]
    assert sums(found)["used"] == 7
    assert found["sums"]["unused"] == {"packages": 1, "bytes": 0, "unknown": 1}


def test_a_project_without_packages(make_tree: Make, run_cli: Run) -> None:
    folder = make_tree({"Dockerfile": "FROM scratch", "ctxguard.toml": "max-dependencies = 1\n"})
    assert run_cli("report", folder).code == 0
    asked = run_cli("report", folder, "--deps")
    assert asked.code == 2
    assert "requirements" in asked.err


def test_of_a_commit_there_is_no_such_section(root: str, run_cli: Run) -> None:
    git(root, "init", "-q")
    git(root, "add", "app.py", "Dockerfile")
    git(root, "commit", "-qm", "One")
    Path("ctxguard.toml").write_text("max-dependencies = 1\n")
    assert run_cli("report", "--rev", "HEAD").code == 0
    asked = run_cli("report", "--rev", "HEAD", "--deps")
    assert (asked.code, asked.out) == (2, "")
    assert "--deps looks at the working tree" in asked.err


def test_it_is_kept(root: str, run_cli: Run) -> None:
    assert run_cli("report", "--deps", "--history", "h.db").code == 0
    assert run_cli("report", "--history", "h.db").code == 0
    kept = json.loads(run_cli("history", "--history", "h.db", "--format", "json").out)
    first, second = kept["measurements"]
    assert [
        first[f"dependencies{each}"] for each in ("", "_unverified", "_development", "_unused")
    ] == [28_140, 40, 3_000, 25_000]
    assert second["dependencies"] is None
    page = run_cli("history", "--history", "h.db").out
    assert " packages    unused\n" in page
    assert "  28.14kB   25.00kB\n" in page


def test_an_image(root: str, run_cli: Run) -> None:
    inside = "usr/local/lib/python3.11/site-packages"
    layer: Layer = {
        f"{inside}/heavy/__init__.py": 9_000,
        f"{inside}/heavy-1.0.dist-info/METADATA": metadata("heavy", "1.0").encode(),
        f"{inside}/heavy-1.0.dist-info/RECORD": b"heavy/__init__.py,,\n",
    }
    Path("app.tar").write_bytes(save_of([layer]))
    result = run_cli("image", "app.tar", "--deps", "--max-dependencies", "8999", "--format", "json")
    found = document(result.out)["reports"][0]
    assert (result.code, found["verdict"]["limits"][-1]["actual"]) == (1, 9_000)
    assert sums(found["dependencies"])["unused"] == 9_000
    assert any(each["code"] == "PKG001" for each in found["findings"])
    assert "heavy" in run_cli("image", "app.tar", "--deps").out
    refused = run_cli("image", "app.tar", "--max-dependencies", "1")
    assert (refused.code, refused.out) == (2, "")


def test_without_the_extra(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deptry", None)
    result = run_cli("report", "--deps")
    assert (result.code, result.out) == (2, "")
    assert "pip install 'docker-ctxguard[deps]'" in result.err
