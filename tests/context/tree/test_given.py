from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from ctxguard.context.tree import given
from ctxguard.errors import ExitCode, UsageError
from tests.conftest import Symlink

REFUSED = [
    ("", "has no name"),
    ("-", "standard input"),
    ("https://host/app.git", "is a URL"),
    ("HTTP://host/app.tar.gz", "is a URL"),
    ("git@host:app.git", "is a URL"),
    ("github.com/owner/app", "is a URL"),
    ("missing", "does not exist"),
    ("f", "is no folder"),
    ("dangling", "is no folder"),
    ("github.companion", "does not exist"),
]


@pytest.mark.parametrize(("context", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_folder_is_refused(
    context: str, message: str, make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"f": "", "dangling": Symlink("nowhere")}))
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        given.worktree(context)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_folder_may_look_like_a_url(
    make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({"github.com": {"app": {}}})
    monkeypatch.chdir(root)
    assert given.worktree("github.com/app").root == f"{root}/github.com/app"


def test_links_to_the_context_are_resolved(make_tree: Callable[..., str]) -> None:
    root = make_tree({"real": {}, "link": Symlink("real")})
    assert given.worktree(f"{root}/link").root == f"{root}/real"


def test_the_dockerfile_is_relative_to_the_current_folder(
    make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({"app": {"sub": {"My.df": "FROM scratch"}}})
    monkeypatch.chdir(f"{root}/app/sub")
    dockerfile = given.dockerfile(given.worktree(".."), "My.df")
    assert (dockerfile.prefix, dockerfile.name, dockerfile.real) == ("sub/", "My.df", "sub/My.df")
    assert (dockerfile.size, dockerfile.outside) == (12, False)


def test_a_dockerfile_outside_is_named_in_full(make_tree: Callable[..., str]) -> None:
    root = make_tree({"app": {}, "Out.df": "FROM scratch"})
    dockerfile = given.dockerfile(given.worktree(f"{root}/app"), f"{root}/Out.df")
    assert (dockerfile.prefix, dockerfile.real) == (f"{root}/", "../Out.df")
    assert dockerfile.outside


def test_a_link_that_leaves_the_context_is_a_dockerfile_outside(
    make_tree: Callable[..., str],
) -> None:
    root = make_tree({"app": {"Dockerfile": Symlink("../Out.df")}, "Out.df": "FROM scratch"})
    dockerfile = given.dockerfile(given.worktree(f"{root}/app"), None)
    assert (dockerfile.prefix, dockerfile.name, dockerfile.real) == ("", "Dockerfile", "../Out.df")
    assert dockerfile.outside


@pytest.mark.parametrize("file", [None, "named"])
def test_a_folder_is_no_dockerfile(
    file: str | None, make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"Dockerfile": {}, "named": {}}))
    with pytest.raises(UsageError, match=f"-f {file or 'Dockerfile'} names a folder"):
        given.dockerfile(given.worktree(os.curdir), file)


def test_a_dangling_link_is_not_made_up_for_by_a_lowercase_one(
    make_tree: Callable[..., str],
) -> None:
    root = make_tree({"Dockerfile": Symlink("nowhere"), "dockerfile": ""})
    assert given.dockerfile(given.worktree(root), None).real is None


def test_a_lowercase_dockerfile_is_taken_by_default(make_tree: Callable[..., str]) -> None:
    root = make_tree({"dockerfile": "FROM scratch"})
    dockerfile = given.dockerfile(given.worktree(root), None)
    assert (dockerfile.name, dockerfile.real, dockerfile.size) == ("Dockerfile", "dockerfile", 12)
    named = given.dockerfile(given.worktree(root), f"{root}/Dockerfile")
    assert named.real is None


def test_a_missing_dockerfile_is_kept_as_missing(make_tree: Callable[..., str]) -> None:
    root = make_tree({"dangling": Symlink("nowhere")})
    for file in (None, f"{root}/dangling", f"{root}/no/folder"):
        assert given.dockerfile(given.worktree(root), file).real is None
