"""The one way from a project to the verdicts on what it declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from ctxguard.dependencies import Dependencies, Dependency, Undeclared
from ctxguard.deps.deciding import Decision, Facts, decide
from ctxguard.deps.declared.compiled import vias
from ctxguard.deps.declared.declaration import Declaration, Requirement
from ctxguard.deps.files import Kind, ProjectFiles, project_files
from ctxguard.deps.imports import Imports, imports
from ctxguard.deps.installed.closure import required_by
from ctxguard.deps.installed.distribution import Distribution, Installed
from ctxguard.deps.known import is_known, needs, same_job
from ctxguard.deps.modules import Brings, ModuleIndex, brings
from ctxguard.deps.roles import is_development
from ctxguard.deps.scopes import Scope, scopes
from ctxguard.deps.sizing import Asked, best_of, by_key, extras_of, sized, sums
from ctxguard.deps.uses.imported import imported
from ctxguard.deps.uses.looking import Seen, by_entry_points, look
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import wanted

_MOST_EVIDENCE = 5


def assess(root: str, declaration: Declaration, installed: Installed | None) -> Dependencies:
    """Say of each package that a project declares whether it is used, and what it weighs.

    Args:
        root: of the project.
        installed: where sizes and modules come from; None if nothing is there to look at.

    Raises:
        UsageError: deptry is not there.
        MeasureError: the imports cannot be found out.
    """
    files = project_files(root)
    found = imports(files)
    return _Assessing(files, found, declaration, installed).all()


@dataclass(slots=True)
class _Assessing:
    files: ProjectFiles
    found: Imports
    declaration: Declaration
    installed: Installed | None

    def all(self) -> Dependencies:
        asked = by_key(self.declaration.requirements)
        of = {key: brings(key, self.installed) for key in asked}
        parts = scopes(self.declaration.requirements)
        uses, seen, undeclared = self._uses(of, parts)
        common = Facts(
            asked, {}, seen, of, self._needed_by(asked), self._plugs_into(of),
            (*self._unexplained(undeclared), *seen.loaded), self._kinds(), self.files.unread,
        )  # fmt: skip
        rows: list[Dependency] = []
        for part in parts:
            own = by_key(part.requirements)
            for key, decision in decide(_within(common, part, own, uses)).items():
                rows.append(_row(key, own[key], sorted(same_job(key) & own.keys()), decision))
        weighed = rows if self.installed is None else list(sized(rows, asked, self.installed))
        return Dependencies(
            tuple(sorted(weighed, key=_heaviest_of_the_worst)),
            tuple(sums(best_of(rows), asked, self.installed)),
            None if self.installed is None else self.installed.where,
            undeclared,
            tuple(self._problems()),
        )

    def _uses(
        self, of: Mapping[str, Brings], parts: Sequence[Scope]
    ) -> tuple[Mapping[str, Sequence[Use]], Seen, tuple[Undeclared, ...]]:
        by_import = imported(self.found, self.files, ModuleIndex(of))
        uses = [*by_import.uses, *by_entry_points(self.declaration, wanted(of, of))]
        own = [name for name, _, _ in self.declaration.commands]
        seen = look(self.files, self.found, set(_unsure(uses, parts)), of, own)
        found: dict[str, list[Use]] = defaultdict(list)
        for use in (*uses, *seen.uses):
            found[use.key].append(use)
        return found, seen, by_import.undeclared

    def _needed_by(self, asked: Asked) -> Mapping[str, Collection[str]]:
        """By key: the declared packages that cannot be without it, near or far."""
        told: dict[str, Collection[str]] = {}
        above = self._above(extras_of(asked))
        commented = vias(self.files.root, self.declaration.requirements)
        for key in asked:
            told[key] = (_far_above(key, above) | commented.get(key, set())) - {key}
        return told

    def _above(self, extras: Mapping[str, Set[str]]) -> Mapping[str, Collection[str]]:
        """By key: the packages that need it; what is known of those that are not installed."""
        above: dict[str, set[str]] = defaultdict(set)
        if self.installed is not None:
            for key, others in required_by(self.installed, extras).items():
                above[key] |= others
        installed = {} if self.installed is None else self.installed.found
        for key, below in needs().items():
            for each in () if key in installed else below:
                above[each].add(key)
        return above

    def _plugs_into(self, of: Mapping[str, Brings]) -> Mapping[str, Collection[str]]:
        """By key: the declared packages that an entry point of it is for, or whose part it is."""
        index = ModuleIndex(of)
        installed = {} if self.installed is None else self.installed.found
        return {
            key: index.keys_of(_groups(installed.get(key))) - {key} | index.wholes_of(brought)
            for key, brought in of.items()
        }

    def _unexplained(self, undeclared: Sequence[Undeclared]) -> Sequence[Undeclared]:
        """Those of the application that nothing installed brings either."""
        installed = {} if self.installed is None else self.installed.found
        there = {_first(name) for each in installed.values() for name in each.modules}
        return [
            each
            for each in undeclared
            if _first(each.module) not in there
            and not is_known(each.module)
            and not is_development(each.place.file)
        ]

    def _kinds(self) -> frozenset[Kind]:
        return frozenset(file.kind for file in self.files.found)

    def _problems(self) -> Iterator[str]:
        yield from self.declaration.problems
        yield from self.files.problems
        for path in self.found.unreadable:
            yield f"{path} cannot be read as Python; what it imports was guessed from its text"
        if self.installed is not None:
            yield from self.installed.problems


def _groups(there: Distribution | None) -> Iterator[str]:
    """The first part of the group of each entry point, which is often the module it is for."""
    yield from (group.partition(".")[0] for group, _ in (() if there is None else there.plugs))


def _first(module: str) -> str:
    return module.partition(".")[0]


def _unsure(uses: Iterable[Use], parts: Sequence[Scope]) -> Iterator[str]:
    """The packages of which some part has no sure use yet."""
    places = [(use.key, use.evidence.place) for use in uses if use.sure and not use.development]
    for part in parts:
        sure = {key for key, place in places if place is None or part.holds(place.file)}
        yield from (each.key for each in part.requirements if each.key not in sure)


def _within(facts: Facts, part: Scope, asked: Asked, uses: Mapping[str, Sequence[Use]]) -> Facts:
    """The same facts, as far as they are about one part of the project."""
    own = {
        key: [use for use in some if use.evidence.place and part.holds(use.evidence.place.file)]
        for key, some in uses.items()
    }
    undeclared = [each for each in facts.undeclared if part.holds(each.place.file)]
    return replace(facts, asked=asked, uses=own, undeclared=undeclared)


def _far_above(key: str, above: Mapping[str, Collection[str]]) -> set[str]:
    met: set[str] = set()
    waiting = [key]
    while waiting:
        new = set(above.get(waiting.pop(), ())) - met
        met |= new
        waiting += new
    return met


def _row(
    key: str, asked: Sequence[Requirement], others: Sequence[str], decision: Decision
) -> Dependency:
    return Dependency(
        asked[0].name,
        decision.verdict,
        tuple(dict.fromkeys(decision.evidence))[:_MOST_EVIDENCE],
        tuple(each.place for each in asked),
        decision.question,
        tuple(others),
        key=key,
        for_production=not all(each.development for each in asked),
    )


def _heaviest_of_the_worst(row: Dependency) -> tuple[int, int, str]:
    return -row.verdict.rank, -(row.exclusive_bytes or 0), row.name.lower()
