"""What the ignore file keeps out, and which rule keeps out how much.

This needs a walk of the ignored folders too, so it is done only when asked for.
"""

from __future__ import annotations

import stat as modes
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ctxguard.context.tree.locate import Governing
from ctxguard.context.tree.source import Stat
from ctxguard.context.walking.views import FolderView, Refusing, Visit
from ctxguard.context.walking.walk import Listing
from ctxguard.measurement import Excluded, RuleSavings


class EverywhereView(Refusing):
    """Goes into every folder, whatever the rules say (see `views.View`)."""

    owing: frozenset[int] = frozenset()

    def __init__(self, governing: Governing) -> None:
        super().__init__()
        self._decider = governing.spec.decider()

    def root(self) -> Visit:
        return Visit(self._decider.root)

    def look(self, visit: Visit, names: Sequence[str]) -> FolderView:
        return FolderView(visit, self._decider.decide(visit.rules, names), [True] * len(names))

    def enter(self, view: FolderView, at: int, name: str) -> Visit | None:
        decision = view.decisions[at]
        closed_by = decision.rule if decision.excluded else view.visit.closed_by
        rules = self._decider.enter(view.visit.rules, name, decision)
        return Visit(rules, closed_by=closed_by)

    def unreadable_folder(self, _view: FolderView, _at: int, _path: str, _error: OSError) -> bool:
        return True

    def unsearchable_folder(self, _view: FolderView, _path: str, _error: OSError) -> None:
        """Does not come: everything is looked at."""

    def unreadable_file(self, _view: FolderView, _at: int, _path: str) -> None:
        """It counts all the same: its size is known."""


@dataclass(slots=True)
class Savings:
    """Adds up the files that one backend is not sent.

    Args:
        at: index of the view that goes everywhere, in `Listing.views`.
        chosen: index of the backend's own view.
    """

    at: int
    chosen: int
    _bytes: Counter[int] = field(default_factory=Counter)
    _files: Counter[int] = field(default_factory=Counter)
    _linked: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By inode, of files with several names: the rule and the size."""

    def feed(self, listing: Listing) -> None:
        seen, chosen = listing.views[self.at], listing.views[self.chosen]
        if seen is None or (chosen is not None and False not in chosen.sent):
            return
        for at, stat in enumerate(listing.stats):
            if stat is None or not modes.S_ISREG(stat.st_mode):
                continue
            if chosen is None or not chosen.sent[at]:
                self._add(_keeping_out(seen, at), stat)

    def _add(self, rule: int, stat: Stat) -> None:
        self._files[rule] += 1
        if stat.st_nlink > 1:
            self._linked.setdefault(stat.st_ino, (rule, stat.st_size))
        else:
            self._bytes[rule] += stat.st_size

    def merge(self, later: Savings) -> None:
        """Take over the sums of what comes next in the walk."""
        self._bytes.update(later._bytes)
        self._files.update(later._files)
        self._linked = {**later._linked, **self._linked}

    def excluded(self, governing: Governing, sent_inodes: set[int]) -> Excluded:
        """The sums by rule, the heaviest first.

        Args:
            sent_inodes: files of which another name is sent; ignoring one more saves nothing.
        """
        sizes = Counter(self._bytes)
        for inode, (at, size) in self._linked.items():
            sizes[at] += 0 if inode in sent_inodes else size
        rows = [
            RuleSavings(rule.source, rule.line, rule.raw, sizes[at], files)
            for at, files in self._files.items()
            if at >= 0 and (rule := governing.spec.patterns[at].rule) is not None
        ]
        rows.sort(key=lambda row: (-row.bytes, row.line))
        return Excluded(sum(sizes.values()), sum(self._files.values()), tuple(rows))


def _keeping_out(view: FolderView, at: int) -> int:
    """The rule that keeps the entry out; -1 if there is none to name."""
    decision = view.decisions[at]
    # What is not excluded itself lies in a folder the classic builder did not look into.
    rule = decision.rule if decision.excluded else view.visit.closed_by
    return -1 if rule is None else rule
