"""`decide`, folder by folder, gives what Docker's code gives when it is read literally."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.errors import PatternError
from ctxguard.ignore import DockerIgnorePattern, DockerIgnoreSpec
from tests.data import docker_vectors
from tests.ignore.walk import spec_of as spec_of_lines
from tests.ignore.walk import walk, with_parents
from tests.property.reference import BrokenError, Rules, Vector
from tests.property.strategies import (
    allow_lists,
    files,
    lines,
    paths,
    small_trees,
    spec_of,
    tangled_broken_files,
    trees,
)


def rules_of(spec: DockerIgnoreSpec) -> Rules:
    return Rules([rule for rule in spec.rules if rule is not None])


def walked(rules: Rules, path: str, parent: Vector) -> tuple[bool, Vector, int | None]:
    """Excluded or not, what the children get, and the broken rule that was met."""
    try:
        return *rules.using_parent_results(path, parent), None
    except BrokenError as error:
        return False, [], error.rule


def documented(rules: Rules, path: str) -> tuple[bool, int | None]:
    try:
        return rules.or_parent_matches(path), None
    except BrokenError as error:
        return False, error.rule


def check_tree(file: list[str], tree: list[str]) -> None:
    spec = spec_of(file)
    rules = rules_of(spec)
    vectors: dict[str, Vector] = {"": [False] * len(file)}
    for entry, decision in walk(spec, tree, lambda entry: entry.decision.broken is None):
        told, told_broken = documented(rules, entry.path)
        assert decision.documented_broken == told_broken
        if told_broken is None:
            assert decision.documented is told
        parent = vectors[entry.path.rpartition("/")[0]]
        excluded, vector, broken = walked(rules, entry.path, parent)
        assert decision.broken == broken
        if broken is None:
            hits = tuple(at for at, hit in enumerate(vector) if hit)
            assert (decision.excluded, decision.vector) == (excluded, hits)
            assert decision.rule == (hits[-1] if hits else None)
            vectors[entry.path] = vector


@pytest.mark.parametrize("row", docker_vectors("walk"), ids=lambda row: row["path"])
def test_the_literal_reading_itself_is_right(row: dict[str, Any]) -> None:
    rules = rules_of(spec_of_lines(*row["patterns"]))
    excluded = False
    vector: Vector = [False] * len(rules.negated)
    for path in sorted(with_parents([row["path"]])):
        excluded, vector = rules.using_parent_results(path, vector)
    assert (excluded, rules.or_parent_matches(row["path"])) == (row["walk"], row["mopm"])


@pytest.mark.parametrize("row", docker_vectors("invalid"), ids=lambda row: row["pattern"])
def test_the_literal_reading_finds_the_same_rules_broken(row: dict[str, Any]) -> None:
    if row["stage"] == "new":
        with pytest.raises(PatternError):
            DockerIgnorePattern(row["pattern"])
    else:
        assert rules_of(spec_of([row["pattern"]])).matchers == [None]


@pytest.mark.slow
@given(files, trees)
@settings(deadline=None, max_examples=300)
def test_decide(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(allow_lists, trees)
@settings(deadline=None, max_examples=200)
def test_decide_with_allow_lists(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@given(tangled_broken_files, small_trees)
@settings(deadline=None, max_examples=300)
def test_decide_with_tangled_rules(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(lines, st.lists(paths, min_size=1, max_size=12))
@settings(deadline=None, max_examples=300)
def test_a_rule_alone(line: str, some_paths: list[str]) -> None:
    pattern = DockerIgnorePattern(line)
    assert pattern.rule is not None
    (matches,) = Rules([pattern.rule]).matchers
    assert (pattern.broken is None) is (matches is not None)
    if matches is not None:
        for path in some_paths:
            assert pattern.matches(path) is matches(path)


@pytest.mark.slow
@given(files, trees)
@settings(deadline=None, max_examples=2_500)
def test_decide_at_length(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(allow_lists, trees)
@settings(deadline=None, max_examples=1_500)
def test_decide_with_allow_lists_at_length(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(tangled_broken_files, small_trees)
@settings(deadline=None, max_examples=2_500)
def test_decide_with_tangled_rules_at_length(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)
