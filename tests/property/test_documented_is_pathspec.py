"""`Decision.documented` is what pathspec itself says of the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from pathspec import PathSpec

from tests.ignore.walk import walk
from tests.property.strategies import (
    allow_lists,
    small_trees,
    sound_files,
    spec_of,
    tangled_files,
    trees,
)


def check_tree(file: list[str], tree: list[str]) -> None:
    pathspec = PathSpec.from_lines("dockerignore", file, backend="simple")
    for entry, decision in walk(spec_of(file), tree):
        assert decision.documented is pathspec.match_file(entry.path)


@pytest.mark.slow
@given(sound_files, trees)
@settings(deadline=None, max_examples=200)
def test_documented_is_pathspec(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@pytest.mark.slow
@given(allow_lists, trees)
@settings(deadline=None, max_examples=200)
def test_documented_is_pathspec_with_allow_lists(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)


@given(tangled_files, small_trees)
@settings(deadline=None, max_examples=200)
def test_documented_is_pathspec_with_tangled_rules(file: list[str], tree: list[str]) -> None:
    check_tree(file, tree)
