"""What a user gave, a revision, a context and a Dockerfile, as places in a commit."""

from __future__ import annotations

import os
import posixpath
import stat as modes

from ctxguard.context.tree.checkout import look_at_attributes
from ctxguard.context.tree.commit import Commit
from ctxguard.context.tree.committree import CommitTree
from ctxguard.context.tree.locate import Dockerfile
from ctxguard.context.tree.naming import STANDARD_INPUT, check_context_name
from ctxguard.errors import UsageError
from ctxguard.git.repository import Spot, find, short


def committed(spot: Spot, revision: str, *, pointers: bool = False) -> CommitTree:
    """A folder of a repository, as a commit has it.

    Args:
        pointers: count LFS pointers, not what they point to.

    Raises:
        UsageError: there is no such commit, or no such folder in it.
        GitError: git cannot read it.
    """
    commit = Commit(spot.repository, spot.repository.commit(revision), pointers=pointers)
    return _folder(commit, spot.path, revision)


def _folder(commit: Commit, path: str, revision: str) -> CommitTree:
    if not commit.is_loaded(path):
        if not commit.load(path):
            raise UsageError(f"there is no folder {path} in {revision}; it may lie elsewhere there")
        look_at_attributes(commit, path, pointers=commit.pointers)
    elif commit.folder(path) is None:
        raise UsageError(f"there is no folder {path} in {revision}; it may lie elsewhere there")
    return CommitTree(commit, path)


def another_folder(tree: CommitTree, folder: str) -> CommitTree:
    """Another folder of the same commit.

    Args:
        folder: in full, as if the commit were checked out.

    Raises:
        UsageError: there is none.
    """
    path = os.path.relpath(folder, tree.commit.repository.root).replace(os.sep, "/")
    return _folder(tree.commit, "" if path == "." else path, short(tree.commit.id))


def spot_of(context: str) -> Spot:
    """The context that was named, as a place in its repository; it need not be there now.

    Raises:
        UsageError: it lies in no repository, or is no folder.
    """
    check_context_name(context)
    if os.path.lexists(context) and not os.path.isdir(context):
        raise UsageError(f"the context {context} is no folder")
    return find(context)


def dockerfile_in(tree: CommitTree, file: str | None, text: bytes = b"") -> Dockerfile:
    """The Dockerfile that was named with `-f`, or the default one, as the same commit has it.

    Args:
        file: relative to the current folder; None for the default.
        text: what came by standard input, if that was named.

    Raises:
        UsageError: it lies outside of the repository, or is a folder.
    """
    if file == STANDARD_INPUT:
        return Dockerfile(tree, STANDARD_INPUT, "", None, len(text), text)
    path = posixpath.join(tree.path, "Dockerfile") if file is None else _in_repository(tree, file)
    folder, name = posixpath.split(path)
    whole = CommitTree(tree.commit, "")
    real = whole.follow(path)
    if real is None and file is None:
        real = whole.follow(posixpath.join(folder, "dockerfile"))
    found = None if real is None else tree.commit.find(real)
    if real == "" or (found is not None and modes.S_ISDIR(found[0].st_mode)):
        raise UsageError(f"-f {file or 'Dockerfile'} names a folder, not a Dockerfile")
    real_folder = whole.follow(folder)
    return Dockerfile(
        CommitTree(tree.commit, folder if real_folder is None else real_folder),
        name,
        _prefix(tree, folder),
        None if real is None else posixpath.relpath(real, tree.path or "."),
        0 if found is None else found[0].st_size,
    )


def _in_repository(tree: CommitTree, file: str) -> str:
    """A path that a user named, from the top of the commit's tree."""
    root = tree.commit.repository.root
    full = os.path.abspath(file)
    folder, name = os.path.split(full)
    for each in (full, os.path.join(os.path.realpath(folder), name)):
        relative = os.path.relpath(each, root).replace(os.sep, "/")
        if relative != ".." and not relative.startswith("../"):
            return "" if relative == "." else relative
    raise UsageError(
        f"-f {file} lies outside of the repository {root}; name a Dockerfile of the commit, "
        "or give it with -f -"
    )


def _prefix(tree: CommitTree, folder: str) -> str:
    relative = posixpath.relpath(folder or ".", tree.path or ".")
    if relative == ".":
        return ""
    if relative == ".." or relative.startswith("../"):
        return posixpath.join(tree.commit.repository.root, folder, "")
    return f"{relative}/"
