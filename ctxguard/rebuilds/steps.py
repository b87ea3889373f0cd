"""From a Dockerfile to the steps of a target, each with the digest of what decides it.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`;
`solver/llbsolver/ops/exec.go` and `file.go` (`CacheMap`); checked on Docker 28.5.2.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.dockerfile.demand import Ask, demand
from ctxguard.dockerfile.forms import arguments
from ctxguard.dockerfile.mounts import read_mount
from ctxguard.dockerfile.parser import Instruction, heredoc_name, json_words, parse
from ctxguard.dockerfile.platforms import platform_arguments
from ctxguard.dockerfile.stages import Build, Stage, index_of, is_remote, link
from ctxguard.dockerfile.variables import PATH, Table
from ctxguard.dockerfile.words import WordError
from ctxguard.errors import DockerfileError, UsageError
from ctxguard.rebuilds.environment import Variables
from ctxguard.rebuilds.hashing import digest
from ctxguard.rebuilds.step import BUILDING, Asked, Step

_SHELL = ("/bin/sh", "-c")
_MOST_WORK = 500_000
"""Variables that stages may take over; few instructions could do endless work."""


def steps_of(data: bytes, name: str, options: BuildOptions) -> tuple[Step, ...]:
    """All instructions of the stages that the target needs, in file order.

    Args:
        name: of the Dockerfile, to show in errors.

    Raises:
        DockerfileError: BuildKit would refuse it.
        UsageError: there is no such target.
    """
    script = parse(data, name)
    platform = platform_arguments(options.platform, options.target)
    build = link(script, name, options.arguments, platform, options.contexts)
    target = build.stage(options.target)
    if target is None:
        raise UsageError(f"--target {options.target}: {name} has no such stage")
    asks: dict[int, list[Ask]] = {}
    for ask in demand(build, target).asks:
        if ask.transfers:
            asks.setdefault(id(ask.instruction), []).append(ask)
    try:
        return tuple(_Reading(build, asks, options).run(target))
    except WordError as error:
        raise DockerfileError(str(error), path=name) from None


def _documents(build: Build) -> dict[int, tuple[str, ...]]:
    """What the here-documents of each instruction hold, by the line it begins at."""
    return {each.line: each.documents for each in build.script.instructions}


@dataclass(frozen=True, slots=True)
class _Does:
    """What is a step's own, as `Step` has it."""

    own: bytes
    asked: tuple[Asked, ...] = ()
    origins: tuple[int, ...] = ()
    linked: bool = False


@dataclass(slots=True)
class _State:
    """What a stage hands on to those that begin from it."""

    values: Variables
    workdir: str | None
    user: str
    shell: tuple[str, ...]
    last: int


class _Reading:
    def __init__(
        self,
        build: Build,
        asks: Mapping[int, list[Ask]],
        options: BuildOptions,
    ) -> None:
        self._build = build
        self._documents = _documents(build)
        self._asks = asks
        self.platform = options.platform or ""
        self._named = build.named()
        self._begins = {each.line: each for each in build.script.instructions}
        self._done: dict[int, _State] = {}
        self._found: list[Step] = []
        self._work = 0

    def run(self, target: Stage) -> list[Step]:
        for stage in self._build.reachable(target):
            self._done[stage.number] = self._stage(stage)
        return self._found

    def _stage(self, stage: Stage) -> _State:
        state = self._begin(stage)
        if self._build.is_replaced(stage):
            return state
        work = list(stage.work())
        imaged = stage.base_stage is None and stage.base != "scratch"
        total = imaged + sum(each.keyword in BUILDING for each in work)
        number = int(imaged)
        reader = _Stage(self, state, self._build, self._label(stage))
        prefix = self._label(stage) if len(self._build.stages) > 1 else ""
        for instruction in work:
            vertex = ""
            if instruction.keyword in BUILDING:
                number += 1
                vertex = f"[{f'{prefix} {number}'.lstrip()}/{total}]"
            asks = self._asks.get(id(instruction), ())
            self._add(state, reader.read(instruction, asks, vertex))
        return state

    def _begin(self, stage: Stage) -> _State:
        """The state that a stage begins with, once its FROM is added to the steps."""
        before = None if stage.base_stage is None else self._done[stage.base_stage.number]
        if before is None:
            workdir = "/" if stage.base == "scratch" else None
            state = _State(Variables({"PATH": PATH}), workdir, "", _SHELL, -1)
        else:
            self._spend(len(before.values))
            state = replace(before, values=before.values.copy())
        line = self._begins[stage.line]
        own = digest("FROM", *(() if before else (stage.base, line.flags, self.platform)))
        own = b"" if before is None and stage.base == "scratch" else own
        base = None if before is None else before.last
        self._add(state, Step(self._label(stage), line, own, base=base))
        return state

    def _add(self, state: _State, step: Step) -> None:
        self._found.append(step)
        state.last = len(self._found) - 1

    def _label(self, stage: Stage) -> str:
        return stage.name or f"stage-{stage.number}"

    def documents_of(self, instruction: Instruction) -> tuple[str, ...]:
        return self._documents[instruction.line]

    def origin(self, origin: str, keyword: str) -> tuple[tuple[int, ...], str]:
        """The last step of the stage that is meant, or the name of an image."""
        found = self._named.get(origin.lower())
        index = index_of(origin) if keyword == "COPY" and found is None else None
        number = index if found is None else found.number
        if number is None or number not in self._done:
            return (), origin
        return (self._done[number].last,), ""

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > _MOST_WORK:
            raise WordError("its variables are far too many to be followed")


