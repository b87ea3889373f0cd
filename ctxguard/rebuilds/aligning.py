"""Which step of an older Dockerfile became which one of today's."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from ctxguard.rebuilds.step import Step

_MOST_COMPARED = 400
"""Steps between what both have at the start and at the end; comparing is quadratic."""


def aligned(older: Sequence[Step], today: Sequence[Step]) -> list[int | None]:
    """For each older step the index of today's; None if that is no longer there.

    Those of the same stage and text belong together; of what lies between such, those of the same
    kind, in order.
    """
    before, after = ([(step.stage, step.text) for step in steps] for steps in (older, today))
    start = _common(before, after)
    end = min(_common(before[::-1], after[::-1]), len(before) - start, len(after) - start)
    found: list[int | None] = [None] * len(older)
    found[:start] = range(start)
    if end:
        found[-end:] = range(len(after) - end, len(after))
    middle = (start, len(before) - end, start, len(after) - end)
    if max(middle[1] - start, middle[3] - start) <= _MOST_COMPARED:
        _align_middle(older, today, middle, found)
    return found


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _align_middle(
    older: Sequence[Step],
    today: Sequence[Step],
    middle: tuple[int, int, int, int],
    found: list[int | None],
) -> None:
    first, last, first_today, last_today = middle
    before = [(step.stage, step.text) for step in older[first:last]]
    after = [(step.stage, step.text) for step in today[first_today:last_today]]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, stop, start_today, stop_today in matcher.get_opcodes():
        theirs = range(first_today + start_today, first_today + stop_today)
        if tag == "equal":
            found[first + start : first + stop] = theirs
        elif tag == "replace":
            left = list(theirs)
            for at in range(first + start, first + stop):
                alike = [each for each in left if _alike(older[at], today[each])]
                found[at] = alike[0] if alike else None
                left = [each for each in left if not alike or each > alike[0]]


def _alike(one: Step, other: Step) -> bool:
    return one.kind == other.kind and one.stage == other.stage
