"""Which step of an older Dockerfile became which one of today's."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from ctxguard.rebuilds.step import Step

_Pair = tuple[int, int]


def aligned(older: Sequence[Step], today: Sequence[Step]) -> list[int | None]:
    """For each older step the index of today's; None if that is no longer there.

    Those of the same stage and text belong together; of what lies between such, those of the same
    kind, in order. Takes about as long as reading them does.
    """
    before, after = ([(step.stage, step.text) for step in steps] for steps in (older, today))
    start = _common(before, after)
    end = min(_common(before[::-1], after[::-1]), len(before) - start, len(after) - start)
    found: list[int | None] = [None] * len(older)
    last, last_today = len(before) - end, len(after) - end
    pairs = [(at, at) for at in range(start)]
    pairs += [
        (start + one, start + other)
        for one, other in _in_order(before[start:last], after[start:last_today])
    ]
    pairs += zip(range(last, len(before)), range(last_today, len(after)), strict=True)
    for one, other in pairs:
        found[one] = other
    for gap, gap_today in _gaps(pairs, len(older), len(today)):
        for one, other in _alike(older, gap, today, gap_today):
            found[one] = other
    return found


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _in_order(before: Sequence[object], after: Sequence[object]) -> list[_Pair]:
    """The most pairs of equals that keep their order; the first of some equals is the first."""
    places = {each: at for at, each in enumerate(_counted(after))}
    common = [(at, places[each]) for at, each in enumerate(_counted(before)) if each in places]
    return _longest_rising(common)


def _counted(rows: Iterable[object]) -> Iterator[tuple[object, int]]:
    seen: Counter[object] = Counter()
    for row in rows:
        seen[row] += 1
        yield row, seen[row]


def _longest_rising(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The longest selection of which the second numbers rise, as the first ones do."""
    ends: list[int] = []
    holders: list[int] = []
    previous: list[int] = []
    for at, (_, other) in enumerate(pairs):
        length = bisect_left(ends, other)
        ends[length : length + 1] = [other]
        holders[length : length + 1] = [at]
        previous.append(holders[length - 1] if length else -1)
    found = []
    at = holders[-1] if holders else -1
    while at >= 0:
        found.append(pairs[at])
        at = previous[at]
    return found[::-1]


def _gaps(pairs: Sequence[_Pair], count: int, count_today: int) -> Iterator[tuple[range, range]]:
    """What lies between neighbours that belong together."""
    one = other = 0
    for pair, pair_today in (*pairs, (count, count_today)):
        if one < pair and other < pair_today:
            yield range(one, pair), range(other, pair_today)
        one, other = pair + 1, pair_today + 1


def _alike(
    older: Sequence[Step], gap: range, today: Sequence[Step], theirs: range
) -> Iterator[_Pair]:
    left: defaultdict[tuple[str, str], deque[int]] = defaultdict(deque)
    for other in theirs:
        left[today[other].kind, today[other].stage].append(other)
    least = theirs.start
    for one in gap:
        waiting = left[older[one].kind, older[one].stage]
        while waiting and waiting[0] < least:
            waiting.popleft()
        if waiting:
            least = waiting.popleft()
            yield one, least
