"""A rule that cannot match changes nothing; nor does a comment or a blank line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ignore.walk import walk
from tests.property.strategies import empty_lines, files, spec_of, trees

# No name of the trees has a `z` in it.
CANNOT_MATCH = ["z", "**/z", "z*", "**/*z*/**", "a^*", r"*\z[a-z]", "/", ".", "..", "../a", "z/**"]

cannot_match = st.one_of(
    st.sampled_from(CANNOT_MATCH),
    st.sampled_from([f"!{line}" for line in CANNOT_MATCH if line != "/"]),
)
Places = list[tuple[int, str]]


def places(added: st.SearchStrategy[str]) -> st.SearchStrategy[Places]:
    return st.lists(st.tuples(st.integers(0, 5), added), min_size=1, max_size=4)


def decisions(file: list[str], tree: list[str], own: list[int]) -> list[tuple[object, ...]]:
    """All that is decided; `own` tells the lines to speak of from those that were added."""
    number = {at: own.index(at) for at in own} | {None: None}
    return [
        (
            entry.path,
            decision.excluded,
            decision.documented,
            number[decision.rule],
            [number[at] for at in decision.vector],
            [number[at] for at in decision.touched],
            number[decision.broken],
            number[decision.documented_broken],
        )
        for entry, decision in walk(spec_of(file), tree)
    ]


def check_added(file: list[str], added: Places, tree: list[str]) -> None:
    numbered: list[tuple[int, str]] = list(enumerate(file))
    for at, line in added:
        numbered.insert(at, (-1, line))
    longer = [line for _, line in numbered]
    own = [at for at, (number, _) in enumerate(numbered) if number >= 0]
    assert decisions(longer, tree, own) == decisions(file, tree, list(range(len(file))))


@pytest.mark.slow
@given(files, places(cannot_match), trees)
@settings(deadline=None, max_examples=300)
def test_a_rule_that_cannot_match(file: list[str], added: Places, tree: list[str]) -> None:
    check_added(file, added, tree)


@pytest.mark.slow
@given(files, places(empty_lines), trees)
@settings(deadline=None, max_examples=200)
def test_comments_and_blank_lines(file: list[str], added: Places, tree: list[str]) -> None:
    check_added(file, added, tree)
