"""The rule set of one ignore file, with both of its meanings.

pathspec's own methods give the documented one: the path or any parent matches, the last rule wins.
`decide` gives what current builders do, folder by folder: a rule that was skipped at a folder,
since it could not change anything there, is not inherited from it.

Source of the meaning: moby/patternmatcher 5a6d842, `MatchesUsingParentResults` and
`MatchesOrParentMatches`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pathspec import PathSpec

from ctxguard.errors import PatternError
from ctxguard.ignore.automaton import Automaton, State, program_size
from ctxguard.ignore.pattern import DockerIgnorePattern, Kind
from ctxguard.ignore.reader import IgnoreRule

_POSITIONS_EACH = 4096
"""Rules share an automaton up to this many bits, so that a step stays a matter of a few words."""
_STATES_IN_ALL = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The answer for one path, with its reason; paths with the same reason share one object."""

    excluded: bool
    rule: int | None
    """Index of the deciding rule: the last that hit or was inherited; None if none did."""
    vector: tuple[int, ...]
    """The rules that count as hits for whatever lies below (the `MatchInfo` of Docker's walk)."""
    documented: bool
    """Excluded by the documented meaning; it differs from `excluded` only with exceptions."""
    touched: tuple[int, ...]
    """The rules that match the path or a parent, whatever their effect."""
    broken: int | None = None
    """The rule that Docker cannot compile and would have evaluated here by `vector`'s logic."""
    documented_broken: int | None = None
    """The same for the documented meaning."""


@dataclass(frozen=True, slots=True)
class FolderRules:
    """What the entries of one folder inherit."""

    path: str
    """Relative to the context root, "" for the root."""
    decision: Decision
    states: tuple[State, ...]
    """The automata after the path and its `/`."""


class DockerIgnoreSpec(PathSpec[DockerIgnorePattern]):
    """All rules of an ignore file, in file order.

    Args:
        patterns: comments and blank lines may be among them.
        forced: how many patterns at the end were added by the builder itself; they have no part in
            the documented meaning.

    Raises:
        PatternError: by `DockerIgnorePattern`, for a rule that Docker always refuses.
    """

    def __init__(
        self,
        patterns: Iterable[DockerIgnorePattern],
        *,
        backend: str | None = None,
        forced: int = 0,
        _test_backend_factory: Any = None,
    ) -> None:
        # pathspec's other backends do not call `match_file` and would be wrong.
        super().__init__(list(patterns), backend=backend or "simple")
        self._written = len(self.patterns) - forced
        self._compiled: _Compiled | None = None

    @classmethod
    def from_rules(cls, rules: Iterable[IgnoreRule]) -> DockerIgnoreSpec:
        return cls(map(DockerIgnorePattern, rules))

    def with_forced(self, lines: Sequence[str]) -> DockerIgnoreSpec:
        """The same rules and some that the builder adds behind them."""
        added = [DockerIgnorePattern(line) for line in lines]
        return DockerIgnoreSpec([*self.patterns, *added], forced=len(added))

    @property
    def rules(self) -> Sequence[IgnoreRule | None]:
        return [pattern.rule for pattern in self.patterns]

    def is_forced(self, rule: int) -> bool:
        """Whether the builder added this rule."""
        return rule >= self._written

    @property
    def broken(self) -> bool:
        """Whether some rule is one that Docker cannot compile, so that it matters who is asked."""
        return bool(self._rules().broken)

    def error(self, rule: int) -> PatternError:
        """What Docker says of a broken rule."""
        error = self.patterns[rule].broken
        assert error is not None
        return error

    def root(self) -> FolderRules:
        """What the entries of the context root inherit."""
        compiled = self._rules()
        nothing = compiled.resolve(None, ())
        return FolderRules("", nothing, tuple(machine.start for machine in compiled.machines))

    def decide(self, folder: FolderRules, names: Sequence[str]) -> list[Decision]:
        """Decide all entries of one folder, in the order of `names`."""
        compiled = self._rules()
        literals = compiled.literals.get(folder.path, {})
        inherited = compiled.resolve(folder.decision, ())
        starts = [state for state in folder.states if state.bits]
        if not starts and not literals:
            return [inherited] * len(names)
        decisions = []
        for name in names:
            own = literals.get(name, ())
            for state in starts:
                for char in name:
                    state = state[char]
                if state.hits:
                    own += state.hits
            decisions.append(compiled.resolve(folder.decision, own) if own else inherited)
        return decisions

    def enter(self, folder: FolderRules, name: str, decision: Decision) -> FolderRules:
        """What the entries of a subfolder inherit, given the decision on it."""
        step = f"{name}/"
        return FolderRules(
            f"{folder.path}/{name}" if folder.path else name,
            decision,
            tuple(state.after(step) if state.bits else state for state in folder.states),
        )

    def can_include_below(self, folder: FolderRules) -> bool:
        """Whether anything below the folder can be included.

        Below an excluded folder that takes an exception that can still match there.
        """
        compiled = self._rules()
        return (
            not folder.decision.excluded
            or folder.path in compiled.above_exceptions
            or any(
                state.bits & reach
                for state, reach in zip(folder.states, compiled.exceptions_reach, strict=True)
            )
        )

    def trace(self, path: str) -> Iterator[tuple[str, Decision]]:
        """The decisions on each folder of the path and on the path itself, from the top."""
        folder = self.root()
        for name in path.split("/"):
            (decision,) = self.decide(folder, [name])
            yield (f"{folder.path}/{name}" if folder.path else name), decision
            folder = self.enter(folder, name, decision)

    def _rules(self) -> _Compiled:
        if self._compiled is None or self._compiled.rules != len(self.patterns):
            self._compiled = _Compiled(self.patterns, self._written)
        return self._compiled


