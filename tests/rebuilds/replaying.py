"""A repository, replayed as the command does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ctxguard.context.demand.targets import NO_OPTIONS, BuildOptions
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.git.conversing import Objects
from ctxguard.git.repository import find
from ctxguard.rebuilds.commits import moments
from ctxguard.rebuilds.past import Past
from ctxguard.rebuilds.replay import Replay, Replayed, Rewrite, as_it_was


@contextmanager
def replaying(
    folder: str,
    *,
    revisions: str = "HEAD",
    most: int = 1000,
    file: str | None = None,
    options: BuildOptions = NO_OPTIONS,
    rewrites: Sequence[Rewrite] = (as_it_was,),
) -> Iterator[Replay]:
    spot = find(folder)
    with Objects(spot.repository.git) as objects:
        past = Past(spot, RelatedCommits(spot.repository, objects), file)
        found = moments(spot, file, revisions, most)
        yield Replay(past, found, options, rewrites)


def replayed(
    folder: str, *, options: BuildOptions = NO_OPTIONS, rewrites: Sequence[Rewrite] = (as_it_was,)
) -> Replayed:
    with replaying(folder, options=options, rewrites=rewrites) as replay:
        return replay.run(lambda _: None)
