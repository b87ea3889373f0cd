"""The form of each instruction, as BuildKit checks it before it builds anything.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/instructions/parse.go`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ctxguard.dockerfile.parser import (
    KNOWN,
    Instruction,
    Script,
    heredoc_name,
    json_words,
    split_words,
)
from ctxguard.dockerfile.variables import declarations, pairs
from ctxguard.dockerfile.words import BLANK, WordError

_FLAGS: Mapping[str, frozenset[str]] = {
    "FROM": frozenset({"platform"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
}
_REPEATABLE = ("mount", "exclude")
_AT_LEAST = {"COPY": 2, "ADD": 2, "ENV": 1, "ARG": 1, "LABEL": 1, "EXPOSE": 1, "VOLUME": 1}
TAKE_JSON = ("RUN", "CMD", "ENTRYPOINT", "VOLUME", "COPY", "ADD")
_JUST_ONE = ("WORKDIR", "USER", "STOPSIGNAL", "MAINTAINER")


class Forms:
    """Checks the instructions of one Dockerfile."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def check(self, instruction: Instruction) -> bool:
        """Whether the instruction is one of BuildKit's own.

        Raises:
            ValueError: its form is wrong.
        """
        keyword = instruction.keyword
        foreign = self._script.syntax is not None
        if keyword not in KNOWN:
            if foreign:
                return False
            raise WordError(f"unknown instruction: {keyword}")
        self._check_flags(instruction, foreign=foreign)
        count = len(arguments(instruction))
        least = _AT_LEAST.get(keyword, 0)
        if count < least:
            raise WordError(
                f"{keyword} requires at least {'two arguments' if least == 2 else 'one argument'}"
            )
        self._check_words(instruction)
        if keyword in _JUST_ONE and not instruction.rest:
            raise WordError(f"{keyword} requires exactly one argument")
        if keyword == "ONBUILD" and not instruction.rest:
            raise WordError("ONBUILD requires at least one argument")
        return True

    def _check_words(self, instruction: Instruction) -> None:
        keyword, rest = instruction.keyword, instruction.rest
        if keyword in TAKE_JSON:
            json_words(rest)
        if keyword in ("COPY", "ADD"):
            if heredoc_name(arguments(instruction)[-1]) is not None:
                raise WordError(f"{keyword} cannot accept a heredoc as a destination")
        elif keyword == "SHELL":
            _check_shell(rest)
        elif keyword == "HEALTHCHECK":
            _check_health(rest)
        elif keyword in ("ENV", "LABEL"):
            for _ in pairs(rest, self._script.escape, keyword):
                pass
        elif keyword == "ARG":
            for _ in declarations(rest, self._script.escape):
                pass

    def _check_flags(self, instruction: Instruction, *, foreign: bool) -> None:
        allowed = _FLAGS.get(instruction.keyword, frozenset())
        seen: set[str] = set()
        for flag in instruction.flags:
            name = flag.removeprefix("--").partition("=")[0]
            if name not in allowed and not foreign:
                raise WordError(f"unknown flag: --{name}")
            if name in seen and name not in _REPEATABLE:
                raise WordError(f"duplicate flag specified: --{name}")
            seen.add(name)


def arguments(instruction: Instruction) -> list[str]:
    """The words of a COPY or ADD, in either form; for others just the words."""
    if instruction.keyword in ("COPY", "ADD"):
        words = json_words(instruction.rest)
        if words is not None:
            return words
    return split_words(instruction.rest)


def _check_shell(rest: str) -> None:
    words = json_words(rest)
    if not (rest if words is None else words):
        raise WordError("SHELL requires at least one argument")
    if words is None:
        raise WordError("SHELL requires the arguments to be in JSON form")


def _check_health(rest: str) -> None:
    words = split_words(rest)
    if not words:
        raise WordError("HEALTHCHECK requires at least one argument")
    kind = words[0].upper()
    if kind == "NONE" and len(words) > 1:
        raise WordError("HEALTHCHECK NONE takes no arguments")
    if kind not in ("NONE", "CMD"):
        raise WordError(f'unknown type "{kind}" in HEALTHCHECK (try CMD)')
    if kind == "CMD" and (len(words) == 1 or json_words(rest[len(kind) :].lstrip(BLANK)) == []):
        raise WordError("missing command after HEALTHCHECK CMD")
