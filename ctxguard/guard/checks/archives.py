"""CTX039: an archive that ADD unpacks, though what follows takes it for a file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.dockerfile.placing import is_archive, is_wild
from ctxguard.finding import Edit, Finding, Severity
from ctxguard.guard.checks.at_step import at_step, lines_of, replaced

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.steps import Copied, Step

CODE = "CTX039"
_ADD = re.compile(r"^(\s*)ADD(?=\s)", re.IGNORECASE)
_ONLY_ADD = ("--checksum", "--keep-git-dir", "--unpack")


def archives(evidence: Evidence) -> Iterator[Finding]:
    """ADD unpacks a local archive, and a folder stands where the file is looked for."""
    steps = evidence.steps
    if steps is None:
        return
    for at, step in steps.numbered():
        copied = step.copied
        if step.instruction.keyword != "ADD" or copied is None or _unpacks_by_flag(step):
            continue
        for source in copied.sources:
            if is_archive(source) and not is_wild(source) and source in steps.sizes:
                user = _user(steps, at, step, copied, source)
                if user is not None:
                    yield _finding(steps, step, source, user)


def _unpacks_by_flag(step: Step) -> bool:
    return any(flag.partition("=")[0] == "--unpack" for flag in step.instruction.flags)


def _user(steps: BuildSteps, at: int, step: Step, copied: Copied, source: str) -> str | None:
    """Who takes it for a file: the destination by its name, or a RUN behind it."""
    name = posixpath.basename(source)
    if not copied.into and is_archive(copied.destination or ""):
        return f"{copied.destination} becomes a folder"
    for later in steps.plan.steps[at + 1 :]:
        if later.stage == step.stage and any(
            _uses(command.words, name) for command in later.commands
        ):
            return f"line {later.instruction.line} looks for {name} in vain"
    return None


def _uses(words: tuple[str, ...], name: str) -> bool:
    return posixpath.basename(words[0]) != "echo" and any(
        posixpath.basename(word) == name for word in words[1:]
    )


def _finding(steps: BuildSteps, step: Step, source: str, user: str) -> Finding:
    return at_step(
        CODE, Severity.WARNING, steps, step,
        f"ADD unpacks {source}, so {user}",
        mend="write COPY", edits=_edits(steps, step), path=source, size=steps.sizes[source],
    )  # fmt: skip


def _edits(steps: BuildSteps, step: Step) -> tuple[Edit, ...]:
    """COPY in the place of ADD, if nothing else it brings comes from elsewhere."""
    lines, copied = lines_of(steps, step), step.copied
    words = step.instruction.rest.split()
    if lines is None or copied is None or len(words) != len(copied.sources) + 1:
        return ()
    if any(flag.partition("=")[0] in _ONLY_ADD for flag in step.instruction.flags):
        return ()
    others = [each for each in copied.sources if not is_archive(each)]
    return () if others else (replaced(steps, step, [_ADD.sub(r"\1COPY", lines[0]), *lines[1:]]),)
