"""Trees and contents, as git stores them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxguard.git.program import Git, GitError

_CHUNK = 1 << 20
FOLDER, LINK, SUBMODULE = "040000", "120000", "160000"
"""Modes of entries, as git writes them."""
_MOST_ENTRIES = 4_000_000
"""Of one tree."""
_MANY_ENTRIES = 200_000
_MOST_COPIES = 20
"""A few kilobytes of trees that hold each other many times can stand for billions of entries. In a
tree of many entries no folder has so many copies on average."""


class TreeEntry(NamedTuple):
    """One entry of a tree."""

    mode: str
    """Octal, as git writes it: 100644, 100755, 120000, 040000, 160000."""
    id: str
    size: int
    """Bytes of a blob; 0 for all else."""
    path: str
    """Relative to the tree, with `/`; bytes that are no UTF-8 as lone surrogates."""


def entries(git: Git, tree: str, *, recursive: bool) -> Iterator[TreeEntry]:
    """What a tree holds, folders among it, each before its content.

    Args:
        tree: id of a tree or commit.

    Raises:
        GitError: it cannot be read, or holds far too much.
    """
    deep = ("-r", "-t") if recursive else ()
    count = 0
    folders: Counter[str] = Counter()
    with git.reading("ls-tree", *deep, "-l", "-z", "--full-tree", tree) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            *records, rest = (rest + chunk).split(b"\0")
            found = list(map(_entry, records))
            count += len(found)
            folders.update([entry.id for entry in found if entry.mode == FOLDER])
            check_count(count, folders)
            yield from found


def check_count(entries: int, folders: Counter[str]) -> None:
    """Raises GitError if a tree holds far too much.

    Args:
        entries: how many there are so far.
        folders: how often each one was met, by id.
    """
    if entries <= _MANY_ENTRIES:
        return
    if entries > _MOST_ENTRIES or folders.total() > _MOST_COPIES * len(folders):
        raise GitError(f"the tree stands for over {entries:,} entries, far too many")


def _entry(record: bytes) -> TreeEntry:
    head, _, path = record.decode("utf-8", "surrogateescape").partition("\t")
    mode, _, id_, size = head.split()
    if size.isdecimal():
        return TreeEntry(mode, id_, int(size), path)
    if size == "-":
        return TreeEntry(mode, id_, 0, path)
    raise missing(id_)


def missing(id_: str) -> GitError:
    """An object that a commit names, and that was not fetched."""
    return GitError(f"the object {id_} is not here; fetch the whole commit first")


def contents(git: Git, ids: Sequence[str]) -> list[bytes]:
    """The blobs of these ids, in their order; to be asked for small ones only.

    Raises:
        GitError: one cannot be read.
    """
    if not ids:
        return []
    data = git.run("cat-file", "--batch", data="".join(f"{id_}\n" for id_ in ids).encode())
    found = []
    at = 0
    for id_ in ids:
        end = data.find(b"\n", at)
        _, kind, *size = data[at:end].split()
        if kind != b"blob" or not size:
            raise missing(id_)
        start = end + 1
        at = start + int(size[0]) + 1
        found.append(data[start : at - 1])
    return found


def sizes(git: Git, ids: Sequence[str]) -> list[int]:
    """The bytes of the objects of these ids, in their order; 0 for one that is not here."""
    asked = "".join(f"{id_}\n" for id_ in ids).encode()
    ask = ("cat-file", "--batch-check=%(objectsize)")
    answers = git.run(*ask, data=asked).splitlines() if ids else []
    return [int(answer) if answer.isdigit() else 0 for answer in answers]
