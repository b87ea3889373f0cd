"""What each instruction of a target does, as far as it decides what can be taken from the cache."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.dockerfile.parser import Instruction

BUILDING = frozenset(("COPY", "ADD", "RUN", "WORKDIR"))
"""The instructions that make a layer; all others but FROM only say something of the image."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One path of the context that a step asks for."""

    path: str
    """As `Ask.path` has it."""
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a stage that the target needs."""

    stage: str
    """Its name, or `stage-1` for the second one."""
    instruction: Instruction
    own: bytes
    """Digest of all that decides but for contents of the context, and what comes before; nothing
    for `FROM scratch`."""
    asked: tuple[Asked, ...] = ()
    base: int | None = None
    """The step whose result it goes on from; None if it stands alone."""
    origins: tuple[int, ...] = ()
    """The last steps of the stages that it takes from."""
    linked: bool = False
    """It does not depend on its base: `COPY --link`."""
    vertex: str = ""
    """What BuildKit calls it, such as `[build 3/7]`; nothing if it makes no layer."""

    @property
    def kind(self) -> str:
        return self.instruction.keyword

    @property
    def builds(self) -> bool:
        """Whether it makes a layer."""
        return self.kind in BUILDING

    @property
    def text(self) -> str:
        return self.instruction.text
