"""What changed is what the two lists of entries differ in, whatever the trees and rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.comparison import Change
from ctxguard.context.compare import compare
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Tree
from tests.context.measuring import entries_of, request_for
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]


def sizes(root: str, backend: Backend) -> dict[str, int]:
    return {
        entry.path: entry.bytes
        for entry in entries_of(root, backend)
        if entry.kind is not EntryKind.DIRECTORY
    }


@pytest.mark.slow
@pytest.mark.parametrize("backend", Backend, ids=lambda backend: backend.value)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=TREES, other=TREES, rules=RULES, other_rules=RULES, both=st.booleans())
def test_changes_are_what_differs(
    fresh_roots: Iterator[str],
    backend: Backend,
    *,
    one: Tree,
    other: Tree,
    rules: list[str],
    other_rules: list[str],
    both: bool,
) -> None:
    base, head = next(fresh_roots), next(fresh_roots)
    plant(base, one, rules)
    plant(head, one if both else other, other_rules)
    before, after = sizes(base, backend), sizes(head, backend)
    found = compare(request_for(base, backend), request_for(head, backend), None)
    assert {file.path: (file.before, file.after) for file in found.files} == {
        path: (before.get(path, 0), after.get(path, 0))
        for path in before.keys() | after.keys()
        if before.get(path, -1) != after.get(path, -1)
    }
    assert found.bytes == sum(file.bytes for file in found.files)
    rows = (*found.grown.rows, *found.shrunk.rows)
    rest = found.grown.rest.bytes + found.shrunk.rest.bytes
    assert sum(row.bytes for row in rows) + rest == found.bytes
    for file in found.files:
        if file.change is Change.ENTERED:
            assert file.path not in before
        if both and file.cause is None and file.path != ".dockerignore":
            # The same tree under other rules: only a rule can be the cause.
            assert file.change in (Change.GREW, Change.SHRANK), file
