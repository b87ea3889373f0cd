"""Every recorded case, both backends: the paths sent and the bytes, as Docker gave them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from ctxguard.errors import ExitCode, MeasureError
from ctxguard.measurement import Backend
from tests.conformance import recorded
from tests.conformance.answers import differences, told
from tests.conformance.disk import CannotMakeError, Place, put, remove
from tests.conformance.predictions import measure_place, predict

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="made and recorded on Linux")

DIFFERENT = {
    ("q-non-utf8-name", Backend.BUILDKIT): (
        "BuildKit fails on a name that is not UTF-8; ctxguard measures and reports it as a problem"
    ),
}
"""Where ctxguard does not say what Docker did, and why."""

REFUSED = 82
"""Of all answers in the record; ctxguard refuses just these."""

Putter = Callable[[str], Place]


@pytest.fixture(scope="session")
def put_case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Putter]:
    """Puts a case on the disk, and keeps it for as long as no other is asked for."""
    folder = tmp_path_factory.mktemp("recorded")
    kept: dict[str, Place] = {}

    def put_only(name: str) -> Place:
        if name not in kept:
            _clear(kept)
            try:
                kept[name] = put(recorded.cases()[name], str(folder / name))
            except CannotMakeError as error:
                pytest.skip(str(error))
        return kept[name]

    yield put_only
    _clear(kept)


def _clear(kept: dict[str, Place]) -> None:
    for place in kept.values():
        remove(place)
    kept.clear()


@pytest.mark.parametrize("backend", Backend, ids=lambda backend: backend.value)
@pytest.mark.parametrize("name", recorded.cases())
def test_says_what_docker_did(name: str, backend: Backend, put_case: Putter) -> None:
    place = put_case(name)
    docker = recorded.answer(recorded.cases()[name], backend)
    found = differences(docker, predict(place, backend))
    if (name, backend) in DIFFERENT:
        assert found, "no longer different: take it off the list"
    else:
        assert not found, told(found)


def test_the_record_is_whole() -> None:
    answers = [
        recorded.answer(case, backend) for case in recorded.cases().values() for backend in Backend
    ]
    assert len(answers) == 2 * 772
    assert sum(answer.refusal is not None for answer in answers) == REFUSED
    assert len(DIFFERENT) == 1


@pytest.mark.parametrize("backend", Backend)
def test_a_refusal_is_no_measurement(backend: Backend, put_case: Putter) -> None:
    place = put_case("q-bang-only")
    with pytest.raises(MeasureError) as refusal:
        measure_place(place, backend)
    assert refusal.value.exit_code is ExitCode.NOT_MEASURED


@pytest.mark.parametrize("backend", Backend)
def test_measures_without_a_dockerfile(backend: Backend, put_case: Putter) -> None:
    place = put_case("q-none")
    elsewhere = Place(place.root, f"{place.root}/no/Dockerfile")
    assert predict(elsewhere, backend).paths == predict(place, backend).paths
