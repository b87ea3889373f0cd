"""Platforms as containerd reads and writes them."""

from __future__ import annotations

import pytest

from ctxguard.dockerfile.platforms import native, normalized, parsed, platform_arguments

NORMALIZED = [
    ("linux/amd64", "linux/amd64"),
    ("amd64", "linux/amd64"),
    ("x86_64", "linux/amd64"),
    ("linux/x86-64", "linux/amd64"),
    ("linux/amd64/v1", "linux/amd64"),
    ("linux/amd64/v3", "linux/amd64/v3"),
    ("aarch64", "linux/arm64"),
    ("linux/arm64/v8", "linux/arm64"),
    ("Linux/ARM64/8", "linux/arm64"),
    ("linux/arm", "linux/arm/v7"),
    ("linux/arm/6", "linux/arm/v6"),
    ("armhf", "linux/arm/v7"),
    ("linux/armel", "linux/arm/v6"),
    ("i386", "linux/386"),
    ("linux/i686", "linux/386"),
    ("armv7l", "linux/arm/v7"),
    ("armv6l", "linux/arm/v6"),
    ("linux/arm64/v9", "linux/arm64/v9"),
    ("linux/armhf/v6", "linux/arm/v7"),
    ("windows/amd64", "windows/amd64"),
    ("macos/arm64", "darwin/arm64"),
    ("linux/riscv64", "linux/riscv64"),
]


@pytest.mark.parametrize(("text", "expected"), NORMALIZED)
def test_normalized(text: str, expected: str) -> None:
    assert normalized(text) == expected
    assert normalized(expected) == expected


@pytest.mark.parametrize("system", ["linux", "windows", "freebsd"])
def test_a_system_alone_has_this_machine_s_architecture(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for machine, architecture in (("x86_64", "amd64"), ("aarch64", "arm64"), ("i686", "386")):
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        assert normalized(system) == f"{system}/{architecture}"
        assert native() == f"linux/{architecture}"


@pytest.mark.parametrize(
    "text",
    ["", "a/b/c/d", "nonsense", "linux/", "linux/a b", "linux/é", "/", "linux//v7", " amd64"],
)
def test_what_is_no_platform(text: str) -> None:
    with pytest.raises(ValueError, match="linux/arm64"):
        normalized(text)


def test_one_at_a_time() -> None:
    for text in ("linux/amd64,linux/arm64", "a,b", ",", "local,local"):
        with pytest.raises(ValueError, match="one platform at a time"):
            normalized(text)


def test_local_is_this_machine_on_the_command_line_alone() -> None:
    assert normalized("local") == native()
    assert native().startswith("linux/")
    with pytest.raises(ValueError, match="linux/arm64"):
        parsed("local")


def test_arguments() -> None:
    found = platform_arguments("linux/arm/v7", "app")
    assert found["TARGETPLATFORM"] == "linux/arm/v7"
    assert (found["TARGETOS"], found["TARGETARCH"]) == ("linux", "arm")
    assert (found["TARGETVARIANT"], found["TARGETSTAGE"]) == ("v7", "app")
    assert found["BUILDPLATFORM"] == native()
    assert platform_arguments(None, None)["TARGETPLATFORM"] == native()
    assert platform_arguments(None, None)["TARGETSTAGE"] == "default"
