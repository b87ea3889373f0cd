"""Every recorded case with a Dockerfile of its own: what its target transfers, as Docker did."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ctxguard.context import given
from ctxguard.context.locate import locate
from ctxguard.context.target import Transfer, transfer
from ctxguard.dockerfile.demand import demand
from ctxguard.dockerfile.parser import parse
from ctxguard.dockerfile.stages import link
from ctxguard.dockerfile.variables import platform_arguments
from ctxguard.errors import MeasureError
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
    size, paths = observed["buildkit_bytes_dockerfile"], observed["buildkit_wire_paths_dockerfile"]
    docker = None if size is None else (size, sorted(paths or []))
    found = _transfer(recorded.cases()[name], place)
    ctxguard = None if found is None else (found.sizes.bytes, sorted(found.paths))
    assert (ctxguard == docker) == (name not in DIFFERENT)


def test_the_list_of_differences_is_short() -> None:
    assert len(WITH_DOCKERFILE) == 771
    assert len(DIFFERENT) == 4


def _transfer(case: Case, place: Place) -> Transfer | None:
    """None where nothing is transferred, or the build fails before."""
    source = given.worktree(place.root)
    located = locate(source, given.dockerfile(source, place.dockerfile))
    dockerfile, target = case["dockerfile"], case.get("target")
    assert dockerfile is not None
    try:
        if isinstance(located.buildkit, MeasureError):
            raise located.buildkit
        script = parse(dockerfile.encode("utf-8", "surrogateescape"), "Dockerfile")
        platform = platform_arguments(None, target)
        build = link(script, "Dockerfile", case.get("build_args", {}), platform)
        stage = build.stage(target)
        return None if stage is None else transfer(source, located.buildkit, demand(build, stage))
    except MeasureError:
        return None
