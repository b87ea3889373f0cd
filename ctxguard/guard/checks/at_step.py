"""A finding that is about one step of the Dockerfile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxguard.dockerfile.installs import Install, install_of
from ctxguard.dockerfile.touches import with_folders
from ctxguard.finding import Edit, Finding, Fix, Severity

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.dockerfile.steps import Step

LEAST = 10_000
"""Bytes from which on a layer is worth a word."""
_MOST_NAMED = 5
_MOST_TOLD = 500
_FOR_DEVELOPMENT = re.compile(
    r"(?:^|[./_-])(?:dev|devel|develop|development|devcontainer|debug|local|tests?|testing|ci|lint"
    r"|build|builder)(?=$|[./_-])",
    re.IGNORECASE,
)
_SHELLS = frozenset(("sh", "bash", "ash", "zsh", "fish", "sleep", "tail"))


def at_step(
    code: str,
    severity: Severity,
    steps: BuildSteps,
    step: Step,
    message: str,
    *,
    mend: str,
    edits: Sequence[Edit] = (),
    path: str | None = None,
    size: int = 0,
) -> Finding:
    """Args: mend: what to do; edits: how, where that is certain; size: bytes at stake."""
    return Finding(
        code, severity, _short(message), file=steps.file, line=step.instruction.line, path=path,
        bytes=size, fix=Fix(_short(mend), None, tuple(edits)),
    )  # fmt: skip


def _short(text: str) -> str:
    """With no more of the Dockerfile in it than can be read."""
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"


def installs(step: Step) -> Iterator[tuple[Install, str | None]]:
    """What a step installs, each with the folder it runs in."""
    for command, folder in with_folders(step):
        install = install_of(command)
        if install is not None:
            yield install, folder


def is_for_development(steps: BuildSteps) -> bool:
    """Whether the image is no product: by the name of the Dockerfile or the stage, or its start."""
    names = (steps.file, steps.plan.target.name)
    if any(_FOR_DEVELOPMENT.search(name) is not None for name in names):
        return True
    starts = [posixpath.basename(word) for word in steps.plan.starts]
    is_a_shell = bool(starts) and starts[0] in _SHELLS and (len(starts) == 1 or "-c" not in starts)
    return is_a_shell and not any("." in word or "/" in word for word in steps.plan.starts[1:])


def named(words: Sequence[str]) -> str:
    """A few of them, and how many more there are."""
    words = list(dict.fromkeys(words))
    more = len(words) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(words[:_MOST_NAMED])} and {more} more"
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def lines_of(steps: BuildSteps, step: Step) -> list[str] | None:
    """The lines of an instruction, as written; None if it is not written where it runs."""
    instruction = step.instruction
    if step.triggered or not instruction.end:
        return None
    data = steps.data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return lines[instruction.line - 1 : instruction.end]


def replaced(steps: BuildSteps, step: Step, lines: Sequence[str]) -> Edit:
    """Other lines in the place of an instruction."""
    first, last = step.instruction.line, step.instruction.end
    return Edit(steps.file, first, last - first + 1, tuple(lines))
