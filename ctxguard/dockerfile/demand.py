"""Which paths of the context the instructions of a target ask for.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`
(`dispatch`, `normalizeContextPaths`), `convert_runmount.go`.
"""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.dockerfile.additional import Additional
from ctxguard.dockerfile.forms import Forms, arguments
from ctxguard.dockerfile.mounts import read_mount
from ctxguard.dockerfile.parser import Instruction, heredoc_name
from ctxguard.dockerfile.stages import Build, Stage, is_git, is_remote
from ctxguard.dockerfile.variables import PATH, Table
from ctxguard.dockerfile.words import WordError
from ctxguard.errors import DockerfileError

_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Ask:
    """One path that one instruction asks for."""

    path: str
    """Relative to the context root, cleaned, wildcards kept; "" for all of it."""
    instruction: Instruction
    transfers: bool
    """Needs the context to be there; a tmpfs mount only takes the filter off others."""
    unset: frozenset[str]
    """Variables in it that nothing in the file sets."""
    image: str
    """What its stage stands on in the end, whose own variables nobody knows here."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a target asks of its context."""

    target: Stage
    asks: tuple[Ask, ...]

    @property
    def used(self) -> bool:
        """Whether the context is needed at all."""
        return any(ask.transfers for ask in self.asks)

    @property
    def follow_paths(self) -> tuple[str, ...] | None:
        """The paths that BuildKit asks for, sorted; None if it asks for everything."""
        paths = {ask.path for ask in self.asks}
        if "" in paths or not paths:
            return None
        return tuple(sorted(paths, key=lambda path: path.encode("utf-8", "surrogateescape")))


def demand(build: Build, target: Stage, of: str | None = None) -> Demand:
    """Go through the stages that the target needs.

    Args:
        of: the additional context that is asked; None for the build's own.

    Raises:
        DockerfileError: BuildKit would refuse an instruction that is needed.
    """
    needed = build.reachable(target)
    additional = Additional(build)
    asks = _Asking(build, needed, additional, of).run()
    found = [ask for stage in needed for ask in asks[stage.number]]
    if of is not None and additional.below(target) == of:
        # What is to be the image is needed as a whole.
        begin = Instruction(target.line, "FROM", (), target.base)
        found.append(Ask("", begin, True, frozenset(), of))
    return Demand(target, tuple(found))


