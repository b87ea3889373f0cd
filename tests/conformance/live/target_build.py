"""Builds a case's own Dockerfile, cold, and reads what its target transferred."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tests.conformance.answers import TargetAnswer
from tests.conformance.case import Case
from tests.conformance.disk import Place
from tests.conformance.live import docker, rawjson
from tests.conformance.live.docker import Engine
from tests.conformance.live.rawjson import Step

_FROM_ELSEWHERE = re.compile(
    r"failed to resolve source metadata|pull access denied|failed to do request|git fetch|git "
    r"was not found"
)
"""Docker could not get what is no part of the context."""
_LOST = re.compile(r'"(.*)": not found$|lstat (/.*): no such file or directory$|too many links$')
"""A source that did not arrive."""
_ELSEWHERE = re.compile(r"\] (?:COPY|RUN)\s+(?:--\S+\s+)*--(?:from|mount=\S*from)=", re.IGNORECASE)
"""In the name of a step that takes from another stage."""
_STOPPED = re.compile("context canceled")
"""What a step says that was ended because another one failed."""


def target(engine: Engine, case: Case, place: Place) -> TargetAnswer:
    """What docker did.

    BuildKit has seen this context before, under its base name: it gets another one for this build.

    Raises:
        NoDockerError: the daemon has gone.
    """
    with renamed(place) as fresh:
        build = docker.run(
            engine.program, _arguments(fresh, case.get("build_args", {}), case.get("target"))
        )
    reason = docker.reason(rawjson.complaint(build.stderr)) if build.returncode else None
    return read(build.stderr, reason)


def takes_exclude(engine: Engine, folder: str) -> bool:
    """Whether this BuildKit knows `COPY --exclude`."""
    os.makedirs(folder)
    dockerfile = os.path.join(folder, "Dockerfile")
    with open(dockerfile, "w", encoding="utf-8") as file:
        file.write("FROM scratch\nCOPY --exclude=x Dockerfile /\n")
    build = docker.run(engine.program, _arguments(Place(folder, dockerfile)))
    shutil.rmtree(folder)
    return build.returncode == 0


def _arguments(
    place: Place,
    build_args: Mapping[str, str] = MappingProxyType({}),
    target_name: str | None = None,
) -> list[str]:
    arguments = ["buildx", "build", "--progress=rawjson", "--provenance=false", "--sbom=false"]
    # An instruction that is not run, as another like it brought the same, does not fail.
    arguments += ["--no-cache", "--output", "type=cacheonly", "-f", place.dockerfile]
    for name, value in build_args.items():
        arguments += ["--build-arg", f"{name}={value}"]
    if target_name is not None:
        arguments += ["--target", target_name]
    return [*arguments, place.root]


@contextlib.contextmanager
def renamed(place: Place) -> Iterator[Place]:
    """The same context under a name that was never used."""
    root = os.path.join(os.path.dirname(place.root), f"t{uuid.uuid4().hex}")
    dockerfile = place.dockerfile
    if dockerfile.startswith(f"{place.root}/"):
        dockerfile = root + dockerfile.removeprefix(place.root)
    os.rename(place.root, root)
    try:
        yield Place(root, dockerfile)
    finally:
        os.rename(root, place.root)


def read(progress: str, reason: str | None) -> TargetAnswer:
    """What the progress of a build tells.

    Args:
        reason: why it failed; None if it did not.
    """
    steps = rawjson.steps(progress)
    context = next((step for step in steps if step.name.endswith(rawjson.CONTEXT_STEP)), None)
    if reason is None:
        return TargetAnswer(rawjson.transferred(progress), lost=())
    failed = [step for step in steps if step.error and not _STOPPED.search(step.error)]
    of_its_own = any(_is_instruction(step) for step in failed)
    if (context is None and of_its_own) or (context is not None and context.done):
        # All steps are announced before the first begins: there is no transfer, or it is over.
        return TargetAnswer(rawjson.transferred(progress), lost=_lost(failed))
    if context in failed:
        return TargetAnswer(refusal=reason)
    if _FROM_ELSEWHERE.search(reason):
        return TargetAnswer(unknown="docker could not get an image or a remote source")
    if of_its_own:
        return TargetAnswer(unknown="an instruction failed while the context was transferred")
    return TargetAnswer(refusal=reason)


def _is_instruction(step: Step) -> bool:
    """Not a step of docker's own, such as the loading of the ignore file."""
    return not step.name.startswith("[internal]")


def _lost(failed: list[Step]) -> tuple[str, ...] | None:
    """The sources that did not arrive; None if the build failed of something else."""
    found = []
    for step in failed:
        match = _LOST.search(step.error)
        if match is not None and not _ELSEWHERE.search(step.name):
            found.append(match[1] or match[2] or match[0])
    return tuple(found) or None
