"""CTX028 to CTX031: what is sent and looks as if nobody meant it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.context.tracking import Known
from ctxguard.finding import Finding, Severity

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence, Group

IGNORED = "CTX028"
UNTRACKED = "CTX029"
SMALL = "CTX030"
TWINS = "CTX031"
_NAMED = 20


def ignored(evidence: Evidence) -> Iterator[Finding]:
    """No clone has it, and yet the build takes it from this machine."""
    yield from _unknown(evidence, Known.IGNORED, IGNORED, "git ignores")


def untracked(evidence: Evidence) -> Iterator[Finding]:
    """A build elsewhere will not have it."""
    yield from _unknown(evidence, Known.UNTRACKED, UNTRACKED, "git does not track")


def _unknown(evidence: Evidence, known: Known, code: str, what: str) -> Iterator[Finding]:
    found = evidence.known.get(known)
    if found is not None:
        heaviest = ", ".join(found.paths)
        one = found.files == 1
        yield Finding(
            code,
            Severity.NOTE,
            f"{found.files:,} {'file' if one else 'files'} that {what} "
            f"{'is' if one else 'are'} sent; most of it lies in {heaviest}",
            path=found.paths[0],
            related=found.paths[1:],
            bytes=found.bytes,
        )


def small(evidence: Evidence) -> Iterator[Finding]:
    """Each file costs a message and a disk access, whatever it weighs."""
    found = evidence.small
    if found is not None:
        yield Finding(
            SMALL,
            Severity.NOTE,
            f"{found.files:,} files of no more than 4 KiB are sent, which takes more time than "
            "their size tells; if the image needs them, an archive is faster",
            path=found.paths[0] or ".",
            bytes=found.bytes,
        )


def twins(evidence: Evidence) -> Iterator[Finding]:
    """The same content under several names is sent several times."""
    for group in evidence.twins:
        yield _twins(group)


def _twins(group: Group) -> Finding:
    first, *others = group.paths
    return Finding(
        TWINS,
        Severity.NOTE,
        f"the same content is sent {group.files} times, as {others[0]} too",
        path=first,
        related=tuple(others[:_NAMED]),
        bytes=group.bytes,
    )
