"""What a user gave, a context and a Dockerfile, as places on the disk."""

from __future__ import annotations

import os
import re

from ctxguard.context.tree.locate import Dockerfile
from ctxguard.context.tree.naming import (
    ONLY_FOLDERS,
    STANDARD_INPUT,
    check_context_name,
    check_current_folder,
)
from ctxguard.context.tree.source import Source
from ctxguard.context.tree.worktree import WorkTree
from ctxguard.errors import UsageError


def worktree(context: str) -> WorkTree:
    """The folder that was named as a context.

    Raises:
        UsageError: it is no folder on this machine.
    """
    check_context_name(context)
    if not os.path.lexists(context):
        raise UsageError(f"the context {context} does not exist; name a folder")
    if not os.path.isdir(context):
        raise UsageError(f"the context {context} is no folder: {ONLY_FOLDERS}")
    return WorkTree(os.path.realpath(context))


def dockerfile(context: WorkTree, file: str | None, text: bytes = b"") -> Dockerfile:
    """The Dockerfile that was named with `-f`, or the default one.

    Args:
        file: relative to the current folder, as in `docker build`; None for the default.
        text: what came by standard input, if that was named.

    Raises:
        UsageError: it is a folder.
    """
    if file == STANDARD_INPUT:
        # BuildKit reads it from an empty folder, as `Dockerfile`.
        return Dockerfile(context, STANDARD_INPUT, "", None, len(text), text)
    path = os.path.join(context.root, "Dockerfile") if file is None else os.path.abspath(file)
    if os.path.isdir(path):
        raise UsageError(f"-f {file or 'Dockerfile'} names a folder, not a Dockerfile")
    folder, name = os.path.split(path)
    real = _real(context.root, path)
    if file is None and not os.path.lexists(path):
        real = _real(context.root, os.path.join(context.root, "dockerfile"))
    size = os.path.getsize(os.path.join(context.root, real)) if real is not None else 0
    return Dockerfile(WorkTree(folder), name, _prefix(context.root, folder), real, size)


def _prefix(root: str, folder: str) -> str:
    relative = os.path.relpath(os.path.realpath(folder), root).replace(os.sep, "/")
    if relative == ".":
        return ""
    return f"{folder}/" if relative == ".." or relative.startswith("../") else f"{relative}/"


def _real(root: str, path: str) -> str | None:
    real = os.path.realpath(path)
    return os.path.relpath(real, root).replace(os.sep, "/") if os.path.exists(real) else None


def inside(context: Source, path: str, context_name: str) -> str:
    """A path that a user named, relative to the context root.

    Args:
        path: relative to the current folder; `/x` is x in the context root. A full path of
            something in the context is understood too.
        context_name: as the user gave it.

    Raises:
        UsageError: it lies outside of the context.
    """
    if not path or "\0" in path:
        raise UsageError("a path has no name; . names the current folder")
    root = context.root
    if path.startswith("/"):
        folder, name = os.path.split(os.path.normpath(path))
        named = _below(root, os.path.join(os.path.realpath(folder), name))
        from_root = os.path.normpath(path).replace(os.sep, "/").lstrip("/")
        return named if named is not None and not _is_there(context, from_root) else from_root
    check_current_folder()
    named = _below(root, os.path.normpath(os.path.join(os.getcwd(), path)))
    if named is None:
        inner = re.sub(r"^(\.\.?(/|$))+", "", path)
        raise UsageError(
            f"{path} lies outside of the context {context_name}; name it from here, such as "
            f"{os.path.join(context_name, inner)}, or from the context root, such as /{inner}"
        )
    return named


def _is_there(context: Source, path: str) -> bool:
    try:
        context.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _below(root: str, path: str) -> str | None:
    """Relative to the root, with `/`; None if it does not lie there."""
    path = path.replace(os.sep, "/")
    root = root.replace(os.sep, "/").rstrip("/")
    if path in (root, f"{root}/"):
        return ""
    return path[len(root) + 1 :] if path.startswith(f"{root}/") else None
