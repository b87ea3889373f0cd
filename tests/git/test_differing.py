"""What differs between trees, a level at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxguard.git.differing import Differing
from ctxguard.git.program import GitError
from ctxguard.git.repository import find
from tests.git.repositories import make_repo


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_each_two_trees_are_compared_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    repo = make_repo(str(tmp_path / "repository"), None, *options)
    repo.commit({"a": {"x": "1"}, "b": {"x": "1"}, "same": "1", "gone": "1"})
    repo.commit({"a": {"x": "2"}, "b": {"x": "2"}, "new\n": {"\udcff": "1"}})
    repo.git("rm", "-q", "gone")
    repo.commit()
    top = repo.id("HEAD~2^{tree}"), repo.id("HEAD^{tree}")
    with Differing(find(repo.root).repository.git) as differing:
        found = differing.below([top, top])
    names = {row.name: row for row in found[top]}
    assert set(names) == {"a", "b", "gone", "new\n"}
    assert names["a"].below == names["b"].below
    assert names["gone"].below is names["gone"].after is None
    inner = names["new\n"].below
    assert inner is not None
    assert [(row.name, row.before) for row in found[inner]] == [("\udcff", None)]
    assert len(found) == 3


def test_a_tree_that_is_not_there(tmp_path: Path) -> None:
    repo = make_repo(str(tmp_path / "repository"), {"a": "1"})
    with (
        Differing(find(repo.root).repository.git) as differing,
        pytest.raises(GitError, match="git diff-tree failed"),
    ):
        differing.below([(repo.id("HEAD^{tree}"), "1" * 40)])
