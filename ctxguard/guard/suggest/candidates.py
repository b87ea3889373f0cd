"""What could be suggested, before anyone looks whether it may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ctxguard.context.drafting import IgnoreText
from ctxguard.context.shares import Place, Shares
from ctxguard.finding import Edit, Finding
from ctxguard.guard.catalogue import CATALOGUE
from ctxguard.ignore.reader import read_rule
from ctxguard.ignore.writing import line_for


class Cause(IntEnum):
    """Why something could go; of lines that bring nearly the same, the first cause counts."""

    MENDED = 0
    """A line of the ignore file is meant to keep it out, and does not."""
    DERIVED = 1
    IGNORED = 2
    """By git."""
    TYPE = 3
    HEAVY = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change of the ignore file."""

    cause: Cause
    why: str
    lines: tuple[str, ...]
    """The new lines."""
    edits: tuple[Edit, ...]
    numbers: frozenset[int]
    """Of the lines and places of `Shares` that it stands for."""
    code: str | None = None
    """Of the check whose fix it is."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    why: str
    cause: Cause


class Lines:
    """The lines that are known before the walk.

    Args:
        dockerfile: as a report names it; neither it nor the ignore file is worth a line.
        findings: of lint; those with a fix that saves bytes count.
    """

    def __init__(
        self, ignore: IgnoreText, dockerfile: str | None, findings: Iterable[Finding]
    ) -> None:
        self._ignore = ignore
        self._kept = {ignore.in_context, dockerfile}
        self._fixes: list[tuple[Finding, list[int]]] = []
        self._known = list(_catalogue())
        self.texts = [line.text for line in self._known]
        for finding in findings:
            self._add_fix(finding)

    def _add_fix(self, finding: Finding) -> None:
        if finding.fix is None or not finding.bytes:
            return
        new = [text for edit in finding.fix.edits for text in edit.insert if _is_rule(text)]
        mends = any(edit.delete for edit in finding.fix.edits)
        if new and (mends or not set(new) <= set(self.texts)):
            self._fixes.append((finding, [len(self.texts) + at for at in range(len(new))]))
            self.texts += new

    @property
    def derived(self) -> frozenset[int]:
        """The numbers of those that stand for derived content."""
        return frozenset(at for at, line in enumerate(self._known) if line.cause is Cause.DERIVED)

    def candidates(self, shares: Shares) -> Iterator[Candidate]:
        """All that could be suggested."""
        for finding, numbers in self._fixes:
            assert finding.fix is not None
            lines = tuple(text for edit in finding.fix.edits for text in edit.insert)
            yield Candidate(
                Cause.MENDED, _mending(finding), lines, finding.fix.edits, frozenset(numbers),
                finding.code,
            )  # fmt: skip
        for at, line in enumerate(self._known):
            yield self._adding(line, at)
        for at, place in enumerate(shares.places, start=len(self.texts)):
            text = line_for(place.path)
            if text is not None and place.path not in self._kept:
                yield self._adding(_Line(text, *_of_place(place)), at)

    def _adding(self, line: _Line, number: int) -> Candidate:
        edit = self._ignore.adding(line.text)
        return Candidate(line.cause, line.why, (line.text,), (edit,), frozenset([number]))


def _is_rule(text: str) -> bool:
    rule = read_rule(text)
    return rule is not None and not rule.negated


def _catalogue() -> Iterator[_Line]:
    for kind in CATALOGUE:
        cause = Cause.DERIVED if kind.derived else Cause.TYPE
        for name in kind.names:
            yield _Line(f"**/{name}", kind.what, cause)


def _mending(finding: Finding) -> str:
    edit = finding.fix.edits[0] if finding.fix else None
    what = f"mends line {edit.line}" if edit is not None and edit.delete else "a finding of lint"
    return f"{what} ({finding.code})"


def _of_place(place: Place) -> tuple[str, Cause]:
    if place.environment:
        return "a virtual environment", Cause.DERIVED
    if place.ignored:
        return "git ignores it", Cause.IGNORED
    return ("a heavy folder" if place.folder else "a heavy file"), Cause.HEAVY


def environments(shares: Shares, lines: Sequence[str]) -> frozenset[int]:
    """The numbers of the places that are derived too."""
    return frozenset(
        at for at, place in enumerate(shares.places, start=len(lines)) if place.environment
    )
