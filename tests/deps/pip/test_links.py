"""Wheels that lie in folders which pip was told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxguard.deps.pip.links import are_local, has_no_index, links_in, wheels_at


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_wheels(tmp_path: Path, form: str) -> None:
    for name in ("A.b_c-1-py3-none-any.whl", "d-1.tar.gz", "-r-1.whl", "x.whl.txt", "\x1b-1.whl"):
        (tmp_path / name).touch()
    assert wheels_at([form.format(tmp_path), "https://example.org/", "/nowhere"]) == {"a-b-c"}


def test_where_they_are_named() -> None:
    settings = [
        "global.find-links='/a\\n/b'", ":env:.find-links='/c d'", "global.index-url='https://x'",
        "install.find-links=broken'", "nonsense",
    ]  # fmt: skip
    options = ["--find-links=/e", "--index-url=https://x"]
    assert list(links_in(settings, options)) == ["/e", "/a", "/b", "/c", "d"]


def test_a_wheel_itself(tmp_path: Path) -> None:
    (tmp_path / "a-1-py3-none-any.whl").touch()
    links = [str(tmp_path / "a-1-py3-none-any.whl")]
    assert wheels_at(links) == {"a"}
    assert are_local([*links, str(tmp_path), f"file://{tmp_path}"])
    assert not are_local([str(tmp_path), "https://example.org"])


@pytest.mark.parametrize(
    ("settings", "options", "none"),
    [
        ((":env:.no-index='1'",), (), True),
        (("global.no-index='true'",), (), True),
        (("global.no-index='0'",), (), False),
        ((), ("--no-index",), True),
        (("global.index-url='1'",), ("--find-links=1",), False),
    ],
)
def test_no_index(settings: tuple[str, ...], options: tuple[str, ...], none: bool) -> None:
    assert has_no_index(settings, options) == none
