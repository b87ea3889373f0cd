"""Several formats at once, and what they want besides the measurement."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.render import FORMATS
from tests.conftest import Result

Run = Callable[..., Result]
Make = Callable[..., str]


@pytest.fixture
def root(make_tree: Make) -> str:
    return make_tree({"Dockerfile": "FROM scratch\nCOPY . /\n", "f": "x" * 500})


@pytest.mark.parametrize("format_", FORMATS)
def test_a_copy_is_what_the_format_alone_gives(
    root: str, tmp_path: Path, run_cli: Run, format_: str
) -> None:
    alone = run_cli("report", root, "--format", format_).out
    files = [str(tmp_path / "one"), str(tmp_path / "two")]
    argv = ["--format", format_, "-o", files[0], "--format", "terminal", "-o", files[1]]
    both = run_cli("report", root, *argv, "--format", "json")
    assert json.loads(both.out)["status"] == "ok"
    assert Path(files[0]).read_text(encoding="utf-8") == alone
    assert Path(files[1]).read_text(encoding="utf-8").startswith("Build context ")


WRONG = {
    "more files than formats": (["-o", "a", "-o", "b"], "each -o takes a --format of its own"),
    "a file too many": (["--format", "json", "-o", "a", "-o", "b"], "each -o takes a --format"),
    "two on standard output": (["--format", "json", "--format", "csv"], "give the others an -o"),
    "standard output twice": (
        ["--format", "json", "-o", "/dev/stdout", "--format", "csv"],
        "/dev/stdout is standard output",
    ),
    "a file twice": (["--format", "json", "-o", "a", "--format", "csv", "-o", "./a"], "same file"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_go_together(
    root: str, tmp_path: Path, run_cli: Run, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    argv, why = WRONG[case]
    monkeypatch.chdir(tmp_path)
    result = run_cli("report", root, *argv)
    assert result.code == 2
    assert why in result.err
    assert os.listdir(tmp_path) == ["context"]


def test_the_exit_code_stays(root: str, tmp_path: Path, run_cli: Run) -> None:
    argv = ["--critical", "100", "--format", "html", "-o", str(tmp_path / "a.html")]
    result = run_cli("report", root, *argv, "--format", "github")
    assert result.code == 1
    assert result.out.startswith("::error ")


def test_one_that_cannot_be_written_keeps_no_other(root: str, tmp_path: Path, run_cli: Run) -> None:
    files = [str(tmp_path / name) for name in ("a", "no/b", "c")]
    copies = [part for file in files for part in ("--format", "csv", "-o", file)]
    history = str(tmp_path / "history.db")
    result = run_cli("report", root, *copies, "--record", "--history", history)
    assert result.code == 2
    assert f"cannot write -o {files[1]}" in result.err
    assert Path(files[0]).read_text() == Path(files[2]).read_text() != ""
    kept = run_cli("history", "-C", root, "--history", history, "--format", "csv").out
    assert kept.count("\n") == 2


def past_of(page: str) -> list[int]:
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    return [each["bytes"] for each in data["reports"][0]["past"]]


def test_the_page_has_the_history(root: str, run_cli: Run, tmp_path: Path) -> None:
    assert past_of(run_cli("report", root, "--format", "html").out) == []
    history = str(tmp_path / "history.db")
    sizes = []
    for size in (600, 900):
        (Path(root) / "f").write_text("x" * size)
        document = json.loads(run_cli("report", root, "--format", "json").out)
        sizes.append(document["reports"][0]["size"]["bytes"])
        run_cli("report", root, "--record", "--history", history, "-q")
    (Path(root) / "f").write_text("")
    page = run_cli("report", root, "--format", "html", "--history", history).out
    assert past_of(page) == [*sizes, sizes[0] - 600]


def test_a_broken_history_is_told(root: str, run_cli: Run, tmp_path: Path) -> None:
    broken = tmp_path / "history.db"
    broken.write_bytes(b"no database" * 100)
    result = run_cli("report", root, "--format", "html", "--history", str(broken))
    assert result.code == 0
    assert "without the history: " in result.err
    assert past_of(result.out) == []


def test_places_are_those_of_the_repository(tmp_path: Path, run_cli: Run) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    app = tmp_path / "services" / "app"
    app.mkdir(parents=True)
    (app / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    out = run_cli("report", str(app), "--format", "github").out
    assert "file=services/app/Dockerfile,line=2," in out


def test_metrics_need_their_library(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client.core", None)
    result = run_cli("report", root, "--format", "openmetrics")
    assert result.code == 2
    assert 'pip install "docker-ctxguard[metrics]"' in result.err
