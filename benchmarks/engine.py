"""A real `docker build`: how long it takes to load the context."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.process import FailedError, Reading

_STEP = "[internal] load build context"
_BUILD = (
    "buildx",
    "build",
    "--progress=rawjson",
    "--provenance=false",
    "--sbom=false",
    "--output=type=cacheonly",
)
_TIMEOUT_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Engine:
    """A client that reaches a daemon with BuildKit."""

    program: str
    version: str


def find(program: str) -> Engine:
    """The engine behind a client; docker itself heeds DOCKER_HOST.

    Raises:
        FailedError: there is none.
    """
    version = _run([program, "version", "--format", "{{.Server.Version}}"])
    if version.returncode or not version.stdout.strip():
        raise FailedError(_last_line(version.stderr))
    if _run([program, "buildx", "version"]).returncode:
        raise FailedError(f"{program} has no buildx")
    return Engine(program, version.stdout.strip())


class Build:
    """Builds of one context, under a name that this engine has never been given.

    BuildKit keeps what it was sent by the base name of the context, so that the first build sends
    all, and the ones after it only look for what is new.
    """

    def __init__(self, engine: Engine, context: str) -> None:
        self._engine = engine
        self._context = context
        self._link = f"{context}-{uuid.uuid4().hex[:12]}"

    def load(self) -> Reading:
        """Build once; the wall time is that of the step that loads the context.

        Raises:
            FailedError: the build failed.
        """
        os.symlink(os.path.basename(self._context), self._link)
        try:
            build = _run([self._engine.program, *_BUILD, self._link])
        finally:
            os.unlink(self._link)
        if build.returncode:
            raise FailedError(_last_line(build.stderr))
        seconds = list(_step_seconds(build.stderr))
        if not seconds:
            raise FailedError(f"docker did not tell of {_STEP}")
        # The step is told of more than once; only one of those is the work.
        return Reading(max(seconds))


def _step_seconds(progress: str) -> Iterator[float]:
    for line in progress.splitlines():
        for step in _event(line).get("vertexes") or ():
            if step.get("name") == _STEP and step.get("started") and step.get("completed"):
                yield (_time(step["completed"]) - _time(step["started"])).total_seconds()


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _time(text: str) -> datetime:
    # Go writes up to nine digits, Python reads six.
    return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text))


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        raise FailedError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"it took over {_TIMEOUT_SECONDS} s") from error


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not _event(line)]
    return lines[-1] if lines else "no reason given"
