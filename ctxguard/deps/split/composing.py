"""Requirements files laid end to end, as lines that stay or go, and the comments with them.

A comment belongs to the lines below it, up to a blank line or another comment; an indented one to
the line above, as pip-compile writes them. One that stands alone belongs to all that follows in its
file.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ctxguard.dependencies import Place
from ctxguard.deps.declared.asked import scheme_of
from ctxguard.deps.declared.collecting import requirement_of
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.declared.logicallines import comment_of
from ctxguard.deps.declared.marking import included, is_our_line, is_written
from ctxguard.deps.declared.requirementsfile import Kind, Line
from ctxguard.deps.declared.sources import Source

_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where Python's `splitlines` ends a line, and so pip."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A line that stays or goes as a whole."""

    raw: str
    text: str
    """What it says, without comments."""
    development: bool
    """It stands among what is for development."""
    requirement: Requirement | None = None
    """None for options, and for a requirement without a name."""
    option: bool = False
    hashed: bool = False


@dataclass(slots=True)
class Heading:
    """Comments above leaves: they stay if one of these does."""

    raw: str
    first: int
    end: int = 0
    """Behind the last of them."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Blank lines."""

    raw: str


Part = Leaf | Heading | Gap


class Composing:
    """Puts parts in a row.

    Args:
        home: the folder for whose application they are; paths become relative to it.
        files: all sources, by file.
    """

    def __init__(self, home: str, files: Mapping[str, Source]) -> None:
        self.parts: list[Part] = []
        self.leaves: list[Leaf] = []
        self.used: list[str] = []
        """The files that were gone through."""
        self.brought: dict[str, None] = {}
        """Those among them with lines of their own, in order."""
        self.end = "\n"
        self._home = home
        self._files = files

    def add_file(self, source: Source) -> None:
        """All lines of a file, with those it includes; nothing if that was done before."""
        if source.file in self.used:
            return
        if not self.used and source.content.lines[:1]:
            self.end = "\r\n" if source.content.lines[0].raw.endswith("\r\n") else "\n"
        self.used.append(source.file)
        _FileParts(self, source).add()

    def add_leaf(self, leaf: Leaf, file: str) -> None:
        self.brought.setdefault(file)
        self.leaves.append(leaf)
        self.parts.append(leaf)

    def add_heading(self, raw: str) -> Heading:
        """One without an end yet."""
        heading = Heading(raw, len(self.leaves), len(self.leaves))
        self.parts.append(heading)
        return heading

    def include(self, target: str, file: str) -> None:
        """What another file brings, if it was not brought before."""
        if file in self.used:
            return
        heading = self.add_heading(included(target) + self.end)
        self.add_file(self._files[file])
        heading.end = len(self.leaves)

    def closed(self, raw: str) -> str:
        """A text that ends its last line, and continues none."""
        *_, last = raw.splitlines(keepends=True) or [""]
        bare = last.rstrip(_ENDS)
        if not bare.lstrip().startswith("#") and bare.endswith("\\"):
            raw = raw[: len(raw) - len(last)] + bare.rstrip("\\") + last[len(bare) :]
        return raw if raw.endswith(tuple(_ENDS)) else raw + self.end

    def moved(self, source: Source, line: Line) -> str:
        """The text of a line as it has to stand in a file of the home folder."""
        folder = os.path.dirname(source.file)
        fixed = folder == self._home or line.kind is Kind.REQUIREMENT
        if fixed or not any(_is_path(source, *each) for each in line.options):
            return self.closed(line.raw)
        words = []
        for name, value in line.options:
            path = self._path(folder, value) if _is_path(source, name, value) else value
            words += [name, shlex.quote(path)] if path else [name]
        comment = comment_of(line.of)
        return " ".join([*words, comment] if comment else words) + self.end

    def _path(self, folder: str, value: str) -> str:
        path = os.path.normpath(os.path.join(folder, value))
        return os.path.relpath(path, self._home or ".").replace(os.sep, "/")


def _is_path(source: Source, name: str, value: str) -> bool:
    """Whether a value is a path relative to its file."""
    if os.path.isabs(value) or scheme_of(value) is not None:
        return False
    named = name in ("--constraint", "--requirement")
    return named or (name == "--find-links" and value in source.beside)


