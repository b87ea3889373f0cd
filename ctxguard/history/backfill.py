"""The commits of the past, measured by the settings of today: a trend at once.

What decides a measurement is the tree of the context and the few files beside it that have a say.
Where these are the same in two commits, it is measured once. The others are measured one after the
other, and of each only what differs from the one before.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ctxguard.config import InCommit
from ctxguard.context.again import FINE, Again, Changed
from ctxguard.context.tree.checkout import above
from ctxguard.context.tree.committree import CommitTree
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.context.walking.processes import done, useful_processes
from ctxguard.errors import CtxguardError
from ctxguard.git.conversing import Objects
from ctxguard.git.log import PastCommit, held
from ctxguard.git.repository import Spot
from ctxguard.git.standing import Standing
from ctxguard.guard.budget import judge
from ctxguard.history.recorded import Recorded, time_of
from ctxguard.history.taking import Occasion, recorded
from ctxguard.place import Chosen, Place

_COMMITS = 10
"""Of one piece of work: neighbours, which have most in common."""
_NOBODY = Occasion("", Standing(None, None, None), "")
_NAMESPACE = uuid.UUID("5c1d0f0e-8f4e-4c55-9d0e-63747867a001")


@dataclass(frozen=True, slots=True)
class PastContext:
    """A context of today, to be looked for in the past."""

    name: str
    spot: Spot
    chosen: Chosen

    def telling(self) -> list[str]:
        """The paths that decide a measurement, from the top of the tree."""
        folder = self.spot.path
        inside = f"{folder}/" if folder else ""
        dockerfile = self._dockerfile()
        found = [folder, dockerfile, f"{dockerfile}.dockerignore", f"{inside}.dockerignore"]
        found += [f"{each}/.gitattributes".lstrip("/") for each in above(folder)]
        return found

    def id_of(self, commit: PastCommit) -> str:
        """See the function of this name."""
        return id_of(self.spot, self.name, self.chosen, commit.id)

    def _dockerfile(self) -> str:
        file = self.chosen.settings.dockerfile
        if file is None:
            return f"{self.spot.path}/Dockerfile" if self.spot.path else "Dockerfile"
        return os.path.relpath(file, self.spot.repository.root).replace(os.sep, "/")


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of some of the commits."""

    measurements: tuple[Recorded, ...]
    without: int
    """So many have no such context."""
    failures: tuple[str, ...]
    """What could not be measured, and why."""


_Key = tuple[int, tuple[bytes, ...]]
"""A context, by its place in the list, and what decides its measurement."""
_Result = Recorded | str | None
"""What is kept but for the commit; why there is nothing; None where the folder is missing."""


