"""The automaton gives the answers of Python's `re`, program by program."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.ignore import DockerIgnorePattern
from ctxguard.ignore.automaton import Automaton
from ctxguard.ignore.charset import ANY, NOT_NEWLINE, NOT_SLASH, Chars, literal
from ctxguard.ignore.program import Boundary, Folders, Item, Program, Repeat, to_python
from tests.property.strategies import paths, sound_lines

char_sets = st.sampled_from(
    [
        literal("a"),
        literal("b"),
        literal("/"),
        literal("a").inverted(),
        Chars(((97, 98),)),
        Chars(()),
        NOT_SLASH,
        NOT_NEWLINE,
        ANY,
    ]
)


@st.composite
def repeats(draw: st.DrawFn) -> Repeat:
    least = draw(st.integers(0, 3))
    most = draw(st.one_of(st.none(), st.integers(least, 4)))
    return Repeat(draw(char_sets), least, most)


single_items = st.builds(Repeat, char_sets)
items: st.SearchStrategy[Item] = st.one_of(
    single_items,
    single_items,
    repeats(),
    st.builds(Folders, char_sets),
    st.builds(Boundary, st.booleans()),
)
sequences = st.lists(items, max_size=5).map(tuple)
made_programs = st.lists(sequences, max_size=3).map(tuple)
read_programs = sound_lines.map(lambda line: DockerIgnorePattern(line).program)
programs = st.lists(st.one_of(made_programs, read_programs), min_size=1, max_size=4)
texts = st.text("aab/-\n_é", min_size=1, max_size=7)


def matching(some_programs: list[Program], text: str) -> tuple[int, ...]:
    return tuple(
        tag for tag, program in enumerate(some_programs) if re.fullmatch(to_python(program), text)
    )


def check(some_programs: list[Program], some_texts: list[str], most_states: int) -> None:
    automaton = Automaton(enumerate(some_programs), most_states)
    for text in some_texts:
        assert automaton.start.after(text).hits == matching(some_programs, text)


most_states = st.sampled_from([0, 1, 3, 10_000])
some_texts = st.lists(st.one_of(texts, paths), min_size=1, max_size=8)


@pytest.mark.slow
@given(programs, some_texts, most_states)
@settings(deadline=None, max_examples=300)
def test_automaton_is_re(
    some_programs: list[Program], some_texts: list[str], most_states: int
) -> None:
    check(some_programs, some_texts, most_states)


@pytest.mark.slow
@given(programs, some_texts, most_states)
@settings(deadline=None, max_examples=5_000)
def test_automaton_is_re_at_length(
    some_programs: list[Program], some_texts: list[str], most_states: int
) -> None:
    check(some_programs, some_texts, most_states)


@pytest.mark.slow
@given(programs, texts, texts)
@settings(deadline=None, max_examples=300)
def test_out_of_reach_is_out_of_reach(some_programs: list[Program], head: str, tail: str) -> None:
    automaton = Automaton(enumerate(some_programs))
    state = automaton.start.after(head)
    hits = state.after(tail).hits
    for tag in range(len(some_programs)):
        if not state.bits & automaton.reach([tag]):
            assert tag not in hits
