"""One measured context, as frozen values; nothing here reads, decides or draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Backend(Enum):
    """Which builder is asked about."""

    BUILDKIT = "buildkit"
    """The default builder since Docker 23."""
    LEGACY = "legacy"
    """The classic builder, `DOCKER_BUILDKIT=0`."""


class EntryKind(Enum):
    """What stands behind one name; links are never followed."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    FIFO = "fifo"
    SOCKET = "socket"
    DEVICE = "device"


class Effect(Enum):
    """What a problem does to the build or to the measurement."""

    BUILD_FAILS = "build-fails"
    SENT_EMPTY = "sent-empty"
    NOT_COUNTED = "not-counted"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stood in the way, or that Docker passes over in silence."""

    code: str
    path: str | None
    """Relative to the context root where it lies below it."""
    message: str
    effect: Effect
    line: int | None = None
    """Of the file at `path`."""
    about: str | None = None
    """What is asked for there, where that is a path of the context."""


@dataclass(frozen=True, slots=True)
class Context:
    """What was measured."""

    root: str
    """Absolute, links resolved."""
    backend: Backend
    dockerfile: str | None = None
    """Relative to the root where it lies below it, else absolute."""
    ignore_file: str | None = None
    source: str = "worktree"
    revision: str | None = None
    target: str | None = None
    platform: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the chosen backend is sent; `bytes` counts each inode's content once."""

    bytes: int = 0
    files: int = 0
    directories: int = 0
    symlinks: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class BuildKitTransfer:
    """What BuildKit transfers, for `COPY . /` or for a target."""

    bytes: int
    """On a cold cache: the figure that `transferring context` ends with."""
    warm_bytes: int
    """What an unchanged rebuild still transfers."""
    entries: int


@dataclass(frozen=True, slots=True)
class TargetTransfer:
    """What BuildKit transfers for one target of the Dockerfile."""

    name: str | None
    """None for a last stage without a name."""
    default: bool
    """It is what a build without `--target` builds."""
    chosen: bool
    """It is the one that a budget on the transfer is about."""
    buildkit: BuildKitTransfer | None
    reason: str | None
    """Why there is no figure: `no-dockerfile`, `context-unused` or `unknown`."""


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """One instruction of the Dockerfile."""

    file: str
    line: int
    text: str
    """Without line ends."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What of the context one instruction brings into the build."""

    instruction: InstructionLine
    bytes: int
    files: int
    only_bytes: int
    """What no other instruction brings."""
    only_files: int


@dataclass(frozen=True, slots=True)
class Instructions:
    """Who asks for what of the context, for the chosen target."""

    rows: tuple[Brought, ...]
    """The heaviest first."""
    several_bytes: int
    """What more than one instruction brings."""
    several_files: int
    unasked_bytes: int
    """What none asks for: BuildKit leaves it where it is."""
    unasked_files: int


@dataclass(frozen=True, slots=True)
class LegacyTransfer:
    """The tar that the classic builder is sent."""

    bytes: int
    entries: int


@dataclass(frozen=True, slots=True)
class HeavyPath:
    """A file or folder with what it brings into the context."""

    path: str
    kind: EntryKind
    bytes: int
    files: int
    brought_by: tuple[InstructionLine, ...] = ()
    """The instructions that bring it, or something in it, into the chosen target."""


@dataclass(frozen=True, slots=True)
class Heaviest:
    """The heaviest paths, none inside another, and what they leave over."""

    rows: tuple[HeavyPath, ...]
    rest_bytes: int
    rest_files: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of files, such as all with one ending."""

    name: str
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class RuleSavings:
    """What one ignore rule keeps out, as the deciding one."""

    file: str
    line: int
    text: str
    """The line as it stands in the file."""
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Excluded:
    """What the ignore file keeps out."""

    bytes: int
    files: int
    rules: tuple[RuleSavings, ...]
    """Those that keep anything out, the heaviest first."""


@dataclass(frozen=True, slots=True)
class LfsFiles:
    """Files of a commit that git keeps as pointers, with their content elsewhere (Git LFS)."""

    files: int
    bytes: int
    """Of their content, as the pointers say."""
    pointers: bool
    """Counted are the pointers, as it was asked for."""


@dataclass(frozen=True, slots=True)
class DormantRule:
    """A rule that Docker cannot compile, but was never asked to."""

    pattern: str
    reason: str
    """Docker's own words."""
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as it stands in the ignore file."""

    line: int
    raw: str
    pattern: str
    """Cleaned, without the `!`."""
    negated: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What can be told without another walk."""

    folders: Mapping[str, int]
    """Bytes that are sent below each folder, by path."""
    rules: tuple[RuleLine, ...]
    text: bytes
    """What the ignore file holds."""


@dataclass(frozen=True, slots=True)
class OutlinedFolder:
    """What is sent of one folder itself, in columns."""

    path: str
    """"" for the context root."""
    names: Sequence[str]
    """Of the regular files."""
    sizes: Sequence[int]
    """Content bytes of each; none for a later name of an inode."""
    brought_by: Sequence[int]
    """For each the number of what brings it in `Outline.bringing`."""
    let_in_by: Sequence[int]
    """For each the number of its deciding rule in `Outline.rules`."""
    others: tuple[str, ...]
    """Links, pipes, sockets and devices."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Every entry that is sent."""

    folders: tuple[OutlinedFolder, ...]
    """In wire order."""
    bringing: tuple[tuple[InstructionLine, ...], ...]
    """The instructions that together bring some of the files; none for what nobody asks for."""
    asked_for: bool
    """False if nobody can say what the instructions ask for."""
    rules: tuple[RuleLine | None, ...]
    """Deciding rules; None where no rule says anything, or the builder decides by itself."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that one walk found out."""

    context: Context
    size: Totals
    copy_all: BuildKitTransfer | None
    """None only for the legacy backend, where BuildKit would refuse."""
    targets: tuple[TargetTransfer, ...]
    """The chosen one, or all."""
    instructions: Instructions | None
    """None if the Dockerfile cannot be read, or the chosen target has no transfer."""
    legacy: LegacyTransfer | None
    legacy_reason: str | None
    """Why there is no legacy figure, in Docker's own words where it would refuse."""
    heaviest: Heaviest
    types: tuple[GroupRow, ...] | None
    """None if they were not asked for."""
    excluded: Excluded | None
    """None if it was not asked for."""
    problems: tuple[Problem, ...]
    dormant_rules: tuple[DormantRule, ...]
    complete: bool
    """False if something that would be sent could not be counted."""
    lfs: LfsFiles | None = None
    """Of a commit, if it has any that are sent."""
    overview: Overview | None = None
    """None if it was not asked for."""
    weights: Mapping[str, int] = field(default_factory=dict)
    """Bytes below each path that was asked for, and below no longer one of them."""
    outline: Outline | None = None
    """None if it was not asked for."""

    @property
    def chosen_target(self) -> TargetTransfer:
        """The one that a budget on the transfer is about."""
        return next(target for target in self.targets if target.chosen)
