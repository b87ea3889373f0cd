"""Where in the image a COPY puts what it takes from the context, and the way back.

Source of the meaning: the Dockerfile reference on COPY; BuildKit 73ed682, `solver/llbsolver/file`:
of a folder what is in it is copied, a file goes into the destination if that is a folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ctxguard.dockerfile.steps import Copied, Step
from ctxguard.dockerfile.touches import Touch, covers

_ARCHIVE = re.compile(r".+\.(?:tar|tar\.(?:gz|bz2|xz)|tgz|tbz2?|txz)", re.IGNORECASE)
_WILD = re.compile(r"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class Part:
    """What of a source of a COPY is meant."""

    source: str
    path: str | None
    """In the context: this and all below it; None for all that the source brings."""
    is_file: bool = False
    """Whether only a file of exactly this path is meant."""


def unpacks(step: Step) -> bool:
    """Whether an ADD may bring something else than the files it names."""
    copied = step.copied
    return (
        step.instruction.keyword == "ADD"
        and copied is not None
        and any(is_wild(source) or is_archive(source) for source in copied.sources)
    )


def is_archive(path: str) -> bool:
    """Whether ADD would unpack a local file of this name, if its content is what the name says."""
    return _ARCHIVE.fullmatch(path) is not None


def is_wild(source: str) -> bool:
    return _WILD.search(source) is not None


def below(folder: str, path: str) -> str:
    """A path below a folder of the context; "" is its root."""
    return "/".join(part for part in (folder, path) if part)


def parts(copied: Copied, touch: Touch) -> Iterator[Part]:
    """What a command that names a path in the image meets of what was copied there."""
    destination = copied.destination
    if destination is None or not copied.certain:
        return
    for source in copied.sources:
        if covers(touch.path, destination):
            yield Part(source, None)
        elif covers(destination, touch.path) and not is_wild(source):
            inside = touch.path[len(destination.rstrip("/")) + 1 :]
            yield Part(source, below(source, inside))
            if source and posixpath.basename(source) == inside:
                yield Part(source, source, is_file=True)


def origins(copied: Copied, path: str) -> Iterator[str]:
    """The paths of the context that can have become a path of the image."""
    destination = copied.destination
    if destination is None or copied.origin:
        return
    folder, name = posixpath.split(path)
    for source in copied.sources:
        if is_wild(source):
            if folder == destination:
                yield below(posixpath.dirname(source), name)
            continue
        if covers(destination, path) and path != destination:
            yield below(source, path[len(destination.rstrip("/")) + 1 :])
        lands = destination in (path, folder)
        if source and lands and (posixpath.basename(source) == name or path == destination):
            yield source


def same_places(one: Copied, other: Copied) -> bool:
    """Whether what both bring comes to the same places; both of one source without wildcards."""
    if len(one.sources) != 1 or len(other.sources) != 1:
        return False
    (wide,), (narrow,) = one.sources, other.sources
    if is_wild(wide) or is_wild(narrow) or one.destination is None or other.destination is None:
        return False
    if wide and narrow != wide and not narrow.startswith(f"{wide}/"):
        return False
    inside = narrow[len(wide) :].lstrip("/")
    return other.destination == posixpath.normpath(posixpath.join(one.destination, inside))
