"""CTX038: a layer that holds everything once more, because its owner or mode changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxguard.dockerfile.touches import Touch, changed, covers
from ctxguard.finding import Edit, Finding, Severity
from ctxguard.guard.checks.at_step import LEAST, at_step, lines_of, replaced

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.steps import Step

CODE = "CTX038"
_OWNER = re.compile(r"[a-z_0-9][a-z0-9_-]*:[a-z_0-9][a-z0-9_-]*")
_MODE = re.compile(r"[0-7]{3,4}")
_RECURSIVE = re.compile(r" (?:-R|--recursive)(?= )")


def ownership(evidence: Evidence) -> Iterator[Finding]:
    """COPY can give an owner and a mode itself."""
    steps = evidence.steps
    if steps is None:
        return
    for at, step in steps.numbered():
        if step.own:
            for touch in dict.fromkeys(changed(step)):
                yield from _found(steps, at, step, touch)


def _found(steps: BuildSteps, at: int, step: Step, touch: Touch) -> Iterator[Finding]:
    size = steps.touched.get((at, touch), 0)
    copies = [
        each
        for each in steps.plan.steps[:at]
        if each.own and each.copied is not None and _meets(each, touch)
    ]
    from_elsewhere = any(each.copied is not None and each.copied.origin for each in copies)
    if size < LEAST and not (from_elsewhere and touch.value):
        return
    command = touch.command.name
    edits = _edits(steps, at, step, touch, copies) if size else ()
    yield at_step(
        CODE, Severity.WARNING, steps, step,
        f"{command} -R writes all that was copied to {touch.path} once more, into this layer",
        mend=f"COPY --{command}={touch.value} instead",
        edits=edits, path=touch.path, size=size,
    )  # fmt: skip


def _meets(step: Step, touch: Touch) -> bool:
    destination = None if step.copied is None else step.copied.destination
    return destination is not None and (
        covers(touch.path, destination) or (covers(destination, touch.path) and destination != "/")
    )


def _edits(
    steps: BuildSteps, at: int, step: Step, touch: Touch, copies: Sequence[Step]
) -> tuple[Edit, ...]:
    """The flag at each COPY; of the command stays what it does to the folder itself."""
    first = steps.plan.steps.index(copies[0])
    own_lines = lines_of(steps, step)
    if own_lines is None or len(own_lines) != 1 or not _is_alone(steps, first, at, step, touch):
        return ()
    if len(_RECURSIVE.findall(own_lines[0])) != 1:
        return ()
    found = [replaced(steps, step, [_RECURSIVE.sub("", own_lines[0])])]
    for copy in copies:
        lines = lines_of(steps, copy)
        if lines is None or not _can_take(copy, touch):
            return ()
        keyword = re.compile(r"^(\s*)(COPY|ADD)(?=\s)", re.IGNORECASE)
        flag = f"--{touch.command.name}={touch.value}"
        found.append(replaced(steps, copy, [keyword.sub(rf"\1\2 {flag}", lines[0]), *lines[1:]]))
    return tuple(found)


def _can_take(copy: Step, touch: Touch) -> bool:
    destination = None if copy.copied is None else copy.copied.destination
    has_it = any(each.startswith(f"--{touch.command.name}=") for each in copy.instruction.flags)
    return destination is not None and covers(touch.path, destination) and not has_it


def _is_alone(steps: BuildSteps, first: int, at: int, step: Step, touch: Touch) -> bool:
    """Whether nothing but the copies can have put anything there, and owner or mode is literal."""
    shape = _OWNER if touch.command.name == "chown" else _MODE
    if touch.below or shape.fullmatch(touch.value) is None or len(step.commands) != 1:
        return False
    if len(list(changed(step))) != 1 or touch.path == "/" or step.triggered:
        return False
    before = [each for each in steps.plan.steps[:at] if each.own]
    if any(each.stage != step.stage for each in before):
        return False
    runs = [each for each in before if each.instruction.keyword == "RUN"]
    late = any(each.instruction.line > steps.plan.steps[first].instruction.line for each in runs)
    return not late and not any(_may_write(each, touch) for each in runs)


def _may_write(step: Step, touch: Touch) -> bool:
    text = "\n".join((step.instruction.rest, *step.instruction.documents))
    return touch.path in text or step.folder is None or covers(touch.path, step.folder)
