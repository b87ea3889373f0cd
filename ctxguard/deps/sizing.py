"""What the verdicts are about in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from ctxguard.dependencies import Dependency, Verdict, VerdictBytes
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.installed.closure import exclusive, freed
from ctxguard.deps.installed.distribution import Installed

Asked = Mapping[str, Sequence[Requirement]]


def by_key(requirements: Iterable[Requirement]) -> dict[str, list[Requirement]]:
    """Requirements of the same package, side by side."""
    found: dict[str, list[Requirement]] = {}
    for each in requirements:
        found.setdefault(each.key, []).append(each)
    return found


def extras_of(asked: Asked) -> dict[str, Set[str]]:
    """Of each package the extras that anybody asks for, those for other platforms aside."""
    return {
        key: {extra for each in some for extra in each.extras if each.applies}
        for key, some in asked.items()
    }


def sized(rows: Sequence[Dependency], asked: Asked, installed: Installed) -> Iterator[Dependency]:
    """The same rows, with what is known of their sizes.

    Parts of a project may differ about a package. It frees nothing where another part keeps it
    longer.
    """
    own = exclusive(installed, extras_of(asked))
    best = best_of(rows)
    for row in rows:
        there = installed.found.get(row.key)
        if there is None:
            yield row
        else:
            alone = own.get(row.key, 0) if row.verdict is best[row.key] else 0
            yield replace(row, version=there.version, bytes=there.bytes, exclusive_bytes=alone)


def best_of(rows: Iterable[Dependency]) -> dict[str, Verdict]:
    """By key: of the verdicts of all parts of a project that which keeps the package longest."""
    best: dict[str, Verdict] = {}
    for row in rows:
        others = best.get(row.key, row.verdict)
        best[row.key] = min(others, row.verdict, key=lambda each: each.rank)
    return best


def sums(
    verdicts: Mapping[str, Verdict], asked: Asked, installed: Installed | None
) -> Iterator[VerdictBytes]:
    """What each verdict is about.

    What several verdicts share counts for the one that keeps it longest, in the order of
    `Verdict`: so all of them together are what is declared, with all that it needs.
    """
    extras = extras_of(asked)
    keep: dict[str, Set[str]] = {}
    for verdict in Verdict:
        keys = [key for key, own in verdicts.items() if own is verdict]
        drop = {key: extras[key] for key in keys}
        unknown = sum(installed is None or key not in installed.found for key in keys)
        size = 0 if installed is None else freed(installed, keep, drop)
        yield VerdictBytes(verdict, len(keys), size, unknown)
        keep |= drop
