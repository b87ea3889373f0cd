"""Two measured contexts held against each other, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ctxguard.measurement import InstructionLine, Measurement


class Change(Enum):
    """What happened to a file between base and head."""

    ENTERED = "entered"
    GREW = "grew"
    SHRANK = "shrank"
    LEFT = "left"


class Class(Enum):
    """Whose a file is; only a work tree has any but the first."""

    TRACKED = "tracked"
    SUBMODULE = "submodule"
    """It belongs to another repository, which a clone leaves empty unless it is told otherwise."""
    UNTRACKED = "untracked"
    """git does not know it: a push brings it nowhere, a build here does."""
    GIT = "git"
    """git's own folder."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of an ignore file."""

    file: str
    line: int
    text: str
    """As it stands in the file."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The rule for which a path is in one context and not in the other."""

    rule: RuleLine
    of_head: bool
    """It stands in the head's ignore file; else in the base's, and decides no longer."""
    lets_in: bool
    """It, or that it is gone, lets the path in; else it keeps it out."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that is sent in one of the contexts, or in both with another size."""

    path: str
    change: Change
    before: int
    """Bytes that are sent; 0 if it is not sent."""
    after: int
    class_: Class
    cause: Cause | None
    """The rule; None if the file itself came, went or changed."""
    brought_by: tuple[InstructionLine, ...]
    """The instructions of the chosen target that ask for it, in the head or, if it left, the
    base."""

    @property
    def bytes(self) -> int:
        """How much it grew; negative if it shrank."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Sum:
    """Of changed files."""

    bytes: int = 0
    """How much they grew; negative if they shrank."""
    files: int = 0
    """How many there are."""


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A file or folder that grew much, or shrank much."""

    path: str
    folder: bool
    bytes: int
    """Negative if it shrank."""
    entered: int
    """Files; as are the others."""
    left: int
    changed: int


@dataclass(frozen=True, slots=True)
class ChangedPaths:
    """The paths that changed most, none inside another, and what they leave over."""

    rows: tuple[ChangedPath, ...]
    rest: Sum


@dataclass(frozen=True, slots=True)
class ChangedInstruction:
    """What one instruction brings, before and after; by its text, wherever it stands."""

    instruction: InstructionLine
    """As the head has it, or else the base."""
    before: int
    """Bytes."""
    after: int

    @property
    def bytes(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from base to head."""

    base: Measurement
    head: Measurement
    files: tuple[ChangedFile, ...]
    """All of them, in wire order."""
    grown: ChangedPaths
    shrunk: ChangedPaths
    changes: tuple[tuple[Change, Sum], ...]
    """What there is of each."""
    classes: tuple[tuple[Class, Sum], ...]
    """The same; empty unless the head is a work tree."""
    causes: tuple[tuple[Cause, Sum], ...]
    """The rules for which files came or went, the heaviest first."""
    instructions: tuple[ChangedInstruction, ...]
    """Those that bring more or less than before, the greatest change first."""
    pointers: Sum = Sum()
    """Files that only seem to shrink: pointers of Git LFS in the work tree, in place of the
    content that the base counts."""

    @property
    def bytes(self) -> int:
        """Growth of the context size."""
        return self.head.size.bytes - self.base.size.bytes
