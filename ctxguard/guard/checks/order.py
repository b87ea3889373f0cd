"""CTX036: sources copied before the dependencies are installed, so that any change does it anew."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxguard.dockerfile.parser import json_words
from ctxguard.dockerfile.placing import is_wild, origins
from ctxguard.dockerfile.touches import in_folder
from ctxguard.finding import Edit, Finding, Severity
from ctxguard.guard.checks.at_step import at_step, installs, lines_of, named, replaced

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.installs import Install
    from ctxguard.dockerfile.steps import Step

CODE = "CTX036"
_SYSTEM = frozenset(("apt", "apk", "dnf", "yum", "zypper", "conda"))
_CERTAIN = frozenset(("pip", "npm", "go"))
"""Tools of which a list tells whether it needs other files of the context."""
_HARMLESS = frozenset(("ENV", "ARG", "LABEL", "EXPOSE", "USER", "STOPSIGNAL"))
_PATH_IN_LIST = re.compile(
    rb"^\s*(?:-e\b|--editable\b|-r|-c|--requirement|--constraint|\.|/|[^#\s]*file:"
    rb"|[^#\s]+\.(?:whl|tar\.gz|zip)\b|[^#\s]+/\s*$|--find-links|-f\b)|@\s*(?:file:|\.)",
    re.MULTILINE,
)
_SCRIPTS = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare")
_REPLACED = re.compile(rb"=>\s*\.{0,2}/")


def order(evidence: Evidence) -> Iterator[Finding]:
    """The list first, the installation, then the sources: so it runs anew only after its own."""
    steps = evidence.steps
    if steps is None:
        return
    told: set[tuple[int, str]] = set()
    for at, step in steps.numbered():
        for install, folder in installs(step) if step.commands else ():
            found = _too_wide(steps, at, install, folder)
            if found is not None and (found, install.lists[0]) not in told:
                told.add((found, install.lists[0]))
                yield _finding(steps, found, at, install, _lists(steps, install, folder))


def _too_wide(steps: BuildSteps, at: int, install: Install, folder: str | None) -> int | None:
    """The COPY that brings the list, and much else with it."""
    if not install.lists or install.tool in _SYSTEM or folder is None:
        return None
    path = in_folder(folder, install.lists[0])
    if path is None or _is_mounted(steps.plan.steps[at]):
        return None
    stage = steps.plan.steps[at].stage
    for number, step, copied in steps.copying(at):
        if step.stage == stage and any(each in steps.sizes for each in origins(copied, path)):
            is_wide = any(_is_wide(steps, source) for source in copied.sources)
            return number if steps.brought[number].sources and is_wide else None
    return None


def _is_wide(steps: BuildSteps, source: str) -> bool:
    """A folder, or all that is in one."""
    if is_wild(source):
        return posixpath.basename(source) == "*"
    return source not in steps.sizes


def _is_mounted(step: Step) -> bool:
    """Whether a bind mount gives it files, so that nobody can say which ones it reads."""
    return any(mount.type == "bind" for mount in step.mounts)


def _lists(steps: BuildSteps, install: Install, folder: str | None) -> list[str]:
    """The files of the context that it reads, as far as they are there."""
    found = []
    for name in install.lists:
        path = None if folder is None else in_folder(folder, name)
        for _, _, copied in steps.copying() if path is not None else ():
            found += [each for each in origins(copied, path or "") if each in steps.sizes]
    return list(dict.fromkeys(found))


def _finding(
    steps: BuildSteps, wide: int, at: int, install: Install, lists: Sequence[str]
) -> Finding:
    step, run = steps.plan.steps[wide], steps.plan.steps[at]
    brought = steps.brought[wide]
    rest = "; what it installs of the sources themselves comes behind"
    return at_step(
        CODE, Severity.WARNING, steps, step,
        f"{brought.files:,} files come before line {run.instruction.line} installs what "
        f"{named(lists)} {'lists' if len(lists) == 1 else 'list'}, so a change in any of them "
        "installs everything anew",
        mend=f"copy {named(lists)} alone, install, and copy the rest then"
        f"{rest if install.sources else ''}",
        edits=_edits(steps, wide, at, install, lists),
    )  # fmt: skip


def _edits(
    steps: BuildSteps, wide: int, at: int, install: Install, lists: Sequence[str]
) -> tuple[Edit, ...]:
    """The lists in the place of the COPY, and the COPY behind the RUN; none if in doubt."""
    step, run = steps.plan.steps[wide], steps.plan.steps[at]
    lines, others = lines_of(steps, step), lines_of(steps, run)
    between = [each.instruction for each in steps.plan.steps[wide + 1 : at]]
    if lines is None or others is None or not _is_certain(steps, run, install, lists):
        return ()
    if any(each.keyword not in _HARMLESS for each in between):
        return ()
    narrow = _narrow(step, lists)
    if narrow is None:
        return ()
    end = run.instruction.end
    return (replaced(steps, step, narrow), Edit(steps.file, end + 1, 0, tuple(lines)))


def _is_certain(steps: BuildSteps, run: Step, install: Install, lists: Sequence[str]) -> bool:
    """Whether the RUN does nothing else, and reads nothing but the lists."""
    found = list(installs(run))
    if len(found) != len(run.commands) or any(
        each.tool not in _CERTAIN or each.sources or each.names or not each.lists
        for each, _ in found
    ):
        return False
    if len(found) != 1 or run.instruction.documents or "$" in run.instruction.rest:
        return False
    return bool(lists) and all(_stands_alone(steps, install, path) for path in lists)


def _stands_alone(steps: BuildSteps, install: Install, path: str) -> bool:
    data = steps.lists.get(path)
    if data is None:
        return False
    if install.tool == "pip":
        return _PATH_IN_LIST.search(data) is None
    if install.tool == "go":
        return _REPLACED.search(data) is None
    return posixpath.basename(path) != "package.json" or _package_stands_alone(data)


def _package_stands_alone(data: bytes) -> bool:
    import json

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict) or "workspaces" in value:
        return False
    scripts = value.get("scripts", {})
    has_scripts = isinstance(scripts, dict) and any(name in scripts for name in _SCRIPTS)
    return not has_scripts and b'"file:' not in data and b'"link:' not in data


def _narrow(step: Step, lists: Sequence[str]) -> list[str] | None:
    """A COPY of the lists alone, one for each folder they lie in."""
    copied, instruction = step.copied, step.instruction
    if copied is None or len(copied.sources) != 1 or is_wild(copied.sources[0]):
        return None
    if json_words(instruction.rest) is not None or "$" in instruction.text:
        return None
    if any(not re.fullmatch(r"[\w./-]+", path) for path in lists):
        return None
    source, destination = copied.sources[0], instruction.rest.split()[-1]
    folders = dict.fromkeys(posixpath.dirname(path) for path in lists)
    flags = " ".join(instruction.flags)
    return [
        " ".join(
            word
            for word in (
                "COPY", flags, *(path for path in lists if posixpath.dirname(path) == folder),
                posixpath.join(destination, folder[len(source) :].lstrip("/"), ""),
            )
            if word
        )
        for folder in folders
    ]  # fmt: skip
