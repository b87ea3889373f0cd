"""CTX035: what a later layer deletes, and the image holds all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.dockerfile.touches import Touch, covers, deleted, in_folder, with_folders
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks.at_step import LEAST, at_step, installs, named

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.steps import Step

CODE = "CTX035"
_OUTPUT = {
    "curl": re.compile("-[a-zA-Z]*o|--output"),
    "wget": re.compile("-[a-zA-Z]*O|--output-document"),
}
_REMOVING = {
    "apt-get": ("purge", "remove"), "apt": ("purge", "remove"), "apk": ("del",),
    "dnf": ("remove", "erase"), "microdnf": ("remove",), "yum": ("remove", "erase"),
    "zypper": ("remove", "rm"),
}  # fmt: skip
_SYSTEM = frozenset(("apt", "apk", "dnf", "yum", "zypper"))


def late(evidence: Evidence) -> Iterator[Finding]:
    """A layer only hides what those below it hold."""
    steps = evidence.steps
    if steps is None:
        return
    fetched: dict[str, int] = {}
    installed: dict[str, int] = {}
    for at, step in steps.numbered():
        if step.own and step.commands:
            yield from _copied(steps, at, step)
            yield from _fetched(steps, step, fetched)
            yield from _removed(steps, step, installed)
            line = step.instruction.line
            fetched |= dict.fromkeys(_fetches(step), line)
            installed |= dict.fromkeys(_installs(step), line)


def _copied(steps: BuildSteps, at: int, step: Step) -> Iterator[Finding]:
    for touch in dict.fromkeys(deleted(step)):
        size = steps.touched.get((at, touch), 0)
        if size >= LEAST and not _is_mounted(step, touch):
            yield at_step(
                CODE, Severity.WARNING, steps, step,
                f"{touch.path}: deleted here, and kept by the layer of the COPY that brought it",
                mend="leave it out there, with a rule of the ignore file or --exclude; if a RUN "
                "needs it, use RUN --mount=type=bind instead of COPY",
                path=touch.path, size=size,
            )  # fmt: skip


def _is_mounted(step: Step, touch: Touch) -> bool:
    return any(covers(mount.target, touch.path) for mount in step.mounts if mount.target)


def _fetches(step: Step) -> Iterator[str]:
    """The paths that programs are told to write to."""
    for command, folder in with_folders(step):
        option = _OUTPUT.get(command.name)
        pairs = zip(command.words, command.words[1:], strict=False) if option else ()
        for word, path in pairs:
            fits = option is not None and option.fullmatch(word) is not None and "$" not in path
            found = in_folder(folder, path) if fits else None
            if found is not None and not _is_kept_elsewhere(step, found):
                yield found


def _is_kept_elsewhere(step: Step, path: str) -> bool:
    return any(covers(mount.target, path) for mount in step.mounts if mount.target)


def _fetched(steps: BuildSteps, step: Step, fetched: dict[str, int]) -> Iterator[Finding]:
    again = set(_fetches(step))
    for touch in dict.fromkeys(deleted(step)):
        found = [path for path in fetched if covers(touch.path, path) and path not in again]
        if found:
            yield at_step(
                CODE, Severity.WARNING, steps, step,
                f"{named(found)}: deleted here, and kept by the layer of line "
                f"{fetched[found[0]]}, which fetched it",
                mend="fetch, use and delete it in one RUN",
                path=touch.path,
            )  # fmt: skip


def _installs(step: Step) -> Iterator[str]:
    for install, _ in installs(step):
        if install.tool in _SYSTEM:
            yield from (name.partition("=")[0] for name in install.names)
            group = install.value("--virtual") or (
                install.value("-t") if install.tool == "apk" else None
            )
            yield from [group] if group else []


def _removed(steps: BuildSteps, step: Step, installed: dict[str, int]) -> Iterator[Finding]:
    again = set(_installs(step))
    for command in step.commands:
        verb, *names = command.operands or ("",)
        if verb not in _REMOVING.get(command.name, ()):
            continue
        found = [name for name in names if name in installed and name not in again]
        if found:
            yield at_step(
                CODE, Severity.WARNING, steps, step,
                f"{named(found)}: removed here, and kept by the layer of line "
                f"{installed[found[0]]}, which installed it",
                mend="install, use and remove it in one RUN, or build in a stage of its own",
            )  # fmt: skip
