from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

import pytest

from ctxguard.ignore.automaton import Automaton, State, program_size
from ctxguard.ignore.program import Program, to_python
from ctxguard.ignore.regexp import parse

TEXTS = ["^a[^/]*$", "^(.*/)?b$", "^[^/]*[^/]$", r"^a\b-$", "^a|b$", "^a{2,3}$", "^[^b]*/b.*$"]
PROGRAMS = [parse(text) for text in TEXTS]
PATHS = ["".join(chars) for size in range(1, 5) for chars in itertools.product("ab/-", repeat=size)]


def wanted(path: str) -> tuple[int, ...]:
    return tuple(
        tag for tag, program in enumerate(PROGRAMS) if re.fullmatch(to_python(program), path)
    )


def machine(programs: Iterable[Program] = PROGRAMS, most_states: int = 10_000) -> Automaton:
    return Automaton(enumerate(programs), most_states)


def wrong(automaton: Automaton) -> list[str]:
    return [path for path in PATHS if automaton.start.after(path).hits != wanted(path)]


def test_the_paths_tell_the_programs_apart() -> None:
    assert {tag for path in PATHS for tag in wanted(path)} == set(range(len(PROGRAMS)))


def test_several_programs_at_once() -> None:
    assert wrong(machine()) == []


@pytest.mark.parametrize("most_states", [0, 1, 2, 3, 7])
def test_forgetting_states_keeps_answers_right(most_states: int) -> None:
    assert wrong(machine(most_states=most_states)) == []


def test_a_state_held_over_a_forgetting_stays_right() -> None:
    automaton = machine(most_states=2)
    held = {path: automaton.start.after(path) for path in PATHS if len(path) == 2}
    for path in PATHS:
        automaton.start.after(path)
    for (head, state), tail in itertools.product(held.items(), ["a", "/b", "b-"]):
        assert state.after(tail).hits == machine().start.after(head + tail).hits


def test_states_are_shared() -> None:
    automaton = machine([parse("^a[^/]*$")])
    assert automaton.start.after("ab") is automaton.start.after("abbb")


def states_reached(automaton: Automaton) -> set[int]:
    seen: dict[int, State] = {}
    todo = [automaton.start]
    while todo:
        state = todo.pop()
        if id(state) not in seen:
            seen[id(state)] = state
            todo.extend(state.values())
    return set(seen)


def test_no_more_states_than_allowed_are_kept() -> None:
    most_states = 8
    automaton = machine(most_states=most_states)
    free = machine()
    assert wrong(automaton) == wrong(free) == []
    assert len(states_reached(automaton)) <= most_states + 1 < len(states_reached(free))


def test_no_program() -> None:
    automaton = machine([])
    assert automaton.start.after("a/b").hits == ()


def test_a_program_that_never_matches() -> None:
    automaton = machine([parse("^a^$"), parse("^a$")])
    assert automaton.start.after("a").hits == (1,)


def test_tags_come_in_ascending_order_and_once() -> None:
    automaton = Automaton([(9, parse("^a|a$")), (2, parse("^a$"))])
    assert automaton.start.after("a").hits == (2, 9)


# (what, the program asked about, path, whether something longer can match)
REACH = [
    ("a literal ahead", "^ab/c$", "ab", True),
    ("the end is behind", "^ab$", "ab", False),
    ("dead", "^ab$", "b", False),
    ("a star goes on", "^a[^/]*$", "ab", True),
    ("a star ends at a slash", "^a[^/]*$", "a/", False),
    ("a folder star goes on for ever", "^(.*/)?b$", "x/y", True),
    ("a folder star stops at a newline", "^(.*/)?b$", "x\n", False),
    ("anything below", "^dir/.*$", "dir", True),
    ("open alternative", "^a|b$", "a", True),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [row[1:] for row in REACH], ids=[row[0] for row in REACH]
)
def test_reach(text: str, path: str, expected: bool) -> None:
    automaton = machine([parse(text)])
    assert bool(automaton.start.after(path).bits & automaton.reach([0])) is expected


def test_reach_is_about_the_programs_asked_for() -> None:
    automaton = machine([parse("^a/b$"), parse("^c/d$")])
    bits = automaton.start.after("a").bits
    assert bits & automaton.reach([0])
    assert not bits & automaton.reach([1])
    assert bits & automaton.reach([0, 1])
    assert automaton.reach([]) == 0


SIZES = [
    ("letters and an end", "^ab$", 3),
    ("star", "^[^/]*$", 2),
    ("folders", "^(.*/)?a$", 3),
    ("repeat", "^a{3,5}$", 6),
    ("open repeat", "^a{3,}$", 5),
    ("boundary", r"^a\b$", 3),
    ("alternatives", "^a|b$", 6),
    ("nothing", "^a^$", 0),
]


@pytest.mark.parametrize(
    ("text", "size"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES]
)
def test_program_size(text: str, size: int) -> None:
    assert program_size(parse(text)) == size