class _Asking:
    """Goes down the tree of stages and their bases, so that one table serves all of them."""

    def __init__(
        self, build: Build, needed: list[Stage], additional: Additional, of: str | None
    ) -> None:
        self.build = build
        self.additional = additional
        self.of = of
        self.needed = {stage.number for stage in needed}
        self.children: dict[int | None, list[Stage]] = {}
        for stage in needed:
            base = None if stage.base_stage is None else stage.base_stage.number
            self.children.setdefault(base, []).append(stage)
        given = build.globals.given
        self.table = Table(build.script.escape, given, {"PATH": PATH})
        self.asks: dict[int, list[Ask]] = {}
        self.image = ""
        self.stands_on: str | None = None
        """The additional context below the stage."""
        self.workdirs: dict[int, str | None] = {}
        """Where each stage ends up; None if only its image knows."""
        self.workdir: str | None = None
        self.forms = Forms(build.script)

    def run(self) -> dict[int, list[Ask]]:
        stack: list[tuple[Stage | None, int]] = [
            (stage, 0) for stage in self.children.get(None, [])
        ]
        while stack:
            stage, mark = stack.pop()
            if stage is None:
                self.table.back_to(mark)
                continue
            stack.append((None, self.table.mark()))
            self.asks[stage.number] = list(self._stage(stage))
            stack += [(child, 0) for child in self.children.get(stage.number, [])]
        return self.asks

    def _stage(self, stage: Stage) -> Iterator[Ask]:
        if self.build.is_replaced(stage):
            self.workdirs[stage.number] = None
            return
        self.image = stage.image
        self.stands_on = self.additional.below(stage)
        base = stage.base_stage
        at_first = "/" if stage.image == "scratch" else None
        self.workdir = at_first if base is None else self.workdirs[base.number]
        triggers = [] if stage.base_stage is None else stage.base_stage.triggers
        for instruction in triggers:
            with self._telling(instruction):
                self.forms.check(instruction)
        for instruction in stage.work():
            with self._telling(instruction):
                yield from self._instruction(instruction)
        self.workdirs[stage.number] = self.workdir

    @contextlib.contextmanager
    def _telling(self, instruction: Instruction) -> Iterator[None]:
        """Tell where an error was met."""
        try:
            yield
        except ValueError as error:
            raise DockerfileError(
                str(error), path=self.build.source, line=instruction.line
            ) from None

    def _instruction(self, instruction: Instruction) -> Iterator[Ask]:
        if instruction.keyword == "ENV":
            self.table.env(instruction.rest)
        elif instruction.keyword == "ARG":
            self.table.arg(instruction.rest, self.build.globals.values)
        elif instruction.keyword in ("COPY", "ADD"):
            yield from self._copy(instruction)
        elif instruction.keyword == "WORKDIR":
            self._go(self.table.expand(instruction.rest))
        elif instruction.keyword == "RUN":
            yield from self._mounts(instruction)

    def _go(self, folder: str) -> None:
        if folder.startswith("/"):
            self.workdir = folder
        elif self.workdir is not None:
            joined = posixpath.normpath(f"{self.workdir}/{folder}")
            self.workdir = joined if len(joined) <= _LONGEST_PATH else None

    def _copy(self, instruction: Instruction) -> Iterator[Ask]:
        flags = dict(flag.removeprefix("--").partition("=")[::2] for flag in instruction.flags)
        *sources, destination = arguments(instruction)
        self._expanded(destination)
        elsewhere = flags.get("from", "")
        asks = self._asks(elsewhere, instruction)
        for word in sources:
            if heredoc_name(word) is not None:
                continue
            source, unset = self._expanded(word)
            remote = is_remote(source)
            if remote and instruction.keyword == "COPY" and not elsewhere:
                raise WordError(f"source can't be a URL for COPY: {source}")
            if instruction.keyword == "ADD" and not remote and flags.get("checksum"):
                raise WordError("checksum can't be specified for non-HTTP(S) sources")
            if not asks or (remote and instruction.keyword == "ADD"):
                continue
            git = instruction.keyword == "ADD" and is_git(source)
            yield Ask(_clean(source), instruction, not git, unset, self.image)

    def _mounts(self, instruction: Instruction) -> Iterator[Ask]:
        for flag in instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            if name != "mount":
                continue
            self.table.unset.clear()
            mount = read_mount(value, self.table.expand)
            unset = frozenset(self.table.unset)
            if mount.covers_root(self.workdir):
                raise WordError('invalid mount target "/"')
            if self.of is None and mount.asks:
                yield Ask(_clean(mount.source), instruction, mount.transfers, unset, self.image)
            elif mount.type in ("bind", "cache") and self._asks_of_other(mount.origin, instruction):
                yield Ask(_clean(mount.source), instruction, True, unset, self.image)
        if self.of is not None and self.stands_on == self.of:
            # A program may read anything.
            yield Ask("", instruction, True, frozenset(), self.image)

    def _asks(self, origin: str, instruction: Instruction) -> bool:
        """Whether what comes from there is asked of the context that this is about."""
        return not origin if self.of is None else self._asks_of_other(origin, instruction)

    def _asks_of_other(self, origin: str, instruction: Instruction) -> bool:
        return self.of is not None and self.additional.behind(origin, instruction) == self.of

    def _expanded(self, word: str) -> tuple[str, frozenset[str]]:
        if "$" not in word:
            return self.table.expand(word), frozenset()
        self.table.unset.clear()
        text = self.table.expand(word)
        return text, frozenset(self.table.unset)


def _clean(source: str) -> str:
    """`path.Join("/", source)` without the leading slash."""
    cleaned = posixpath.normpath(f"/{source}")
    return cleaned.lstrip("/")
