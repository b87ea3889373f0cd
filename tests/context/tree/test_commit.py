"""A commit is measured as a fresh clone of it would be, without a checkout."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxguard.context.course import Request
from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import measure
from ctxguard.context.tree import given as on_disk
from ctxguard.context.tree import revision
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conftest import File, Symlink, Tree
from tests.context.trees import NAMES, RULES, fresh_roots
from tests.git.repositories import make_repo

__all__ = ["fresh_roots"]

LEAVES = st.one_of(
    st.integers(0, 3000).map(lambda size: File(size=size)),
    st.sampled_from([0o755, 0o600, 0o711]).map(lambda mode: File("mode", mode=mode)),
    st.sampled_from([Symlink("a"), Symlink("../b"), Symlink("/etc/passwd"), Symlink("\udcff")]),
)
ANY_NAME = st.one_of(NAMES, st.sampled_from(["\udcff", "n" * 101, "a\tb", "a\nb", "Dockerfile"]))
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(ANY_NAME, LEAVES, max_size=4),
    lambda trees: st.dictionaries(ANY_NAME, LEAVES | trees, max_size=4),
    max_leaves=25,
)
DOCKERFILES = st.sampled_from(
    ["FROM scratch\n", "FROM scratch\nCOPY . /\n", "FROM scratch\nCOPY a b/* d /x/\n", None]
)
ODD_PLACES = st.sampled_from(["", "a", "d", "sub"])


def requests(repo_root: str, clone: str, place: str, backend: Backend) -> tuple[Request, Request]:
    """For a folder of the commit, and for the same of the clone."""
    tree = revision.committed(revision.spot_of(os.path.join(repo_root, place)), "HEAD")
    disk = on_disk.worktree(os.path.join(clone, place))
    return (
        Request(tree, revision.dockerfile_in(tree, None), backend, types=True, savings=True),
        Request(disk, on_disk.dockerfile(disk, None), backend, types=True, savings=True),
    )


def outcome(request: Request) -> Measurement | str:
    try:
        found = measure(request)
    except MeasureError as error:
        return str(error)
    return replace(found, context=replace(found.context, root="", source="", revision=None))


def rows(request: Request) -> list[Any] | str:
    try:
        return list(EntryStream(request, everything=True))
    except MeasureError as error:
        return str(error)


@pytest.mark.parametrize("backend", Backend, ids=lambda backend: backend.value)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, rules=RULES, dockerfile=DOCKERFILES, place=ODD_PLACES)
def test_it_equals_a_fresh_clone(
    fresh_roots: Iterator[str],
    backend: Backend,
    *,
    tree: Tree,
    rules: list[str],
    dockerfile: str | None,
    place: str,
) -> None:
    above: dict[str, Any] = {".dockerignore": "\n".join(rules), "keep": "x"}
    if dockerfile is not None:
        above["Dockerfile"] = dockerfile
    everything = {**tree, **above}
    if place:
        everything = {**tree, place: above | {"more": dict(tree)}}
    root = next(fresh_roots)
    repo = make_repo(root, everything)
    clone = repo.clone(f"{root}-clone")
    ours, theirs = requests(root, clone, place, backend)
    assert outcome(ours) == outcome(theirs)
    assert rows(ours) == rows(theirs)
    shutil.rmtree(root)
    shutil.rmtree(clone)
