from __future__ import annotations

import time
from typing import Any

import pytest
from pathspec import PathSpec

from ctxguard.errors import PatternError
from ctxguard.ignore import Decision, DockerIgnorePattern, DockerIgnoreSpec, FolderRules
from ctxguard.ignore.automaton import program_size
from ctxguard.ignore.spec import _POSITIONS_EACH
from tests.data import docker_vectors
from tests.ignore.walk import spec_of, walk

WALKS = docker_vectors("walk")


def decision_on(spec: DockerIgnoreSpec, path: str) -> Decision:
    *_, (_, decision) = spec.trace(path)
    return decision


def folder_at(spec: DockerIgnoreSpec, path: str) -> FolderRules:
    folder = spec.root()
    for name in path.split("/"):
        (decision,) = spec.decide(folder, [name])
        folder = spec.enter(folder, name, decision)
    return folder


def label(row: dict[str, Any]) -> str:
    return f"{' '.join(row['patterns'])} : {row['path']}"


@pytest.mark.parametrize("row", WALKS, ids=label)
def test_recorded_walks(row: dict[str, Any]) -> None:
    decision = decision_on(spec_of(*row["patterns"]), row["path"])
    assert decision.excluded is row["walk"]
    assert decision.documented is row["mopm"]
    assert (decision.broken, decision.documented_broken) == (None, None)


def test_the_recorded_walks_tell_both_meanings_apart() -> None:
    assert sum(row["walk"] != row["mopm"] for row in WALKS) == 4


# (what, lines, path, excluded, deciding rule)
DECIDING: list[tuple[str, list[str], str, bool, int | None]] = [
    ("no rule", [], "a", False, None),
    ("no hit", ["b", "!c"], "a", False, None),
    ("own hit", ["a"], "a", True, 0),
    ("own hit of a wildcard", ["b", "?"], "a", True, 1),
    ("inherited hit", ["d"], "d/x", True, 0),
    ("inherited over two folders", ["d"], "d/e/x", True, 0),
    ("a second plain rule is not asked", ["a", "a*"], "a", True, 0),
    ("exception decides", ["*", "!a"], "a", False, 1),
    ("exception inherited", ["*", "!d"], "d/x", False, 1),
    ("exception that had nothing to take back", ["!a"], "a", False, None),
    ("excluded again", ["*", "!a*", "ab"], "ab", True, 2),
    ("excluded again below", ["*", "!src", "src/**/*.pyc"], "src/a/b.pyc", True, 2),
    ("re-included below", ["d", "!d/keep"], "d/keep", False, 1),
    ("not re-included beside", ["d", "!d/keep"], "d/x", True, 0),
    ("literal in a folder", ["d/x"], "d/x", True, 0),
    ("literal of another folder", ["d/x"], "e/x", False, None),
    ("literal and wildcard in file order", ["d/x", "!d/*", "d/x"], "d/x", True, 2),
    ("comments keep their index", ["# c", "", "a"], "a", True, 0),
]


@pytest.mark.parametrize(
    ("lines", "path", "excluded", "rule"),
    [row[1:] for row in DECIDING],
    ids=[row[0] for row in DECIDING],
)
def test_deciding_rule(lines: list[str], path: str, excluded: bool, rule: int | None) -> None:
    decision = decision_on(spec_of(*lines), path)
    assert (decision.excluded, decision.rule) == (excluded, rule)


# (lines, path, excluded by builders, excluded by the documentation)
WALK_DIFFERS = [
    (["**/*.log", "!keep"], "keep/x.log", True, False),
    (["keep/x.log", "!keep"], "keep/x.log", True, False),
    (["d", "!d/keep", "d"], "d/keep", False, True),
    (["**/*.log", "!keep/**"], "keep/x.log", False, False),
]


@pytest.mark.parametrize(
    ("lines", "path", "excluded", "documented"),
    WALK_DIFFERS,
    ids=[" ".join(row[0]) for row in WALK_DIFFERS],
)
def test_builders_and_documentation_differ(
    lines: list[str], path: str, excluded: bool, documented: bool
) -> None:
    decision = decision_on(spec_of(*lines), path)
    assert (decision.excluded, decision.documented) == (excluded, documented)


def test_a_rule_skipped_at_the_folder_is_not_inherited() -> None:
    spec = spec_of("**/*.log", "!keep")
    trace = dict(spec.trace("keep/x.log"))
    assert trace["keep"].vector == ()
    assert trace["keep"].touched == (1,)
    assert trace["keep/x.log"].vector == (0,)
    assert trace["keep/x.log"].touched == (0, 1)


