"""The stages of a Dockerfile and how they hang together.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/instructions/parse.go`,
`frontend/dockerfile/dockerfile2llb/convert.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ctxguard.dockerfile import platforms, references
from ctxguard.dockerfile.forms import TAKE_JSON, Forms
from ctxguard.dockerfile.mounts import read_mount
from ctxguard.dockerfile.parser import Instruction, Script, instruction_of, json_words, split_words
from ctxguard.dockerfile.variables import Table
from ctxguard.dockerfile.words import WordError, shortened
from ctxguard.errors import DockerfileError

_NOTHING = "scratch"
_INDEX = re.compile(r"[+-]?[0-9]+")
_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_MOST_TRIGGERED = 1 << 20
"""Characters of ONBUILD instructions that all stages together may do; each counts for more."""


@dataclass(slots=True)
class Stage:
    """One FROM with what follows it."""

    number: int
    line: int
    base: str
    """Image or stage, variables put in."""
    name: str
    """In lower case; "" if it has none."""
    base_stage: Stage | None = None
    commands: list[Instruction] = field(default_factory=list)
    triggers: list[Instruction] = field(default_factory=list)
    """What its ONBUILD instructions do first in each stage that begins from it."""
    image: str = ""
    """What it stands on in the end."""

    def work(self) -> Iterator[Instruction]:
        """All it does, in order."""
        if self.base_stage is not None:
            yield from self.base_stage.triggers
        yield from self.commands


@dataclass(frozen=True, slots=True)
class Build:
    """A Dockerfile, its stages linked."""

    script: Script
    source: str
    """Name to show in errors."""
    stages: tuple[Stage, ...]
    globals: Table
    """The ARGs before the first FROM, and the platform's."""
    contexts: frozenset[str] = frozenset()
    """Names of additional contexts, as `references.familiar` has them."""

    def is_replaced(self, stage: Stage) -> bool:
        """Whether an additional context of its name takes the place of a stage."""
        return stage.name in self.contexts

    def stage(self, target: str | None) -> Stage | None:
        """The stage of that name, in any case, or the last one; None if there is none."""
        if target is None or target == "":
            return self.stages[-1]
        return self.named().get(target.lower())

    def reachable(self, target: Stage) -> list[Stage]:
        """The stages that are needed for the target, in file order.

        Raises:
            DockerfileError: one of them takes from a stage that comes after it.
        """
        names = self.named()
        wanted = {target.number}
        for stage in reversed(self.stages):
            if stage.number in wanted:
                wanted.update(self._needed(stage, names))
        return [stage for stage in self.stages if stage.number in wanted]

    def check_circles(self) -> None:
        """Raises DockerfileError if a stage is needed for itself, reachable or not.

        What ONBUILD adds comes too late for this check.
        """
        if len(self.stages) < 2 and not self.stages[0].name:
            return
        from graphlib import CycleError, TopologicalSorter

        names = self.named()
        needs = {stage.number: set(self._meant(stage, names)) for stage in self.stages}
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            raise self._circle(set(error.args[1]), names) from None

    def _circle(self, circle: set[int], names: Mapping[str, Stage]) -> DockerfileError:
        stage = self.stages[min(circle)]
        asking = (
            one.line for one, _, number in self._meant_in(stage.commands, names) if number in circle
        )
        message = f"circular dependency detected on stage: {stage.name or f'stage-{stage.number}'}"
        return DockerfileError(shortened(message), path=self.source, line=next(asking, stage.line))

    def check_images(self) -> None:
        """Raises DockerfileError if what is no stage can be no image either."""
        names = self.named()
        for stage in self.stages:
            if stage.base_stage is None and stage.base != _NOTHING:
                self._check_image(stage.base, stage.line)
            for instruction in stage.commands:
                for origin in self.origins(instruction):
                    index = index_of(origin) if instruction.keyword == "COPY" else None
                    if origin.lower() not in names and index is None:
                        self._check_image(origin, instruction.line)

    def _check_image(self, image: str, line: int) -> None:
        try:
            references.check(image)
        except ValueError as error:
            raise DockerfileError(shortened(str(error)), path=self.source, line=line) from None

    def named(self) -> dict[str, Stage]:
        """The stages that a build can ask for: of those with one name the last."""
        return {stage.name: stage for stage in self.stages if stage.name}

    def _needed(self, stage: Stage, names: Mapping[str, Stage]) -> Iterator[int]:
        """The stages that a stage needs.

        Raises:
            DockerfileError: one of them comes after it.
        """
        if self.is_replaced(stage):
            return
        for instruction, origin, number in self._meant_in(stage.work(), names):
            if not 0 <= number < stage.number:
                message = (
                    f'cannot copy from stage "{origin}", it needs to be defined before the '
                    f'current stage "{stage.name or stage.number}"'
                )
                raise DockerfileError(shortened(message), path=self.source, line=instruction.line)
            yield number
        if stage.base_stage is not None:
            yield stage.base_stage.number

    def _meant(self, stage: Stage, names: Mapping[str, Stage]) -> Iterator[int]:
        if stage.base_stage is not None:
            yield stage.base_stage.number
        for _, _, number in self._meant_in(stage.commands, names):
            if 0 <= number < len(self.stages):
                yield number

    def _meant_in(
        self, work: Iterable[Instruction], names: Mapping[str, Stage]
    ) -> Iterator[tuple[Instruction, str, int]]:
        """The stages that are named in instructions; what names none is an image."""
        for instruction in work:
            for origin in self._origins(instruction):
                found = names.get(origin.lower())
                index = index_of(origin) if instruction.keyword == "COPY" else None
                number = index if found is None else found.number
                if number is not None:
                    yield instruction, origin, number

    def _origins(self, instruction: Instruction) -> list[str]:
        """The same of an instruction whose form may not have been checked."""
        try:
            return list(self.origins(instruction))
        except WordError as error:
            raise DockerfileError(str(error), path=self.source, line=instruction.line) from None

    def origins(self, instruction: Instruction) -> Iterator[str]:
        """What `--from=` and `from=` name: a stage in any case, or an image."""
        for flag in instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            if instruction.keyword == "COPY" and name == "from" and value:
                yield value
            elif instruction.keyword == "RUN" and name == "mount":
                origin = read_mount(value, None).origin
                if origin:
                    yield origin


