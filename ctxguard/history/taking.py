"""From a measurement to what is kept of it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ctxguard.dependencies import Dependencies
from ctxguard.dependencies import Verdict as Advice
from ctxguard.git.repository import Repository
from ctxguard.git.standing import Standing
from ctxguard.history.buildlog import BuildFigures
from ctxguard.history.recorded import MOST_INTEGER, Recorded, RecordedLimit, plain, time_of
from ctxguard.measurement import Context, Measurement
from ctxguard.report import Verdict
from ctxguard.version import __version__

_MOST_FOLDERS = 40
_DEEPEST = 4
"""Levels of folders that are kept."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, where and at which commit something was measured."""

    time: str
    """As in `Recorded`."""
    standing: Standing
    id: str


def now(standing: Standing) -> Occasion:
    """This moment."""
    return Occasion(time_of(datetime.now(UTC)), standing, uuid.uuid4().hex)


def name_of(name: str | None, root: str, repository: Repository | None) -> str:
    """Of a context: as the configuration has it, or where it lies in its repository."""
    if name is not None:
        return name
    if repository is None:
        return "."
    return os.path.relpath(root, repository.root).replace(os.sep, "/")


def recorded(
    measurement: Measurement,
    verdict: Verdict,
    name: str,
    occasion: Occasion,
    build: BuildFigures | None = None,
    *,
    dependencies: Dependencies | None = None,
) -> Recorded:
    """What is kept. The measurement was asked for with its overview."""
    size, context = measurement.size, measurement.context
    sizes = measurement.chosen_target.buildkit
    folders = {} if measurement.overview is None else measurement.overview.folders
    return Recorded(
        id=occasion.id,
        time=occasion.time,
        name=plain(name),
        revision=context.revision or occasion.standing.revision,
        branch=None if occasion.standing.branch is None else plain(occasion.standing.branch),
        dirty=occasion.standing.dirty,
        source=context.source,
        backend=context.backend.value,
        dockerfile=None if context.dockerfile is None else plain(_dockerfile(context)),
        target=None if context.target is None else plain(context.target),
        platform=context.platform,
        bytes=min(size.bytes, MOST_INTEGER),
        files=size.files,
        directories=size.directories,
        copy_all=None if measurement.copy_all is None else measurement.copy_all.bytes,
        transfer=None if sizes is None else sizes.bytes,
        warm=None if sizes is None else sizes.warm_bytes,
        legacy=None if measurement.legacy is None else measurement.legacy.bytes,
        complete=measurement.complete,
        status=verdict.status.value,
        version=__version__,
        seconds=None if build is None else build.seconds,
        transferred=None if build is None else build.transferred,
        **_of_dependencies(dependencies),
        limits=tuple(_limits(verdict)),
        folders=_heaviest(folders),
    )


def _dockerfile(context: Context) -> str:
    """The same on every machine: not where a work tree lies."""
    file = context.dockerfile or ""
    return os.path.relpath(file, context.root) if os.path.isabs(file) else file


def _of_dependencies(found: Dependencies | None) -> dict[str, int]:
    """Bytes by verdict; nothing if they were not weighed."""
    if found is None or found.bytes is None:
        return {}
    sizes = {each.verdict: min(each.bytes, MOST_INTEGER) for each in found.sums}
    return {
        "dependencies": min(found.bytes, MOST_INTEGER),
        "dependencies_unverified": sizes.get(Advice.NEEDS_VERIFICATION, 0),
        "dependencies_development": sizes.get(Advice.DEVELOPMENT, 0),
        "dependencies_unused": sizes.get(Advice.UNUSED, 0),
    }


def _limits(verdict: Verdict) -> list[RecordedLimit]:
    return [
        RecordedLimit(
            limit.name,
            None if limit.scope is None else plain(limit.scope),
            limit.tier.value,
            limit.unit,
            min(limit.limit, MOST_INTEGER),
            min(limit.actual, MOST_INTEGER),
        )
        for limit in verdict.limits
    ]


def _heaviest(folders: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    near = [(path, size) for path, size in folders.items() if path.count("/") < _DEEPEST and path]
    rows = sorted(near, key=lambda row: (-row[1], row[0]))[:_MOST_FOLDERS]
    return tuple((plain(path), size) for path, size in rows)
