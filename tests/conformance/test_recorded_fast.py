"""Every recorded case again, measured in parts by several processes: nothing may change."""

from __future__ import annotations

import sys

import pytest

from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conformance import recorded
from tests.conformance.disk import Place
from tests.conformance.predictions import measure_place
from tests.conformance.test_recorded import Putter, put_case

__all__ = ["put_case"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="made and recorded on Linux"),
]


IN_ONE, IN_PARTS = 10**9, 1
"""How many entries are measured before the tree is cut into parts."""


@pytest.fixture(autouse=True)
def _few_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.context.measure.SPLITS", 2)


def outcome(place: Place, backend: Backend, head: int) -> Measurement | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxguard.context.measure.HEAD", head)
        try:
            return measure_place(place, backend, processes=2, in_full=True)
        except MeasureError as error:
            return str(error)


@pytest.mark.parametrize("name", recorded.cases())
def test_in_parts_as_in_one(name: str, put_case: Putter) -> None:
    place = put_case(name)
    for backend in Backend:
        assert outcome(place, backend, IN_PARTS) == outcome(place, backend, IN_ONE)
