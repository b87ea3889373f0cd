"""What checks need to know, against what the builders are really sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from ctxguard.context.drafting import scene_of
from ctxguard.context.evidence import contents
from ctxguard.context.evidence.gather import Looking, evidence
from ctxguard.context.tracking import Known, Tracking
from ctxguard.errors import MeasureError
from ctxguard.git.untracked import Untracked
from ctxguard.measurement import Backend
from tests.conftest import File, Hardlink, Tree
from tests.context.measuring import BOTH, request_for, sent_paths
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]

MB = 1_000_000


def files_sent(root: str, backend: Backend) -> set[str]:
    paths = (os.path.join(root, path) for path in sent_paths(root, backend))
    return {path for path in paths if os.path.isfile(path) and not os.path.islink(path)}


@pytest.mark.slow
@BOTH
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, rules=RULES, more=RULES)
def test_the_builders_disagree_if_they_are_sent_other_files(
    fresh_roots: Iterator[str], backend: Backend, *, tree: Tree, rules: list[str], more: list[str]
) -> None:
    root = plant(next(fresh_roots), tree, [*rules, *more])
    try:
        uses = evidence(scene_of(request_for(root, backend))).uses
        one, other = (files_sent(root, each) for each in Backend)
    except MeasureError:
        return
    forced = {os.path.join(root, name) for name in ("Dockerfile", ".dockerignore")}
    found = [use.other_backend for use in uses if use.other_backend is not None]
    assert sum(each.files for each in found) == len((one ^ other) - forced)


def test_files_that_git_does_not_have(make_tree: Callable[..., str]) -> None:
    tree: Tree = {
        "Dockerfile": "FROM scratch\nCOPY . /\n",
        "dist": {"a": File(size=10), "deep": {"b": File(size=5)}},
        "x.log": File(size=7),
        "new": {"c": File(size=3)},
        "kept.py": "1",
    }
    root = make_tree(tree)
    tracking = Tracking(Untracked(frozenset({"dist", "x.log"}), frozenset({"new"})))
    known = evidence(scene_of(request_for(root)), Looking(tracking=tracking)).known
    ignored, untracked = known[Known.IGNORED], known[Known.UNTRACKED]
    assert (ignored.bytes, ignored.files, ignored.paths) == (22, 3, ("dist", "x.log"))
    assert (untracked.bytes, untracked.files, untracked.paths) == (3, 1, ("new",))


def test_the_same_content(make_tree: Callable[..., str]) -> None:
    head = "x" * 70_000
    tree: Tree = {
        "Dockerfile": "FROM scratch\nCOPY . /\n",
        "a": {"one": File(head, size=2 * MB), "two": File(head, size=2 * MB)},
        "three": File(head, size=2 * MB),
        "other": File(f"{head}y", size=2 * MB),
        "linked": Hardlink("other"),
        "small": File(size=10),
        "too": File(size=10),
    }
    scene = scene_of(request_for(make_tree(tree)))
    assert evidence(scene).twins == ()
    (twins,) = evidence(scene, Looking(twins=True)).twins
    assert (twins.bytes, twins.files) == (4 * MB, 3)
    assert twins.paths == ("a/one", "a/two", "three")


def test_many_small_files(make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.context.evidence.files.MANY", 100)
    shards: Tree = {f"{at:02x}": {str(each): "x" for each in range(4)} for at in range(26)}
    root = make_tree({"Dockerfile": "", "data": {"labels": shards}, "a": "1"})
    small = evidence(scene_of(request_for(root))).small
    assert small is not None
    assert (small.paths, small.files, small.bytes) == (("data/labels",), 104, 104)


def test_what_is_read_for_twins_is_bounded(
    make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: Tree = {f"{at}": File(str(at), size=MB) for at in range(20)}
    read: list[int] = []
    digest = contents._digest

    def counting(path: str, most: int) -> bytes | None:
        read.append(most)
        return digest(path, most)

    monkeypatch.setattr(contents, "_MOST_READ", 10 * 65_536)
    monkeypatch.setattr(contents, "_digest", counting)
    assert evidence(scene_of(request_for(make_tree(tree))), Looking(twins=True)).twins == ()
    assert sum(read) <= 10 * 65_536
