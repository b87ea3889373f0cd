"""What may go: nothing that an instruction needs.

Safe is what takes away no source of COPY, ADD or a bind mount itself, no file that a source's
wildcard matches, not the last file below a source, and below a source only what git ignores or
what is derived (see `catalogue`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from ctxguard.context.shares import Share, Shares
from ctxguard.context.tracking import Known


class Bounds:
    """Knows how much of each source is still sent.

    Args:
        derived: the numbers of lines and places whose content is derived.
    """

    def __init__(self, shares: Shares, derived: frozenset[int]) -> None:
        self._derived = derived
        self._left = _files(shares.shares)

    def needed_by(self, rows: Collection[Share]) -> tuple[int, ...]:
        """The sources that forbid to take these away; none if it is safe."""
        found: set[int] = set()
        for row in rows:
            found.update(row.standing.itself)
            if row.known is not Known.IGNORED and not self._is_derived(row):
                found.update(row.standing.below)
        for source, files in _files(rows).items():
            if files and files == self._left[source]:
                found.add(source)
        return tuple(sorted(found))

    def leans_on_git(self, rows: Collection[Share]) -> bool:
        """Whether it is safe only since git ignores what an instruction takes along.

        That is often a cache, and at times what was built for the image.
        """
        return any(row.standing.below and not self._is_derived(row) for row in rows)

    def take(self, rows: Collection[Share]) -> None:
        """These are no longer sent."""
        self._left.subtract(_files(rows))

    def _is_derived(self, row: Share) -> bool:
        return not self._derived.isdisjoint(row.lines)


def asking(rows: Collection[Share]) -> tuple[int, ...]:
    """The sources that ask for any of these."""
    found = {at for row in rows for at in (*row.standing.itself, *row.standing.below)}
    return tuple(sorted(found))


def _files(rows: Collection[Share]) -> Counter[int]:
    """By source: the files that are it, or lie below it."""
    files: Counter[int] = Counter()
    for row in rows:
        for source in {*row.standing.itself, *row.standing.below}:
            files[source] += row.files
    return files
