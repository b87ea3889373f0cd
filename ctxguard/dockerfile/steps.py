"""What a target does, step by step: commands that run, paths that are copied, and where to.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`. What only
the base image knows, such as its WORKDIR, stays unknown.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ctxguard.dockerfile import shell
from ctxguard.dockerfile.forms import arguments
from ctxguard.dockerfile.mounts import Mount, read_mount
from ctxguard.dockerfile.parser import Instruction, heredoc_name, json_words
from ctxguard.dockerfile.shell import Command
from ctxguard.dockerfile.stages import Build, Stage, is_git, is_remote
from ctxguard.dockerfile.variables import PATH, Table
from ctxguard.errors import DockerfileError

WATCHED = frozenset(
    (
        *("NODE_ENV", "NPM_CONFIG_OMIT", "NPM_CONFIG_PRODUCTION", "NPM_CONFIG_CACHE"),
        *("YARN_PRODUCTION", "BUNDLE_WITHOUT", "COMPOSER_NO_DEV", "COMPOSER_CACHE_DIR"),
        *("UV_NO_DEV", "POETRY_NO_CACHE", "POETRY_CACHE_DIR", "PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"),
        *("PIPENV_DEV", "CONDA_PKGS_DIRS"),
    )
)
"""Variables that decide what tools install and keep."""
_LONGEST_PATH = 4096
_MOST_STEPS = 2_000
_MOST_SCRIPT = 1 << 20
"""Characters of commands that are read for one Dockerfile."""
_KNOWN_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh"))
_UNCERTAIN = ("--exclude", "--parents")


@dataclass(frozen=True, slots=True)
class Copied:
    """What COPY or ADD takes from the context, and where it puts it."""

    sources: tuple[str, ...]
    """Relative to the context root, cleaned, wildcards kept; "" for all of it."""
    destination: str | None
    """Absolute, cleaned; None if only the base image knows."""
    into: bool
    """Whether the destination is a folder for certain, whatever the source is."""
    origin: str
    """The stage, image or other context it comes from; "" for the context."""
    certain: bool
    """Whether all below the sources comes along, and under its own name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a stage that the target needs."""

    instruction: Instruction
    stage: int
    own: bool
    """Whether its layer is in the image: it is of the target, or of a stage it stands on."""
    triggered: bool
    """Whether an ONBUILD of another stage put it here."""
    folder: str | None
    """Where it runs, absolute; None if only the base image knows."""
    variables: Mapping[str, str]
    """Those of `WATCHED` that are set."""
    commands: tuple[Command, ...] = ()
    """Of a RUN; none if it is not for a shell that is known."""
    mounts: tuple[Mount, ...] = ()
    """Of a RUN, variables put in."""
    copied: Copied | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a target does."""

    steps: tuple[Step, ...]
    """In the order of the file, the ONBUILD ones where they are triggered."""
    target: Stage
    starts: tuple[str, ...]
    """The words of CMD and ENTRYPOINT; none if the Dockerfile has neither."""


def plan(build: Build, target: Stage) -> Plan:
    """Go through the stages that the target needs.

    Raises:
        DockerfileError: BuildKit would refuse an instruction that is needed.
    """
    planning = _Planning(build, target)
    steps = planning.run()
    starts = [word for key in _STARTING for word in planning.starts.get(key, ())]
    return Plan(tuple(steps), target, tuple(starts))


_STARTING = ("ENTRYPOINT", "CMD")