def link(
    script: Script,
    source: str,
    given: Mapping[str, str],
    platform: Mapping[str, str],
    contexts: frozenset[str] = frozenset(),
) -> Build:
    """Put the stages together, and check the form of every instruction.

    Args:
        given: `--build-arg` values.
        platform: the platform's own ARGs.
        contexts: names of additional contexts.

    Raises:
        DockerfileError: BuildKit would refuse it, whatever the target.
    """
    build = _Linker(script, source, given, platform).build()
    return replace(build, contexts=frozenset(map(references.familiar, contexts)))


class _Linker:
    def __init__(
        self, script: Script, source: str, given: Mapping[str, str], platform: Mapping[str, str]
    ) -> None:
        self.script = script
        self.source = source
        self.table = Table(script.escape, given, dict(platform))
        self.forms = Forms(script)
        self.stages: list[Stage] = []
        self.latest: dict[str, Stage] = {}
        self.triggered = 0

    def build(self) -> Build:
        for instruction in self.script.instructions:
            try:
                self._take(instruction)
            except (WordError, ValueError) as error:
                raise self._error(str(error), instruction.line) from None
        if not self.stages:
            raise self._error("dockerfile contains no stages to build", 1)
        build = Build(self.script, self.source, tuple(self.stages), self.table)
        build.check_circles()
        build.check_images()
        return build

    def _error(self, message: str, line: int) -> DockerfileError:
        return DockerfileError(message, path=self.source, line=line)

    def _take(self, instruction: Instruction) -> None:
        known = self.forms.check(instruction)
        if instruction.keyword == "FROM":
            self._from(instruction)
        elif not self.stages:
            if instruction.keyword != "ARG":
                raise WordError("no build stage in current context")
            self.table.arg(instruction.rest)
        elif instruction.keyword == "ONBUILD":
            self.stages[-1].triggers.append(self._trigger(instruction))
        elif known:
            self._check_origins(instruction)
            self.stages[-1].commands.append(instruction)

    def _from(self, instruction: Instruction) -> None:
        words = split_words(instruction.rest)
        if len(words) != 1 and not (len(words) == 3 and words[1].lower() == "as"):
            raise WordError("FROM requires either one or three arguments")
        name = words[2].lower() if len(words) == 3 else ""
        if name and not _NAME.fullmatch(name):
            raise WordError(
                f'invalid name for build stage: "{words[2]}", name can\'t start with a number '
                "or contain symbols"
            )
        base = self.table.expand(words[0])
        if not base:
            raise WordError(f"base name ({words[0]}) should not be blank")
        self._check_platform(instruction)
        stage = Stage(len(self.stages), instruction.line, base, name, self.latest.get(base))
        stage.image = base if stage.base_stage is None else stage.base_stage.image
        self.stages.append(stage)
        if stage.base_stage is not None:
            self._count(stage.base_stage.triggers)
        if name:
            self.latest[name] = stage

    def _check_platform(self, instruction: Instruction) -> None:
        for flag in instruction.flags:
            text = flag.partition("=")[2]
            platform = self.table.expand(text)
            if not platform:
                raise WordError(f"empty platform value from expression {text}")
            try:
                platforms.parsed(platform)
            except ValueError:
                raise WordError(f"failed to parse platform {platform}") from None

    def _count(self, triggers: list[Instruction]) -> None:
        """Few instructions could do endless work, were they repeated in each of many stages."""
        self.triggered += sum(
            64 + len(trigger.rest) + sum(map(len, trigger.flags)) for trigger in triggers
        )
        if self.triggered > _MOST_TRIGGERED:
            raise WordError("ONBUILD instructions are repeated far too often")

    def _trigger(self, instruction: Instruction) -> Instruction:
        """EDGE CASE: its form is checked where it is triggered, and only if that is needed."""
        inner = instruction_of(instruction.rest, instruction.line)
        if inner.keyword in ("ONBUILD", "FROM", "MAINTAINER"):
            raise WordError(f"{inner.keyword} isn't allowed as an ONBUILD trigger")
        if inner.keyword in TAKE_JSON:
            json_words(inner.rest)
        return inner

    def _check_origins(self, instruction: Instruction) -> None:
        stage = self.stages[-1]
        build = Build(self.script, self.source, (), self.table)
        for origin in build.origins(instruction):
            index = index_of(origin) if instruction.keyword == "COPY" else None
            if index is not None and not 0 <= index < stage.number:
                raise WordError(f"invalid from flag value {origin}: no such stage before this one")


def index_of(origin: str) -> int | None:
    """The number of a stage, as Go's `Atoi` reads it; None if it is a name."""
    if not _INDEX.fullmatch(origin):
        return None
    digits = origin.lstrip("+-").lstrip("0") or "0"
    number = int(digits) if len(digits) < 20 else 1 << 64
    number = -number if origin.startswith("-") else number
    return number if -(1 << 63) <= number < 1 << 63 else None


def is_remote(source: str) -> bool:
    """Whether ADD fetches this from elsewhere; the case of the scheme counts."""
    return source.startswith(("http://", "https://"))


def is_git(source: str) -> bool:
    return source.startswith(("git@", "git://", "ssh://"))
