"""Who copies the workflow of docs/ci.md into a repository gets what the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.conftest import Making
from tests.action.machine import Machine, measurements, pull_request, pushed
from tests.action.pages import newcomers
from tests.action.reading import read
from tests.action.runner import run_workflow
from tests.conftest import File, Tree

pytestmark = pytest.mark.slow
BRANCH = '";touch${IFS}pwned;$(touch${IFS}pwned)'
WORKFLOW = read(newcomers())
TREE: Tree = {
    "Dockerfile": "FROM scratch\nCOPY . /app\n",
    ".dockerignore": ".git\n",
    "app.py": "print()\n",
    "ctxguard.toml": 'critical = "1MB"\n',
    ".github": {"workflows": {"context-size.yml": newcomers()}},
}


def measured(machine: Machine) -> int:
    """How many measurements the history that was saved last holds."""
    return measurements(machine.caches[-1].content)


def test_from_push_to_push(machine: Making) -> None:
    found = machine(TREE)
    first = run_workflow(found, WORKFLOW, pushed(found))
    assert first.failed == []
    assert first.step("ctxguard comment").result == "skipped"
    assert "::notice title=Build context" in first.step("ctxguard report").log
    assert "within budget" in first.summary
    assert measured(found) == 1
    assert found.forge.asked == []

    origin = found.origin
    origin.git("checkout", "-q", "-b", "topic")
    origin.commit({"media.bin": File(size=300_000)})
    second = run_workflow(found, WORKFLOW, pull_request(found, "topic"))
    assert second.failed == []
    ((number, body),) = [(each["id"], each["body"]) for each in found.forge.comments]
    assert "### Build context: +300.00kB" in body
    assert body in second.summary
    assert measured(found) == 2

    origin.git("checkout", "-q", "topic")
    origin.commit({"media.bin": File(size=3_000_000)})
    third = run_workflow(found, WORKFLOW, pull_request(found, "topic"))
    assert third.failed == [third.step("ctxguard report").name, third.step("ctxguard comment").name]
    assert {third.step("ctxguard report").code, third.step("ctxguard comment").code} == {1}
    assert "::error file=.dockerignore,title=Build context over budget" in third.log
    assert "### Build context: +3.00MB" in found.forge.body(number)
    assert len(found.forge.comments) == 1
    assert "<html" in found.artifact("context-size").read_text()
    assert measured(found) == 3

    fourth = run_workflow(found, WORKFLOW, pushed(found, "schedule"))
    assert fourth.failed == []
    assert measured(found) == 2, "a pull request wrote into the history of the main branch"


def test_the_pull_request_of_a_fork(machine: Making) -> None:
    found = machine(TREE)
    found.origin.git("checkout", "-q", "-b", BRANCH)
    found.origin.commit({"$(touch pwned);`touch pwned`": "x" * 1000, "::error::pwned": "x"})
    ended = run_workflow(found, WORKFLOW, pull_request(found, BRANCH, fork=True))
    assert ended.failed == []
    assert found.forge.comments == []
    assert "### Build context: +1.00kB" in ended.summary
    assert "the job summary has it" in ended.step("ctxguard comment").log
    assert not list(Path(found.root).rglob("pwned"))
    assert not [line for line in ended.log.splitlines() if line.startswith("::error")]


def test_the_runner_holds_what_the_steps_say(machine: Making) -> None:
    """It can fail: without the history of the base there is nothing to compare with."""
    shallow = json.loads(json.dumps(WORKFLOW).replace('"fetch-depth": 0', '"fetch-depth": 1'))
    found = machine(TREE)
    found.origin.git("checkout", "-q", "-b", "topic")
    found.origin.commit({"a": "a"})
    found.origin.git("checkout", "-q", "main")
    ended = run_workflow(found, shallow, pull_request(found, "topic"))
    assert ended.failed == [ended.step("ctxguard comment").name]
    assert "fetch-depth: 0 for actions/checkout brings it" in ended.log
