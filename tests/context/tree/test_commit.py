"""A commit is measured as a fresh clone of it would be, without a checkout."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
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
from ctxguard.errors import CtxguardError
from ctxguard.measurement import Backend, Measurement
from tests.conftest import File, Symlink, Tree
from tests.context.trees import NAMES, RULES, fresh_roots
from tests.git.repositories import make_repo

__all__ = ["fresh_roots"]

# A link that leads out leads nowhere, in a commit; so these do in a clone, on any machine.
LEAVES = st.one_of(
    st.integers(0, 3000).map(lambda size: File(size=size)),
    st.sampled_from([0o755, 0o600, 0o711]).map(lambda mode: File("mode", mode=mode)),
    st.sampled_from([Symlink("a"), Symlink("../b"), Symlink("/no/where"), Symlink("\udcff")]),
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


def of_commit(root: str, place: str, backend: Backend) -> Request:
    tree = revision.committed(revision.spot_of(os.path.join(root, place)), "HEAD")
    dockerfile = revision.dockerfile_in(tree, None)
    return Request(tree, dockerfile, backend, types=True, savings=True)


def of_clone(root: str, place: str, backend: Backend) -> Request:
    disk = on_disk.worktree(os.path.join(root, place))
    return Request(disk, on_disk.dockerfile(disk, None), backend, types=True, savings=True)


def outcome(request: Callable[[], Request]) -> tuple[Measurement, list[Any]] | str:
    """What is measured, wherever it lies, and all entries; or why not."""
    try:
        found = measure(request())
        rows = list(EntryStream(request(), everything=True))
    except CtxguardError as error:
        return str(error)
    return replace(found, context=replace(found.context, root="", source="", revision=None)), rows


@pytest.mark.slow
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
    ours = outcome(lambda: of_commit(root, place, backend))
    theirs = outcome(lambda: of_clone(clone, place, backend))
    assert ours == theirs
    shutil.rmtree(root)
    shutil.rmtree(clone)
