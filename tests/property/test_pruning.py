"""What `can_include_below` prunes holds nothing that would be included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.ignore.walk import walk
from tests.property.strategies import (
    allow_lists,
    small_trees,
    sound_files,
    spec_of,
    tangled_files,
    trees,
)


def included(file: list[str], tree: list[str], *, pruned: bool) -> list[str]:
    spec = spec_of(file)
    found = walk(spec, tree, spec.can_include_below) if pruned else walk(spec, tree)
    return sorted(entry.path for entry, decision in found if not decision.excluded)


def check_tree(file: list[str], tree: list[str]) -> None:
    assert included(file, tree, pruned=True) == included(file, tree, pruned=False)


@pytest.mark.slow
@given(allow_lists, trees)
@settings(deadline=None, max_examples=300)
def test_pruned_allow_list_is_the_full_one(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(sound_files, trees)
@settings(deadline=None, max_examples=200)
def test_pruned_walk_is_the_full_one(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(tangled_files, small_trees)
@settings(deadline=None, max_examples=300)
def test_pruned_walk_with_tangled_rules_is_the_full_one(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(allow_lists, trees)
@settings(deadline=None, max_examples=2_500)
def test_pruned_walk_is_the_full_one_at_length(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)
