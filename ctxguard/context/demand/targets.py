"""The targets of the Dockerfile, and the include list of each and of each path they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ctxguard.context.demand.followpaths import Follower, TooManyLinksError
from ctxguard.context.demand.target import include_list, is_transferred
from ctxguard.context.tree.locate import Governing, Located
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.inclusion import COPY_ALL, Inclusion, include_rules
from ctxguard.dockerfile import references
from ctxguard.dockerfile.demand import Ask, Demand, demand
from ctxguard.dockerfile.parser import parse
from ctxguard.dockerfile.platforms import platform_arguments
from ctxguard.dockerfile.stages import Build, Stage, link
from ctxguard.errors import DockerfileError, HeaderError, MeasureError, UsageError
from ctxguard.measurement import Effect, Problem

_MOST_TARGETS = 200
_STAGE_ARGUMENT = b"TARGETSTAGE"
"""The one variable that depends on the target."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """The options of a build that decide what it asks of its context."""

    target: str | None = None
    all_targets: bool = False
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    platform: str | None = None
    contexts: frozenset[str] = frozenset()
    """Names of additional contexts."""
    of: str | None = None
    """Which of them is measured; None for the build's own context."""


NO_OPTIONS = BuildOptions()


@dataclass(frozen=True, slots=True)
class Target:
    """One target, before anything is measured."""

    name: str | None
    default: bool
    chosen: bool
    demand: Demand | None = None
    """What it asks for, where that is known and anything."""
    reason: str | None = None
    """Why there is no transfer."""
    kept: tuple[str, ...] | None = None
    """Its include list; None for everything."""
    number: int | None = None
    """Of its include list; None if the list holds exceptions and needs a walk of its own."""

    @property
    def unknown(self) -> bool:
        """Nobody can say what it asks for."""
        return self.reason in ("no-dockerfile", "unknown")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is asked of the context."""

    targets: tuple[Target, ...]
    asks: tuple[tuple[Ask, int | None], ...] = ()
    """Of the chosen target: each path asked for, with the number of its include list; None if
    nothing can be on that."""
    inclusion: Inclusion | None = None
    """None if there are no lists, or everything is on all of them."""
    problems: tuple[Problem, ...] = ()

    @property
    def chosen(self) -> Target:
        return next(target for target in self.targets if target.chosen)


def wanted(source: Source, located: Located, options: BuildOptions) -> Wanted:
    """Read the Dockerfile, and find out what its targets ask for.

    Raises:
        UsageError: there is no such target, or there are too many.
    """
    if located.dockerfile is None:
        return Wanted((_without_figure(options, "no-dockerfile"),))
    if located.text is None:
        return Wanted((_without_figure(options, "unknown"),))
    try:
        reading = _Reading(located.text, located.dockerfile, options)
        rows = tuple(reading.targets())
    except DockerfileError as error:
        return Wanted((_without_figure(options, "unknown"),), problems=(_refused(error),))
    if not isinstance(located.buildkit, Governing):
        rows = tuple(_refused_rules(row, located.buildkit) for row in rows)
        return Wanted(rows, problems=tuple(reading.problems))
    return _Listing(source, located.buildkit, rows, reading.problems, located.dockerfile).wanted()


def _without_figure(options: BuildOptions, reason: str) -> Target:
    return Target(options.target, default=options.target is None, chosen=True, reason=reason)


def _refused_rules(row: Target, error: MeasureError) -> Target:
    """A target where the ignore rules are refused: some only fail when they travel."""
    unused = row.demand is not None and not row.demand.used
    travels = not (unused and isinstance(error, HeaderError))
    return replace(row, demand=None, reason="unknown" if travels else "context-unused")


def _refused(error: MeasureError) -> Problem:
    return Problem(
        "dockerfile-refused",
        error.path,
        f"{error.message}; a build would fail",
        Effect.BUILD_FAILS,
        error.line,
    )


def refused_copy(error: MeasureError, dockerfile: str) -> Problem:
    """What is asked for makes the transfer fail."""
    message = f"{error.message}; a build would fail"
    return Problem("copy-refused", dockerfile, message, Effect.BUILD_FAILS)


class _Reading:
    """One Dockerfile, with what each target asks for.

    Raises:
        DockerfileError: BuildKit would refuse it, whatever the target.
    """

    def __init__(self, data: bytes, name: str, options: BuildOptions) -> None:
        self._name = name
        self._options = options
        self._by_target = _STAGE_ARGUMENT in data
        self._script = parse(data, name)
        self._build = self._linked(options.target)
        self.problems: list[Problem] = []

    def _linked(self, target: str | None) -> Build:
        options = self._options
        platform = platform_arguments(options.platform, target)
        return link(self._script, self._name, options.arguments, platform, options.contexts)

    def targets(self) -> Iterator[Target]:
        last = self._build.stages[-1]
        chosen = self._build.stage(self._options.target)
        if chosen is None:
            raise UsageError(self._no_such_target())
        for stage in self._stages(last) if self._options.all_targets else [chosen]:
            yield self._target(stage, last, chosen=stage is chosen)

    def _stages(self, last: Stage) -> list[Stage]:
        """All that a build can name, and the last one."""
        found = sorted(self._build.named().values(), key=lambda stage: stage.number)
        if not found or found[-1] is not last:
            found.append(last)
        if len(found) > _MOST_TARGETS:
            raise UsageError(
                f"--all-targets: {self._name} has {len(found)} targets, more than {_MOST_TARGETS}; "
                "choose one with --target"
            )
        return found

    def _no_such_target(self) -> str:
        names = list(dict.fromkeys(stage.name for stage in self._build.stages if stage.name))
        known = f"it has {', '.join(names[:10])}" if names else "none of its stages has a name"
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        return f"--target {self._options.target}: {self._name} has no such stage; {known}{more}"

    def _target(self, stage: Stage, last: Stage, *, chosen: bool) -> Target:
        row = Target(stage.name or None, default=stage is last, chosen=chosen)
        try:
            return replace(row, demand=self._demand(row, stage))
        except DockerfileError as error:
            self.problems.append(_refused(error))
            return replace(row, reason="unknown")

    def _demand(self, row: Target, stage: Stage) -> Demand:
        build = self._build
        if self._by_target and not row.chosen:
            build = self._linked(None if row.default else row.name)
        of = self._options.of
        name = None if of is None else references.familiar(of)
        return demand(build, build.stages[stage.number], name)


class _Listing:
    """Makes the include lists; equal ones share a number."""

    def __init__(
        self,
        source: Source,
        governing: Governing,
        rows: tuple[Target, ...],
        problems: list[Problem],
        dockerfile: str,
    ) -> None:
        self._follower = Follower(source)
        self._governing = governing
        self._rows = rows
        self._problems = list(problems)
        self._dockerfile = dockerfile
        self._numbers: dict[tuple[str, ...], int] = {}

    def wanted(self) -> Wanted:
        targets = tuple(map(self._target, self._rows))
        transfers = [row.number for row in targets if row.number]
        asks = tuple(self._asks(next(row for row in targets if row.chosen)))
        inclusion = Inclusion(list(self._numbers), transfers) if self._numbers else None
        return Wanted(targets, asks, inclusion, tuple(self._problems))

    def _target(self, row: Target) -> Target:
        if row.demand is None:
            return row
        if not row.demand.used:
            return replace(row, demand=None, reason="context-unused")
        try:
            kept, number = self._list(row.demand.follow_paths)
        except (MeasureError, TooManyLinksError) as error:
            self._problems.append(self._failing(error))
            return replace(row, demand=None, reason="unknown")
        if not is_transferred(self._governing, row.demand):
            return replace(row, kept=kept, reason="context-unused")
        return replace(row, kept=kept, number=number)

    def _failing(self, error: Exception) -> Problem:
        if not isinstance(error, MeasureError):
            return Problem("too-many-links", self._dockerfile, str(error), Effect.NOT_COUNTED)
        return refused_copy(error, self._dockerfile)

    def _list(self, asked: tuple[str, ...] | None) -> tuple[tuple[str, ...] | None, int | None]:
        """The include list of these paths, and its number (see `Target`).

        Raises:
            MeasureError: there can be no such list.
            TooManyLinksError: nobody can wait for it.
        """
        kept = None if asked is None else include_list(self._follower, asked)
        if kept is None:
            return None, COPY_ALL
        rules = include_rules(kept)
        if rules.broken or any(rule is not None and rule.negated for rule in rules.rules):
            return kept, None
        return kept, self._numbers.setdefault(kept, len(self._numbers) + 1)

    def _asks(self, chosen: Target) -> Iterator[tuple[Ask, int | None]]:
        """Each path that the chosen target asks for, alone."""
        if chosen.demand is None or chosen.reason is not None:
            return
        found: dict[str, int | None] = {"": COPY_ALL}
        for ask in chosen.demand.asks:
            if ask.path not in found:
                found[ask.path] = self._number_alone(ask)
            yield ask, found[ask.path]

    def _number_alone(self, ask: Ask) -> int | None:
        """EDGE CASE: what could not be asked for alone brings nothing, if all is asked for too."""
        try:
            return self._list((ask.path,))[1]
        except (MeasureError, TooManyLinksError):
            return None
