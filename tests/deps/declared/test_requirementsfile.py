"""Requirements files: nothing is lost, and what pip asks for is what we see."""

from __future__ import annotations

import os
import tempfile
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pip._internal.exceptions import PipError
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import ParsedRequirement, parse_requirements

from ctxguard.deps.declared.requirementsfile import MOST_REQUIREMENTS, Kind, Line, read_requirements
from tests.deps.asking import requirement_texts
from tests.loops import one_loop

FILE = """\
# Web
flask==3.0.3  # the framework
-r base.txt
-c constraints.txt --pre
-e git+https://h/r#egg=n[x]
-e .
--index-url https://h/simple

numpy==2.0 ; python_version > "3" \\
    --hash=sha256:ab \\
    --hash=sha256:cd
--no-such
==1
"""


def test_the_kinds_of_lines() -> None:
    found = read_requirements(FILE.encode())
    assert [(line.number, line.kind, line.target) for line in found.lines] == [
        (1, Kind.COMMENT, None),
        (2, Kind.REQUIREMENT, None),
        (3, Kind.INCLUDE, "base.txt"),
        (4, Kind.CONSTRAINT, "constraints.txt"),
        (5, Kind.REQUIREMENT, None),
        (6, Kind.REQUIREMENT, "."),
        (7, Kind.OPTIONS, None),
        (8, Kind.BLANK, None),
        (9, Kind.REQUIREMENT, None),
        (12, Kind.OPTIONS, None),
        (13, Kind.REQUIREMENT, None),
    ]
    keys = [line.asked.key for line in found.lines if line.asked is not None]
    assert keys == ["flask", "n", "numpy"]
    assert [line.number for line in found.lines if line.problem] == [6, 12, 13]
    assert [line.number for line in found.lines if line.hashed] == [9]
    assert [line.number for line in found.lines if line.editable] == [5, 6]


@given(st.one_of(requirement_texts.map(str.encode), st.binary(max_size=40)))
@settings(deadline=None)
def test_the_same_bytes_come_back(data: bytes) -> None:
    try:
        found = read_requirements(data)
    except ValueError:
        return
    assert found.written() == data


@given(requirement_texts)
@settings(deadline=None, max_examples=100)
def test_pip_asks_for_the_same(text: str) -> None:
    lines = [
        line for line in read_requirements(text.encode()).lines if line.kind is Kind.REQUIREMENT
    ]
    peer = asked_by_pip(text)
    if peer is None:
        return
    assert len(peer) == len(lines)
    for theirs, ours in zip(peer, lines, strict=True):
        assert f"line {ours.number} of" in (theirs.line_source or "")
        assert theirs.is_editable == ours.editable
        assert len((theirs.options or {}).get("hashes", {}).get("sha256", [])) == len(
            [value for name, value in ours.options if name == "--hash" and not ours.editable]
        )
        assert_same_name(theirs, ours)


def asked_by_pip(text: str) -> list[ParsedRequirement] | None:
    """None if it refuses the whole file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "requirements.txt")
        with open(path, "wb") as file:
            file.write(text.encode())
        try:
            return list(parse_requirements(path, PipSession()))
        except PipError:
            return None


def assert_same_name(theirs: ParsedRequirement, ours: Line) -> None:
    try:
        name = install_req_from_parsed_requirement(theirs).name
    except PipError:
        name = None
    assert (ours.asked.name if ours.asked else None) == name


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\n" * (MOST_REQUIREMENTS + 1), "more than 20,000 requirements"),
        (b"\n" * 300_000, "more than 200,000 lines"),
        (b"# coding: x-none\n", "is unknown"),
    ],
    ids=["requirements", "lines", "encoding"],
)
def test_bounds(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_requirements(data)


@pytest.mark.parametrize(
    "data",
    [
        b"flask \\\n" * 100_000,
        b"a" * 1_000_000,
        b"a==1" + b" --hash=sha256:ab" * 60_000,
        b"# " + b"x" * 1_000_000,
        b"\0" * 1_000_000,
        b"-r " + b"../" * 300_000,
        b'-r "' + b"\\" * 999_999,
        b" " * 1_000_000 + b"#",
    ],
    ids=["continued", "name", "hashes", "comment", "nul", "path", "escapes", "blanks"],
)
def test_hostile_files_in_time(data: bytes) -> None:
    loop = one_loop()
    start = time.process_time()
    found = read_requirements(data)
    assert found.written() == data
    assert all(len(line.problem or "") < 300 for line in found.lines)
    assert time.process_time() - start < 60 * loop
