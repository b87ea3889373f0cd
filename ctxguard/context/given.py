"""What a user gave, a context and a Dockerfile, as places on the disk."""

from __future__ import annotations

import os
import re

from ctxguard.context.locate import Dockerfile
from ctxguard.context.worktree import WorkTree
from ctxguard.errors import UsageError

_URL = re.compile(
    r"(https?|git|ssh|s3|oci-layout|docker-image)://|git@|github\.com/", re.IGNORECASE
)


def worktree(context: str) -> WorkTree:
    """The folder that was named as a context.

    Raises:
        UsageError: it is no folder on this machine.
    """
    only = "only local folders can be measured"
    if context == "-":
        raise UsageError(f"a context on standard input: {only}; unpack it and name the folder")
    if _URL.match(context) and not os.path.exists(context):
        raise UsageError(f"the context {context} is a URL: {only}; clone it and name the folder")
    if not context:
        raise UsageError("the context has no name; name a folder, or leave it out for this one")
    if not os.path.isabs(context):
        _check_current_folder()
    if not os.path.lexists(context):
        raise UsageError(f"the context {context} does not exist; name a folder")
    if not os.path.isdir(context):
        raise UsageError(f"the context {context} is no folder: {only}")
    return WorkTree(os.path.realpath(context))


def _check_current_folder() -> None:
    try:
        os.getcwd()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(
            f"the current folder cannot be found ({reason}); go to one that exists"
        ) from error


def dockerfile(context: WorkTree, file: str | None) -> Dockerfile:
    """The Dockerfile that was named with `-f`, or the default one.

    Args:
        file: relative to the current folder, as in `docker build`; None for the default.

    Raises:
        UsageError: it is a folder.
    """
    if file == "-":
        raise UsageError("-f - : a Dockerfile on standard input cannot be read yet; name a file")
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
