"""Advice for one context: the lines, what they bring, and what is proven of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.drafting import IgnoreText, Scene
from ctxguard.context.measure import measure
from ctxguard.context.shares import Shares, shares
from ctxguard.context.tracking import Tracking
from ctxguard.context.walking.processes import useful_processes
from ctxguard.finding import Edit, Finding
from ctxguard.guard.checks import dialect
from ctxguard.guard.suggest.bounds import Bounds
from ctxguard.guard.suggest.candidates import Candidate, Cause, Lines, environments
from ctxguard.guard.suggest.choosing import Choice, Chooser, Gain
from ctxguard.guard.worth import least_worth
from ctxguard.ignore.editing import edited
from ctxguard.measurement import InstructionLine, Measurement

_LARGE = 50_000
"""From so many files on several processes are of use."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change of the ignore file."""

    lines: tuple[str, ...]
    edits: tuple[Edit, ...]
    why: str
    code: str | None
    """Of the check that it mends."""
    alone: Gain
    saved: Gain
    """After those above it."""
    instructions: tuple[InstructionLine, ...] = ()
    """Those that ask for any of it; for an uncertain one, those that make it so."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about one context."""

    ignore: IgnoreText
    before: Measurement
    after: Measurement
    """Measured with all suggestions in place."""
    suggestions: tuple[Suggestion, ...]
    uncertain: tuple[Suggestion, ...]
    """What would help as well, each after all above it; only a person can say whether it may."""
    text: bytes
    """What the ignore file would hold."""


def advise(
    scene: Scene,
    before: Measurement,
    findings: Iterable[Finding],
    tracking: Tracking | None,
    enough: int,
) -> Advice:
    """Find what would help, and prove it.

    Args:
        findings: of lint, with the bytes that their fixes save.
        tracking: how git knows each path, if it does.
        enough: bytes from which downward the context is within its budget.
    """
    lines = Lines(scene.ignore, before.context.dockerfile, findings)
    least = least_worth(before.size.bytes)
    processes = useful_processes() if before.size.files > _LARGE else 1
    sent = shares(scene.request, lines.texts, least, tracking, processes)
    derived = lines.derived | environments(sent, lines.texts)
    chooser = Chooser(sent, lines.candidates(sent), Bounds(sent, derived), least, enough)
    chosen = chooser.choose()
    if any(map(_is_unlike_its_sum, chosen)) or (sent.exceptions and chosen):
        chosen = list(_Measuring(scene, before, least).measured(chosen))
    text = scene.ignore.data
    if chosen:
        text = edited(text, _joined(choice.candidate for choice in chosen))
    after = measure(scene.under(text)) if chosen else before
    others = chooser.others()
    return Advice(
        scene.ignore,
        before,
        after,
        tuple(_suggestion(choice, sent) for choice in chosen),
        tuple(_suggestion(choice, sent) for choice in others),
        text,
    )


def _is_unlike_its_sum(choice: Choice) -> bool:
    """Whether it takes out a line that may do something."""
    return choice.candidate.code == dialect.BANG


class _Measuring:
    """Measures what a line brings where a sum cannot say: exceptions may take something back."""

    def __init__(self, scene: Scene, before: Measurement, least: int) -> None:
        self._scene = scene
        self._before = before
        self._least = least
        marked = self._size(scene.ignore.data + b"\n#\n")
        self._own = marked.size.bytes > before.size.bytes
        """The ignore file is sent too; its own bytes are nobody's saving."""

    def _size(self, data: bytes) -> Measurement:
        return measure(self._scene.under(data))

    def measured(self, choices: Iterable[Choice]) -> Iterator[Choice]:
        """Those that still bring enough, with what they really bring."""
        taken: list[Candidate] = []
        last, text = self._before, self._scene.ignore.data
        for choice in choices:
            data = edited(self._scene.ignore.data, _joined([*taken, choice.candidate]))
            found = self._size(data)
            saved = self._gain(last, text, found, data)
            if saved.bytes < self._least:
                continue
            taken.append(choice.candidate)
            last, text = found, data
            yield replace(choice, alone=self._alone(choice.candidate), saved=saved)

    def _alone(self, candidate: Candidate) -> Gain:
        before = self._scene.ignore.data
        data = edited(before, _joined([candidate]))
        return self._gain(self._before, before, self._size(data), data)

    def _gain(self, one: Measurement, before: bytes, other: Measurement, after: bytes) -> Gain:
        own = (len(after) - len(before)) * self._own
        files = one.size.files - other.size.files
        return Gain(one.size.bytes - other.size.bytes + own, files)


def _joined(candidates: Iterable[Candidate]) -> list[Edit]:
    """Lines at the end as one change, in their order."""
    edits = [edit for candidate in candidates for edit in candidate.edits]
    ends = [edit for edit in edits if not edit.delete]
    if not ends:
        return edits
    lines = tuple(text for edit in ends for text in edit.insert)
    last = Edit(ends[0].file, ends[0].line, 0, lines)
    return [*(edit for edit in edits if edit.delete), last]


def _suggestion(choice: Choice, sent: Shares) -> Suggestion:
    candidate = choice.candidate
    why = candidate.why
    if candidate.cause is Cause.HEAVY and not choice.asking:
        why = f"{why}, for which no instruction asks"
    return Suggestion(
        candidate.lines,
        candidate.edits,
        why,
        candidate.code,
        choice.alone,
        choice.saved,
        _instructions(choice.asking, sent),
    )


def _instructions(numbers: Sequence[int], sent: Shares) -> tuple[InstructionLine, ...]:
    found = (sent.instructions[at] for at in numbers)
    return tuple(dict.fromkeys(each for each in found if each is not None))
