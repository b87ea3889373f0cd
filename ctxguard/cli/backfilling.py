"""`ctxguard history backfill`: the commits of the past, measured and kept."""

from __future__ import annotations

from ctxguard.cli import options
from ctxguard.cli.progress import Progress
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.git.log import commits
from ctxguard.git.repository import Spot
from ctxguard.git.standing import branch_named
from ctxguard.history.backfill import Backfill, PastContext
from ctxguard.history.store import Store
from ctxguard.history.taking import name_of
from ctxguard.history.whereabouts import places
from ctxguard.place import Chosen, Place, chosen, in_commit, on_disk, spot_in
from ctxguard.render.amounts import counted

_MOST_NOTES = 5


def backfill(context: str, file: str | None, revisions: str, *, quiet: bool) -> int:
    """Measure the commits of a range, and keep what is new."""
    spot = spot_of(context)
    found = commits(spot.repository, revisions)
    place = _today(context, spot, revisions)
    picked = chosen(None if not spot.path else context, place, {})
    contexts = [_past(each, spot) for each in picked]
    path = places(place.source.root, spot)[0] if file is None else file
    with Store(path, writing=True) as store:
        known = store.ids()
        tip = revisions.rpartition("..")[2]
        work = Backfill(contexts, found, branch_named(spot, tip), known)
        new = without = 0
        failures: list[str] = []
        words = f"measured {{:,}} of {work.trees:,}"
        with Progress(quiet=quiet, words=words) as progress:
            for filled in work.run(progress):
                new += store.add(filled.measurements)
                without += filled.without
                failures += filled.failures
    _tell(failures, without)
    what = f"{counted(new, 'measurement')} of {counted(len(found), 'commit')}"
    options.say(f"{what}, {work.trees:,} different; kept in {path}", quiet=quiet)
    return ExitCode.NOT_MEASURED if failures else ExitCode.OK


def _today(context: str, spot: Spot, revisions: str) -> Place:
    """Where the configuration of today is; in a bare repository, that of the last commit."""
    if spot.repository.work_tree is None:
        return in_commit(context, spot, revisions.rpartition("..")[2] or "HEAD")
    return on_disk(context)


def _past(each: Chosen, spot: Spot) -> PastContext:
    if each.settings.dockerfile == STANDARD_INPUT:
        raise UsageError("a Dockerfile on standard input cannot stand for those of the past")
    own = spot if each.name is None else spot_in(each.place, spot.repository)
    return PastContext(name_of(each.name, each.place.source.root, spot.repository), own, each)


def _tell(failures: list[str], without: int) -> None:
    for failure in failures[:_MOST_NOTES]:
        options.say(f"{failure}; it is left out")
    if len(failures) > _MOST_NOTES:
        options.say(f"and {len(failures) - _MOST_NOTES:,} more are left out")
    if without:
        options.say(f"{counted(without, 'measurement')} less: the folder was not there yet")