def test_trace_goes_from_the_top_down() -> None:
    spec = spec_of("a", "!a/b")
    assert [(path, decision.excluded) for path, decision in spec.trace("a/b/c")] == [
        ("a", True),
        ("a/b", False),
        ("a/b/c", False),
    ]


def test_vector_keeps_rules_that_were_overruled() -> None:
    assert decision_on(spec_of("*", "!a", "a"), "a").vector == (0, 1, 2)
    assert decision_on(spec_of("*", "*", "!a"), "a").vector == (0, 2)


def test_decide_answers_in_the_order_of_the_names() -> None:
    spec = spec_of("b*", "c")
    decisions = spec.decide(spec.root(), ["c", "a", "b1", "b"])
    assert [decision.excluded for decision in decisions] == [True, False, True, True]
    assert spec.decide(spec.root(), []) == []


def test_decisions_with_the_same_reason_are_one_object() -> None:
    spec = spec_of("b*", "c")
    one, other, third = spec.decide(spec.root(), ["b1", "b2", "c"])
    assert one is other
    assert one is not third


# (lines, folder, whether something below can be included)
PRUNING = [
    (["src"], "src", False),
    (["src"], "other", True),
    (["*"], "src", False),
    (["*", "!src/**/*.py"], "src", True),
    (["*", "!src/**/*.py"], "src/deep/er", True),
    (["*", "!src/**/*.py"], "other", False),
    (["*", "!src/**/*.py"], "srcs", False),
    (["*", "!src/*.py"], "src", True),
    (["*", "!src/*.py"], "src/deep", False),
    (["*", "!src/*/x"], "src/deep", True),
    (["*", "!src/*/x"], "src/deep/er", False),
    (["*", "!*/src"], "p", True),
    (["*", "!*/src"], "p/q", False),
    (["*", "!**/*.py"], "any/where", True),
    (["*", "!src/app/main.py"], "src", True),
    (["*", "!src/app/main.py"], "src/app", True),
    (["*", "!src/app/main.py"], "src/lib", False),
    (["*", "!src/app/main.py"], "src/app/main.py", True),
    (["*", "!src/app/main.py"], "src/app/other", False),
    (["*", "!src"], "src/deep", True),
    (["*", "!src/**"], "src", True),
    (["*", "!src/**"], "lib", False),
    (["*", "!*.py"], "src", False),
    (["*", "!a[b/]c"], "a", True),
    (["*", "!a[b/]c"], "b", False),
    (["d", "!d/keep", "d/*"], "d", True),
]


@pytest.mark.parametrize(
    ("lines", "folder", "expected"),
    PRUNING,
    ids=[f"{' '.join(row[0])} : {row[1]}" for row in PRUNING],
)
def test_can_include_below(lines: list[str], folder: str, expected: bool) -> None:
    spec = spec_of(*lines)
    assert spec.can_include_below(folder_at(spec, folder)) is expected


def test_an_allow_list_is_walked_no_further_than_it_has_to() -> None:
    spec = spec_of("*", "!src/**/*.py")
    tree = ["src/a/b.py", "src/a/c.txt", "lib/deep/x.py", "srcs/x.py", "x.py"]
    seen = {entry.path for entry, _ in walk(spec, tree, spec.can_include_below)}
    assert seen == {"src", "src/a", "src/a/b.py", "src/a/c.txt", "lib", "srcs", "x.py"}


def test_forced_rules_count_for_builders_alone() -> None:
    spec = spec_of("*").with_forced(["!Dockerfile"])
    decision = decision_on(spec, "Dockerfile")
    assert (decision.excluded, decision.rule, decision.vector) == (False, 1, (0, 1))
    assert decision.documented is True
    assert [spec.is_forced(rule) for rule in (0, 1)] == [False, True]
    assert decision_on(spec, "other").excluded is True


def test_a_broken_forced_rule_has_no_part_in_the_documented_meaning() -> None:
    decision = decision_on(spec_of("*").with_forced(["![z-a]"]), "x")
    assert (decision.broken, decision.documented_broken) == (1, None)


def test_without_forced_rules_none_is_forced() -> None:
    assert not spec_of("*", "!a").is_forced(1)


def test_forced_rules_leave_the_spec_they_are_added_to_alone() -> None:
    spec = spec_of("*")
    spec.with_forced(["!a"])
    assert decision_on(spec, "a").excluded is True
    assert len(spec.patterns) == 1


