"""One change of a Dockerfile, before and after it was replayed."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.rebuilds.replay import Rewrite, Tally


@dataclass(frozen=True, slots=True)
class Idea:
    """A change that may be worth something."""

    kind: str
    """`split`, `order` or `variable`."""
    certain: bool
    """It cannot change the image, but for the order of its layers."""
    why: str
    """What to verify; where it is certain, why it is."""
    rewrite: Rewrite


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that builds less again."""

    idea: Idea
    text: bytes
    """The Dockerfile with it."""
    before: tuple[Tally, ...]
    after: tuple[Tally, ...]
    seconds_before: tuple[float | None, ...]
    """Of each step, as far as a log tells."""
    seconds_after: tuple[float | None, ...]
