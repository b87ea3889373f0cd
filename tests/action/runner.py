"""Runs a workflow of one job, or the Action, as the runner of GitHub does.

What this runner does not know it refuses, so that nothing passes unread.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.action.job import Job
from tests.action.machine import Event, Machine
from tests.action.outcome import Ended
from tests.action.steps import Steps
from tests.action.wheels import ROOT

_JOB = {"runs-on", "timeout-minutes", "permissions", "steps"}
_WORKFLOW = {"name", "on", "permissions", "concurrency", "jobs"}


def is_for(workflow: Mapping[str, Any], event: Event) -> bool:
    """Whether an event starts it."""
    started = workflow["on"]
    if event.name not in started:
        return False
    branches = (started[event.name] or {}).get("branches") if event.name == "push" else None
    return branches is None or event.ref.removeprefix("refs/heads/") in branches


def run_workflow(machine: Machine, workflow: Mapping[str, Any], event: Event) -> Ended:
    """Run its only job."""
    assert set(workflow) <= _WORKFLOW
    assert is_for(workflow, event)
    ((_, job),) = workflow["jobs"].items()
    assert set(job) <= _JOB
    granted = job.get("permissions", workflow["permissions"])
    machine.forge.may_write = granted.get("pull-requests") == "write" and not event.fork
    return run_steps(Job(machine, event), job["steps"])


def run_action(
    machine: Machine, event: Event, given: Mapping[str, str], *, job: Job | None = None
) -> Ended:
    """Check out, and run the action of the repository of these tests."""
    job = job or Job(machine, event)
    machine.forge.may_write = not event.fork
    checkout = {"uses": "actions/checkout@v6", "with": {"fetch-depth": 0}}
    inputs = {"python": sys.executable, **given}
    return run_steps(job, [checkout, {"id": "here", "uses": str(ROOT), "with": inputs}])


def run_steps(job: Job, steps: Sequence[Mapping[str, Any]]) -> Ended:
    """One after the other; one that failed keeps others from running that do not ask to."""
    return Ended(Steps(job, {}, None).run(steps), job.summary)
