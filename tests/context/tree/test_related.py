"""Commits that share what they have in common: each as if it were read alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctxguard.config import InCommit
from ctxguard.context.measure import measure
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.git.conversing import Objects
from ctxguard.git.log import commits
from ctxguard.git.program import GitError
from ctxguard.git.repository import find
from ctxguard.place import Place, in_commit
from tests.conftest import File, Symlink, Tree
from tests.git.repositories import Repo, make_repo, pointer

APP: Tree = {"Dockerfile": "FROM scratch\nCOPY . /\n", "a": {"b": {"c": "12"}, "d": "3"}, "e": "4"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(str(tmp_path / "repository"), APP)


def assert_the_same(repo: Repo, path: str = "") -> None:
    """Every commit, by its relatives and alone; and what is said to have changed is all."""
    spot = find(f"{repo.root}/{path}")
    folder = f"{repo.root}/{path}"
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        for commit in commits(spot.repository, "HEAD"):
            tree = related.tree(commit.id, commit.tree, path)
            if tree is None:
                continue
            alone = in_commit(folder, spot, commit.id)
            place = Place(folder, tree, InCommit(tree))
            expected = measure(alone.request(alone.settings()))
            assert measure(place.request(place.settings())) == expected


CHANGES: list[tuple[str, Callable[[Repo], Any]]] = [
    ("a file", lambda repo: repo.commit({"a": {"b": {"c": "123"}}})),
    (
        "new and gone",
        lambda repo: repo.git("rm", "-q", "-r", "a") and repo.commit({"n": {"x": ""}}),
    ),
    ("a mode", lambda repo: repo.commit({"e": File("4", mode=0o755)})),
    ("a link", lambda repo: repo.commit({"l": Symlink("a/b")})),
    ("rules", lambda repo: repo.commit({".dockerignore": "a/b\n"})),
    ("odd names", lambda repo: repo.commit({"é": "1", "bad\udcff": {"x": "2"}, "a b": "3"})),
    (
        "LFS",
        lambda repo: repo.commit(
            {".gitattributes": "*.bin filter=lfs\n", "a": {"x.bin": pointer(999)}}
        ),
    ),
    ("configuration", lambda repo: repo.commit({"ctxguard.toml": 'dockerfile = "a/D"\n'})),
]


@pytest.mark.parametrize("change", [row[1] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_as_if_alone(change: Callable[[Repo], Any], repo: Repo) -> None:
    change(repo)
    repo.commit({"e": "back"})
    assert_the_same(repo)
    assert_the_same(repo, "a")


def test_attributes_above_a_folder(repo: Repo) -> None:
    repo.commit({"a": {"x.bin": pointer(999)}})
    repo.commit({".gitattributes": "*.bin filter=lfs\n"})
    assert_the_same(repo, "a")
    assert_the_same(repo, "a/b")


def test_a_submodule(repo: Repo, tmp_path: Path) -> None:
    other = make_repo(str(tmp_path / "other"), {"x": "1"})
    repo.git("submodule", "add", "-q", other.root, "sub")
    repo.commit()
    repo.git("rm", "-q", "-f", "sub")
    repo.commit({"sub": {"y": "2"}})
    assert_the_same(repo)


def test_what_changed(repo: Repo) -> None:
    repo.commit({"a": {"b": {"c": "123"}, "new": {"x": ""}}, "f": "1"})
    spot = find(repo.root)
    first, second = commits(spot.repository, "HEAD")
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        folders, trees = related.changed(first.tree, second.tree, "")
        assert sorted(folders) == ["", "a", "a/b"]
        assert trees == ["a/new"]
        assert related.changed(first.tree, second.tree, "a/b") == ([""], [])
        assert related.changed(second.tree, second.tree, "") == ([], [])


def test_a_folder_that_is_none(repo: Repo) -> None:
    spot = find(repo.root)
    (commit,) = commits(spot.repository, "HEAD")
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        for path in ("nothing", "e", "a/b/c", "nothing/below"):
            assert related.tree(commit.id, commit.tree, path) is None


def test_an_object_that_is_not_here(repo: Repo) -> None:
    spot = find(repo.root)
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        with pytest.raises(GitError, match="is not here"):
            related.tree("1" * 40, "2" * 40, "")


def test_a_bomb(repo: Repo) -> None:
    """A few trees that hold each other many times."""
    blob = repo.git("hash-object", "-w", "--stdin", data=b"x").strip()
    tree = repo.git("mktree", data=f"100644 blob {blob}\tf\n".encode()).strip()
    for _ in range(8):
        rows = "".join(f"040000 tree {tree}\td{at}\n" for at in range(10))
        tree = repo.git("mktree", data=rows.encode()).strip()
    spot = find(repo.root)
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        with pytest.raises(GitError, match="far too many"):
            related.tree("1" * 40, tree, "")
