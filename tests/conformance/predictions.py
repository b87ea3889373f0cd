"""What ctxguard says of a case. The only place here that knows how ctxguard is asked."""

from __future__ import annotations

from dataclasses import replace

from ctxguard.context.course import Found
from ctxguard.context.demand.missing import Missing
from ctxguard.context.demand.target import transfer, view_of
from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, look_around, measure
from ctxguard.context.tree import given
from ctxguard.context.tree.locate import Governing
from ctxguard.errors import CtxguardError, MeasureError
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
    options = BuildOptions(case.get("target"), arguments=case.get("build_args", {}))
    request = replace(_request(place, Backend.BUILDKIT), build=options)
    try:
        found = look_around(request)
        if found.wanted.chosen.reason == "context-unused" and found.wanted.chosen.demand is None:
            return TargetAnswer(lost=())
        if isinstance(found.located.buildkit, MeasureError):
            raise found.located.buildkit
        return _target(request, found)
    except CtxguardError as error:
        return TargetAnswer(refusal=str(error))


def _target(request: Request, found: Found) -> TargetAnswer:
    governing, asked = found.located.buildkit, found.wanted.chosen.demand
    assert isinstance(governing, Governing)
    if asked is None:
        return TargetAnswer(refusal=str(found.wanted.problems))
    try:
        (target,) = measure(request).targets
        size = None if target.buildkit is None else target.buildkit.bytes
    except MeasureError:
        size = None
    if size is None:
        # A COPY of all would fail at a rule that this target may never come to.
        alone = transfer(request.source, governing, asked)
        size = None if alone is None else alone.sizes.bytes
    return TargetAnswer(size, lost=_lost(request, governing, found))


def _lost(request: Request, governing: Governing, found: Found) -> tuple[str, ...]:
    chosen = found.wanted.chosen
    assert chosen.demand is not None
    missing = Missing(request.source, governing, view_of(governing, chosen.kept), "Dockerfile")
    return tuple(problem.message for problem in missing.problems(chosen.demand.asks))


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
