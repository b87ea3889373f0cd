"""What goes with a line that goes."""

from __future__ import annotations

import time

from ctxguard.deps.declared.requirementsfile import read_requirements
from ctxguard.deps.declared.sources import Root, Source
from ctxguard.deps.split.composing import Composing, Gap, Heading, Leaf, composed
from tests.loops import one_loop


def source(text: str) -> Source:
    content = read_requirements(text.encode())
    return Source("requirements.txt", content, {}, frozenset(), frozenset(), root=Root("", ""))


def composing(text: str) -> Composing:
    found = Composing("", {})
    found.add_file(source(text))
    return found


def without(text: str, *names: str) -> str:
    found = composing(text)
    return composed(found.parts, [leaf.text not in names for leaf in found.leaves])


TEXT = """\
# all

# one
a
b
# two
c
  # of c

# three

d
# the end
"""


def test_comments() -> None:
    assert without(TEXT) == TEXT
    assert without(TEXT, "a") == TEXT.replace("a\n", "", 1)
    assert without(TEXT, "a", "b") == TEXT.replace("# one\na\nb\n", "")
    assert without(TEXT, "c") == TEXT.replace("# two\nc\n  # of c\n", "")
    assert without(TEXT, "d") == TEXT.replace("# three\n\nd\n", "")
    assert without(TEXT, "a", "b", "c", "d") == ""


def test_gaps_do_not_add_up() -> None:
    assert without("a\n\nb\n\n\nc\n", "b") == "a\n\nc\n"
    assert without("a\n\n\nb\n\n", "a") == "b\n"


def test_what_is_in_a_row() -> None:
    parts = composing("\n# x\na\n").parts
    assert [type(part) for part in parts] == [Gap, Heading, Leaf]


def test_many_comments_that_stand_alone_in_time() -> None:
    text = "# x\n\n# y\n\na\n\n" * 4_000
    loop = one_loop()
    start = time.process_time()
    found = composing(text)
    assert len(composed(found.parts, [True] * 4_000)) == len(text) - 1
    assert time.process_time() - start < 60 * loop
