"""Whatever stands in a Dockerfile, it is read or refused with a line, and never anything else."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.dockerfile.demand import demand
from ctxguard.dockerfile.words import WordError, expand, quoted_words
from ctxguard.errors import DockerfileError
from tests.conformance import recorded
from tests.conformance.case import to_bytes
from tests.dockerfile.reading import NAME, linked

MUTANTS = 8_000

PARTS = (
    *("FROM ", "COPY ", "ADD ", "RUN ", "ENV ", "ARG ", "ONBUILD ", "LABEL ", "CMD ", "X "),
    *("--from=", "--mount=", "type=", "source=", "from=", "cache", "tmpfs", "--", "--link "),
    *("# escape=`", "# syntax=x", "#", "\\", "`", "\n", "\n", "\n", "\r\n", "\\\n", "`\n"),
    *(" ", " ", " ", "\t", "\u00a0", "\u0085", "\ufeff", "\x00", "\udcff", "\udced"),
    *("a", "b", "s", "é", "/", ".", "..", "*", "?", "[", "]", ",", "=", ":", "0", "1", "-1"),
    *("$", "${", "}", "$a", "${a", ":-", ":+", "?", "#", "##", "%", "%%", "/", "//", "'", '"'),
    *("<<E", "<<-E", "<<'E'", "E\n", '["a", "b"]', "[1]", '["', '"]', "{", "9" * 30, "²", "٣"),
    *(" AS s\n", "FROM x AS s\n", "FROM s\n", "COPY --from=s a b\n", "ONBUILD COPY a b\n"),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


def read(data: bytes) -> None:
    """Read it, and ask for each of its stages."""
    try:
        build = linked(data, {"a": "x", "b": "$a"})
    except DockerfileError as error:
        _is_placed(error, data)
        return
    for stage in build.stages:
        try:
            found = demand(build, stage)
        except DockerfileError as error:
            _is_placed(error, data)
            continue
        for path in found.follow_paths or ():
            assert path == "/".join(part for part in path.split("/") if part not in ("", ".."))


def _is_placed(error: DockerfileError, data: bytes) -> None:
    assert error.path == NAME
    assert error.line is not None
    assert 1 <= error.line <= data.count(b"\n") + 1
    assert error.message


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_parts(text: str) -> None:
    read(to_bytes(text))
    read(to_bytes(f"FROM x AS s\n{text}"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read(data)
    read(b"FROM x\nCOPY " + data)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from("\\`"))
def test_any_word(text: str, escape: str) -> None:
    with suppress(WordError):
        expand(text, {"a": "x/y", "s": ""}, escape)
    kept = "".join(quoted_words(text.replace("\n", ""), escape))
    assert len(kept) <= len(text)


def mutated(text: bytes, chance: random.Random) -> bytes:
    """The text with a few places changed: something put in, taken out, doubled or moved."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 1, 1, 5, 20)))
        part = to_bytes(chance.choice(PARTS))
        put = chance.choice((part, b"", text[start:end] * 2, bytes([chance.randrange(256)])))
        text = text[:start] + put + text[end:]
    return text


@pytest.mark.slow
def test_mutated_record() -> None:
    texts = [case["dockerfile"] for case in recorded.cases().values()]
    known = sorted({to_bytes(text) for text in texts if text is not None})
    chance = random.Random(7)
    for _ in range(MUTANTS):
        read(mutated(chance.choice(known), chance))
