"""The files by which a step tells its runner something: outputs, variables, folders of programs.

Source of the meaning: actions/runner, src/Runner.Worker/FileCommandManager.cs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class FileCommandError(Exception):
    """The runner would fail the step for this."""


def pairs(file: Path) -> dict[str, str]:
    """Names and values of GITHUB_OUTPUT or GITHUB_ENV; the last one of a name counts."""
    return dict(_pairs(iter(_lines(file))))


def rows(file: Path) -> list[str]:
    """What GITHUB_PATH names."""
    return [line for line in _lines(file) if line]


def _lines(file: Path) -> list[str]:
    text = file.read_bytes().decode(errors="surrogateescape")
    return text.replace("\r\n", "\n").split("\n")


def _pairs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if not line:
            continue
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            yield line[:equals], line[equals + 1 :]
        elif here > 0 and line[here + 2 :]:
            yield line[:here], "\n".join(_until(line[here + 2 :], lines))
        else:
            raise FileCommandError(f"invalid format {line!r}")


def _until(end: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line
    raise FileCommandError(f"matching delimiter not found {end!r}")