class Backfill:
    """Measures commits.

    Args:
        contexts: those of today.
        commits: the oldest first.
        branch: what to say of them.
        known: ids of measurements that are kept already.
    """

    def __init__(
        self,
        contexts: Sequence[PastContext],
        commits: Sequence[PastCommit],
        branch: str | None,
        known: Collection[str],
    ) -> None:
        self._contexts = contexts
        self._branch = branch
        self._repository = contexts[0].spot.repository
        self._wanted: dict[_Key, list[PastCommit]] = {}
        for at, context in enumerate(contexts):
            answers = held(self._repository, commits, context.telling())
            for commit, answer in zip(commits, answers, strict=True):
                if context.id_of(commit) not in known:
                    self._wanted.setdefault((at, answer), []).append(commit)

    @property
    def trees(self) -> int:
        """How many are to be measured."""
        return len(self._wanted)

    def run(
        self, progress: Callable[[int], None], processes: int | None = None
    ) -> Iterator[Filled]:
        """Measure them all, some at a time.

        Args:
            progress: told how many are done.
            processes: how many may work; default: as many as are of use.
        """
        keys = sorted(self._wanted, key=lambda key: (self._wanted[key][0].seconds, key[0]))
        pieces = [keys[at : at + _COMMITS] for at in range(0, len(keys), _COMMITS)]
        workers = useful_processes() if processes is None else processes
        count = 0
        with Objects(self._repository.git) as objects:
            measurer = _Measurer(self._contexts, RelatedCommits(self._repository, objects))
            work = lambda number: self._measured(measurer, pieces[number])  # noqa: E731
            for number, results in done(len(pieces), work, workers, measurer.start):
                yield self._filled(pieces[number], results)
                count += len(pieces[number])
                progress(count)

    def _measured(self, measurer: _Measurer, keys: Sequence[_Key]) -> list[_Result]:
        return [measurer.measure(at, self._wanted[at, answer][0]) for at, answer in keys]

    def _filled(self, keys: Sequence[_Key], results: Sequence[_Result]) -> Filled:
        found: list[Recorded] = []
        failures: list[str] = []
        without = 0
        for key, result in zip(keys, results, strict=True):
            commits = self._wanted[key]
            if isinstance(result, Recorded):
                found += [self._of_commit(key[0], commit, result) for commit in commits]
            elif result is None:
                without += len(commits)
            else:
                failures.append(f"{commits[0].id[:10]}, {self._contexts[key[0]].name}: {result}")
        return Filled(tuple(found), without, tuple(failures))

    def _of_commit(self, at: int, commit: PastCommit, measured: Recorded) -> Recorded:
        context = self._contexts[at]
        return measured._replace(
            id=context.id_of(commit),
            time=time_of(datetime.fromtimestamp(commit.seconds, UTC)),
            revision=commit.id,
            branch=self._branch,
            dirty=False,
        )


def id_of(spot: Spot, name: str, chosen: Chosen, revision: str) -> str:
    """The same for the same context of the same commit, wherever it is measured.

    Args:
        spot: where the context lies.
    """
    settings = chosen.settings
    file = settings.dockerfile
    if file is not None:
        file = os.path.relpath(file, spot.repository.root)
    said = [
        name, spot.path, revision, settings.backend, settings.target, settings.platform,
        sorted(settings.build_args.items()), file,
    ]  # fmt: skip
    return uuid.uuid5(_NAMESPACE, json.dumps(said)).hex


@dataclass(slots=True)
class _Course:
    """One context, on its way from commit to commit."""

    again: Again
    tree: str
    """Id of the root of the last one."""
    related: bool
    """Whether its folders are those of its relatives, so that they can be compared."""


@dataclass(slots=True)
class _Measurer:
    """In one process."""

    contexts: Sequence[PastContext]
    related: RelatedCommits
    courses: dict[int, _Course] = field(default_factory=dict)

    def start(self) -> None:
        """In a process of its own: what talks to git is its own too."""
        objects = Objects(self.related.repository.git)
        self.related = RelatedCommits(self.related.repository, objects)
        self.courses = {}

    def measure(self, at: int, commit: PastCommit) -> _Result:
        """One context of one commit."""
        context = self.contexts[at]
        try:
            tree = self.related.tree(commit.id, commit.tree, context.spot.path)
            return None if tree is None else self._measured(at, context, commit, tree)
        except CtxguardError as error:
            self.courses.pop(at, None)
            return str(error)

    def _measured(
        self, at: int, context: PastContext, commit: PastCommit, tree: CommitTree
    ) -> Recorded:
        settings = context.chosen.settings
        place = Place(context.name, tree, InCommit(tree))
        request = place.request(settings, overview=True)
        course = self.courses.get(at)
        related = self.related.are_related(tree)
        changed: Changed | None = None
        if course is None:
            course = self.courses[at] = _Course(Again(request, FINE), commit.tree, related)
        else:
            if related and course.related:
                changed = Changed(
                    *self.related.changed(course.tree, commit.tree, context.spot.path)
                )
            course.again.move(request)
        measurement = course.again.measure(changed)
        course.tree, course.related = commit.tree, related
        return recorded(measurement, judge(measurement, settings.budget), context.name, _NOBODY)
