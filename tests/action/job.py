"""A job: its folders, its environment, and what its expressions may name.

Source of the meaning: GitHub's documentation, "Variables reference" and "Contexts reference".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tests.action.expressions import Scope
from tests.action.machine import Event, Machine
from tests.action.official import Place
from tests.action.outcome import Outcome
from tests.forge.server import REPOSITORY, TOKEN


class Job:
    """A job on a machine of its own, but for what that keeps. All find the same paths."""

    def __init__(self, machine: Machine, event: Event) -> None:
        self.folder = machine.root / "job"
        if self.folder.exists():
            self.folder.rename(machine.root / f"job-{machine.runs}")
        machine.runs += 1
        self.place = Place(machine, event, self.folder / "workspace", self.folder / "home")
        self.temp = self.folder / "temp"
        for each in (self.place.workspace, self.place.home, self.temp):
            each.mkdir(parents=True)
        self.environment = machine.environment()
        self.summary = ""
        self._github = self._described()

    def _described(self) -> dict[str, str]:
        """The context `github`, and the variables that say the same."""
        event, run = self.place.event, str(self.place.machine.runs)
        path = self.temp / "event.json"
        path.write_text(json.dumps(event.payload), encoding="utf-8")
        found = {
            "event_name": event.name,
            "event_path": str(path),
            "base_ref": "main" if event.branch else "",
            "head_ref": event.branch,
            "ref": event.ref,
            "ref_name": event.ref.split("/", 2)[2],
            "repository": REPOSITORY,
            "run_attempt": "1",
            "run_id": run,
            "sha": event.commit,
            "api_url": self.place.machine.forge.url,
            "workspace": str(self.place.workspace),
        }
        self.environment |= {f"GITHUB_{name.upper()}": value for name, value in found.items()}
        self.environment |= {"RUNNER_TEMP": str(self.temp), "HOME": str(self.place.home)}
        self.environment |= {"CI": "true", "GITHUB_ACTIONS": "true"}
        return {**found, "token": TOKEN}

    def scope(
        self, inputs: Mapping[str, str], done: Sequence[Outcome], ids: Mapping[str, Outcome]
    ) -> Scope:
        failed = any(each.result == "failure" for each in done)
        contexts = {
            "github": self._github,
            "inputs": inputs,
            "runner": {"temp": str(self.temp)},
            "steps": {id_: {"outputs": _Outputs(each.outputs)} for id_, each in ids.items()},
        }
        functions = {
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: failed,
            "success": lambda: not failed,
        }
        return Scope(contexts, functions)


class _Outputs(dict[str, str]):
    """An output that was not set is empty."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return ""
