"""The prediction against truth: each commit of a random history, really built in turn.

Runs where a docker with BuildKit answers; `CTXGUARD_DOCKER` names the client to ask, and
`CTXGUARD_DOCKER_CONTEXTS` a folder that it can see.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxguard.buildlog import events, rows
from ctxguard.rebuilds.replay import Commit, at_most
from tests.rebuilds.random_history import History
from tests.rebuilds.replaying import replaying

_DOCKER = os.environ.get("CTXGUARD_DOCKER") or "docker"
_CONTEXTS = os.environ.get("CTXGUARD_DOCKER_CONTEXTS")
_SEED = int(os.environ.get("CTXGUARD_DOCKER_SEED", "1"))
_COMMITS = 50
_IMAGE = "busybox"
_HEEDS_LINK = "io.containerd.snapshotter"
"""Where images lie in containerd; elsewhere `COPY --link` is a COPY like any other."""


def _answer(*arguments: str) -> str | None:
    if shutil.which(_DOCKER) is None:
        return None
    done = subprocess.run([_DOCKER, *arguments], capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout


@pytest.fixture
def engine() -> str:
    """What the engine says of itself."""
    told = _answer("info", "--format", "{{.ServerVersion}} {{.DriverStatus}}")
    if told is None:
        pytest.skip("no docker engine answers")
    if _answer("image", "inspect", _IMAGE) is None:
        pytest.skip(f"{_IMAGE} is not there; docker pull {_IMAGE}")
    return told


@pytest.fixture
def contexts(tmp_path: Path) -> Iterator[Path]:
    """A folder for contexts that the client can see."""
    if _CONTEXTS is None:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_CONTEXTS) as folder:
        yield Path(folder)


def _cached(folder: Path) -> dict[str, bool] | None:
    """What of a build came from the cache, by the name of the step; None if it failed."""
    ask = (_DOCKER, "buildx", "build", "--progress=rawjson", "--output=type=cacheonly")
    done = subprocess.run([*ask, str(folder)], capture_output=True, check=False)
    if done.returncode:
        return None
    return {
        " ".join(str(vertex["name"]).split()): bool(vertex.get("cached"))
        for event in events((done.stdout + done.stderr).splitlines(), "log")
        for vertex in rows(event, "vertexes")
        if "completed" in vertex
    }


def _differences(found: Commit, cached: dict[str, bool]) -> Iterator[str]:
    told = {name.partition("]")[0]: was_cached for name, was_cached in cached.items()}
    for step, is_new, bound in zip(found.steps, found.built, at_most(found.steps), strict=True):
        was_cached = told.get(step.vertex.rstrip("]"))
        # Of what takes from another stage only a bound is told.
        agrees = was_cached is (not is_new) or (bound and is_new and was_cached)
        if step.builds and not agrees:
            said = "built" if is_new else "cached"
            yield f"{found.revision[:10]} {step.vertex} {step.text}: said {said}, {was_cached=}"


@pytest.mark.slow
def test_a_random_history(engine: str, contexts: Path) -> None:
    nonce = uuid.uuid4().hex[:8]
    heeds_link = _HEEDS_LINK in engine
    history = History(str(contexts / "repo"), random.Random(_SEED), nonce, links=heeds_link)
    for _ in range(_COMMITS):
        history.grow()
    with replaying(history.repo.root) as replay:
        predicted = list(replay.commits())
    ids = history.repo.git("log", "--reverse", "--format=%H").split()
    wrong: list[str] = []
    for number, (id_, found) in enumerate(zip(ids, predicted, strict=True)):
        # A name of its own, so that nothing of another transfer is reused.
        folder = contexts / f"{nonce}-{number}"
        history.repo.clone(str(folder), id_)
        cached = _cached(folder)
        shutil.rmtree(folder)
        if (found is None) != (cached is None):
            wrong.append(f"{id_[:10]}: said {found is not None}, built {cached is not None}")
        elif found is not None and cached is not None:
            wrong += _differences(found, cached)
    assert wrong == []
    assert sum(found is not None for found in predicted) > _COMMITS / 2
