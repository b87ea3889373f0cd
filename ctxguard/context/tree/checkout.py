"""What a checkout would make of the files of a commit: LFS content, and other sizes by attribute.

Source of the meaning: gitattributes(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ctxguard.context.tree.columns import Columns, CommitStat
from ctxguard.context.tree.commit import Commit
from ctxguard.context.tree.source import Remark, Unlike
from ctxguard.git.attributes import attributes
from ctxguard.git.lfs import POINTER_BYTES, pointed_size

_FILE = ".gitattributes"
_NAMES = ("filter", "eol", "ident", "working-tree-encoding", "text")
_TELLING = re.compile(rb"(?:^|\s)(filter=\S+|filter|eol=crlf|ident|working-tree-encoding)\b")
_LFS = b"filter=lfs"
_MOST_READ = 1 << 20


def look_at_attributes(commit: Commit, path: str, *, pointers: bool) -> None:
    """Give the files of a loaded folder their remarks, and those in LFS the size of their content.

    Args:
        pointers: leave the latter the size of the pointer.
    """
    telling = _telling(commit, path)
    if not telling:
        return
    files = {full: (level, at) for full, level, at in commit.files_below(path)}
    if telling == {_LFS}:
        files = {full: place for full, place in files.items() if _may_be_pointer(*place)}
    if not files:
        return
    said = attributes(commit.repository, commit.id, _NAMES, list(files))
    lfs = []
    for full, values in said.items():
        level, at = files[full]
        changing = ", ".join(_changing(values)) if level.found[at].st_size else ""
        if changing:
            level.remarks[at] = Remark(Unlike.ATTRIBUTE, changing)
        elif values.get("filter") == "lfs" and _may_be_pointer(level, at):
            lfs.append((level, at))
    _give_content(commit, lfs, pointers=pointers)


def _telling(commit: Commit, path: str) -> set[bytes]:
    """The words in any attributes file in force that can change a size."""
    found: set[bytes] = set()
    ids = []
    for folder in (*above(path), *commit.loaded_below(path)):
        entry = commit.find(f"{folder}/{_FILE}" if folder else _FILE)
        if entry is not None and entry[0].st_size <= _MOST_READ:
            ids.append(entry[1])
        elif entry is not None:
            found.add(b"filter")
    commit.read_ahead(ids)
    for id_ in ids:
        found.update(_TELLING.findall(commit.content(id_)))
    return found


def above(path: str) -> Iterator[str]:
    """The folders above one, the nearest first."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _may_be_pointer(level: Columns, at: int) -> bool:
    return level.found[at].st_size in POINTER_BYTES


def _changing(values: Mapping[str, str]) -> Iterator[str]:
    """The attributes that change the size of a file as it is checked out."""
    filter_ = values.get("filter", "unset")
    if filter_ not in ("unset", "set", "lfs"):
        yield f"filter={filter_}"
    if values.get("ident") == "set":
        yield "ident"
    encoding = values.get("working-tree-encoding", "unset")
    if encoding not in ("unset", "set") and encoding.lower() not in ("utf-8", "utf8"):
        yield f"working-tree-encoding={encoding}"
    if values.get("eol") == "crlf" and values.get("text") != "unset":
        yield "eol=crlf"


def _give_content(commit: Commit, files: list[tuple[Columns, int]], *, pointers: bool) -> None:
    commit.read_ahead([level.ids[at] for level, at in files])
    for level, at in files:
        size = pointed_size(commit.content(level.ids[at]))
        if size is None:
            continue
        if pointers:
            level.remarks[at] = Remark(Unlike.LFS_POINTER, bytes=size)
        else:
            level.remarks[at] = Remark(Unlike.LFS, bytes=size)
            level.found[at] = CommitStat(level.found[at].st_mode, size)
