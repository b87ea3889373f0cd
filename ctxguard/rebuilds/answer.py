"""How often each step is built again, why, and what would make it less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.errors import UsageError
from ctxguard.measurement import Backend, Context
from ctxguard.rebuilds.advice.advising import advice
from ctxguard.rebuilds.advice.proposal import Proposal
from ctxguard.rebuilds.breaking import Breaking, breaking
from ctxguard.rebuilds.commits import moments
from ctxguard.rebuilds.past import Past
from ctxguard.rebuilds.replay import Replay, Replayed, Tally
from ctxguard.rebuilds.times import Seconds, seconds_by_step


@dataclass(frozen=True, slots=True)
class Timed:
    """One step of the last commit's Dockerfile."""

    tally: Tally
    seconds: float | None
    """What it took in a real build; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the replay of some commits tells."""

    context: Context
    """That of the last commit."""
    replayed: Replayed
    steps: tuple[Timed, ...]
    paths: tuple[Breaking, ...]
    advice: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Which commits, and how they are built."""

    past: Past
    revisions: str
    commits: int
    """How many are to be counted."""
    options: BuildOptions
    seconds: Seconds


def answer(question: Question, progress: Callable[[int], None]) -> Answer:
    """Replay the commits.

    Raises:
        UsageError: there are no two commits to compare.
        MeasureError: the last commit cannot be built.
        GitError: git does not answer.
    """
    past, options = question.past, question.options
    # One more than is counted, to fill the cache.
    found = moments(past.spot, past.file, question.revisions, question.commits + 1)
    if not found:
        raise UsageError(f"there is no commit in {question.revisions}")
    replayed = Replay(past, found, options).run(progress)
    tallies = replayed.tallies[0]
    took = seconds_by_step([tally.step for tally in tallies], question.seconds)
    proposals = advice(past, found, options, replayed, seconds=question.seconds, progress=progress)
    return Answer(
        _context(replayed, options),
        replayed,
        tuple(Timed(*each) for each in zip(tallies, took, strict=True)),
        tuple(breaking(tallies)),
        tuple(proposals),
    )


def _context(replayed: Replayed, options: BuildOptions) -> Context:
    setting = replayed.setting
    return Context(
        root=setting.tree.root,
        backend=Backend.BUILDKIT,
        dockerfile=setting.dockerfile,
        ignore_file=setting.governing.ignore_file,
        source="commit",
        revision=setting.tree.revision,
        target=options.target,
        platform=options.platform,
        build_args=options.arguments,
    )


def minutes_per_hundred(
    tallies: Sequence[Tally], seconds: Sequence[float | None], commits: int
) -> float | None:
    """What a hundred commits spend on steps that are built again; None where nobody knows."""
    known = list(_spent(tallies, seconds))
    if not known or not commits:
        return None
    return sum(known) / commits * 100 / 60


def _spent(tallies: Sequence[Tally], seconds: Sequence[float | None]) -> Iterator[float]:
    for tally, each in zip(tallies, seconds, strict=True):
        if each is not None:
            yield tally.rebuilt * each
