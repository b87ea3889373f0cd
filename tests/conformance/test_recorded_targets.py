"""Every recorded case with a Dockerfile of its own: what its target transfers, as Docker did.

A source that is missing or ignored fails the build after the transfer: the figure stands, and the
problem is said where Docker said so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree import given
from ctxguard.errors import CtxguardError
from ctxguard.measurement import Effect, Measurement
from tests.conformance import recorded
from tests.conformance.case import Case
from tests.conformance.disk import CannotMakeError, Place, put, remove

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="made and recorded on Linux")

DIFFERENT = {
    "q-non-utf8-name": "BuildKit fails on a name that is not UTF-8; ctxguard measures",
    "d-parents": "the engine that was recorded knows no --parents; newer ones do",
    "d-parents-labs": "the image of its # syntax= line could not be had",
    "d-syntax-1": "the image of its # syntax= line could not be had",
}
"""What nothing in the files can tell, or what is measured on purpose."""
_LOST = re.compile(r"not found|no such file or directory|too many links")
"""What Docker says of a source that did not arrive."""
WITH_DOCKERFILE = [
    name for name, case in recorded.cases().items() if case["dockerfile"] is not None
]


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("target")
    try:
        made = put(recorded.cases()[request.param], str(folder / request.param))
    except CannotMakeError as error:
        pytest.skip(str(error))
    yield made
    remove(made)


@pytest.mark.parametrize(
    ("name", "place"),
    [(name, name) for name in WITH_DOCKERFILE],
    ids=WITH_DOCKERFILE,
    indirect=["place"],
)
def test_transfers_what_docker_did(name: str, place: Place) -> None:
    observed = recorded.cases()[name]["observed"]
    request = _request(recorded.cases()[name], place)
    size, paths = observed["buildkit_bytes_dockerfile"], observed["buildkit_wire_paths_dockerfile"]
    docker = None if size is None else (size, sorted(paths or []))
    found = _measured(request)
    transfer = None if found is None else _transfer(found)
    ctxguard = None if transfer is None else (transfer, _sent(request))
    assert (ctxguard == docker) == (name not in DIFFERENT)
    if found is not None and docker is not None and name not in DIFFERENT:
        assert _is_lost(found) == bool(_LOST.search(observed["error_dockerfile"] or ""))


def test_the_list_of_differences_is_short() -> None:
    assert len(WITH_DOCKERFILE) == 771
    assert len(DIFFERENT) == 4


def _request(case: Case, place: Place) -> Request:
    source = given.worktree(place.root)
    options = BuildOptions(case.get("target"), False, case.get("build_args", {}))
    return Request(source, given.dockerfile(source, place.dockerfile), build=options)


def _measured(request: Request) -> Measurement | None:
    try:
        return measure(request)
    except CtxguardError:
        return None


def _transfer(found: Measurement) -> int | None:
    (target,) = found.targets
    return None if target.buildkit is None else target.buildkit.bytes


def _sent(request: Request) -> list[str] | None:
    """What `ls --sent` lists; None where it says that there is no saying, or no transfer."""
    try:
        stream = EntryStream(request, everything=False, target=True)
        return None if stream.is_unused else sorted(entry.path for entry in stream)
    except CtxguardError:
        return None


def _is_lost(found: Measurement) -> bool:
    return any(
        problem.effect is Effect.BUILD_FAILS and problem.line is not None
        for problem in found.problems
    )
