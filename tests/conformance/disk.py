"""Puts a case on the disk."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass

from tests.conformance.case import MTIME, Case, Entry, content_of, to_bytes

_OUTSIDE = ".dockerfile"
"""Ends the name of the folder outside of the context."""


class CannotMakeError(Exception):
    """This user or this file system cannot hold the tree; says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case lies."""

    root: str
    """The context; absolute, links resolved."""
    dockerfile: str
    """Absolute; in the context or outside of it, as the case says."""


def put(case: Case, root: str) -> Place:
    """Build the case at `root`; what belongs outside of it goes to a folder beside it.

    Raises:
        CannotMakeError: nothing of it is left then.
    """
    _check_rights(case)
    root = os.path.realpath(root)
    place = Place(root, os.path.join(_dockerfile_folder(case, root), case["dockerfile_name"]))
    try:
        _put_tree(case, root)
    except CannotMakeError:
        remove(place)
        raise
    return place


def remove(place: Place) -> None:
    """Take all of a case off the disk."""
    for folder in (place.root, f"{place.root}{_OUTSIDE}"):
        shutil.rmtree(os.fsencode(folder), ignore_errors=True)


def _put_tree(case: Case, root: str) -> None:
    os.makedirs(root)
    top = os.fsencode(root)
    hard = [entry for entry in case["tree"] if entry["type"] == "hardlink"]
    own = [entry for entry in case["tree"] if entry["type"] != "hardlink"]
    for entry in own:
        _make(case, top, entry)
    for entry in hard:
        # Its attributes are those of the inode it shares.
        first = os.path.join(top, to_bytes(entry.get("target") or ""))
        os.link(first, _below(top, entry), follow_symlinks=False)
    for entry in own:
        _dress(_below(top, entry), entry)
    # A file that is made changes the time of its folder: the deepest come first.
    for entry in sorted(own, key=lambda entry: -entry["path"].count("/")):
        _date(_below(top, entry), entry.get("mtime", MTIME))
    _date(top, MTIME)


def _check_rights(case: Case) -> None:
    if os.geteuid() == 0:
        return
    for entry in case["tree"]:
        if entry["type"] == "char":
            raise CannotMakeError("only root can make a device")
        if "uid" in entry:
            raise CannotMakeError("only root can give a file away")
        if any(not name.startswith("user.") for name in entry.get("xattrs", {})):
            raise CannotMakeError("only root can set a capability")
        if not entry.get("mode", 0o700) & stat.S_IRUSR:
            raise CannotMakeError("only root can read a file of this mode")


def _below(top: bytes, entry: Entry) -> bytes:
    return os.path.join(top, to_bytes(entry["path"]))


def _make(case: Case, top: bytes, entry: Entry) -> None:
    path = _below(top, entry)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    kind = entry["type"]
    if kind == "dir":
        os.makedirs(path, exist_ok=True)
    elif kind == "file":
        _write(path, content_of(case, entry), entry["size"])
    elif kind == "symlink":
        os.symlink(to_bytes(entry.get("target") or ""), path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o644)
    elif kind == "char":
        os.mknod(path, stat.S_IFCHR | 0o644, os.makedev(1, 3))
    else:
        raise ValueError(kind)


def _write(path: bytes, content: bytes | None, size: int) -> None:
    with open(path, "wb") as file:
        if content is None:
            file.truncate(size)
        else:
            assert len(content) == size, path
            file.write(content)


def _dress(path: bytes, entry: Entry) -> None:
    """Owner first and mode last: each takes away what the one after it sets."""
    if "uid" in entry:
        os.chown(path, entry["uid"], entry.get("gid", -1), follow_symlinks=False)
    for name, value in entry.get("xattrs", {}).items():
        try:
            os.setxattr(path, name, to_bytes(value), follow_symlinks=False)
        except OSError as error:
            raise CannotMakeError(f"this file system takes no {name}") from error
    if entry["type"] != "symlink":
        os.chmod(path, entry.get("mode", 0o755 if entry["type"] == "dir" else 0o644))


def _date(path: bytes, time: int) -> None:
    os.utime(path, ns=(time, time), follow_symlinks=False)


def _dockerfile_folder(case: Case, root: str) -> str:
    if not case.get("dockerfile_outside"):
        return root
    folder = root + _OUTSIDE
    os.makedirs(folder)
    files = {case["dockerfile_name"]: case["dockerfile"] or ""}
    files |= case.get("dockerignore_outside", {})
    for name, text in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(to_bytes(text))
    return folder
