"""The progress of `docker buildx build --progress=rawjson`: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CONTEXT_STEP = "load build context"
"""`[internal] load .dockerignore` and others have a `transferring context` of their own."""


@dataclass(slots=True)
class Step:
    """One vertex of the build."""

    name: str
    done: bool = False
    """It came to its end, and that was a good one."""
    error: str = ""


def steps(progress: str) -> list[Step]:
    """All that were announced, with the last that was said of each."""
    found: dict[str, Step] = {}
    for event in _events(progress):
        for vertex in event.get("vertexes") or ():
            error = str(vertex.get("error") or "")
            done = "completed" in vertex and not error
            found[vertex["digest"]] = Step(str(vertex.get("name", "")), done, error)
    return list(found.values())


def transferred(progress: str) -> int | None:
    """The last figure of `transferring context` for the context itself; None if there is none."""
    steps: set[str] = set()
    figure = None
    for event in _events(progress):
        for vertex in event.get("vertexes") or ():
            if str(vertex.get("name", "")).endswith(CONTEXT_STEP):
                steps.add(vertex["digest"])
        for status in event.get("statuses") or ():
            if status.get("vertex") in steps and status.get("id") == "transferring context:":
                figure = int(status.get("current", 0))
    return figure


def complaint(progress: str) -> str:
    """What docker says in plain words among the events; the last line is the reason."""
    lines = [line.strip() for line in progress.splitlines() if not _event(line)]
    lines = [line for line in lines if line]
    reasons = [line for line in lines if line.startswith("ERROR")]
    return (reasons or lines or ["no reason given"])[-1]


def _events(progress: str) -> Iterator[dict[str, Any]]:
    for line in progress.splitlines():
        event = _event(line)
        if event:
            yield event


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
