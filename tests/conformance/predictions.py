"""What ctxguard says of a case. The only place here that knows how ctxguard is asked."""

from __future__ import annotations

from dataclasses import replace

from ctxguard.context import given
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conformance.answers import Answer
from tests.conformance.disk import Place


def predict(place: Place, backend: Backend) -> Answer:
    """The paths, and the bytes of a cold COPY of all or of the tar."""
    try:
        size = _bytes(measure_place(place, backend))
        entries = EntryStream(_request(place, backend), everything=False)
        return Answer(tuple(sorted(entry.path for entry in entries)), size)
    except MeasureError as error:
        return Answer(refusal=str(error))


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
