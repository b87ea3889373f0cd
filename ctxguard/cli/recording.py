"""`report --record`: what was measured is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctxguard.cli import options
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.errors import UsageError

if TYPE_CHECKING:
    from ctxguard.git.repository import Spot
    from ctxguard.history.buildlog import BuildFigures
    from ctxguard.history.recorded import Recorded
    from ctxguard.history.taking import Occasion
    from ctxguard.measurement import Measurement
    from ctxguard.place import Chosen
    from ctxguard.report import Report

_F = TypeVar("_F", bound=Callable[..., Any])


def record_options(command: _F) -> _F:
    """`--record`, `--history` and `--build-log`."""
    for decorate in (
        click.option(
            "--build-log",
            metavar="FILE",
            help="Keep what a build took too, from its --progress=rawjson; - for standard input.",
        ),
        click.option("--history", metavar="FILE", help="Keep it in this file."),
        click.option("--record", is_flag=True, help="Keep the measurement; see ctxguard history."),
    ):
        command = decorate(command)
    return command


def check_apart(history: str | None, output: str | None) -> None:
    """Raises UsageError if the output would take the place of the history."""
    if history is None or output is None:
        return
    real = os.path.realpath(output)
    if real in {os.path.realpath(f"{history}{end}") for end in ("", "-wal", "-shm")}:
        raise UsageError(f"-o {output} is the history itself; name another file")


def build_figures(file: str | None, picked: Sequence[Chosen]) -> BuildFigures | None:
    """What a log says of its build; None without one.

    Raises:
        UsageError: it is none, or there is more than one context.
    """
    if file is None:
        return None
    from ctxguard.buildlog import MOST_LINE
    from ctxguard.history.buildlog import read_log

    if len(picked) > 1:
        raise UsageError("--build-log is about one context; name its folder")
    if file == STANDARD_INPUT:
        from ctxguard.cli import streams

        data = streams.read_bytes(_MOST_LOG, "a build log")
        return read_log(data.splitlines(), "--build-log -")
    try:
        with open(file, "rb") as stream:
            lines = iter(lambda: stream.readline(MOST_LINE), b"")
            return read_log(lines, f"--build-log {file}")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"--build-log {file} cannot be read: {reason}") from error


_MOST_LOG = 1 << 30


def keep(
    picked: Sequence[Chosen],
    reports: Sequence[Report],
    *,
    file: str | None,
    rev: str | None,
    build: BuildFigures | None,
    quiet: bool,
) -> None:
    """Keep what was measured. Where that fails it is told, and changes nothing else.

    Args:
        picked: the contexts, one for each report.
        file: the `--history`.
    """
    try:
        for path, found in _by_place(picked, reports, file, rev, build).items():
            options.say(_kept(path, found), quiet=quiet)
    except Exception as error:
        from ctxguard.cli import explained

        # Whatever it is, it has nothing to do with the verdict.
        options.say(f"not recorded: {explained(error)[0]}")


def keep_image(report: Report, *, file: str | None, quiet: bool) -> None:
    """Keep what was measured of an image, in the history of where one stands.

    Args:
        file: the `--history`.
    """
    try:
        options.say(_kept_image(report, file), quiet=quiet)
    except Exception as error:
        from ctxguard.cli import explained

        options.say(f"not recorded: {explained(error)[0]}")


def _kept_image(report: Report, file: str | None) -> str:
    from ctxguard.git.standing import Standing, standing
    from ctxguard.history.taking import now, recorded
    from ctxguard.history.whereabouts import places, repository_of

    here = os.path.realpath(".")
    spot = repository_of(here)
    occasion = now(Standing(None, None, None) if spot is None else standing(spot))
    name = f"image {report.measurement.context.root}"
    row = recorded(
        report.measurement, report.verdict, name, occasion, dependencies=report.dependencies
    )
    return _kept(places(here, spot)[0] if file is None else file, [row])


def _kept(path: str, found: Sequence[Recorded]) -> str:
    """Keep them in a file, and tell so."""
    from ctxguard.history.store import Store

    with Store(path, writing=True) as store:
        new = store.add(found)
    return f"recorded in {path}" if new else f"recorded before, in {path}"


def _by_place(
    picked: Sequence[Chosen],
    reports: Sequence[Report],
    file: str | None,
    rev: str | None,
    build: BuildFigures | None,
) -> dict[str, list[Recorded]]:
    from ctxguard.history.taking import name_of, recorded
    from ctxguard.history.whereabouts import place_for, repository_of

    found: dict[str, list[Recorded]] = {}
    for chosen, report in zip(picked, reports, strict=True):
        measurement = report.measurement
        root = measurement.context.root
        spot = repository_of(root)
        repository = None if spot is None else spot.repository
        name = name_of(chosen.name, root, repository)
        occasion = _occasion(chosen, name, measurement, spot, rev)
        folders = {} if measurement.overview is None else measurement.overview.folders
        path = place_for(root, spot, folders) if file is None else file
        row = recorded(
            measurement, report.verdict, name, occasion, build, dependencies=report.dependencies
        )
        found.setdefault(path, []).append(row)
    return found


def _occasion(
    chosen: Chosen, name: str, measurement: Measurement, spot: Spot | None, rev: str | None
) -> Occasion:
    """Of the work tree it is now; of a commit, when that was made."""
    from datetime import UTC, datetime

    from ctxguard.git.log import committed_at
    from ctxguard.git.standing import Standing, branch_named, standing
    from ctxguard.history.backfill import id_of
    from ctxguard.history.recorded import time_of
    from ctxguard.history.taking import Occasion, now

    revision = measurement.context.revision
    if spot is None:
        return now(Standing(None, None, None))
    if revision is None:
        return now(standing(spot))
    moment = datetime.fromtimestamp(committed_at(spot.repository, revision), UTC)
    there = Standing(revision, branch_named(spot, rev or ""), dirty=False)
    found = Occasion(time_of(moment), there, id_of(spot, name, chosen, revision))
    pointers = measurement.lfs is not None and measurement.lfs.pointers
    if pointers or chosen.settings.dockerfile == STANDARD_INPUT:
        return replace(found, id=now(there).id)  # Not what the commit comes to by itself.
    return found
