"""The Action, run as the runner does: what it measures, says and leaves, and what it withstands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.action.conftest import Making
from tests.action.job import Job
from tests.action.machine import Machine, measurements, pull_request, pushed
from tests.action.outcome import Ended
from tests.action.runner import run_action, run_steps
from tests.action.wheels import ROOT
from tests.conftest import File, Tree

pytestmark = pytest.mark.slow
REPORTS = {"report.html", "report.json", "report.md", "report.sarif"}
TREE: Tree = {
    "Dockerfile": "FROM scratch AS one\nCOPY . /app\nFROM one AS two\n",
    ".dockerignore": ".git\n",
    "ctxguard.toml": 'critical = "1MB"\n',
    "app": {"app.py": "x" * 500},
}


def outputs(ended: Ended) -> dict[str, str]:
    return ended.steps[-1].outputs


def grown(machine: Machine, size: int) -> None:
    machine.origin.git("checkout", "-q", "-B", "topic")
    machine.origin.commit({"media.bin": File(size=size)})
    machine.origin.git("checkout", "-q", "main")


def test_from_push_to_pull_request(machine: Making) -> None:
    found = machine(TREE)
    first = run_action(found, pushed(found), {})
    assert first.failed == []
    assert outputs(first)["status"] == "ok"
    folder = Path(outputs(first)["report"])
    assert set(os.listdir(folder)) == REPORTS
    document = json.loads((folder / "report.json").read_text())
    assert outputs(first)["bytes"] == str(document["reports"][0]["size"]["bytes"])
    assert first.summary == (folder / "report.md").read_text()
    assert found.forge.asked == []

    grown(found, 300_000)
    second = run_action(found, pull_request(found, "topic"), {"max-growth": "10kB"})
    assert second.steps[-1].code == 1
    assert outputs(second)["status"] == "critical"
    assert int(outputs(second)["bytes"]) - int(outputs(first)["bytes"]) == 300_000
    folder = Path(outputs(second)["report"])
    assert set(os.listdir(folder)) == {*REPORTS, "comment.md"}
    ((number, body),) = [(each["id"], each["body"]) for each in found.forge.comments]
    assert body == (folder / "comment.md").read_text() == second.summary
    assert [entry.key for entry in found.caches] == [
        f"ctxguard-history-context-size@{run}-1" for run in (1, 2)
    ]
    assert [measurements(entry.content / "history.db") for entry in found.caches] == [1, 2]

    grown(found, 3_000_000)
    third = run_action(found, pull_request(found, "topic"), {})
    assert third.steps[-1].code == 1
    assert "::error file=.dockerignore,title=Build context over budget" in third.log
    assert "+3.00MB" in found.forge.body(number)
    assert len(found.forge.comments) == 1
    assert measurements(found.caches[2].content / "history.db") == 3


def test_a_token_that_may_only_read(machine: Making) -> None:
    found = machine(TREE)
    grown(found, 1000)
    ended = run_action(found, pull_request(found, "topic", fork=True), {"history": "false"})
    assert ended.failed == []
    assert found.forge.comments == []
    assert found.caches == []
    assert "### Build context: +1.00kB" in ended.summary


Check = Callable[[Ended, Path], None]


def refused(*words: str, code: int = 2) -> Check:
    def check(ended: Ended, _workspace: Path) -> None:
        assert ended.steps[-1].code == code
        assert outputs(ended)["status"] in ("error", "ok")
        assert all(word in ended.log for word in words), ended.log

    return check


def passed(ended: Ended, _workspace: Path) -> None:
    assert ended.failed == [], ended.log
    assert outputs(ended)["status"] == "ok"


def in_the_folder(ended: Ended, workspace: Path) -> None:
    passed(ended, workspace)
    named = outputs(ended)["report"]
    assert named == str(workspace / "a\nstatus=pwned\nEOF")
    assert set(os.listdir(named)) == REPORTS


HOSTILE = '"; touch pwned; "$(touch pwned)`touch pwned`'
CASES: dict[str, tuple[dict[str, str], Check]] = {
    "a folder": ({"context": "app", "file": "Dockerfile", "target": "one"}, passed),
    "a context that is a script": ({"context": HOSTILE}, refused("touch pwned")),
    "a context that is an option": ({"context": "-opwned"}, refused("-opwned")),
    "a context that is two lines": ({"context": "app\n-o\npwned"}, refused("ctxguard: ")),
    "a Dockerfile that is a script": ({"file": HOSTILE}, passed),
    "a Dockerfile that is an option": ({"file": "--output=pwned"}, passed),
    "a stage that is a script": ({"target": HOSTILE}, refused("touch pwned")),
    "a limit that is an option": ({"warn": "-o pwned"}, refused("-o pwned")),
    "a limit that is a script": ({"critical": HOSTILE}, refused("ctxguard: ")),
    "a growth that is a script": ({"max-growth": HOSTILE, "base": "HEAD"}, refused("max-growth")),
    "fail-on what is not": ({"fail-on": "pwned\n::error::x"}, refused("fail-on")),
    "a base": ({"base": "HEAD"}, passed),
    "a base that is an option": ({"base": "--output=pwned"}, refused("--output=pwned")),
    "a base that is an option of git": (
        {"base": "--upload-pack=touch pwned"},
        refused("ctxguard: "),
    ),
    "a base that is a script": ({"base": HOSTILE}, refused("touch pwned")),
    "a key that is a script": ({"key": HOSTILE, "base": "HEAD"}, refused("a key has up to 64")),
    "a folder for the reports": ({"report": "a\nstatus=pwned\nEOF"}, in_the_folder),
    "a folder behind a link": ({"report": "out/reports"}, refused("lies behind a link")),
    "neither true nor false": ({"comment": "$(touch pwned)"}, refused("has to be true or false")),
    "a Python that is a script": ({"python": HOSTILE}, lambda e, _: _no_outputs(e)),
}


def _no_outputs(ended: Ended) -> None:
    assert ended.failed
    assert set(outputs(ended).values()) == {""}


def test_inputs_are_taken_as_they_are(machine: Making, subtests: pytest.Subtests) -> None:
    """All cases in one job: so ctxguard is installed once."""
    found = machine({**TREE, "venv.py": "open('pwned', 'w')\n", "pip.py": "open('pwned', 'w')\n"})
    (found.root / "outside").mkdir()
    (Path(found.origin.root) / "out").symlink_to(found.root / "outside")
    found.origin.commit()
    job = Job(found, pushed(found))
    run_steps(job, [{"uses": "actions/checkout@v6"}])
    for name, (given, check) in CASES.items():
        with subtests.test(name):
            inputs = {"history": "false", "python": sys.executable, **given}
            ended = run_steps(job, [{"uses": str(ROOT), "with": inputs}])
            check(ended, job.place.workspace)
            assert planted(found.root) == []
            assert "\n::error::x" not in ended.log


def planted(root: Path) -> list[Path]:
    """What no case may make, anywhere; one names a folder of its own."""
    found = [each for each in root.rglob("*pwned*") if "status=pwned" not in each.name]
    return [*found, *(root / "outside").iterdir()]


def test_without_a_package_it_says_so(machine: Making) -> None:
    found = machine(TREE)
    job = Job(found, pushed(found))
    job.environment["PIP_FIND_LINKS"] = str(found.root / "nothing")
    ended = run_action(found, pushed(found), {}, job=job)
    assert ended.steps[-1].code == 3
    assert outputs(ended)["status"] == "error"
    assert "::error::ctxguard: ctxguard could not be installed" in ended.log
