"""What checks need to know of an ignore file: how the whole tree falls on its rules.

One walk through everything, ignored folders too, since a rule is judged by what it keeps out.
"""

from __future__ import annotations

import stat as modes
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.context.course import Found, Request
from ctxguard.context.demand.attribution import Attribution
from ctxguard.context.drafting import IgnoreText, Scene
from ctxguard.context.measure import look_around, measure
from ctxguard.context.tree.locate import IGNORE_FILE, Governing, governing_for
from ctxguard.context.walking.views import FolderView, view_of_all
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.context.weighing.savings import EverywhereView
from ctxguard.ignore.needless import needless
from ctxguard.ignore.reader import IgnoreRule, read_rule
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.measurement import Backend, InstructionLine, Measurement

Suspects = Callable[[Sequence[str]], Sequence[int]]
_ANYWHERE = "**/"
_GIT = ".git"


@dataclass(frozen=True, slots=True)
class Deeper:
    """Files that are sent, and whose name a rule keeps out only at the top."""

    bytes: int
    example: str
    """The path of one of them."""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule of the ignore file, and what it does in this tree."""

    rule: IgnoreRule
    hits: int
    """Paths that it matches itself, in ignored folders too."""
    needed: bool
    """Without it, and without the others that are not needed, something would be decided
    otherwise."""
    deeper: Deeper | None
    """None unless it is a rule of one name that would match more with `**/`."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A regular file that is sent."""

    path: str
    bytes: int
    brought_by: tuple[InstructionLine, ...]
    """The instructions that ask for it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one walk through everything found out."""

    measurement: Measurement
    ignore: IgnoreText
    has_ignore_file: bool
    uses: tuple[RuleUse, ...]
    nested: tuple[str, ...]
    """Ignore files in folders of the context, which no builder reads."""
    shadowed: bool
    """There is a `.dockerignore` beside the one that governs."""
    git_bytes: int
    """Content of git's own folders that is sent."""
    suspects: tuple[SentFile, ...] = ()
    """Files that are sent and whose names deserve a closer look."""


def evidence(scene: Scene, suspects: Suspects = lambda _: ()) -> Evidence:
    """Walk through everything.

    Args:
        suspects: the indexes of names that deserve a closer look.

    Raises:
        MeasureError: the backend refuses the context.
    """
    request = scene.request
    measurement = measure(replace(request, overview=True))
    found = look_around(request)
    governing = governing_for(found.located, request.backend)
    if not isinstance(governing, Governing):
        raise governing
    seen = _Seen(request, governing, suspects)
    seen.look()
    return Evidence(
        measurement=measurement,
        ignore=scene.ignore,
        has_ignore_file=governing.ignore_file is not None,
        uses=tuple(seen.uses()),
        nested=tuple(seen.nested),
        shadowed=governing.ignore_file not in (None, IGNORE_FILE) and seen.has_usual_file,
        git_bytes=seen.git_bytes,
        suspects=tuple(_with_instructions(found, seen.suspects)),
    )


def _with_instructions(found: Found, suspects: Iterable[tuple[str, int]]) -> Iterator[SentFile]:
    """Name who asks for each, where that is known."""
    attribution = Attribution(found.wanted, found.located.dockerfile or "")
    known = found.wanted.chosen.reason is None
    for path, size in suspects:
        yield SentFile(path, size, attribution.of_path(path) if known else ())


class _Seen:
    """Takes the listings of the walk."""

    def __init__(self, request: Request, governing: Governing, suspects: Suspects) -> None:
        self._request = request
        self._look_for = suspects
        self._spec = governing.spec
        self._views = [view_of_all(request.backend, governing), EverywhereView(governing)]
        self._wider = _wider(governing.spec.rules)
        if self._wider:
            rules = DockerIgnoreSpec.from_rules(self._wider.values())
            self._views.append(EverywhereView(replace(governing, spec=rules)))
        self._hits: Counter[int] = Counter()
        self._deeper: Counter[int] = Counter()
        self._examples: dict[int, str] = {}
        self.nested: list[str] = []
        self.suspects: list[tuple[str, int]] = []
        self.git_bytes = 0
        self.has_usual_file = False

    def look(self) -> None:
        for step in walk(self._request.source, self._views):
            if isinstance(step, Listing):
                self._take(step)

    def _take(self, listing: Listing) -> None:
        everywhere = listing.views[1]
        assert everywhere is not None
        inherited = everywhere.visit.rules.decision.touched
        for decision, count in Counter(everywhere.decisions).items():
            self._hits.update(dict.fromkeys(set(decision.touched).difference(inherited), count))
        if IGNORE_FILE in listing.names:
            self._take_ignore_file(listing)
        sent = listing.views[0]
        if sent is not None:
            self._take_sent(listing, sent)

    def _take_ignore_file(self, listing: Listing) -> None:
        if listing.path:
            self.nested.append(f"{listing.path}/{IGNORE_FILE}")
        else:
            self.has_usual_file = True

    def _take_sent(self, listing: Listing, sent: FolderView) -> None:
        if _GIT in listing.path.split("/"):
            self.git_bytes += sum(size for _, size in _files(listing, sent))
        else:
            closer = self._look_for(listing.names)
            if closer:
                self.suspects += [
                    (listing.path_of(at), size)
                    for at, size in _files(listing, sent)
                    if at in closer
                ]
        wider = listing.views[2] if self._wider else None
        if wider is None or not any(decision.touched for decision in wider.decisions):
            return
        for at, size in _files(listing, sent):
            for rule in wider.decisions[at].touched:
                self._deeper[rule] += size
                self._examples.setdefault(rule, listing.path_of(at))

    def uses(self) -> Iterator[RuleUse]:
        buildkit = self._request.backend is Backend.BUILDKIT
        gone = needless(self._spec.decider(), exceptions=buildkit)
        places = {at: number for number, at in enumerate(self._wider)}
        for at, rule in enumerate(self._spec.rules):
            if rule is not None and not self._spec.is_forced(at):
                deeper = self._deeper_of(places.get(at))
                yield RuleUse(rule, self._hits[at], at not in gone, deeper)

    def _deeper_of(self, number: int | None) -> Deeper | None:
        if number is None or number not in self._deeper:
            return None
        return Deeper(self._deeper[number], self._examples[number])


def _files(listing: Listing, sent: FolderView) -> Iterator[tuple[int, int]]:
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