class _Planning:
    """Goes down the tree of stages and their bases, so that one table serves all of them."""

    def __init__(self, build: Build, target: Stage) -> None:
        self._build = build
        self._escape = build.script.escape
        self._table = Table(self._escape, build.globals.given, {"PATH": PATH})
        self._own = set(_standing_on(target))
        self._needed = build.reachable(target)
        self._ends: dict[int, tuple[str | None, bool]] = {}
        """By stage: the folder it ends in, and whether its shell is known."""
        self._folder: str | None = None
        self._has_shell = True
        self._watched: Mapping[str, str] = {}
        self._left = _MOST_SCRIPT
        self.starts: dict[str, tuple[str, ...]] = {}

    def run(self) -> list[Step]:
        children: dict[int | None, list[Stage]] = {}
        for stage in self._needed:
            base = None if stage.base_stage is None else stage.base_stage.number
            children.setdefault(base, []).append(stage)
        found: dict[int, list[Step]] = {}
        stack: list[tuple[Stage | None, int]] = [(stage, 0) for stage in children.get(None, [])]
        while stack:
            next_, mark = stack.pop()
            if next_ is None:
                self._table.back_to(mark)
                continue
            stack.append((None, self._table.mark()))
            found[next_.number] = list(self._stage(next_))
            stack += [(child, 0) for child in children.get(next_.number, [])]
        steps = [step for stage in self._needed for step in found[stage.number]]
        return steps[:_MOST_STEPS]

    def _stage(self, stage: Stage) -> Iterator[Step]:
        base = stage.base_stage
        at_first = ("/" if stage.image == "scratch" else None, self._escape == "\\")
        self._folder, self._has_shell = at_first if base is None else self._ends[base.number]
        self._watch()
        triggers = () if base is None else base.triggers
        if not self._build.is_replaced(stage):
            for at, instruction in enumerate(stage.work()):
                step = Step(
                    instruction, stage.number, stage.number in self._own, at < len(triggers),
                    self._folder, self._watched,
                )  # fmt: skip
                yield self._taken(step)
        self._ends[stage.number] = self._folder, self._has_shell

    def _taken(self, step: Step) -> Step:
        try:
            return self._take(step)
        except ValueError as error:
            line = step.instruction.line
            raise DockerfileError(str(error), path=self._build.source, line=line) from None

    def _take(self, step: Step) -> Step:
        keyword, rest = step.instruction.keyword, step.instruction.rest
        if keyword in ("ENV", "ARG"):
            self._set(keyword, rest)
        elif keyword == "WORKDIR":
            self._folder = _joined(self._folder, self._table.expand(rest))
        elif keyword == "SHELL":
            program = next(iter(json_words(rest) or ()), "")
            self._has_shell = posixpath.basename(program) in _KNOWN_SHELLS
        elif keyword in _STARTING and step.own:
            listed = json_words(rest)
            self.starts[keyword] = tuple(rest.split() if listed is None else listed)
        elif keyword == "RUN":
            return replace(step, commands=self._commands(step), mounts=tuple(self._mounts(step)))
        elif keyword in ("COPY", "ADD"):
            return replace(step, copied=self._copied(step.instruction))
        return step

    def _set(self, keyword: str, rest: str) -> None:
        if keyword == "ENV":
            self._table.env(rest)
        else:
            self._table.arg(rest, self._build.globals.values)
        self._watch()

    def _watch(self) -> None:
        values = self._table.values
        self._watched = {name: values[name] for name in WATCHED if name in values}

    def _commands(self, step: Step) -> tuple[Command, ...]:
        instruction = step.instruction
        self._left -= len(instruction.rest) + sum(map(len, instruction.documents))
        if self._left < 0 or not self._has_shell:
            return ()
        return shell.of_run(instruction)

    def _mounts(self, step: Step) -> Iterator[Mount]:
        for flag in step.instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            if name == "mount":
                mount = read_mount(value, self._table.expand)
                yield replace(mount, target=_joined(step.folder, mount.target) or mount.target)

    def _copied(self, instruction: Instruction) -> Copied | None:
        flags = dict(flag.partition("=")[::2] for flag in instruction.flags)
        *words, last = arguments(instruction)
        self._table.unset.clear()
        sources = [self._table.expand(word) for word in words if heredoc_name(word) is None]
        destination = self._table.expand(last)
        is_known = not self._table.unset
        if instruction.keyword == "ADD":
            sources = [each for each in sources if not (is_remote(each) or is_git(each))]
        if not sources:
            return None
        into = destination.endswith(("/", "/.")) or destination in ("", ".") or len(words) > 1
        return Copied(
            tuple(posixpath.normpath(f"/{each}").lstrip("/") for each in sources),
            _joined(self._folder, destination) if is_known else None,
            into,
            flags.get("--from", ""),
            is_known and not any(flag in flags for flag in _UNCERTAIN),
        )


def _standing_on(target: Stage) -> Iterator[int]:
    stage: Stage | None = target
    while stage is not None:
        yield stage.number
        stage = stage.base_stage


def _joined(folder: str | None, path: str) -> str | None:
    """An absolute path, cleaned; None if nobody can know."""
    if not path.startswith("/") and folder is None:
        return None
    joined = posixpath.normpath(posixpath.join(folder or "/", path))
    return "/" + joined.lstrip("/") if len(joined) <= _LONGEST_PATH else None
