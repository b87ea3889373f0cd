"""Paths in the image that a step deletes, or gives to another owner or mode, file by file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.dockerfile.shell import Command
from ctxguard.dockerfile.steps import Step

_UNKNOWN = re.compile(r"[$`*?\[{~]")
_SYMBOLIC_OR_OCTAL = re.compile(r"[0-7]{3,4}|[ugoa]*[-+=][rwxXst]+(?:,[ugoa]*[-+=][rwxXst]+)*")


@dataclass(frozen=True, slots=True)
class Touch:
    """One path that one command names."""

    command: Command
    path: str
    """Absolute, cleaned."""
    below: bool
    """Only what lies below it, as `rm /a/*` has it."""
    value: str = ""
    """The new owner or mode."""


def deleted(step: Step) -> Iterator[Touch]:
    """What `rm` takes away."""
    for command, folder in with_folders(step):
        if command.name == "rm":
            for word in command.operands:
                yield from _touch(command, folder, word, "")


def changed(step: Step) -> Iterator[Touch]:
    """What `chown -R` and `chmod -R` go through."""
    for command, folder in with_folders(step):
        if command.name not in ("chown", "chmod") or not _is_recursive(command):
            continue
        operands = command.operands
        if command.name == "chmod":  # `-x` is a mode.
            modes = [word for word in command.words[1:] if _SYMBOLIC_OR_OCTAL.fullmatch(word)]
            operands = (*modes[:1], *(word for word in operands if word not in modes[:1]))
        value, *paths = operands or ("",)
        for word in paths:
            yield from _touch(command, folder, word, value)


def _is_recursive(command: Command) -> bool:
    return any(
        word == "--recursive" or re.fullmatch("-[a-zA-Z]*R[a-zA-Z]*", word) is not None
        for word in command.words[1:]
    )


def with_folders(step: Step) -> Iterator[tuple[Command, str | None]]:
    """Each command of a RUN with the folder that it runs in; None if nobody can know."""
    folder = step.folder
    for command in step.commands:
        yield command, folder
        if command.name == "cd":
            operands = command.operands
            known = len(operands) == 1 and not _UNKNOWN.search(operands[0])
            folder = in_folder(folder, operands[0]) if known else None


def in_folder(folder: str | None, path: str) -> str | None:
    """An absolute path, cleaned; None if nobody can know."""
    if not path.startswith("/") and folder is None:
        return None
    return "/" + posixpath.normpath(posixpath.join(folder or "/", path)).lstrip("/")


def _touch(command: Command, folder: str | None, word: str, value: str) -> Iterator[Touch]:
    below = word.endswith("/*")
    bare = word.removesuffix("/*") or "/"
    path = None if _UNKNOWN.search(bare) else in_folder(folder, bare)
    if path is not None:
        yield Touch(command, path, below, value)


def covers(above: str, path: str) -> bool:
    """Whether a path is another one, or lies below it; both absolute."""
    return path == above or path.startswith(f"{above.rstrip('/')}/")
