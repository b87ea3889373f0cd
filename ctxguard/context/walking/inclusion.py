"""Several include lists as one rule set, so that one walk serves all of them.

BuildKit's client includes by a list of patterns, in the dialect of ignore files. Each target of a
Dockerfile has a list, and so has each path that an instruction asks for. The rules of all lists
stand in one set; which of them touch a path tells which lists it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.reader import pattern_rule
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec, FolderRules

Members = tuple[int, ...]
"""The numbers of the lists that a path is in, in ascending order."""
COPY_ALL = 0
"""The list that everything is in, as for `COPY . /`."""
EVERYTHING: Members = (COPY_ALL,)


def include_rules(paths: Sequence[str]) -> DockerIgnoreSpec:
    """An include list as rules: what they would exclude is in.

    Raises:
        PatternError: BuildKit refuses the list.
    """
    rules = [pattern_rule(path, raw=path) for path in paths]
    return DockerIgnoreSpec([DockerIgnorePattern(rule) for rule in rules if rule is not None])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the entries of one folder inherit."""

    members: Members
    rules: FolderRules | None
    """None if no rule can match below, so that all there inherit."""


class Inclusion:
    """The lists, numbered from 1; number 0 is everything.

    Args:
        lists: the patterns of each; no list may hold an exception.
        transfers: the numbers of those whose bytes on the wire are wanted.
    """

    def __init__(self, lists: Sequence[Sequence[str]], transfers: Sequence[int]) -> None:
        self.transfers = frozenset((COPY_ALL, *transfers))
        owners: dict[str, list[int]] = {}
        for number, paths in enumerate(lists, start=1):
            for path in paths:
                owners.setdefault(path, []).append(number)
        spec = include_rules(list(owners))
        self._owners = [owners[rule.raw] for rule in spec.rules if rule is not None]
        """By the index of the rule."""
        self._decider = spec.decider()
        self._members: dict[Decision, Members] = {}
        root = self._decider.root
        self.root = Asked(self._of(root.decision), root)

    def look(self, asked: Asked, names: Sequence[str]) -> tuple[Members, Sequence[Members]]:
        """Which lists the entries of a folder are in.

        Returns:
            Those of all entries and nothing, if all are in the same; else those of each.
        """
        if asked.rules is None or not names:
            return asked.members, ()
        decisions = self._decider.decide(asked.rules, names)
        if decisions.count(decisions[0]) == len(decisions):
            return self._of(decisions[0]), ()
        return EVERYTHING, [self._of(decision) for decision in decisions]

    def enter(self, asked: Asked, name: str) -> Asked:
        """What the entries of a subfolder inherit."""
        if asked.rules is None:
            return asked
        (decision,) = self._decider.decide(asked.rules, [name])
        rules = self._decider.enter(asked.rules, name, decision)
        settled = not self._decider.can_match_below(rules)
        return Asked(self._of(decision), None if settled else rules)

    def of_path(self, path: str) -> Members:
        """Which lists a path is in."""
        *folders, name = path.split("/")
        asked = self.root
        for folder in folders:
            asked = self.enter(asked, folder)
        alike, each = self.look(asked, [name])
        return each[0] if each else alike

    def _of(self, decision: Decision) -> Members:
        members = self._members.get(decision)
        if members is None:
            owners = {number for rule in decision.touched for number in self._owners[rule]}
            members = self._members[decision] = (COPY_ALL, *sorted(owners))
        return members