# (what, lines, path, broken for the walk, broken for the documentation)
BROKEN: list[tuple[str, list[str], str, int | None, int | None]] = [
    ("plain rule met at once", [r"\q"], "a", 0, 0),
    ("plain rule behind another", ["b", r"\q"], "a", 1, 1),
    ("plain rule, path excluded already", ["a", r"\q"], "a", None, None),
    ("plain rule, parent excluded already", ["d", r"\q"], "d/x", None, None),
    ("plain rule, path taken back", ["*", "!a", r"\q"], "a", 2, 2),
    ("exception, nothing excluded", [r"!\q"], "a", None, None),
    ("exception, path excluded", ["a", r"!\q"], "a", 1, 1),
    ("exception, parent excluded", ["d", r"!\q"], "d/x", 1, 1),
    ("exception, path taken back before", ["*", "!a", r"!\q"], "a", None, None),
    ("exception not met, plain rule met", [r"!\q", r"\q"], "a", 1, 1),
    ("the first of two is named", [r"\q", r"\y"], "a", 0, 0),
    ("met by the walk alone", ["d", "!d/keep", "d", r"\q"], "d/keep", 3, None),
    ("met by the documentation alone", ["**/*.log", "!keep", r"\q"], "keep/x.log", None, 2),
    ("met by the walk as exception", ["**/*.log", "!keep", r"!\q"], "keep/x.log", 2, None),
]


@pytest.mark.parametrize(
    ("lines", "path", "broken", "documented_broken"),
    [row[1:] for row in BROKEN],
    ids=[row[0] for row in BROKEN],
)
def test_broken_rules(
    lines: list[str], path: str, broken: int | None, documented_broken: int | None
) -> None:
    spec = spec_of(*lines)
    decision = decision_on(spec, path)
    assert spec.broken
    assert (decision.broken, decision.documented_broken) == (broken, documented_broken)


def test_no_rule_is_broken() -> None:
    assert not spec_of("*", "!a", "[a-c]").broken


def test_error_of_a_broken_rule() -> None:
    error = spec_of("a", "![z-a]").error(1)
    assert isinstance(error, PatternError)
    assert (error.pattern, error.line, error.reason) == ("![z-a]", 2, "syntax error in pattern")


def test_a_rule_docker_always_refuses_makes_no_spec() -> None:
    with pytest.raises(PatternError):
        spec_of("a", "[")


def test_comments_and_blank_lines_are_patterns_without_effect() -> None:
    lines = ["# head", "", "*", "   ", "!a", "#!b"]
    spec = DockerIgnoreSpec(map(DockerIgnorePattern, lines))
    decision = decision_on(spec, "a")
    assert (decision.excluded, decision.documented, decision.rule) == (False, False, 4)
    assert decision_on(spec, "b").rule == 2
    assert [rule and rule.pattern for rule in spec.rules] == [None, None, "*", None, "a", None]


def test_is_a_pathspec() -> None:
    spec = spec_of("*", "!a")
    assert isinstance(spec, PathSpec)
    assert list(spec.match_files(["a", "b", "a/c", "c/a"])) == ["b", "c/a"]
    assert spec == spec_of("/*", "! a/")
    assert spec != spec_of("*", "a")


def test_from_lines() -> None:
    spec = DockerIgnoreSpec.from_lines("dockerignore", ["# head", "*", "   ", "!a"])
    assert isinstance(spec, DockerIgnoreSpec)
    assert decision_on(spec, "a").excluded is False
    assert decision_on(spec, "b").excluded is True


def test_many_rules_in_several_automata() -> None:
    lines = [f"*{at:03}*" for at in range(700)] + ["!*-000*", "*+"]
    spec = spec_of(*lines)
    sizes = [program_size(pattern.program) for pattern in spec.patterns]
    assert sum(sizes) > _POSITIONS_EACH, "or there would be one automaton only"
    rules = [decision.rule for decision in spec.decide(spec.root(), ["a", "a690", "b-000", "+"])]
    assert rules == [None, 690, 700, 701]
    decision = decision_on(spec, "x-000690")
    assert (decision.touched, decision.vector) == ((0, 6, 69, 690, 700), (0, 700))


def test_the_same_rule_very_often() -> None:
    spec = spec_of(*["x"] * 50_000)
    before = time.process_time()
    (decision,) = spec.decide(spec.root(), ["x"])
    assert time.process_time() - before < 2
    # Behind the first one there is nothing left to exclude.
    assert (decision.rule, decision.vector, len(decision.touched)) == (0, (0,), 50_000)
