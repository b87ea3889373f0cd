"""File systems on which nobody tells of changes: those of other machines, and bridges to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

_UNTOLD = re.compile(
    r"(nfs4?|cifs|smb3?|smbfs|9p|drvfs|virtiofs|vboxsf|prl_fs|afs|ceph|glusterfs|lustre|sshfs|"
    r"fuse(\..+)?|fuseblk)"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")
_TABLE = "/proc/self/mountinfo"


def untold(root: str) -> tuple[str | None, list[str]]:
    """What to know of a context's file systems.

    Returns:
        The type of its own, if nobody tells of changes there; and the folders below it, relative,
        that hold another one of that kind.
    """
    own, below, longest = None, [], -1
    for point, type_ in _mounts():
        if _is_in(root, point) and len(point) >= longest:
            longest = len(point)
            own = type_ if _UNTOLD.fullmatch(type_) else None
        elif _is_in(point, root) and _UNTOLD.fullmatch(type_):
            below.append(os.path.relpath(point, root))
    return own, below


def mounts_below(root: str) -> list[tuple[str, str]]:
    """What is mounted on the context or in it: when that changes, everything may have."""
    return [mount for mount in _mounts() if _is_in(mount[0], root)]


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _mounts() -> Iterator[tuple[str, str]]:
    """Mount points with their types, in the order they were mounted."""
    try:
        with open(_TABLE, encoding="utf-8", errors="surrogateescape") as table:
            lines = table.readlines()
    except OSError:
        return
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:
            yield _ESCAPE.sub(lambda code: chr(int(code[1], 8)), fields[4]), after.split(" ")[0]
