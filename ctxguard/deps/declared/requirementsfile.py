"""A requirements file in pip's format, of which nothing is lost.

Source of the meaning: pip, "Requirements File Format", and `pip/_internal/req/req_file.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ctxguard.deps.declared.asked import Asked, NamelessError, read_asked
from ctxguard.deps.declared.decoding import Decoded, decode
from ctxguard.deps.declared.lineoptions import Options, parted, read_options
from ctxguard.deps.declared.logicallines import LogicalLine, logical_lines

MOST_REQUIREMENTS = 20_000


class Kind(Enum):
    """What a line is for."""

    BLANK = "blank"
    COMMENT = "comment"
    REQUIREMENT = "requirement"
    INCLUDE = "include"
    CONSTRAINT = "constraint"
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line, understood."""

    of: LogicalLine
    kind: Kind
    asked: Asked | None = None
    """Of a requirement; None if its package has no name, or it cannot be read."""
    editable: bool = False
    target: str | None = None
    """The file of an include or a constraint, and the path or URL of what has no name."""
    options: Options = ()
    problem: str | None = None
    """What is wrong with it."""

    @property
    def number(self) -> int:
        return self.of.number

    @property
    def raw(self) -> str:
        return self.of.raw

    @property
    def hashed(self) -> bool:
        return any(name == "--hash" for name, _ in self.options)


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """All lines of a file."""

    lines: tuple[Line, ...]
    decoded: Decoded

    def written(self) -> bytes:
        """The file again, byte for byte."""
        return self.decoded.encoded("".join(line.raw for line in self.lines))


def read_requirements(data: bytes) -> RequirementsFile:
    """Read a requirements file.

    Nothing is expanded, included or fetched. A line that pip would refuse has a `problem`.

    Raises:
        ValueError: its encoding is not to be made out, or it is far too long.
        UsageError: `packaging` is not installed.
    """
    decoded = decode(data)
    lines = []
    requirements = 0
    for each in logical_lines(decoded.text):
        line = _line(each)
        requirements += line.kind is Kind.REQUIREMENT
        if requirements > MOST_REQUIREMENTS:
            raise ValueError(f"it has more than {MOST_REQUIREMENTS:,} requirements, far too many")
        lines.append(line)
    return RequirementsFile(tuple(lines), decoded)


def _line(line: LogicalLine) -> Line:
    if not line.text:
        return Line(line, Kind.BLANK if line.blank else Kind.COMMENT)
    text, rest = parted(line.text)
    try:
        options = read_options(rest)
    except ValueError as error:
        kind = Kind.REQUIREMENT if text else Kind.OPTIONS
        return Line(line, kind, problem=str(error))
    first = dict(reversed(options))
    # EDGE CASE: pip takes -e before -r, and what stands before -e as a path too.
    if text or "--editable" in first:
        return _requirement(line, text or first["--editable"], options)
    return _of_options(line, first, options)


def _of_options(line: LogicalLine, first: Mapping[str, str], options: Options) -> Line:
    """EDGE CASE: of several includes on a line pip takes the first."""
    for name, kind in (("--requirement", Kind.INCLUDE), ("--constraint", Kind.CONSTRAINT)):
        if name in first:
            return Line(line, kind, target=first[name], options=options)
    return Line(line, Kind.OPTIONS, options=options)


def _requirement(line: LogicalLine, text: str, options: Options) -> Line:
    editable = any(name == "--editable" for name, _ in options)
    asked = target = problem = None
    try:
        asked = read_asked(text, editable=editable)
    except NamelessError as error:
        target, problem = error.where, str(error)
    except ValueError as error:
        problem = str(error)
    return Line(line, Kind.REQUIREMENT, asked, editable, target, options, problem)
