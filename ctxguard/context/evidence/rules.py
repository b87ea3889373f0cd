"""How the tree falls on the rules: what each matches, and what it makes of that."""

from __future__ import annotations

import stat as modes
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ctxguard.context.course import Request
from ctxguard.context.evidence.values import Files, RuleUse
from ctxguard.context.tree.locate import IGNORE_FILE, Governing, Located, governing_for
from ctxguard.context.walking.views import FolderView, View, view_of_all
from ctxguard.context.walking.walk import Listing
from ctxguard.context.weighing.savings import EverywhereView
from ctxguard.ignore.needless import needless
from ctxguard.ignore.reader import IgnoreRule, read_rule
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec
from ctxguard.measurement import Backend

_ANYWHERE = "**/"


@dataclass(slots=True)
class _Sum:
    bytes: int = 0
    files: int = 0
    example: str = ""

    def add(self, path: str, size: int) -> None:
        self.bytes += size
        self.files += 1
        self.example = self.example or path

    def files_or_none(self) -> Files | None:
        return Files(self.bytes, self.files, self.example) if self.files else None


class RulesLook:
    """Takes the listings of a walk through everything.

    Its views stand behind that of the chosen backend.
    """

    def __init__(self, request: Request, located: Located, governing: Governing) -> None:
        self._buildkit = request.backend is Backend.BUILDKIT
        self._spec = governing.spec
        self._negated = governing.spec.decider().negated
        self._forced = {IGNORE_FILE, request.dockerfile.real}
        self._wider = _wider(governing.spec.rules)
        self.views: list[View] = [EverywhereView(governing)]
        if self._wider:
            rules = DockerIgnoreSpec.from_rules(self._wider.values())
            self.views.append(EverywhereView(replace(governing, spec=rules)))
        other = self._other(request, located, governing)
        self._has_other = other is not None
        if other is not None:
            self.views.append(other)
        self._hits: Counter[int] = Counter()
        self._undone: dict[int, int] = {}
        rules_ = range(len(self._negated))
        self._deeper = [_Sum() for _ in rules_]
        self._apart = [_Sum() for _ in rules_]
        self._undocumented = [_Sum() for _ in rules_]

    def _other(self, request: Request, located: Located, governing: Governing) -> View | None:
        """The way of the other backend, if the same rules could come to something else there."""
        backend = Backend.LEGACY if self._buildkit else Backend.BUILDKIT
        found = governing_for(located, backend)
        if True not in self._negated or not isinstance(found, Governing):
            return None
        return view_of_all(backend, found) if found.text == governing.text else None

    def take(self, listing: Listing) -> None:
        """Take the next folder."""
        everywhere = listing.views[1]
        assert everywhere is not None
        self._count(everywhere)
        if True in self._negated:
            self._take_contrary(listing, everywhere)
        sent = listing.views[0]
        wider = listing.views[2] if self._wider else None
        if sent is None or wider is None or not any(each.touched for each in wider.decisions):
            return
        for at, size in sent_files(listing, sent):
            for number in wider.decisions[at].touched:
                self._deeper[number].add(listing.path_of(at), size)

    def _count(self, everywhere: FolderView) -> None:
        inherited = everywhere.visit.rules.decision.touched
        for decision, count in Counter(everywhere.decisions).items():
            own = set(decision.touched).difference(inherited)
            self._hits.update(dict.fromkeys(own, count))
            if decision.excluded and decision.rule is not None:
                for at in own:
                    if self._negated[at] and at < decision.rule:
                        self._undone[at] = max(decision.rule, self._undone.get(at, 0))

    def _take_contrary(self, listing: Listing, everywhere: FolderView) -> None:
        sent, other = listing.views[0], listing.views[-1] if self._has_other else None
        ours = [False] * len(listing.names) if sent is None else sent.sent
        theirs = [False] * len(listing.names) if other is None else other.sent
        if self._has_other and ours != theirs:
            for at, (one, two) in enumerate(zip(ours, theirs, strict=True)):
                path = listing.path_of(at)
                if one != two and path not in self._forced:
                    self._blame(self._apart, listing, at, everywhere.decisions[at])
        for at, decision in enumerate(everywhere.decisions):
            if decision.excluded != decision.documented:
                self._blame(self._undocumented, listing, at, decision)

    def _blame(self, sums: list[_Sum], listing: Listing, at: int, decision: Decision) -> None:
        """Of regular files; to blame is the last exception that touches one."""
        stat = listing.stats[at]
        exceptions = [rule for rule in decision.touched if self._negated[rule]]
        if stat is not None and modes.S_ISREG(stat.st_mode) and exceptions:
            sums[exceptions[-1]].add(listing.path_of(at), stat.st_size)

    def uses(self) -> Iterator[RuleUse]:
        """Each rule of the file; to be called after the walk."""
        gone = needless(self._spec.decider(), exceptions=self._buildkit)
        places = {at: number for number, at in enumerate(self._wider)}
        for at, rule in enumerate(self._spec.rules):
            if rule is None or self._spec.is_forced(at):
                continue
            deeper = self._deeper[places[at]] if at in places else _Sum()
            yield RuleUse(
                rule,
                self._hits[at],
                at not in gone,
                deeper.files_or_none(),
                self._line(self._undone.get(at)),
                self._apart[at].files_or_none(),
                self._undocumented[at].files_or_none(),
            )

    def _line(self, at: int | None) -> int | None:
        rule = None if at is None or self._spec.is_forced(at) else self._spec.rules[at]
        return None if rule is None else rule.line


def sent_files(listing: Listing, sent: FolderView) -> Iterator[tuple[int, int]]:
    """Index and size of each regular file that is sent."""
    for at, stat in enumerate(listing.stats):
        if stat is not None and sent.sent[at] and modes.S_ISREG(stat.st_mode):
            yield at, stat.st_size


def _wider(rules: Iterable[IgnoreRule | None]) -> dict[int, IgnoreRule]:
    """By the index of a rule of one name, the same for any folder."""
    found = {}
    for at, rule in enumerate(rules):
        if rule is not None and not rule.negated and _is_one_name(rule.pattern):
            wider = read_rule(f"{_ANYWHERE}{rule.pattern}", rule.line, rule.source)
            if wider is not None:
                found[at] = wider
    return found


def _is_one_name(pattern: str) -> bool:
    return "/" not in pattern and "**" not in pattern and pattern.strip("*?") != ""
