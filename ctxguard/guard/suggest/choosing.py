"""Which lines to choose: greedy by bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.shares import Linked, Share, Shares
from ctxguard.guard.suggest.bounds import Bounds, asking
from ctxguard.guard.suggest.candidates import Candidate, Cause

MOST_LINES = 10
_MOST_OTHERS = 5
_NEARLY = 0.95
"""Of lines that bring this share of the best one's bytes, the cause decides."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a line keeps out."""

    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate that was chosen."""

    candidate: Candidate
    alone: Gain
    saved: Gain
    """After those that were chosen before."""
    asking: tuple[int, ...]
    """The sources that ask for any of it or, if it is not safe, those that need it."""


class Chooser:
    """Chooses one line after the other.

    Args:
        least: bytes that a line has to bring.
        enough: bytes of a context that is small enough to leave in what git ignores and an
            instruction takes along.
    """

    def __init__(
        self,
        shares: Shares,
        candidates: Iterable[Candidate],
        bounds: Bounds,
        least: int,
        enough: int,
    ) -> None:
        self._sent = _Sent(shares)
        self._bounds = bounds
        self._least = max(1, least)
        self._enough = enough
        alone = [(each, self._sent.gain(each)) for each in candidates]
        self._left = [pair for pair in alone if pair[1].bytes >= self._least]
        self._mended: set[tuple[str, int]] = set()

    def choose(self) -> list[Choice]:
        """What is safe and helps, in the order it was chosen."""
        return self._choose(MOST_LINES, certain=True)

    def others(self) -> list[Choice]:
        """What would help as well and is not certain; to be called after `choose`."""
        return self._choose(_MOST_OTHERS, certain=False)

    def _choose(self, most: int, *, certain: bool) -> list[Choice]:
        chosen: list[Choice] = []
        while len(chosen) < most:
            best = self._best(certain=certain)
            if best is None:
                break
            chosen.append(best)
            self._take(best.candidate)
        return chosen

    def _best(self, *, certain: bool) -> Choice | None:
        rows = [
            (candidate, alone, gain)
            for candidate, alone in self._left
            if (gain := self._sent.gain(candidate)).bytes >= self._least
            and not (certain and self._is_uncertain(candidate))
        ]
        if not rows:
            return None
        most = _NEARLY * max(gain.bytes for _, _, gain in rows)
        good = [row for row in rows if row[2].bytes >= most]
        candidate, alone, gain = min(
            good, key=lambda row: (row[0].cause, -row[2].bytes, row[0].lines)
        )
        sent = self._sent.rows(candidate)
        return Choice(candidate, alone, gain, self._bounds.needed_by(sent) or asking(sent))

    def _is_uncertain(self, candidate: Candidate) -> bool:
        rows = self._sent.rows(candidate)
        if self._bounds.needed_by(rows):
            return True
        if candidate.cause is Cause.MENDED:
            return False  # Whoever wrote the line meant it.
        return self._sent.bytes <= self._enough and self._bounds.leans_on_git(rows)

    def _take(self, candidate: Candidate) -> None:
        self._bounds.take(self._sent.rows(candidate))
        self._sent.take(candidate)
        self._mended |= _places(candidate)
        self._left = [pair for pair in self._left if self._mended.isdisjoint(_places(pair[0]))]


def _places(candidate: Candidate) -> set[tuple[str, int]]:
    """The lines that it takes out."""
    return {(edit.file, edit.line + at) for edit in candidate.edits for at in range(edit.delete)}


class _Sent:
    """What is still sent after some lines."""

    def __init__(self, shares: Shares) -> None:
        self._rows: defaultdict[int, list[Share]] = defaultdict(list)
        self._linked: defaultdict[int, list[Linked]] = defaultdict(list)
        self._gone: frozenset[int] = frozenset()
        for share in shares.shares:
            for number in share.lines:
                self._rows[number].append(share)
        for linked in shares.linked:
            for number in frozenset().union(*linked.names):
                self._linked[number].append(linked)
        self.bytes = _bytes(shares.shares) + _bytes(shares.linked)

    def rows(self, candidate: Candidate) -> list[Share]:
        """What is sent, and what it would keep out."""
        found = {
            id(row): row
            for number in candidate.numbers
            for row in self._rows[number]
            if self._gone.isdisjoint(row.lines)
        }
        return list(found.values())

    def gain(self, candidate: Candidate) -> Gain:
        rows = self.rows(candidate)
        links = list(self._last_names(candidate))
        return Gain(_bytes(rows) + _bytes(links), sum(row.files for row in rows))

    def _last_names(self, candidate: Candidate) -> Iterator[Linked]:
        """Files with several names, of which it takes the last."""
        after = self._gone | candidate.numbers
        found = {
            id(linked): linked for number in candidate.numbers for linked in self._linked[number]
        }
        for linked in found.values():
            if _all_out(linked, after) and not _all_out(linked, self._gone):
                yield linked

    def take(self, candidate: Candidate) -> None:
        self.bytes -= self.gain(candidate).bytes
        self._gone |= candidate.numbers


def _all_out(linked: Linked, numbers: frozenset[int]) -> bool:
    return all(not numbers.isdisjoint(lines) for lines in linked.names)


def _bytes(rows: Sequence[Share] | Sequence[Linked]) -> int:
    return sum(row.bytes for row in rows)
