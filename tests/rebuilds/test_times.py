"""Seconds of steps, by the log of a build."""

from __future__ import annotations

import json

import pytest

from ctxguard.context.demand.targets import NO_OPTIONS
from ctxguard.errors import UsageError
from ctxguard.rebuilds.steps import steps_of
from ctxguard.rebuilds.times import seconds_by_step, seconds_of


def vertex(name: object, seconds: float = 1.5, **more: object) -> bytes:
    ended = f"2026-11-27T10:00:{seconds:09.6f}Z"
    found = {"name": name, "started": "2026-11-27T10:00:00.000000001Z", "completed": ended}
    return json.dumps({"vertexes": [found | more]}).encode()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("[2/7] RUN make", ("[2/7]", "RUN")),
        ("[build 3/7] COPY . .", ("[build 3/7]", "COPY")),
        ("[build  3/12] COPY . .", ("[build 3/12]", "COPY")),
        ("[ 3/12] COPY . .", ("[3/12]", "COPY")),
        ("[stage-1 1/2] ADD x y", ("[stage-1 1/2]", "ADD")),
        ("[linux/arm64 build 3/7] RUN x", ("[build 3/7]", "RUN")),
        ("[linux/amd64->arm64 build 3/7] RUN x", ("[build 3/7]", "RUN")),
        ("[linux/arm64 3/7] RUN x", ("[3/7]", "RUN")),
    ],
)
def test_names_of_vertices(name: str, key: tuple[str, str]) -> None:
    assert seconds_of([vertex(name)], "log") == {key: pytest.approx(1.5)}


@pytest.mark.parametrize(
    "line",
    [
        vertex("[internal] load build context"),
        vertex("exporting to image"),
        vertex(None),
        vertex("[2/7] RUN x", cached=True),
        vertex("[2/7] RUN x", completed=None),
        vertex("[2/7] RUN x", started="never"),
        b'{"vertexes": [3]}',
    ],
)
def test_what_tells_nothing(line: bytes) -> None:
    assert seconds_of([line], "log") == {}


def test_several_platforms_take_the_longest() -> None:
    lines = [vertex(f"[linux/{name} 2/3] RUN x", took) for name, took in (("a", 2), ("b", 9))]
    assert seconds_of(lines, "log") == {("[2/3]", "RUN"): pytest.approx(9)}


def test_no_log_at_all() -> None:
    with pytest.raises(UsageError, match="nothing of a build"):
        seconds_of([b"hello"], "log")


def test_steps_by_their_vertices() -> None:
    """As Docker 28.5.2 counts them: FROM an image is one, FROM a stage or scratch is none."""
    text = (
        b"FROM busybox AS base\nENV A=1\nWORKDIR /app\nCOPY src /s\nRUN x\nLABEL a=b\n"
        b"FROM scratch\nCOPY --from=base /x /x\nFROM base\nCOPY --from=1 /x /x\n"
    )
    steps = steps_of(text, "Dockerfile", NO_OPTIONS)
    assert [step.vertex for step in steps if step.builds] == [
        "[base 2/4]",
        "[base 3/4]",
        "[base 4/4]",
        "[stage-1 1/1]",
        "[stage-2 1/1]",
    ]
    found = seconds_by_step(steps, {("[base 4/4]", "RUN"): 2.0, ("[base 3/4]", "RUN"): 1.0})
    assert [each for each in found if each is not None] == [2.0]


@pytest.mark.parametrize("begin", [b"FROM busybox", b"FROM busybox AS name"])
def test_a_single_stage_goes_without_its_name(begin: bytes) -> None:
    steps = steps_of(begin + b"\nRUN x\n", "Dockerfile", NO_OPTIONS)
    assert steps[-1].vertex == "[2/2]"
