"""Whole trees with what both builders were seen to send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctxguard.context.measure import measure
from ctxguard.measurement import Backend
from tests.conftest import Tree
from tests.context.measuring import BOTH, request_for, sent_paths, settle
from tests.data import docker_vectors

TREES = docker_vectors("tree")
NOT_SENT = {"excl then re-excl": 4 + 3}
"""Bytes that the record has too much: a file of one byte that the walk includes, but that is
refused when it is opened, so it travels empty. The record knows only the walk; BuildKit 0.25 was
seen to send it empty."""
EACH = pytest.mark.parametrize("row", TREES, ids=lambda row: row["note"].strip())


def tree_of(row: dict[str, Any]) -> Tree:
    """Every file holds one byte."""
    files = {path: {} if path.endswith("/") else "x" for path in row["tree"]}
    return files | {".dockerignore": row["dockerignore"], "Dockerfile": row["dockerfile"]}


@BOTH
@EACH
def test_paths(row: dict[str, Any], backend: Backend, make_tree: Callable[..., str]) -> None:
    assert sent_paths(make_tree(tree_of(row)), backend) == row[backend.value]


@BOTH
@EACH
def test_bytes(row: dict[str, Any], backend: Backend, make_tree: Callable[..., str]) -> None:
    root = make_tree(tree_of(row))
    settle(root)
    measured = measure(request_for(root, backend))
    assert measured.copy_all is not None
    assert measured.legacy is not None
    assert measured.copy_all.bytes == row["buildkit_wire_bytes"] - NOT_SENT.get(row["note"], 0)
    assert measured.copy_all.entries == len(row["buildkit"])
    assert measured.legacy.bytes == row["legacy_tar_bytes"]
    assert measured.legacy.entries == len(row["legacy"])


def test_all_trees_are_recorded() -> None:
    assert len(TREES) == 54
    assert any(row["legacy"] != row["buildkit"] for row in TREES)
