"""What one walk through everything found out, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctxguard.context.drafting import IgnoreText
from ctxguard.context.evidence.steps import BuildSteps
from ctxguard.context.tracking import Known
from ctxguard.finding import Fix
from ctxguard.ignore.reader import IgnoreRule
from ctxguard.measurement import InstructionLine, Measurement, Problem


@dataclass(frozen=True, slots=True)
class Files:
    """Files that have something in common."""

    bytes: int
    files: int
    example: str
    """The path of one of them."""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule of the ignore file, and what it does in this tree."""

    rule: IgnoreRule
    hits: int
    """Paths that it matches itself, in ignored folders too."""
    needed: bool
    """Without it, and without the others that are not needed, something would be decided
    otherwise."""
    deeper: Files | None
    """Files that are sent, and whose name it keeps out only at the top; None unless it is a rule
    of one name."""
    undone_by: int | None
    """The line of a later rule that keeps out what this exception matches."""
    other_backend: Files | None
    """Those that the other backend decides otherwise because of this exception."""
    undocumented: Files | None
    """Those that both decide otherwise than the documentation says because of this exception."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A regular file that is sent."""

    path: str
    bytes: int
    brought_by: tuple[InstructionLine, ...]
    """The instructions that ask for it."""
    content: str | None = None
    """What was seen in it, where that was looked for; never the secret itself."""


@dataclass(frozen=True, slots=True)
class Group:
    """Paths that belong together, the heaviest first."""

    bytes: int
    files: int
    paths: tuple[str, ...]
    """No more than a few."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one walk through everything found out."""

    measurement: Measurement
    ignore: IgnoreText
    has_ignore_file: bool
    uses: tuple[RuleUse, ...]
    nested: tuple[str, ...]
    """Ignore files in folders of the context, which no builder reads."""
    shadowed: bool
    """There is a `.dockerignore` beside the one that governs."""
    git_bytes: int
    """Content of git's own folders that is sent."""
    suspects: tuple[SentFile, ...] = ()
    """Files that are sent and whose names or contents deserve a closer look."""
    lost: tuple[tuple[Problem, Fix | None], ...] = ()
    """Sources that the rules keep out, and what takes them in again."""
    own: tuple[str, ...] = ()
    """The Dockerfile and the ignore file, where they are sent and an instruction asks for all."""
    known: Mapping[Known, Group] = field(default_factory=dict)
    """What is sent though git ignores it or does not track it; nothing without git."""
    small: Group | None = None
    """A folder with a great many small files."""
    twins: tuple[Group, ...] = ()
    """Files with the same content."""
    steps: BuildSteps | None = None
    """What the chosen target does; None if nobody can say, or it was not asked for."""