class _Stage:
    """Goes through the instructions of one stage."""

    def __init__(self, reading: _Reading, state: _State, build: Build, label: str) -> None:
        self._reading = reading
        self._label = label
        self._state = state
        self._globals = build.globals.values
        self.table = Table(build.script.escape, build.globals.given, state.values)

    def read(self, instruction: Instruction, asks: Sequence[Ask], vertex: str) -> Step:
        if instruction.keyword in ("COPY", "ADD"):
            does = self._copy(instruction, asks)
        elif instruction.keyword == "RUN":
            does = self._run(instruction, asks)
        else:
            does = _Does(digest(instruction.keyword, *self._told(instruction)))
        return Step(
            *(self._label, instruction, does.own, does.asked, self._state.last, does.origins),
            *(does.linked, vertex),
        )

    def _told(self, instruction: Instruction) -> Iterator[object]:
        """What decides about an instruction that asks for nothing; what follows sees its effect."""
        state, keyword, rest = self._state, instruction.keyword, instruction.rest
        if keyword == "ENV":
            self.table.env(rest)
        elif keyword == "ARG":
            self.table.arg(rest, self._globals)
        elif keyword == "USER":
            state.user = self.table.expand(rest)
        elif keyword == "SHELL":
            state.shell = tuple(json_words(rest) or ())
        if keyword == "WORKDIR":
            state.workdir = _joined(state.workdir, self.table.expand(rest))
            yield from (state.workdir, state.user)
        elif keyword in ("LABEL", "EXPOSE", "VOLUME", "USER", "STOPSIGNAL"):
            yield self._expanded(rest)
        else:
            yield from (instruction.flags, rest)

    def _expanded(self, text: str) -> str:
        """As far as it can be."""
        try:
            return self.table.expand(text)
        except WordError:
            return text

    def _run(self, instruction: Instruction, asks: Sequence[Ask]) -> _Does:
        state = self._state
        mounts: list[object] = []
        origins: list[int] = []
        for flag in instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            if name != "mount":
                mounts.append(flag)
                continue
            mounts.append(self._mount(value, origins))
        own = digest(
            *(
                "RUN",
                mounts,
                state.values.digest,
                state.workdir,
                state.user,
                self._reading.platform,
            ),
            *self._command(instruction),
        )
        return _Does(own, tuple(Asked(ask.path) for ask in asks), tuple(origins))

    def _command(self, instruction: Instruction) -> Iterator[object]:
        words = json_words(instruction.rest)
        yield words or (self._state.shell, instruction.rest)
        yield self._reading.documents_of(instruction)

    def _mount(self, value: str, origins: list[int]) -> object:
        """What of a mount decides; where it takes from the context, its content does."""
        mount = read_mount(value, self.table.expand)
        found, image = self._reading.origin(mount.origin, "RUN") if mount.origin else ((), "")
        origins += found
        if mount.transfers or found:
            options = [each for each in value.split(",") if not _is_source(each)]
            return options, (mount.source if found else ""), image
        return self._expanded(value), image

    def _copy(self, instruction: Instruction, asks: Sequence[Ask]) -> _Does:
        flags = dict(flag.removeprefix("--").partition("=")[::2] for flag in instruction.flags)
        *sources, destination = arguments(instruction)
        words = [self._word(word, instruction) for word in sources]
        origin = flags.pop("from", "")
        linked = _is_linked(flags)
        found, image = self._reading.origin(origin, "COPY") if origin else ((), "")
        apart = ("exclude", "link")
        told = {name: self._expanded(value) for name, value in flags.items() if name not in apart}
        excludes = tuple(
            self._expanded(flag.partition("=")[2])
            for flag in instruction.flags
            if flag.startswith("--exclude=")
        )
        named = words if origin or "parents" in flags else [_base_name(word) for word in words]
        own = digest(
            *(instruction.keyword, named, self._goal(destination), sorted(told.items())),
            *(excludes, image),
        )
        asked = tuple(Asked(ask.path, excludes) for ask in asks)
        return _Does(own, asked, found, linked)

    def _word(self, word: str, instruction: Instruction) -> str:
        if heredoc_name(word) is None:
            return self.table.expand(word)
        return repr((word, *map(self._expanded, self._reading.documents_of(instruction))))

    def _goal(self, destination: str) -> str:
        """Where it goes; BuildKit tells a folder by the slash at the end."""
        goal = self.table.expand(destination)
        joined = _joined(self._state.workdir, goal)
        slash = "/" if goal.endswith(("/", "/.")) or goal in (".", "") else ""
        return f"{joined}{slash}"


def _is_linked(flags: Mapping[str, str]) -> bool:
    """EDGE CASE: with `--chmod`, BuildKit passes over `--link`."""
    return flags.get("link", "false").lower() in ("", "true") and not flags.get("chmod")


def _joined(folder: str | None, path: str) -> str:
    """EDGE CASE: where only the image knows the folder, relative paths stay told apart by text."""
    return posixpath.normpath(posixpath.join("." if folder is None else folder, path))


def _base_name(source: str) -> str:
    """BuildKit keys a source by its last name alone; its content is keyed apart."""
    return source if is_remote(source) else posixpath.basename(posixpath.normpath(f"/{source}"))


def _is_source(option: str) -> bool:
    return option.partition("=")[0].lower() in ("source", "src")
