"""Lines for pip: whatever they are made of, they are one requirement and no option."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import break_args_options, parse_requirements, preprocess

from ctxguard.deps.pip.pipline import elsewhere, hashed, index_options, indexed
from ctxguard.errors import UsageError

SUM = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "extras", "specifiers", "line"),
    [
        ("flask", (), ("==3.0.3",), "flask==3.0.3"),
        ("a.b_c", ("y", "x", "y"), ("",), "a.b_c[x,y]"),
        ("a", (), (">=1, <2", "!= 1.5.*", ">=1"), "a!=1.5.*,<2,>=1"),
        ("a", (), ("===1.0+local",), "a===1.0+local"),
        ("a", (), ("~=1.4.2",), "a~=1.4.2"),
        ("-r", (), (), None),
        ("--index-url=http://example.org", (), (), None),
        ("a b", (), (), None),
        ("a\n--index-url=x", (), (), None),
        ("a", ("x]", "y"), (), None),
        ("a", (), ("==1 --index-url=x",), "a==1--index-url"),
        ("a", (), ("===${HOME}",), None),
        ("a", (), ("==1\\\n",), None),
        ("a", (), ("==1;os_name",), None),
        ("a", (), ("@http://x",), None),
        ("a", (), ("@",), None),
        ("../a", (), (), None),
        ("a", (), ("==" + "1" * 5000,), None),
    ],
)
def test_indexed(
    name: str, extras: tuple[str, ...], specifiers: tuple[str, ...], line: str | None
) -> None:
    found = indexed(name, extras, specifiers)
    assert found == (None if line is not None and "--" in line else line)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a-1.whl#sha256=ab", True),
        ("git+https://example.org/a.git@v1", True),
        ("http://example.org/a.whl", False),
        ("file:///etc/passwd", False),
        ("git+ssh://example.org/a", False),
        ("https://example.org/ --index-url=x", False),
        ("https://example.org/${HOME}", False),
        ("https://example.org/a ; marker", False),
    ],
)
def test_elsewhere(url: str, good: bool) -> None:
    assert elsewhere("a", ("x",), url) == (f"a[x] @ {url}" if good else None)


def test_hashes_that_are_none_are_left_out() -> None:
    hashes = [SUM, "md5:" + "0" * 64, "sha256:--index-url", f"{SUM} --pre"]
    assert hashed("a==1", hashes) == f"a==1 --hash={SUM}"


@given(
    st.text(max_size=12) | st.sampled_from(["a", "a-b"]),
    st.lists(st.text("ab-]=, \n$", max_size=4), max_size=2),
    st.lists(st.text("<>=!~1.*a -,;#\\\n${}@", max_size=10), max_size=3),
)
def test_pip_reads_one_requirement(name: str, extras: list[str], specifiers: list[str]) -> None:
    line = indexed(name, extras, specifiers)
    if line is not None:
        ((_, found),) = preprocess(line)
        assert found == line
        assert break_args_options(found) == (line, "")


def test_options_of_an_index() -> None:
    given_ = ("--index-url=https://a", "--find-links", "wheels", "--no-index", "--trusted-host=a")
    assert index_options(given_) == (
        "--index-url=https://a", "--find-links=wheels", "--no-index", "--trusted-host=a",
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        ("--target=/",),
        ("-r", "x"),
        ("--index-url",),
        ("--index-url", "--target"),
        ("--index-url=",),
        ("--find-links=a\n",),
        ("https://a",),
        ("--no-index=x",),
    ],
)
def test_other_options(options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        index_options(options)


def test_the_file_that_pip_gets(tmp_path: Path) -> None:
    lines = [hashed("a[x]==1", [SUM]), "b", "c @ https://example.org/c-1-py3-none-any.whl"]
    path = tmp_path / "requirements.txt"
    path.write_text("\n".join(lines))
    found = list(parse_requirements(str(path), PipSession()))
    assert [each.requirement for each in found] == ["a[x]==1", *lines[1:]]
    assert [each.options for each in found] == [{"hashes": {"sha256": ["0" * 64]}}, {}, {}]
