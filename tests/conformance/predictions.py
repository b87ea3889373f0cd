"""What ctxguard says of a case. The only place here that knows how ctxguard is asked."""

from __future__ import annotations

from dataclasses import replace

from ctxguard.context.demand.followpaths import Follower
from ctxguard.context.demand.missing import Missing
from ctxguard.context.demand.target import include_list, transfer, view_of
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree import given
from ctxguard.context.tree.locate import Governing, locate
from ctxguard.context.tree.source import Source
from ctxguard.dockerfile.demand import Demand, demand
from ctxguard.dockerfile.parser import parse
from ctxguard.dockerfile.platforms import platform_arguments
from ctxguard.dockerfile.stages import link
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conformance.answers import Answer, TargetAnswer
from tests.conformance.case import Case
from tests.conformance.disk import Place


def predict(place: Place, backend: Backend) -> Answer:
    """The paths, and the bytes of a cold COPY of all or of the tar."""
    try:
        size = _bytes(measure_place(place, backend))
        entries = EntryStream(_request(place, backend), everything=False)
        return Answer(tuple(sorted(entry.path for entry in entries)), size)
    except MeasureError as error:
        return Answer(refusal=str(error))


def predict_target(place: Place, case: Case) -> TargetAnswer:
    """What the build of the case's target transfers, and which sources do not arrive."""
    source = given.worktree(place.root)
    located = locate(source, given.dockerfile(source, place.dockerfile))
    try:
        if isinstance(located.buildkit, MeasureError):
            raise located.buildkit
        if located.text is None:
            return TargetAnswer(refusal="there is no Dockerfile")
        asked = _demand(located.text, case)
        if asked is None:
            return TargetAnswer(refusal="there is no such target")
        sent = transfer(source, located.buildkit, asked)
        lost = _lost(source, located.buildkit, asked)
        return TargetAnswer(None if sent is None else sent.sizes.bytes, lost=lost)
    except MeasureError as error:
        return TargetAnswer(refusal=str(error))


def _demand(text: bytes, case: Case) -> Demand | None:
    target = case.get("target")
    platform = platform_arguments(None, target)
    build = link(parse(text, "Dockerfile"), "Dockerfile", case.get("build_args", {}), platform)
    stage = build.stage(target)
    return None if stage is None else demand(build, stage)


def _lost(source: Source, governing: Governing, asked: Demand) -> tuple[str, ...]:
    paths = asked.follow_paths
    kept = None if paths is None else include_list(Follower(source), paths)
    missing = Missing(source, governing, view_of(governing, kept), "Dockerfile")
    return tuple(problem.message for problem in missing.problems(asked.asks))


def measure_place(
    place: Place, backend: Backend, *, processes: int | None = None, in_full: bool = False
) -> Measurement:
    """Raises MeasureError where ctxguard refuses.

    Args:
        in_full: with the parts that have to be asked for.
    """
    request = replace(_request(place, backend), types=in_full, savings=in_full)
    return measure(request, processes=processes)


def _request(place: Place, backend: Backend) -> Request:
    source = given.worktree(place.root)
    return Request(source, given.dockerfile(source, place.dockerfile), backend)


def _bytes(measurement: Measurement) -> int | None:
    if measurement.context.backend is Backend.BUILDKIT:
        return None if measurement.copy_all is None else measurement.copy_all.bytes
    return None if measurement.legacy is None else measurement.legacy.bytes
