"""What each step of the chosen target brings of the context, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ctxguard.dockerfile.steps import Copied, Plan, Step
from ctxguard.dockerfile.touches import Touch


@dataclass(frozen=True, slots=True)
class Brought:
    """What a step brings of the context."""

    bytes: int
    files: int
    sources: int
    """Files that are not there for the sake of dependencies."""
    heaviest: str
    """The path of one of them, no other heavier; "" for none."""


@dataclass(frozen=True, slots=True)
class Again:
    """What a step brings that earlier steps have brought into the same image."""

    step: int
    earlier: tuple[int, ...]
    bytes: int
    """Of files that are not there for the sake of dependencies."""
    files: int
    heaviest: str
    whole: bool
    """Whether the step brings nothing else, files for dependencies not counted."""


@dataclass(frozen=True, slots=True)
class BuildSteps:
    """The chosen target, and what each step brings; steps go by their index in the plan."""

    file: str
    """The Dockerfile, as a report names it."""
    data: bytes
    plan: Plan
    brought: dict[int, Brought]
    """By the index of a COPY or ADD from the context; those of which nobody can know are not
    there."""
    again: tuple[Again, ...]
    touched: Mapping[tuple[int, Touch], int]
    """Bytes of the context that earlier steps put there, by the index of the RUN and its path."""
    sizes: Mapping[str, int]
    """Bytes of sent files that a COPY or ADD names."""
    lists: Mapping[str, bytes]
    """What is in files that list dependencies, by their path in the context."""

    def numbered(self) -> Iterator[tuple[int, Step]]:
        yield from enumerate(self.plan.steps)

    def copying(self, before: int | None = None) -> Iterator[tuple[int, Step, Copied]]:
        """The COPY and ADD of which it is known what they bring of the context, the last first."""
        for at in reversed(self.brought):
            step = self.plan.steps[at]
            if step.copied is not None and (before is None or at < before):
                yield at, step, step.copied
