"""Commits replayed against a cache: which steps each of them would build again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.errors import CtxguardError, MeasureError
from ctxguard.rebuilds.aligning import aligned
from ctxguard.rebuilds.cache import Cache
from ctxguard.rebuilds.commits import Moment, all_files, changes
from ctxguard.rebuilds.contents import Content, Contents
from ctxguard.rebuilds.latest import Latest
from ctxguard.rebuilds.past import Past, Setting
from ctxguard.rebuilds.selection import Selection, selections
from ctxguard.rebuilds.sending import Sending
from ctxguard.rebuilds.step import Asked, Step
from ctxguard.rebuilds.steps import steps_of
from ctxguard.rebuilds.tree import Change, Files

_Answer = TypeVar("_Answer")
Rewrite = Callable[[bytes], bytes]
"""From the text of a Dockerfile to another one."""
_LINK = "120000"
_KEPT = 16
"""Settings and plans that are kept, so that a revert costs little and a long history no memory."""
_KEPT_SELECTIONS = 10_000


def as_it_was(text: bytes) -> bytes:
    """The Dockerfile of each commit, as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Skipped:
    """A commit that cannot be built."""

    revision: str
    why: str


@dataclass(slots=True)
class Tally:
    """How one step of today's Dockerfile fared."""

    step: Step
    at_most: bool
    """It takes from another stage, and would not be built if what it takes came out the same."""
    rebuilt: int = 0
    """Commits that build it."""
    own: int = 0
    """Those among them at which it changed itself; at the others, what comes before it."""
    causes: dict[str, set[int]] = field(default_factory=dict)
    """By path: the commits, by their place in the list, at which it changed this step."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit builds, as far as the Dockerfile of that commit has it."""

    revision: str
    steps: tuple[Step, ...]
    built: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Commits of the past, replayed."""

    first: str
    """The commit that all began with; it is not counted."""
    last: str
    count: int
    skipped: tuple[Skipped, ...]
    setting: Setting
    """What governs the last one."""
    files: Files
    """What the last one holds."""
    tallies: tuple[tuple[Tally, ...], ...]
    """For each rewrite, of each step of the last commit."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """One text of the Dockerfile, read."""

    steps: tuple[Step, ...]
    today: tuple[int | None, ...]
    """For each step, its place among those of the last commit."""


@dataclass(slots=True)
class _Course:
    """One way to rewrite the Dockerfiles, on its way through the commits."""

    rewrite: Rewrite
    tallies: tuple[Tally, ...]
    plans: Latest[bytes, _Plan | CtxguardError] = field(default_factory=lambda: Latest(_KEPT))
    cache: Cache = field(default_factory=Cache)
    owns: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """By the place of a step: what decided it last, with and without its contents."""


class Replay:
    """Replays commits.

    Args:
        moments: the oldest first; the first one that can be built fills the cache.
        rewrites: what to make of the Dockerfile of each; the first one decides which commits can
            be built.

    Raises:
        CtxguardError: the last commit cannot be built.
    """

    def __init__(
        self,
        past: Past,
        moments: Sequence[Moment],
        options: BuildOptions,
        rewrites: Sequence[Rewrite] = (as_it_was,),
    ) -> None:
        self._past = past
        self._moments = moments
        self._options = options
        self._today = past.setting(moments[-1])
        self._courses = [self._course(rewrite) for rewrite in rewrites]
        self._files = Files()
        self._contents: Contents | None = None
        self._rules: tuple[str | None, bytes] | None = None
        self._sending: Sending | None = None
        self._settings: Latest[tuple[bytes, ...], Setting | CtxguardError] = Latest(_KEPT)
        self._selections: Latest[Asked, tuple[Selection, ...]] = Latest(_KEPT_SELECTIONS)
        self._read: Latest[bytes, tuple[Step, ...] | CtxguardError] = Latest(_KEPT)
        self._links = 0
        """How often links changed so far: with each time, paths may lead elsewhere."""
        self._count = -1
        self._first = ""
        self._skipped: list[Skipped] = []

    def _course(self, rewrite: Rewrite) -> _Course:
        text = rewrite(self._today.text)
        steps = steps_of(text, self._today.dockerfile, self._options)
        return _Course(rewrite, tuple(map(Tally, steps, at_most(steps))))

    def run(self, progress: Callable[[int], None]) -> Replayed:
        """Go through all commits.

        Args:
            progress: told how many are done.
        """
        for done, _ in enumerate(self.commits(), 1):
            progress(done)
        if self._count < 0:
            last = self._skipped[-1]
            raise MeasureError(
                f"the last commit, {last.revision[:10]}, cannot be built: {last.why}"
            )
        return Replayed(
            self._first,
            self._moments[-1].commit.id,
            self._count,
            tuple(self._skipped),
            self._today,
            self._files,
            tuple(course.tallies for course in self._courses),
        )

    def commits(self) -> Iterator[Commit | None]:
        """What each commit builds by the first of the rewrites; None where it cannot be built."""
        last = None
        for moment, changed in self._with_changes():
            self._take(changed)
            key = self._links, moment.telling
            same = last == key and not changed
            last = key
            try:
                found = self._build(moment, same=same)
            except CtxguardError as error:
                self._skipped.append(Skipped(moment.commit.id, str(error)))
                found = last = None
            yield found

    def _with_changes(self) -> Iterator[tuple[Moment, list[Change]]]:
        git = self._past.spot.repository.git
        trees = [moment.tree for moment in self._moments if moment.tree is not None]
        pairs = [pair for pair in itertools.pairwise(trees) if pair[0] != pair[1]]
        differing = changes(git, pairs)
        before: str | None = None
        for moment in self._moments:
            found: list[Change] = []
            if moment.tree is not None and before is None:
                found = list(all_files(git, moment.tree))
            elif moment.tree is not None and moment.tree != before:
                found = next(differing)
            before = moment.tree or before
            yield moment, found

    def _take(self, changed: Sequence[Change]) -> None:
        """Take over what changed, under the rules of before."""
        if self._contents is not None:
            self._contents.apply(changed)
        else:
            for change in changed:
                self._files.apply(change)
        if any(each and each[0] == _LINK for one in changed for each in (one.before, one.after)):
            self._links += 1
            self._settings.clear()
            self._selections.clear()

    def _build(self, moment: Moment, *, same: bool) -> Commit | None:
        setting = self._setting(moment)
        contents, under_new_rules = self._under(setting)
        first, *others = self._courses
        plan = self._plan(first, setting)
        if not same:
            self._check(plan.steps, setting, contents)
        self._count += 1
        self._first = self._first or moment.commit.id
        if same:
            return Commit(moment.commit.id, plan.steps, (False,) * len(plan.steps))
        built = self._go(first, plan, setting, contents, under_new_rules)
        for course in others:
            self._go(course, self._plan(course, setting), setting, contents, under_new_rules)
        contents.forget_changes()
        return Commit(moment.commit.id, plan.steps, built)

    def _setting(self, moment: Moment) -> Setting:
        return _found(self._settings.get(moment.telling, lambda: self._try_setting(moment)))

    def _try_setting(self, moment: Moment) -> Setting | CtxguardError:
        try:
            return self._past.setting(moment)
        except CtxguardError as error:
            return error

    def _under(self, setting: Setting) -> tuple[Contents, bool]:
        """The contents under these rules, and whether they are others than before."""
        contents, is_first = self._contents, self._contents is None
        are_new = self._rules != setting.rules
        if are_new:
            self._rules, self._sending = setting.rules, self._past.sending(setting)
        assert self._sending is not None
        if contents is None:
            contents = self._contents = Contents(self._sending, self._files)
        elif are_new:
            contents.govern(self._sending)
        if self._sending.view.refusal is not None:
            raise self._sending.view.refusal
        return contents, are_new and not is_first

    def _plan(self, course: _Course, setting: Setting) -> _Plan:
        return _found(course.plans.get(setting.text, lambda: self._new_plan(course, setting)))

    def _new_plan(self, course: _Course, setting: Setting) -> _Plan | CtxguardError:
        """Of a text that cannot be built, that of the Dockerfile as it was."""
        steps = self._steps(course.rewrite(setting.text), setting)
        if isinstance(steps, CtxguardError):
            steps = self._steps(setting.text, setting)
        if isinstance(steps, CtxguardError):
            return steps
        today = [tally.step for tally in course.tallies]
        return _Plan(steps, tuple(aligned(steps, today)))

    def _steps(self, text: bytes, setting: Setting) -> tuple[Step, ...] | CtxguardError:
        return self._read.get(text, lambda: self._try_steps(text, setting))

    def _try_steps(self, text: bytes, setting: Setting) -> tuple[Step, ...] | CtxguardError:
        try:
            return steps_of(text, setting.dockerfile, self._options)
        except CtxguardError as error:
            return error

    def _selected(self, step: Step, setting: Setting) -> list[Selection]:
        return [each for asked in step.asked for each in self._led_to(asked, setting)]

    def _led_to(self, asked: Asked, setting: Setting) -> tuple[Selection, ...]:
        return self._selections.get(
            asked, lambda: selections(setting.tree, asked.path, asked.excludes)
        )

    def _check(self, steps: Sequence[Step], setting: Setting, contents: Contents) -> None:
        """Raises MeasureError if a source is not there, so that the build fails."""
        for step in steps:
            for each in self._selected(step, setting):
                if each.path and not each.is_pattern and not contents.of(each).count:
                    raise MeasureError(
                        f"{step.text}: {each.path} is not there, or it is ignored",
                        path=setting.dockerfile,
                        line=step.instruction.line,
                    )

    def _go(
        self,
        course: _Course,
        plan: _Plan,
        setting: Setting,
        contents: Contents,
        under_new_rules: bool,
    ) -> tuple[bool, ...]:
        found = [
            [contents.of(each) for each in self._selected(step, setting)] for step in plan.steps
        ]
        sums = [tuple(each.sum for each in some) for some in found]
        keyed = course.cache.build(plan.steps, sums)
        rules = (setting.governing.ignore_file or ".dockerignore") if under_new_rules else None
        for at, (step, each) in enumerate(zip(plan.steps, keyed, strict=True)):
            place = plan.today[at]
            if place is None:
                continue
            before = course.owns.get(place)
            course.owns[place] = each.own, step.own
            if each.is_new and self._count > 0:
                self._tell(
                    course.tallies[place],
                    before,
                    (each.own, step.own),
                    found[at],
                    (setting.dockerfile, rules),
                )
        return tuple(each.is_new for each in keyed)

    def _tell(
        self,
        tally: Tally,
        before: tuple[bytes, bytes] | None,
        now: tuple[bytes, bytes],
        contents: Sequence[Content],
        files: tuple[str, str | None],
    ) -> None:
        tally.rebuilt += 1
        if before == now:
            return
        tally.own += 1
        dockerfile, rules = files
        causes = {path for each in contents for path in each.changed}
        if before is None or before[1] != now[1]:
            causes.add(dockerfile)
        elif rules is not None:
            causes.add(rules)
        for path in causes:
            tally.causes.setdefault(path, set()).add(self._count)


def _found(answer: _Answer | CtxguardError) -> _Answer:
    if isinstance(answer, CtxguardError):
        raise answer
    return answer


def at_most(steps: Sequence[Step]) -> list[bool]:
    """Which steps may be built less often than is said."""
    found: list[bool] = []
    after: list[bool] = []
    """Whether that holds for what goes on from a step, too."""
    for step in steps:
        below = step.base is not None and after[step.base]
        own = bool(step.origins)
        found.append(own or (below and not step.linked))
        after.append(own or below)
    return found