@dataclass(frozen=True, slots=True)
class _Run:
    """What belongs together: blank lines, comments, or a line with comments that are its own."""

    kind: Kind
    line: Line
    raw: str


class _FileParts:
    """The parts of one file."""

    def __init__(self, to: Composing, source: Source) -> None:
        self._to = to
        self._source = source
        self._first = len(to.leaves)
        self._group: list[Heading] = []
        self._rest: list[Heading] = []

    def add(self) -> None:
        runs = _runs(self._source)
        for at, run in enumerate(runs):
            if run.kind is Kind.BLANK:
                if at == 0 or runs[at - 1].kind is not Kind.COMMENT:
                    self._end_group()
                self._to.parts.append(Gap(self._to.closed(run.raw)))
            elif run.kind is Kind.COMMENT:
                self._end_group()
                heading = self._to.add_heading(self._to.closed(run.raw))
                (self._group if _heads_group(runs, at) else self._rest).append(heading)
            else:
                self._content(run)
        self._end_group()
        self._end_file()

    def _content(self, run: _Run) -> None:
        number = run.line.number
        if number in self._source.skipped:
            return
        if number in self._source.included:
            self._to.include(run.line.target or "", self._source.included[number])
            return
        self._to.add_leaf(self._leaf(run), self._source.file)

    def _leaf(self, run: _Run) -> Leaf:
        source, line = self._source, run.line
        moved = self._to.moved(source, line)
        requirement = None
        if line.asked is not None:
            requirement = requirement_of(
                line.asked,
                source.group,
                Place(source.file, line.number),
                development=source.development,
            )
        return Leaf(
            raw=self._to.closed(moved + run.raw[len(line.raw) :]),
            text=line.of.text if moved == self._to.closed(line.raw) else moved.strip(),
            development=source.development,
            requirement=requirement,
            option=line.kind is not Kind.REQUIREMENT,
            hashed=line.hashed,
        )

    def _end_group(self) -> None:
        for heading in self._group:
            heading.end = len(self._to.leaves)
        self._group = []

    def _end_file(self) -> None:
        for heading in self._rest:
            heading.end = len(self._to.leaves)
            if heading.first == heading.end:
                # Nothing follows it: it is about the file.
                heading.first = self._first


def _heads_group(runs: Sequence[_Run], at: int) -> bool:
    """Whether lines follow a comment, at once or behind blank ones."""
    following = [run.kind for run in runs[at + 1 : at + 3]]
    if following[:1] == [Kind.BLANK]:
        following = following[1:]
    return bool(following) and following[0] is not Kind.COMMENT


def _runs(source: Source) -> list[_Run]:
    runs: list[tuple[Kind, Line, list[str]]] = []
    ours = is_written(source.start)
    for line in source.content.lines:
        if (ours and is_our_line(line.raw)) or line.number == source.content.decoded.coding_line:
            # A coding line names an encoding that the new file has not.
            continue
        kind = runs[-1][0] if runs else Kind.BLANK
        joins = bool(runs) and line.kind is kind and kind in (Kind.BLANK, Kind.COMMENT)
        indented = line.kind is Kind.COMMENT and line.raw[0] in " \t"
        if joins or (indented and kind is not Kind.BLANK):
            runs[-1][2].append(line.raw)
        else:
            runs.append((line.kind, line, [line.raw]))
    return [_Run(kind, line, "".join(raws)) for kind, line, raws in runs]


def composed(parts: Sequence[Part], kept: Sequence[bool]) -> str:
    """The text of what is kept.

    Args:
        kept: for each leaf.
    """
    before = [0, *accumulate(kept)]
    texts: list[str] = []
    gap = ""
    at = 0
    for part in parts:
        if isinstance(part, Gap):
            gap = gap or part.raw
            continue
        if isinstance(part, Leaf):
            stays = kept[at]
            at += 1
        else:
            stays = before[part.end] > before[part.first]
        if stays:
            texts += [gap, part.raw] if texts else [part.raw]
            gap = ""
    return "".join(texts)
