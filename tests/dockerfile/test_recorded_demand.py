"""Every recorded Dockerfile: the paths that BuildKit asked for, as the daemon saw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ctxguard.dockerfile.demand import demand
from ctxguard.errors import DockerfileError
from tests.conformance import recorded
from tests.dockerfile.reading import NOTHING, linked, transfers

IGNORE_FILE = "the ignore file is refused, so that nothing is transferred"
OUT_OF_REACH = "the image of `# syntax=` could not be fetched, so that nothing is transferred"
LATER_BUILDKIT = "`--parents` is no flag of that BuildKit; ctxguard knows later ones"
CRASH = "that engine crashes"

LEFT_OUT = {
    "q-bang-only": IGNORE_FILE,
    "q-bang-space": IGNORE_FILE,
    "q-bang-slash": IGNORE_FILE,
    "q-nul": IGNORE_FILE,
    "q-class-dash-end": IGNORE_FILE,
    "q-class-dash-start": IGNORE_FILE,
    "q-class-rbracket-first": IGNORE_FILE,
    "q-class-neg-empty": IGNORE_FILE,
    "q-invalid-open": IGNORE_FILE,
    "q-invalid-open3": IGNORE_FILE,
    "q-invalid-only-backslash": IGNORE_FILE,
    "q-invalid-neg": IGNORE_FILE,
    "q-invalid-after-valid": IGNORE_FILE,
    "q-invalid-deep": IGNORE_FILE,
    "q-invalid-deep-2": IGNORE_FILE,
    "q-long-line": IGNORE_FILE,
    "q-tab-name": IGNORE_FILE,
    "d-invalid-ignore-used": IGNORE_FILE,
    "d-bang-ignore-used": IGNORE_FILE,
    "q-n-class-only-caret": IGNORE_FILE,
    "q-n-esc-trailing-space": IGNORE_FILE,
    "q-n-crlf-bang-only": IGNORE_FILE,
    "r-0075": IGNORE_FILE,
    "r-0260": IGNORE_FILE,
    "r-0286": IGNORE_FILE,
    "r-0336": IGNORE_FILE,
    "r-0354": IGNORE_FILE,
    "d-parents": LATER_BUILDKIT,
    "d-parents-labs": OUT_OF_REACH,
    "d-syntax-1": OUT_OF_REACH,
    "r-0025": CRASH,
    "r-0365": CRASH,
}
"""Where the Dockerfile alone does not tell what was transferred, and why."""

READ: dict[str, Mapping[str, Any]] = {
    name: case for name, case in recorded.cases().items() if case["dockerfile"] is not None
}


def told(case: Mapping[str, Any]) -> list[list[str]]:
    """What ctxguard says; a Dockerfile that is refused and a target that is not there get none."""
    target = case["target"]
    try:
        build = linked(case["dockerfile"], case["build_args"], target=target)
        stage = build.stage(target)
        return NOTHING if stage is None else transfers(demand(build, stage))
    except DockerfileError:
        return NOTHING


@pytest.mark.parametrize("name", [name for name in READ if name not in LEFT_OUT])
def test_asks_for_what_buildkit_asked_for(name: str) -> None:
    case = READ[name]
    assert told(case) == case["observed"]["buildkit_followpaths_dockerfile"]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_differs(name: str) -> None:
    case = READ[name]
    assert case["observed"]["buildkit_followpaths_dockerfile"] == NOTHING
    assert told(case) != NOTHING, "no longer different: take it off the list"


@pytest.mark.parametrize(
    "name", [name for name, reason in LEFT_OUT.items() if reason is IGNORE_FILE]
)
def test_the_ignore_file_was_refused(name: str) -> None:
    assert READ[name]["observed"]["error"] is not None


def test_the_record_is_whole() -> None:
    assert len(READ) == 771
    assert len(LEFT_OUT) == 32
    asking = [case for case in READ.values() if case["observed"]["buildkit_followpaths_dockerfile"]]
    assert len(asking) == 721
