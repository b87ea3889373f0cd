"""What the Action runs: ctxguard in an environment of its own, reports, comment and outputs.

What a workflow gives comes as INPUT_... and goes on as one argument of a program: no shell sees it.
Python runs isolated (-I), so that no module of the repository that is measured is imported.

Source of the meaning: GitHub's documentation, "Metadata syntax" (composite actions) and "Workflow
commands" (environment files).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_INPUT = "INPUT_"
_REPORTS = {
    "html": "report.html",
    "json": "report.json",
    "markdown": "report.md",
    "sarif": "report.sarif",
}
_COMMENT = "comment.md"
_BUILD = ("file", "target")
_BUDGET = ("warn", "critical", "fail-on")
_USAGE, _NOT_MEASURED = 2, 3


class RefusedError(Exception):
    """Why nothing can be measured, with the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main() -> int:
    """Do all of it; the outputs are there whatever comes."""
    outputs = {"status": "error", "bytes": "", "report": ""}
    try:
        code = _guarded(Inputs(os.environ), outputs)
    except RefusedError as error:
        _complain(str(error))
        code = error.code
    for name, value in outputs.items():
        _put_out(name, value)
    return code


def _guarded(inputs: Inputs, outputs: dict[str, str]) -> int:
    """Measure, compare and tell; the outputs are filled in on the way."""
    inputs.check()
    folder = outputs["report"] = _report_folder(inputs)
    guard = Guard(_installed(inputs.temp), inputs, folder)
    code = guard.measure()
    outputs["status"], outputs["bytes"] = _figures(folder)
    if outputs["status"] == "error":
        return code
    told = guard.tell()
    if (code, told) == (0, 1):
        outputs["status"] = "critical"
    return max(code, told)


class Inputs:
    """What the workflow gave, and what the runner says."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.temp = environment["RUNNER_TEMP"]
        self.is_pull = environment.get("GITHUB_EVENT_NAME") == "pull_request"

    def __getitem__(self, name: str) -> str:
        return self._environment.get(_INPUT + name.upper().replace("-", "_"), "")

    def check(self) -> None:
        """Raises RefusedError for a switch that is neither true nor false."""
        for name in ("comment", "history"):
            if self[name] not in ("true", "false"):
                raise RefusedError(f"the input {name} has to be true or false", _USAGE)

    def wants(self, name: str) -> bool:
        return self[name] == "true"

    def flags(self, *names: str) -> list[str]:
        """Each input that is not empty as one word, whatever it begins with."""
        return [f"--{name}={self[name]}" for name in names if self[name]]

    def environment(self, **more: str) -> dict[str, str]:
        """For the programs: without the inputs, of which one is the token."""
        kept = {k: v for k, v in self._environment.items() if not k.startswith(_INPUT)}
        return {**kept, **more}


@dataclass(frozen=True, slots=True)
class Guard:
    """ctxguard, with what it is asked."""

    python: str
    inputs: Inputs
    folder: str
    """Where the reports go."""

    def measure(self) -> int:
        """Measure once, write all reports, and the annotations to standard output."""
        words = ["report", *self.inputs.flags(*_BUILD, *_BUDGET)]
        for format_, name in _REPORTS.items():
            words += ["--format", format_, "-o", os.path.join(self.folder, name)]
        words += ["--format", "github"]
        if self.inputs.wants("history"):
            kept = os.path.join(self.inputs.temp, "ctxguard-history", "history.db")
            words += ["--history", kept]
        return self._run([*words, *_named(self.inputs["context"])])

    def tell(self) -> int:
        """Compare with the base, if there is one; else the summary gets the report."""
        if self.inputs.is_pull or self.inputs["base"]:
            return self._compare()
        _sum_up(os.path.join(self.folder, _REPORTS["markdown"]))
        return 0

    def _compare(self) -> int:
        flags = self.inputs.flags("context", *_BUILD, *_BUDGET, "max-growth", "key")
        words = ["comment", *flags, "-o", os.path.join(self.folder, _COMMENT)]
        token = {}
        if self.inputs.wants("comment") and self.inputs.is_pull:
            words.append("--post")
            token = {"GITHUB_TOKEN": self.inputs["token"]}
        return self._run([*words, *_named(self.inputs["base"])], **token)

    def _run(self, words: Sequence[str], **more: str) -> int:
        sys.stdout.flush()
        command = [self.python, "-I", "-m", "ctxguard", *words]
        try:
            ended = subprocess.run(command, env=self.inputs.environment(**more), check=False)
        except (OSError, ValueError) as error:
            raise RefusedError(f"an input cannot be given on: {error}", _USAGE) from error
        return ended.returncode if ended.returncode >= 0 else _NOT_MEASURED


def _named(value: str) -> list[str]:
    """An argument that is no option, whatever it begins with."""
    return ["--", value] if value else []


def _installed(temp: str) -> str:
    """The Python that has ctxguard; the second use in a job finds what the first one made."""
    source = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
    digest = hashlib.sha256(os.fsencode(f"{source}\n{sys.executable}")).hexdigest()[:16]
    folder = os.path.join(temp, f"ctxguard-{digest}")
    ready = os.path.join(folder, "ready")
    scripts, program = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = os.path.join(folder, scripts, program)
    if not os.path.exists(ready):
        _run_or_refuse([sys.executable, "-I", "-m", "venv", folder])
        _run_or_refuse([python, "-I", "-m", "pip", "install", "--quiet", "--no-input", source])
        with open(ready, "wb"):
            pass
    return python


def _run_or_refuse(command: Sequence[str]) -> None:
    without = {k: v for k, v in os.environ.items() if not k.startswith(_INPUT)}
    try:
        subprocess.run(command, env=without, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RefusedError("ctxguard could not be installed; see above", _NOT_MEASURED) from error


def _report_folder(inputs: Inputs) -> str:
    """The folder for the reports, made, and without reports of before.

    Raises:
        RefusedError: it cannot be made, or a link of the repository leads out of that.
    """
    workspace = os.path.realpath(os.environ.get("GITHUB_WORKSPACE") or os.curdir)
    named = inputs["report"] or os.path.join(os.path.realpath(inputs.temp), "ctxguard-report")
    folder = os.path.abspath(os.path.join(workspace, named))
    if _is_within(folder, workspace) and os.path.realpath(folder) != folder:
        raise RefusedError("the folder of the input report lies behind a link", _USAGE)
    try:
        os.makedirs(folder, exist_ok=True)
        for name in (*_REPORTS.values(), _COMMENT):
            if os.path.lexists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
    except (OSError, ValueError) as error:
        raise RefusedError(f"the folder of the input report: {error}", _USAGE) from error
    return folder


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _figures(folder: str) -> tuple[str, str]:
    """Status and bytes, as the document has them."""
    try:
        with open(os.path.join(folder, _REPORTS["json"]), encoding="utf-8") as stream:
            document = json.load(stream)
    except (OSError, ValueError):
        return "error", ""
    return document["status"], str(sum(each["size"]["bytes"] for each in document["reports"]))


def _sum_up(file: str) -> None:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with open(file, encoding="utf-8") as source, open(summary, "a", encoding="utf-8") as stream:
            stream.write(source.read())


def _put_out(name: str, value: str) -> None:
    """Set an output; nobody can guess the line that ends its value."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        end = f"end-{secrets.token_hex(16)}"
        with open(file, "ab") as stream:
            stream.write(os.fsencode(f"{name}<<{end}\n{value}\n{end}\n"))


def _complain(message: str) -> None:
    """An annotation, in one line."""
    text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error::ctxguard: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
