"""The steps of a job, or those of an action: in order, each `run` by bash as its runner does it.

Source of the meaning: GitHub's documentation, "Workflow syntax" and "Metadata syntax".
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.action import environment_files
from tests.action.expressions import Scope, UnknownExpressionError
from tests.action.job import Job
from tests.action.official import ActionError, act
from tests.action.outcome import Outcome
from tests.action.reading import read
from tests.forge.server import TOKEN

_STEP = {"name", "id", "if", "uses", "with", "env", "run", "shell"}
_SHELLS = {
    None: ["bash", "-e"],
    "bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
}


class Steps:
    """The steps of a job, or those of an action."""

    def __init__(self, job: Job, inputs: Mapping[str, str], action: Path | None) -> None:
        self._job = job
        self._inputs = inputs
        self._action = action
        self._done: list[Outcome] = []
        self.ids: dict[str, Outcome] = {}

    def run(self, steps: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        for step in steps:
            assert set(step) <= _STEP, set(step) - _STEP
            outcome = self._ended(step)
            self._done.append(outcome)
            if "id" in step:
                self.ids[step["id"]] = outcome
        return self._done

    @property
    def scope(self) -> Scope:
        return self._job.scope(self._inputs, self._done, self.ids)

    def _ended(self, step: Mapping[str, Any]) -> Outcome:
        scope = self.scope
        name = step.get("name") or step.get("run") or step["uses"]
        if not scope.holds(step.get("if")):
            return Outcome(name, "skipped")
        more = {key: scope.spliced(str(value)) for key, value in step.get("env", {}).items()}
        if "run" in step:
            return self._ran(name, scope.spliced(step["run"]), step.get("shell"), more)
        given = {key: _text(scope, value) for key, value in step.get("with", {}).items()}
        return self._used(name, step["uses"], given)

    def _used(self, name: str, uses: str, given: Mapping[str, str]) -> Outcome:
        if uses.startswith((".", "/")):
            return self._composite(name, self._job.place.workspace / uses, given)
        try:
            programs = act(uses, given, self._job.place)
        except ActionError as error:
            return Outcome(name, "failure", f"::error::{error}\n", 1)
        if programs is not None:
            self._on_path(programs)
        return Outcome(name, "success")

    def _composite(self, name: str, folder: Path, given: Mapping[str, str]) -> Outcome:
        action = read((folder / "action.yml").read_text(encoding="utf-8"))
        assert action["runs"]["using"] == "composite"
        assert set(given) <= set(action["inputs"]), "an input that the action does not have"
        scope = self.scope
        defaults = {key: _text(scope, each["default"]) for key, each in action["inputs"].items()}
        inner = Steps(self._job, {**defaults, **given}, folder)
        done = inner.run(action["runs"]["steps"])
        failed = [each for each in done if each.result == "failure"]
        outputs = {
            key: inner.scope.spliced(each["value"]) for key, each in action["outputs"].items()
        }
        log, code = "".join(each.log for each in done), failed[0].code if failed else 0
        return Outcome(name, "failure" if failed else "success", log, code, outputs)

    def _ran(self, name: str, script: str, shell: str | None, more: Mapping[str, str]) -> Outcome:
        assert self._action is None or shell is not None, "an action has to name the shell"
        here = self._job.temp / "commands" / uuid.uuid4().hex
        here.mkdir(parents=True)
        (here / "script.sh").write_text(script, encoding="utf-8")
        files = {
            f"GITHUB_{each}": here / each for each in ("ENV", "OUTPUT", "PATH", "STEP_SUMMARY")
        }
        for each in files.values():
            each.touch()
        environment = {**self._job.environment, **more, **{k: str(v) for k, v in files.items()}}
        if self._action is not None:
            environment["GITHUB_ACTION_PATH"] = str(self._action)
        done = subprocess.run(
            [*_SHELLS[shell], str(here / "script.sh")],
            cwd=self._job.place.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        outputs = self._heard(files)
        result = "success" if done.returncode == 0 else "failure"
        log = done.stdout.decode(errors="backslashreplace")
        assert TOKEN not in log
        assert "Traceback" not in log, log
        return Outcome(name, result, log, done.returncode, outputs)

    def _heard(self, files: Mapping[str, Path]) -> dict[str, str]:
        job = self._job
        job.environment |= environment_files.pairs(files["GITHUB_ENV"])
        for each in environment_files.rows(files["GITHUB_PATH"]):
            self._on_path(Path(each))
        job.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return environment_files.pairs(files["GITHUB_OUTPUT"])

    def _on_path(self, folder: Path) -> None:
        environment = self._job.environment
        environment["PATH"] = f"{folder}:{environment['PATH']}"


def _text(scope: Scope, value: Any) -> str:
    if isinstance(value, str):
        return scope.spliced(value)
    if isinstance(value, bool | int):
        return str(value).lower()
    raise UnknownExpressionError(f"an input of {type(value)}")
