"""Changes that build less again, each replayed on the same commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.errors import CtxguardError
from ctxguard.rebuilds.advice.order import orders
from ctxguard.rebuilds.advice.proposal import Idea, Proposal
from ctxguard.rebuilds.advice.split import splits
from ctxguard.rebuilds.advice.variable import variables
from ctxguard.rebuilds.commits import Moment
from ctxguard.rebuilds.past import Past
from ctxguard.rebuilds.replay import Replay, Replayed, Tally, as_it_was
from ctxguard.rebuilds.step import Step
from ctxguard.rebuilds.steps import steps_of
from ctxguard.rebuilds.times import Seconds, seconds_by_step

_MOST_IDEAS = 10
_MOST_TRIED = 30
"""Ideas of which it is looked at whether they can be read at all."""
_MOST_TOLD = 5
_MOST_STEPS = 1_000
"""Of a Dockerfile that advice is given on; a longer one was not written by hand."""
_MOST_READ = 100_000
"""Steps that are read in all Dockerfiles of the past, with all ideas; about ten seconds."""


def advice(
    past: Past,
    moments: Sequence[Moment],
    options: BuildOptions,
    found: Replayed,
    *,
    seconds: Seconds,
    progress: Callable[[int], None],
) -> list[Proposal]:
    """What would build less again, the most first.

    Args:
        found: the same commits as they were.
        seconds: how long the steps take; where nobody knows, each rebuild counts the same.
    """
    if len(found.tallies[0]) > _MOST_STEPS:
        return []
    is_sent = past.sending(found.setting).is_sent
    tried = islice(_ideas(found, is_sent), _MOST_TRIED)
    usable = (idea for idea in tried if _can_be_read(idea, found, options))
    ideas = list(islice(usable, max(0, min(_MOST_IDEAS, _affordable(moments, found)))))
    if not ideas:
        return []
    rewrites = [as_it_was, *(idea.rewrite for idea in ideas)]
    again = Replay(past, moments, options, rewrites).run(progress)
    before, *others = again.tallies
    proposals = [
        _proposal(idea, found, before, after, seconds)
        for idea, after in zip(ideas, others, strict=True)
    ]
    worth = [each for each in proposals if gain(each) > 0]
    return sorted(worth, key=gain, reverse=True)[:_MOST_TOLD]


def _affordable(moments: Sequence[Moment], found: Replayed) -> int:
    """How many ideas can be replayed: each reads every Dockerfile anew."""
    texts = len({moment.telling for moment in moments})
    return _MOST_READ // (texts * len(found.tallies[0])) - 1


def _ideas(found: Replayed, is_sent: Callable[[str], bool]) -> Iterator[Idea]:
    text = found.setting.text
    own = {tally.step.instruction.line: tally.own for tally in found.tallies[0]}
    changed = lambda line: own.get(line, 0)  # noqa: E731
    yield from splits(text, found.files, is_sent)
    yield from orders(text, found.files, changed)
    yield from variables(text, changed)


def _can_be_read(idea: Idea, found: Replayed, options: BuildOptions) -> bool:
    """Whether it changes anything, to a Dockerfile that BuildKit takes."""
    text = idea.rewrite(found.setting.text)
    try:
        steps_of(text, found.setting.dockerfile, options)
    except CtxguardError:
        return False
    return text != found.setting.text


def _proposal(
    idea: Idea,
    found: Replayed,
    before: Sequence[Tally],
    after: Sequence[Tally],
    seconds: Seconds,
) -> Proposal:
    took = seconds_by_step([tally.step for tally in before], seconds)
    by_text = {_named(tally.step): each for tally, each in zip(before, took, strict=True)}
    return Proposal(
        idea,
        idea.rewrite(found.setting.text),
        tuple(before),
        tuple(after),
        took,
        tuple(by_text.get(_named(tally.step)) for tally in after),
    )


def _named(step: Step) -> tuple[str, str]:
    return step.stage, step.text


def gain(proposal: Proposal) -> float:
    """Seconds less on all commits; where nobody knows the seconds, rebuilds less."""
    if any(each is not None for each in proposal.seconds_before):
        spent = spent_seconds(proposal.before, proposal.seconds_before)
        return spent - spent_seconds(proposal.after, proposal.seconds_after)
    return _count(proposal.before) - _count(proposal.after)


def spent_seconds(tallies: Sequence[Tally], seconds: Sequence[float | None]) -> float:
    """What all commits together spend on steps that are built again."""
    rows = zip(tallies, seconds, strict=True)
    return sum(tally.rebuilt * each for tally, each in rows if each is not None)


def _count(tallies: Sequence[Tally]) -> int:
    return sum(tally.rebuilt for tally in tallies if tally.step.builds)
