"""A Dockerfile read from text, and what it asks for in the words of the record."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ctxguard.dockerfile.demand import Demand, demand
from ctxguard.dockerfile.parser import Instruction, parse
from ctxguard.dockerfile.platforms import platform_arguments
from ctxguard.dockerfile.stages import Build, link
from ctxguard.errors import DockerfileError

NAME = "Dockerfile"
NOTHING: list[list[str]] = []
"""The context is not transferred."""
ALL: list[list[str]] = [[]]
"""It is transferred without a filter."""


def linked(
    text: str | bytes,
    given: Mapping[str, str] | None = None,
    *,
    platform: str | None = "linux/amd64",
    target: str | None = None,
) -> Build:
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return link(parse(data, NAME), NAME, given or {}, platform_arguments(platform, target))


def demanded(
    text: str | bytes,
    given: Mapping[str, str] | None = None,
    *,
    platform: str | None = "linux/amd64",
    target: str | None = None,
) -> Demand:
    build = linked(text, given, platform=platform, target=target)
    stage = build.stage(target)
    assert stage is not None, "no such target"
    return demand(build, stage)


def transfers(found: Demand) -> list[list[str]]:
    """The filters of its transfers: none or one, which is empty if it lets everything pass."""
    return [list(found.follow_paths or ())] if found.used else NOTHING


def asked(text: str | bytes, given: Mapping[str, str] | None = None) -> list[list[str]]:
    return transfers(demanded(text, given))


def instructions(text: str | bytes) -> list[Instruction]:
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return list(parse(data, NAME).instructions)


def refusal(
    text: str | bytes, given: Mapping[str, str] | None = None, *, target: str | None = None
) -> tuple[int, str]:
    """Line and message of the error; it names the file as well."""
    with pytest.raises(DockerfileError) as caught:
        demanded(text, given, target=target)
    error = caught.value
    assert error.path == NAME
    assert error.line is not None
    return error.line, error.message


def copied(*sources: str) -> list[list[str]]:
    return [sorted(sources)]
