"""Where the values of a TOML file seem to stand."""

from __future__ import annotations

import time

import pytest

from ctxguard.deps.declared.tomldocument import read_toml
from tests.loops import one_loop

TEXT = b"""\
# dependencies = ["a"]
[project]
name = "x"
dependencies = [
    "a",
    'b"c', "d\\"e",
    "a",
]
[project.optional-dependencies]
dev = ["a"]
"quoted key" = ["z"]
[tool."odd name".x]
y = 1
z.w = 2
"""


def test_places() -> None:
    places = read_toml(TEXT).places
    keys = ("project", "dependencies")
    assert [places.of_string(keys, value) for value in ("a", "a", "a")] == [5, 7, 4]
    assert [places.of_string(keys, value) for value in ('b"c', 'd"e', "z")] == [6, 6, 4]
    extras = ("project", "optional-dependencies")
    assert places.of_string((*extras, "dev"), "a") == 10
    assert places.of_table((*extras, "quoted key")) == 11
    assert places.of_table(("tool", "odd name", "x")) == 12
    assert places.of_key(("tool", "odd name", "x"), "z") == 14
    assert places.of_key(("tool", "odd name", "x"), "none") == 12
    assert places.of_table(("none", "at all")) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a = ", "no valid TOML"),
        (b"\xff", "no valid TOML"),
        (b"a" * (1 << 20) + b"a", "far too many"),
        (b"a." * 5000 + b"a = 1", "nested far too deeply"),
        (b'"=".' + b"a." * 5000 + b"a = 1", "nested far too deeply"),
        (b"a = " + b"[" * 100_000, "no valid TOML"),
        (b"a = " + b"9" * 100_000, "no valid TOML"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_what_is_none(data: bytes, words: str) -> None:
    loop = one_loop()
    start = time.process_time()
    with pytest.raises(ValueError, match=words) as caught:
        read_toml(data)
    assert len(str(caught.value)) < 200
    assert time.process_time() - start < 20 * loop


def test_many_strings_in_time() -> None:
    rows = b"".join(b'  "a%d",\n' % number for number in range(30_000))
    document = read_toml(b"[project]\ndependencies = [\n" + rows + b"]\n")
    loop = one_loop()
    start = time.process_time()
    keys = ("project", "dependencies")
    lines = [document.places.of_string(keys, value) for value in document.at(*keys)]
    assert lines == list(range(3, 30_003))
    assert time.process_time() - start < 10 * loop
