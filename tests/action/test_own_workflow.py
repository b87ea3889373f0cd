"""The workflow of this repository, on a copy of it: a pull request that makes sample_repo grow."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.action.machine import make_machine, pull_request, pushed
from tests.action.pages import OWN, text
from tests.action.reading import read
from tests.action.runner import is_for, run_workflow
from tests.action.wheels import ROOT
from tests.conftest import File
from tests.forge.server import serving

_NEEDED = ("action.yml", "pyproject.toml", "README.md", "LICENSE")
_FOLDERS = ("action", "ctxguard", "sample_repo")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    to = tmp_path / "copy"
    for each in _FOLDERS:
        shutil.copytree(ROOT / each, to / each, ignore=shutil.ignore_patterns("__pycache__"))
    for each in _NEEDED:
        shutil.copyfile(ROOT / each, to / each)
    return to


@pytest.mark.slow
def test_a_pull_request(copy: Path, tmp_path: Path, wheels: Path) -> None:
    workflow = read(text(OWN))
    with serving() as forge:
        machine = make_machine(tmp_path, forge, wheels, copy)
        assert is_for(workflow, pushed(machine))
        machine.origin.git("checkout", "-q", "-b", "topic")
        machine.origin.commit({"sample_repo": {"data": {"tape.bin": File(size=150_000)}}})
        ended = run_workflow(machine, workflow, pull_request(machine, "topic"))
    assert ended.failed == ["./"]
    assert ended.step("./").outputs["status"] == "critical", ended.log
    (comment,) = forge.comments
    assert "over the growth limit of 100.00kB by 50.00kB" in comment["body"]
    assert (machine.artifact("context-size") / "report.html").is_file()
    assert [each.ref for each in machine.caches] == ["refs/pull/7/merge"]
