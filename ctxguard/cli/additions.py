"""What some formats want besides the measurement: where it lies, and what was before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxguard.cli import options
from ctxguard.cli.copies import Copy, wants
from ctxguard.place import Chosen
from ctxguard.report import Past, Report

if TYPE_CHECKING:
    from ctxguard.git.repository import Spot

_MOST_PAST = 1000
_WORKTREE = "worktree"
"""Measured now; a commit has its own time, and may be among the others."""


def completed(
    report: Report, chosen: Chosen, copies: Sequence[Copy], history: str | None
) -> Report:
    """The report with all that the formats show.

    Args:
        history: the `--history`.
    """
    folder, past = wants(copies, "folder"), wants(copies, "past")
    if not (folder or past):
        return report
    from ctxguard.history.whereabouts import repository_of

    spot = repository_of(report.measurement.context.root)
    return replace(
        report,
        folder=spot.path if spot is not None and folder else "",
        past=_past(report, chosen, spot, history) if past else (),
    )


def folder_of(root: str) -> str:
    """Of a context in its repository; "" at the top, or outside of any."""
    from ctxguard.history.whereabouts import repository_of

    spot = repository_of(root)
    return "" if spot is None else spot.path


def _past(
    report: Report, chosen: Chosen, spot: Spot | None, history: str | None
) -> tuple[Past, ...]:
    """The same context before. Where that cannot be read it is told, and changes nothing else."""
    try:
        return _read(report, chosen, spot, history)
    except Exception as error:
        from ctxguard.cli import explained

        options.say(f"without the history: {explained(error)[0]}")
        return ()


def _read(
    report: Report, chosen: Chosen, spot: Spot | None, history: str | None
) -> tuple[Past, ...]:
    from ctxguard.git.standing import Standing
    from ctxguard.history.reading import read
    from ctxguard.history.store import Wanted
    from ctxguard.history.taking import name_of, now, recorded
    from ctxguard.history.whereabouts import places

    root = report.measurement.context.root
    name = name_of(chosen.name, root, None if spot is None else spot.repository)
    itself = recorded(report.measurement, report.verdict, name, now(Standing(None, None, None)))
    paths = [history] if history is not None else places(root, spot)
    there = [path for path in paths if os.path.lexists(path)]
    before = read(there, Wanted(name=itself.name), whole=False)
    alike = [each for each in before if each.series == itself.series and each.complete]
    if alike and itself.source == _WORKTREE:
        alike.append(itself)
    return tuple(Past(each.time, each.bytes, each.revision) for each in alike[-_MOST_PAST:])
