"""One answer to the question what a backend is sent, and where two answers differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

Differences = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Answer:
    """From Docker or from ctxguard."""

    paths: tuple[str, ...] = ()
    """All that is sent, sorted."""
    bytes: int | None = None
    """BuildKit: `transferring context` of a cold COPY of all; classic builder: the tar.

    None if there is no saying: it differs from run to run.
    """
    refusal: str | None = None
    """Why there is no build; there are no paths and bytes then."""


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """What the build of a target does with its context."""

    bytes: int | None = None
    """`transferring context` of a cold build; None if nothing of it is transferred."""
    refusal: str | None = None
    """Why there is no transfer, though the build may want one."""
    lost: tuple[str, ...] | None = None
    """Sources that do not arrive, so that the build fails then; None if there is no saying."""
    unknown: str | None = None
    """Why this build tells nothing of the transfer; the rest means nothing then."""


def target_differences(docker: TargetAnswer, ctxguard: TargetAnswer) -> Differences:
    """Empty if both say the same. Docker stops at the first source that is lost."""
    found: dict[str, Mapping[str, object]] = {}
    for what in ("refusal", "bytes"):
        one, other = getattr(docker, what), getattr(ctxguard, what)
        if one != other and not (what == "refusal" and one and other):
            found[what] = {"docker": one, "ctxguard": other}
    known = docker.lost is not None and ctxguard.lost is not None
    if known and bool(docker.lost) != bool(ctxguard.lost):
        found["lost"] = {"docker": docker.lost, "ctxguard": ctxguard.lost}
    return found


def differences(docker: Answer, ctxguard: Answer) -> Differences:
    """Empty if both say the same. The words of a refusal are free."""
    if docker.refusal is not None or ctxguard.refusal is not None:
        if docker.refusal is not None and ctxguard.refusal is not None:
            return {}
        return {"refusal": {"docker": docker.refusal, "ctxguard": ctxguard.refusal}}
    found: dict[str, Mapping[str, object]] = {}
    if docker.paths != ctxguard.paths:
        sent, foretold = set(docker.paths), set(ctxguard.paths)
        found["paths"] = {"docker": sorted(sent - foretold), "ctxguard": sorted(foretold - sent)}
    if docker.bytes != ctxguard.bytes:
        found["bytes"] = {"docker": docker.bytes, "ctxguard": ctxguard.bytes}
    return found


def told(found: Differences) -> str:
    """The differences on one line; of the paths, those that only one side names."""
    return json.dumps(found, ensure_ascii=True)
