"""CTX037: the same files of the context in two layers of the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.dockerfile.placing import same_places
from ctxguard.finding import Edit, Finding, Severity
from ctxguard.guard.checks.at_step import LEAST, at_step, named, replaced

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import Again, BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.steps import Step

CODE = "CTX037"
_CHANGING = frozenset(("RUN", "COPY", "ADD"))
"""Instructions between two copies that can make a difference between them."""


def twice(evidence: Evidence) -> Iterator[Finding]:
    """Each layer holds them whole, wherever they are put."""
    steps = evidence.steps
    if steps is not None:
        for again in steps.again:
            if again.bytes >= LEAST:
                yield _finding(steps, again)


def _finding(steps: BuildSteps, again: Again) -> Finding:
    step = steps.plan.steps[again.step]
    lines = [str(steps.plan.steps[at].instruction.line) for at in again.earlier]
    many = f"{again.files:,} files" if again.files > 1 else "a file"
    edits = _edits(steps, again)
    mend = "copy them once; what has to be in two places can be a link"
    return at_step(
        CODE, Severity.WARNING, steps, step,
        f"it brings {many} that line{'s' if len(lines) > 1 else ''} {named(lines)} "
        f"{'have' if len(lines) > 1 else 'has'} brought already, most of it {again.heaviest}",
        mend="take out the COPY that the other one makes needless" if edits else mend,
        edits=edits, path=again.heaviest, size=again.bytes,
    )  # fmt: skip


def _edits(steps: BuildSteps, again: Again) -> tuple[Edit, ...]:
    """One of two copies to the same places can go, if nothing between them makes a difference."""
    if len(again.earlier) != 1:
        return ()
    first, second = again.earlier[0], again.step
    one, other = steps.plan.steps[first], steps.plan.steps[second]
    if one.copied is None or other.copied is None or one.stage != other.stage:
        return ()
    between = steps.plan.steps[first + 1 : second]
    if any(each.instruction.keyword in _CHANGING for each in between) or not _alike(one, other):
        return ()
    if same_places(other.copied, one.copied):
        return _without(steps, one)
    return _without(steps, other) if same_places(one.copied, other.copied) else ()


def _alike(one: Step, other: Step) -> bool:
    pairs = one.instruction, other.instruction
    return pairs[0].flags == pairs[1].flags and pairs[0].keyword == pairs[1].keyword == "COPY"


def _without(steps: BuildSteps, step: Step) -> tuple[Edit, ...]:
    is_written_here = bool(step.instruction.end) and not step.triggered
    return (replaced(steps, step, ()),) if is_written_here else ()
