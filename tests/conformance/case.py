"""One case as data: a tree, its Dockerfile and its ignore files, in the form of the record.

Live cases take the same form, so that what fails today can become a recorded case tomorrow.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

MTIME = 1_700_000_000 * 10**9
"""Of every entry that names no other, in nanoseconds."""


class Entry(TypedDict):
    """One name in the tree. Text is UTF-8; a lone surrogate stands for a byte that is not."""

    path: str
    type: str
    """file, dir, symlink, hardlink, fifo, socket or char."""
    size: int
    target: NotRequired[str | None]
    """Of a symlink as written; of a hard link the path it shares its inode with."""
    mode: NotRequired[int]
    mtime: NotRequired[int]
    uid: NotRequired[int]
    gid: NotRequired[int]
    sparse: NotRequired[bool]
    xattrs: NotRequired[dict[str, str]]
    data: NotRequired[str]


class Case(TypedDict):
    """A context, and the files that say what is sent of it."""

    id: str
    tree: list[Entry]
    dockerfile_name: str
    """As given to -f, relative to the context or to the folder outside of it."""
    dockerfile: str | None
    """None if the tree holds what stands under that name, such as a link."""
    dockerignore: dict[str, str]
    """Content of the ignore files in the tree, by path."""
    dockerfile_outside: NotRequired[bool]
    dockerignore_outside: NotRequired[dict[str, str]]
    """Content of the ignore files beside a Dockerfile outside of the context."""
    build_args: NotRequired[dict[str, str]]
    target: NotRequired[str | None]
    """Given to the build with the case's own Dockerfile."""
    observed: NotRequired[dict[str, Any]]
    """What Docker made of it; only in the record."""


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def content_of(case: Case, entry: Entry) -> bytes | None:
    """What a file holds; None if it is one hole of its size."""
    path = entry["path"]
    outside = case.get("dockerfile_outside", False)
    if path == case["dockerfile_name"] and case["dockerfile"] is not None and not outside:
        return to_bytes(case["dockerfile"])
    if path in case["dockerignore"]:
        return to_bytes(case["dockerignore"][path])
    if "data" in entry:
        return to_bytes(entry["data"])
    return None if entry.get("sparse") else b"#" * entry["size"]
