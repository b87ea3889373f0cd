"""What the instructions ask for, as bounds to advice: what may not be taken away from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.demand.followpaths import Follower, TooManyLinksError
from ctxguard.context.demand.target import include_list
from ctxguard.context.demand.targets import BuildOptions, Target, wanted
from ctxguard.context.tree.locate import Located
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.inclusion import include_rules
from ctxguard.dockerfile.demand import Ask
from ctxguard.errors import MeasureError, UsageError
from ctxguard.ignore.spec import Decider, Decision
from ctxguard.measurement import InstructionLine

_SCRATCH = "scratch"
_ANY_DEPTH = "**"
_EVERYTHING_IN_IT = "*"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a path stands to the sources; each by its number."""

    itself: tuple[int, ...] = ()
    """It is one of them, or matched by its wildcard."""
    below: tuple[int, ...] = ()
    """It lies below a folder that is one of them."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A source, and the include list it makes; None for the whole context."""

    instruction: InstructionLine | None
    patterns: tuple[str, ...] | None


class Sources:
    """The sources of all COPY, ADD and bind mounts of all targets.

    Where nobody can say what the build asks for, that is one source more, which asks for everything
    and has no instruction.
    """

    def __init__(self, named: Sequence[_Named]) -> None:
        self._named = named
        self.instructions = [each.instruction for each in named]
        """By the number of the source."""
        everything = [at for at, each in enumerate(named) if each.patterns is None]
        self._everything = tuple(everything)
        owners: dict[str, list[int]] = {}
        for at, each in enumerate(named):
            for pattern in each.patterns or ():
                owners.setdefault(pattern, []).append(at)
        self._owners = list(owners.values())
        self._deep = [_ANY_DEPTH in pattern for pattern in owners]
        self._stars = [pattern.rpartition("/")[2] == _EVERYTHING_IN_IT for pattern in owners]
        self._decider = include_rules(list(owners)).decider()
        self._known: dict[tuple[Decision, Decision, bool], Standing] = {}

    def named(self) -> Iterator[tuple[InstructionLine | None, Sequence[str] | None]]:
        """Each source: the instruction, None for nobody knows which, and what the build includes by
        it, None for everything.
        """
        return ((each.instruction, each.patterns) for each in self._named)

    @property
    def decider(self) -> Decider:
        """Decides which patterns of the sources touch a path."""
        return self._decider

    def standing(self, path: str, decision: Decision, above: Decision, *, folder: bool) -> Standing:
        """Args: decision, above: of the decider, on the path and on its folder."""
        if any(self._deep[at] for at in decision.touched):
            return self._standing(self._decider.hits(path), decision, folder=folder)
        key = decision, above, folder
        found = self._known.get(key)
        if found is None:
            own = set(decision.touched).difference(above.touched)
            found = self._known[key] = self._standing(own, decision, folder=folder)
        return found

    def _standing(self, own: Iterable[int], decision: Decision, *, folder: bool) -> Standing:
        # A folder that a lone `*` matches is there as anything in a folder that is copied whole.
        itself = [at for at in own if not (folder and self._stars[at])]
        below = set(decision.touched).difference(itself)
        return Standing(self._owned(itself), (*self._everything, *self._owned(below)))

    def _owned(self, patterns: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted({source for at in patterns for source in self._owners[at]}))


def sources(source: Source, located: Located, build: BuildOptions) -> Sources:
    """What all targets of the Dockerfile ask for."""
    try:
        found = wanted(source, located, replace(build, all_targets=True))
    except UsageError:  # Too many of them.
        return Sources([_Named(None, None)])
    follower = Follower(source)
    named: dict[tuple[int, str], _Named] = {}
    for target in found.targets:
        for ask in _asks(target):
            key = ask.instruction.line, ask.path
            if key not in named:
                named[key] = _named(ask, follower, located.dockerfile or "")
    unknown = any(target.unknown for target in found.targets)
    return Sources([*named.values(), *([_Named(None, None)] if unknown else [])])


def _asks(target: Target) -> Iterator[Ask]:
    if target.demand is not None:
        yield from (ask for ask in target.demand.asks if ask.transfers)


def _named(ask: Ask, follower: Follower, dockerfile: str) -> _Named:
    instruction = InstructionLine(dockerfile, ask.instruction.line, ask.instruction.text)
    if not ask.path or (ask.unset and ask.image != _SCRATCH):
        return _Named(instruction, None)
    try:
        kept = include_list(follower, (ask.path,))
        rules = None if kept is None else include_rules(kept)
    except (MeasureError, TooManyLinksError):
        kept = rules = None
    if rules is None or rules.broken or any(rule and rule.negated for rule in rules.rules):
        return _Named(instruction, None)
    return _Named(instruction, kept)