class _Compiled:
    """The pattern objects, arranged for deciding: exact ones by folder, the others as automata."""

    def __init__(self, patterns: Sequence[DockerIgnorePattern], written: int) -> None:
        self._written = written
        self.rules = len(patterns)
        self.negated = [pattern.include is False for pattern in patterns]
        self.broken = frozenset(at for at, pattern in enumerate(patterns) if pattern.broken)
        self.literals: dict[str, dict[str, tuple[int, ...]]] = {}
        self.above_exceptions: set[str] = set()
        self.machines: list[Automaton] = []
        self.exceptions_reach: list[int] = []
        self._decisions: dict[tuple[Decision | None, tuple[int, ...]], Decision] = {}
        self._alike: dict[tuple[object, ...], Decision] = {}
        usable = [
            (at, pattern)
            for at, pattern in enumerate(patterns)
            if pattern.include is not None and not pattern.broken
        ]
        self._add_literals([row for row in usable if row[1].kind is Kind.EXACT])
        self._add_machines([row for row in usable if row[1].kind is not Kind.EXACT])

    def _add_literals(self, rows: Sequence[tuple[int, DockerIgnorePattern]]) -> None:
        for at, pattern in rows:
            folder, _, name = pattern.text.rpartition("/")
            names = self.literals.setdefault(folder, {})
            names[name] = (*names.get(name, ()), at)
            while self.negated[at] and folder and folder not in self.above_exceptions:
                self.above_exceptions.add(folder)
                folder = folder.rpartition("/")[0]

    def _add_machines(self, rows: Sequence[tuple[int, DockerIgnorePattern]]) -> None:
        groups = list(_groups(rows))
        for group in groups:
            programs = [(at, pattern.program) for at, pattern in group]
            machine = Automaton(programs, max(64, _STATES_IN_ALL // len(groups)))
            self.machines.append(machine)
            self.exceptions_reach.append(machine.reach(at for at, _ in group if self.negated[at]))

    def resolve(self, parent: Decision | None, own: tuple[int, ...]) -> Decision:
        """The decision for a path whose own hits these are, in any order."""
        key = (parent, own)
        decision = self._decisions.get(key)
        if decision is None:
            decision = self._decisions[key] = self._resolve(parent, frozenset(own))
        return decision

    def _resolve(self, parent: Decision | None, own: frozenset[int]) -> Decision:
        inherited = frozenset(parent.vector if parent else ())
        touched = tuple(sorted(own.union(parent.touched if parent else ())))
        vector, broken = self._play(inherited, own, self.broken)
        written = frozenset(at for at in touched if at < self._written)
        written_broken = frozenset(at for at in self.broken if at < self._written)
        documented, documented_broken = self._play(frozenset(), written, written_broken)
        decision = Decision(
            excluded=self._excludes(vector),
            rule=vector[-1] if vector else None,
            vector=vector,
            documented=self._excludes(documented),
            touched=touched,
            broken=broken,
            documented_broken=documented_broken,
        )
        return self._alike.setdefault((vector, touched, broken), decision)

    def _play(
        self, inherited: frozenset[int], own: frozenset[int], broken: frozenset[int]
    ) -> tuple[tuple[int, ...], int | None]:
        """Go through the rules in order: those that hit, and the broken one that was met."""
        hits: list[int] = []
        excluded = False
        for at in sorted(inherited | own | broken):
            if at not in inherited:
                if self.negated[at] != excluded:
                    continue
                if at in broken:
                    return tuple(hits), at
            hits.append(at)
            excluded = not self.negated[at]
        return tuple(hits), None

    def _excludes(self, hits: tuple[int, ...]) -> bool:
        return bool(hits) and not self.negated[hits[-1]]


def _groups(
    rows: Sequence[tuple[int, DockerIgnorePattern]],
) -> Iterator[list[tuple[int, DockerIgnorePattern]]]:
    group: list[tuple[int, DockerIgnorePattern]] = []
    room = _POSITIONS_EACH
    for row in rows:
        size = program_size(row[1].program)
        if group and size > room:
            yield group
            group, room = [], _POSITIONS_EACH
        group.append(row)
        room -= size
    if group:
        yield group
