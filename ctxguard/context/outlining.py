"""From the columns of a walk that is over to an Outline: what brings each file, what let it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ctxguard.context.walking.descent import folders_to
from ctxguard.context.walking.inclusion import Members
from ctxguard.context.walking.views import wire_order
from ctxguard.context.weighing.outline import OutlineTally
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec, FolderRules
from ctxguard.measurement import InstructionLine, Outline, OutlinedFolder, RuleLine

_Brought = tuple[InstructionLine, ...]
_T = TypeVar("_T")
_V = TypeVar("_V")


def outlined(
    tally: OutlineTally,
    spec: DockerIgnoreSpec,
    bringing: Callable[[Members], _Brought] | None,
) -> Outline:
    """Every entry that is sent.

    Args:
        spec: the rules that governed.
        bringing: the instructions that bring what is in some lists; None if nobody can say.
    """
    brought = _Numbers[Members, _Brought](bringing or (lambda _lists: ()))
    rules = _Rules(spec)
    folders = []
    for path in sorted(tally.folders, key=wire_order):
        found = tally.folders[path].in_wire_order()
        numbers = [brought[lists] for lists in found.lists]
        let_in = rules.numbers(path, found.names)
        folders.append(
            OutlinedFolder(path, found.names, found.sizes, numbers, let_in, tuple(found.others))
        )
    return Outline(
        tuple(folders), tuple(brought.values), bringing is not None, tuple(rules.found.values)
    )


class _Numbers(Generic[_T, _V]):
    """A number for each different value that keys stand for."""

    def __init__(self, value_of: Callable[[_T], _V]) -> None:
        self.values: dict[_V, int] = {}
        self._value_of = value_of
        self._known: dict[_T, int] = {}

    def __getitem__(self, key: _T) -> int:
        number = self._known.get(key)
        if number is None:
            value = self._value_of(key)
            number = self._known[key] = self.values.setdefault(value, len(self.values))
        return number


class _Rules:
    """Decides once more, for the reasons: the sums do not need them."""

    def __init__(self, spec: DockerIgnoreSpec) -> None:
        self.found = _Numbers[int | None, RuleLine | None](self._line)
        self._spec = spec
        self._folders: dict[str, FolderRules] = {"": spec.root()}

    def numbers(self, path: str, names: Sequence[str]) -> list[int]:
        """The number of the deciding rule of each file of a folder."""
        decisions: Sequence[Decision] = self._spec.decide(self._folder(path), names)
        return [self.found[decision.rule] for decision in decisions]

    def _folder(self, path: str) -> FolderRules:
        for each in folders_to(path, self._folders):
            above, _, name = each.rpartition("/")
            (decision,) = self._spec.decide(self._folders[above], [name])
            self._folders[each] = self._spec.enter(self._folders[above], name, decision)
        return self._folders[path]

    def _line(self, at: int | None) -> RuleLine | None:
        rule = None if at is None or self._spec.is_forced(at) else self._spec.patterns[at].rule
        return None if rule is None else RuleLine(rule.line, rule.raw, rule.pattern, rule.negated)
