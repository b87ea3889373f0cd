"""The rule set of one ignore file, with both of its meanings.

pathspec's own methods give the documented one: the path or any parent matches, the last rule wins.
`decide` gives what current builders do, folder by folder: a rule that was skipped at a folder,
since it could not change anything there, is not inherited from it.

Source of the meaning: moby/patternmatcher 5a6d842, `MatchesUsingParentResults` and
`MatchesOrParentMatches`.
"""

from __future__ import annotations

from collections import defaultdict
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
class Case:
    """One way in which a path comes to its decision."""

    parent: Decision | None
    """On its folder; None for the context root itself."""
    own: tuple[int, ...]
    """The rules that match the path itself."""
    decision: Decision


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
        forced_onto: the rules as they stand in the file, if the builder added the patterns behind
            them by itself; those have no part in the documented meaning.

    Raises:
        PatternError: by `DockerIgnorePattern`, for a rule that Docker always refuses.
    """

    def __init__(
        self,
        patterns: Iterable[DockerIgnorePattern],
        *,
        backend: str | None = None,
        forced_onto: DockerIgnoreSpec | None = None,
        _test_backend_factory: Any = None,
    ) -> None:
        # pathspec's other backends do not call `match_file` and would be wrong.
        super().__init__(list(patterns), backend=backend or "simple")
        self._written = len(self.patterns if forced_onto is None else forced_onto.patterns)
        self._base = forced_onto
        self._compiled: Decider | None = None

    @classmethod
    def from_rules(cls, rules: Iterable[IgnoreRule]) -> DockerIgnoreSpec:
        return cls(map(DockerIgnorePattern, rules))

    def with_forced(self, lines: Sequence[str]) -> DockerIgnoreSpec:
        """The same rules and some that the builder adds behind them."""
        if not lines:
            return self
        added = [DockerIgnorePattern(line) for line in lines]
        return DockerIgnoreSpec([*self.patterns, *added], forced_onto=self)

    @property
    def rules(self) -> Sequence[IgnoreRule | None]:
        return [pattern.rule for pattern in self.patterns]

    def is_forced(self, rule: int) -> bool:
        """Whether the builder added this rule."""
        return rule >= self._written

    @property
    def broken(self) -> bool:
        """Whether some rule is one that Docker cannot compile, so that it matters who is asked."""
        return bool(self.decider().broken)

    def error(self, rule: int) -> PatternError:
        """What Docker says of a broken rule."""
        error = self.patterns[rule].broken
        assert error is not None
        return error

    def root(self) -> FolderRules:
        """What the entries of the context root inherit."""
        return self.decider().root

    def decide(self, folder: FolderRules, names: Sequence[str]) -> list[Decision]:
        """Decide all entries of one folder, in the order of `names`."""
        return self.decider().decide(folder, names)

    def enter(self, folder: FolderRules, name: str, decision: Decision) -> FolderRules:
        """What the entries of a subfolder inherit, given the decision on it."""
        return self.decider().enter(folder, name, decision)

    def can_include_below(self, folder: FolderRules) -> bool:
        """Whether anything below the folder can be included.

        Below an excluded folder that takes an exception that can still match there, and that
        stands behind the rule that excludes the folder.
        """
        return self.decider().can_include_below(folder)

    def hits(self, path: str) -> frozenset[int]:
        """The rules that match this very path, whatever they make of its parents."""
        return self.decider().hits(path)

    def trace(self, path: str) -> Iterator[tuple[str, Decision]]:
        """The decisions on each folder of the path and on the path itself, from the top."""
        folder = self.root()
        for name in path.split("/"):
            (decision,) = self.decide(folder, [name])
            yield (f"{folder.path}/{name}" if folder.path else name), decision
            folder = self.enter(folder, name, decision)

    def decider(self) -> Decider:
        """The same rules, arranged for deciding; for whoever asks for very many folders."""
        if self._compiled is None or len(self._compiled.negated) != len(self.patterns):
            self._compiled = self._compile()
        return self._compiled

    def _compile(self) -> Decider:
        forced = self.patterns[self._written :]
        if self._base is not None and all(pattern.kind is Kind.EXACT for pattern in forced):
            return Decider.with_forced(self._base.decider(), forced)
        compiled = Decider(self._written)
        compiled.add(self.patterns)
        return compiled


class Decider:
    """The pattern objects, arranged for deciding: exact ones by folder, the others as automata."""

    def __init__(self, written: int) -> None:
        self._written = written
        self.negated: list[bool] = []
        self.broken: frozenset[int] = frozenset()
        self.literals: dict[str, dict[str, tuple[int, ...]]] = {}
        self.above_exceptions: dict[str, int] = {}
        """Folders above exact exceptions, with the last such rule."""
        self.machines: list[Automaton] = []
        self._reaches: dict[int, list[int]] = {}
        self._above_literals: set[str] | None = None
        self._every_reach: list[int] = []
        self._base: Decider | None = None
        self._forced_in: frozenset[str] = frozenset()
        self._decisions: dict[tuple[Decision | None, tuple[int, ...]], Decision] = {}
        self._alike: dict[tuple[object, ...], Decision] = {}
        self._decided: tuple[FolderRules, Sequence[str], list[Decision]] | None = None
        self._entered: tuple[FolderRules, Decision, FolderRules] | None = None

    @classmethod
    def with_forced(cls, base: Decider, forced: Sequence[DockerIgnorePattern]) -> Decider:
        """The same rules and some exact ones behind them.

        They touch a folder or two; for all the others the two share their work.
        """
        self = cls(base._written)
        self.negated = list(base.negated)
        self.broken = base.broken
        self.literals = dict(base.literals)
        self.above_exceptions = dict(base.above_exceptions)
        self.machines, self._reaches = base.machines, base._reaches
        self._base = base
        self._decisions, self._alike = base._decisions, base._alike
        self.root = base.root
        self._forced_in = frozenset(pattern.text.rpartition("/")[0] for pattern in forced)
        for folder in self._forced_in:
            self.literals[folder] = dict(base.literals.get(folder, {}))
        self.add(forced)
        return self

    def add(self, patterns: Sequence[DockerIgnorePattern]) -> None:
        start = len(self.negated)
        rows = list(enumerate(patterns, start))
        self.negated += [pattern.include is False for pattern in patterns]
        self.broken |= {at for at, pattern in rows if pattern.broken}
        usable = [row for row in rows if row[1].include is not None and not row[1].broken]
        self._add_literals([row for row in usable if row[1].kind is Kind.EXACT])
        self._add_machines([row for row in usable if row[1].kind is not Kind.EXACT])
        if self._base is None:
            starts = tuple(machine.start for machine in self.machines)
            self.root = FolderRules("", self.resolve(None, ()), starts)

    def _add_literals(self, rows: Sequence[tuple[int, DockerIgnorePattern]]) -> None:
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for at, pattern in rows:
            folder, _, name = pattern.text.rpartition("/")
            found[folder, name].append(at)
            while self.negated[at] and folder and self.above_exceptions.get(folder, -1) < at:
                self.above_exceptions[folder] = at
                folder = folder.rpartition("/")[0]

        for (folder, name), rules in found.items():
            names = self.literals.setdefault(folder, {})
            names[name] = (*names.get(name, ()), *rules)

    def _add_machines(self, rows: Sequence[tuple[int, DockerIgnorePattern]]) -> None:
        groups = list(_groups(rows))
        for group in groups:
            programs = [(at, pattern.program) for at, pattern in group]
            self.machines.append(Automaton(programs, max(64, _STATES_IN_ALL // len(groups))))

    def decide(self, folder: FolderRules, names: Sequence[str]) -> list[Decision]:
        if self._base is not None and not self._is_forced_in(folder):
            return self._base.decide(folder, names)
        # Both builders ask about the same folder in turn, mostly with the same rules.
        last = self._decided
        if last is not None and last[0] is folder and last[1] is names:
            return last[2]
        decisions = self._decide(folder, names)
        self._decided = (folder, names, decisions)
        return decisions

    def _is_forced_in(self, folder: FolderRules) -> bool:
        return folder.path in self._forced_in or self._is_forced(folder.decision)

    def _decide(self, folder: FolderRules, names: Sequence[str]) -> list[Decision]:
        literals = self.literals.get(folder.path, {})
        inherited = self.resolve(folder.decision, ())
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
            decisions.append(self.resolve(folder.decision, own) if own else inherited)
        return decisions

    def hits(self, path: str) -> frozenset[int]:
        """See `DockerIgnoreSpec.hits`."""
        folder, _, name = path.rpartition("/")
        found = set(self.literals.get(folder, {}).get(name, ()))
        for machine in self.machines:
            found.update(machine.start.after(path).hits)
        return frozenset(found)

    def enter(self, folder: FolderRules, name: str, decision: Decision) -> FolderRules:
        if self._base is not None and not self._is_forced(decision):
            return self._base.enter(folder, name, decision)
        path = f"{folder.path}/{name}" if folder.path else name
        last = self._entered
        if last is not None and last[0] is folder and last[1] is decision and last[2].path == path:
            return last[2]
        step = f"{name}/"
        states = tuple(state.after(step) if state.bits else state for state in folder.states)
        entered = FolderRules(path, decision, states)
        self._entered = (folder, decision, entered)
        return entered

    def can_include_below(self, folder: FolderRules) -> bool:
        """See `DockerIgnoreSpec.can_include_below`."""
        rule = folder.decision.rule
        if not folder.decision.excluded or rule is None:
            return True
        reaches = self._reaches.get(rule)
        if reaches is None:
            exceptions = [at for at, negated in enumerate(self.negated) if negated and at > rule]
            reaches = [machine.reach(exceptions) for machine in self.machines]
            self._reaches[rule] = reaches
        return self.above_exceptions.get(folder.path, -1) > rule or any(
            state.bits & reach for state, reach in zip(folder.states, reaches, strict=True)
        )

    def can_match_below(self, folder: FolderRules) -> bool:
        """Whether any rule can match below the folder; if none can, all there inherit."""
        if self._above_literals is None:
            self._above_literals = _with_parents(self.literals)
            every = range(len(self.negated))
            self._every_reach = [machine.reach(every) for machine in self.machines]
        return folder.path in self._above_literals or any(
            state.bits & reach
            for state, reach in zip(folder.states, self._every_reach, strict=True)
        )

    @property
    def written(self) -> int:
        """How many rules stand in the file; the builder's own come behind them."""
        return self._written

    def cases(self) -> list[Case]:
        """All ways in which a path came to its decision so far.

        One that has rules of the builder beside the same ones may have decided with these two.
        """
        return [
            Case(parent, own, found)
            for (parent, own), found in self._decisions.items()
            if not found.touched or found.touched[-1] < len(self.negated)
        ]

    def play(self, inherited: frozenset[int], own: frozenset[int]) -> tuple[int, ...]:
        """The vector of a path, were these its hits, and none of its rules broken."""
        return self._play(inherited, own, frozenset())[0]

    def _is_forced(self, decision: Decision) -> bool:
        return bool(decision.touched) and decision.touched[-1] >= self._written

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


def _with_parents(folders: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


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
