"""Rules without which every path that was met would be decided as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ctxguard.ignore.spec import Case, Decider, Decision

_MOST_WORK = 3_000_000
"""So many rules of cases are looked at again; what is left over counts as needed."""

_Vectors = dict[Decision | None, set[tuple[int, ...]]]
"""What a folder of each kind may hand down."""


def needless(decider: Decider, *, exceptions: bool) -> frozenset[int]:
    """Rules that can all go together; of two of which either one can, the later.

    Args:
        decider: after it decided all that there is.
        exceptions: they may go too. For the classic builder they decide where it looks at all.
    """
    if decider.broken:
        return frozenset()
    cases = decider.cases()
    matching: defaultdict[int, set[Decision]] = defaultdict(set)
    for case in cases:
        for at in case.decision.touched:
            matching[at].add(case.decision)
    gone: set[int] = set()
    work = 0
    for at in reversed(range(decider.written)):
        if decider.negated[at] and not exceptions:
            continue
        if at not in matching:
            gone.add(at)
            continue
        work += sum(len(decision.touched) for decision in matching[at])
        if work > _MOST_WORK:
            continue
        if not any(
            _decides(at, decision.touched, decider.negated, gone) for decision in matching[at]
        ):
            work += sum(len(case.decision.touched) + 1 for case in cases)
            if work <= _MOST_WORK and _are_needless(decider, cases, {*gone, at}):
                gone.add(at)
    return frozenset(gone)


def _decides(rule: int, touched: Sequence[int], negated: Sequence[bool], gone: set[int]) -> bool:
    """Whether the rule makes a difference by the documented meaning; a quick look."""
    left = [at for at in touched if at not in gone]
    others = [at for at in left if at != rule]
    return _excludes(left, negated) != _excludes(others, negated)


def _excludes(rules: Sequence[int], negated: Sequence[bool]) -> bool:
    return bool(rules) and not negated[rules[-1]]


def _are_needless(decider: Decider, cases: Sequence[Case], gone: set[int]) -> bool:
    """Whether all cases come out the same without these rules."""
    vectors: _Vectors = defaultdict(set)
    vectors[None] = {()}
    before = -1
    while before != (before := sum(map(len, vectors.values()))):
        # A kind of folder can come about in several ways, the last of them late.
        for case in cases:
            own = frozenset(case.own).difference(gone)
            for inherited in tuple(vectors[case.parent]):
                vector = decider.play(frozenset(inherited), own)
                if _excludes(vector, decider.negated) != case.decision.excluded:
                    return False
                vectors[case.decision].add(vector)
    return True
