"""How long each step took in a real build.

Source of the meaning: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`
(`prefixCommand`): a vertex is called `[stage 3/7] RUN ...`, with blanks before the number and the
platform in front where there are several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ctxguard.buildlog import events, moment, rows
from ctxguard.rebuilds.step import Step

_VERTEX = re.compile(
    r"\[(?:(?P<platform>[\w.]+/[\w./>-]+) )?(?:(?P<stage>[\w.-]+) )?\s*"
    r"(?P<number>\d+/\d+)\] (?P<kind>[A-Z]+)"
)
Seconds = Mapping[tuple[str, str], float]
"""By vertex, as `Step.vertex` has it, and keyword."""


def seconds_of(lines: Iterable[bytes], name: str) -> Seconds:
    """How long each vertex took; of one that was built for several platforms, the longest.

    What came from the cache took no time that would tell anything, and is left out.

    Args:
        name: of the log, to show in errors.

    Raises:
        UsageError: it is no log of a build.
    """
    found: dict[tuple[str, str], float] = {}
    for event in events(lines, name):
        for vertex in rows(event, "vertexes"):
            named = _VERTEX.match(str(vertex.get("name", ""))[:1000])
            begun, ended = moment(vertex.get("started")), moment(vertex.get("completed"))
            if named is None or not begun or not ended or vertex.get("cached"):
                continue
            stage = f"{named['stage']} " if named["stage"] else ""
            key = f"[{stage}{named['number']}]", named["kind"]
            took = max(0.0, (ended[0] - begun[0]).total_seconds())
            found[key] = max(found.get(key, 0.0), took)
    return found


def seconds_by_step(steps: Sequence[Step], seconds: Seconds) -> tuple[float | None, ...]:
    """What each step took, as far as the log tells."""
    return tuple(seconds.get((step.vertex, step.kind)) if step.vertex else None for step in steps)
