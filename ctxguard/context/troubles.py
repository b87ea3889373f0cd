"""What stood in the way of a measurement, in words: from what the walk met to Problems."""

from __future__ import annotations

import errno
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ctxguard.context.tree.source import Remark, Unlike
from ctxguard.context.walking.walk import Trouble
from ctxguard.measurement import Effect, LfsFiles, Problem


def path_problem(trouble: Trouble) -> Problem:
    """A path that could not be listed or looked at."""
    error = trouble.error
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Problem(
            "vanished",
            trouble.path,
            "it vanished during the walk with all that was in it; measure again"
            if trouble.folder
            else "it vanished during the walk and is not counted",
            Effect.NOT_COUNTED,
        )
    if error.errno == errno.ENAMETOOLONG:
        return Problem(
            "path-too-long",
            trouble.path,
            "the path is longer than the system allows, so a build would fail and "
            "what is below it is not counted",
            Effect.BUILD_FAILS,
        )
    code, what = ("unreadable-folder", "list") if trouble.folder else ("unreadable", "look at")
    reason = error.strerror or str(error)
    return Problem(
        code,
        trouble.path,
        f"cannot {what} it ({reason.lower()}), so a build would fail and it is not counted",
        Effect.BUILD_FAILS,
    )


def is_incomplete(trouble: Trouble) -> bool:
    """Whether something that may be there was not counted.

    A file that vanished is not there, and builders pass it over too. A folder may have been renamed
    with all that is in it.
    """
    return trouble.folder or trouble.error.errno not in (errno.ENOENT, errno.ENOTDIR)


def unreadable_files(paths: Iterable[str]) -> Iterator[Problem]:
    for path in paths:
        yield Problem(
            "unreadable-file",
            path,
            "it cannot be read; BuildKit sends it as an empty file and says nothing",
            Effect.SENT_EMPTY,
        )


def refused_files(paths: Iterable[str]) -> Iterator[Problem]:
    for path in paths:
        yield Problem(
            "sent-empty",
            path,
            "two readings of the rules disagree on it; BuildKit sends it as an empty file "
            "and says nothing",
            Effect.SENT_EMPTY,
        )


def not_utf8(paths: Iterable[str]) -> Iterator[Problem]:
    for path in paths:
        yield Problem(
            "not-utf8",
            path,
            "its name or link target is not UTF-8, so a build with BuildKit would fail; "
            "rename it or ignore it",
            Effect.BUILD_FAILS,
        )


def unlike_a_checkout(remarks: Iterable[tuple[str, Remark]]) -> Iterator[Problem]:
    """What of a commit may have another size where it is checked out."""
    by_attribute: defaultdict[str, list[str]] = defaultdict(list)
    for path, remark in remarks:
        if remark.unlike is Unlike.SUBMODULE:
            yield Problem(
                "submodule",
                path,
                "it is a submodule, of which nothing is measured; a clone leaves it empty",
                Effect.NOT_COUNTED,
            )
        elif remark.unlike is Unlike.ATTRIBUTE:
            by_attribute[remark.attribute].append(path)
    for attribute, paths in by_attribute.items():
        others = len(paths) - 1
        more = f", and that of {others:,} more" if others else ""
        yield Problem(
            "size-by-attribute",
            min(paths),
            f"a checkout may change its size{more}, for .gitattributes says {attribute}; "
            "counted is what git stores",
            Effect.NOT_COUNTED,
        )


def lfs_files(remarks: Iterable[tuple[str, Remark]]) -> LfsFiles | None:
    """What of a commit lies in LFS; None if nothing does."""
    found = [remark for _, remark in remarks if remark.unlike in _IN_LFS]
    if not found:
        return None
    pointers = found[0].unlike is Unlike.LFS_POINTER
    return LfsFiles(len(found), sum(remark.bytes for remark in found), pointers=pointers)


_IN_LFS = (Unlike.LFS, Unlike.LFS_POINTER)
