"""CTX016: what any tool makes anew is sent: installed packages, caches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Fix, Severity
from ctxguard.guard.catalogue import CATALOGUE

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

CODE = "CTX016"
NAMES = {
    name: kind.what for kind in CATALOGUE if kind.derived for name in kind.names if "/" not in name
}
"""Names of derived folders, and what they are."""


@dataclass(frozen=True, slots=True)
class Named:
    """Folders of one name that are sent."""

    bytes: int
    paths: tuple[str, ...]

    @property
    def example(self) -> str:
        return self.paths[0]


def named(folders: Mapping[str, int], names: Collection[str]) -> dict[str, Named]:
    """The folders of these names, none within another of any of them.

    Args:
        folders: bytes below each, by path.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in folders:
        *above, name = path.split("/")
        if name in names and not any(each in names for each in above):
            found[name].append(path)
    return {
        name: Named(sum(folders[path] for path in paths), tuple(sorted(paths)))
        for name, paths in sorted(found.items())
    }


def message(name: str, example: str) -> str:
    """What to say of such folders."""
    return f"{NAMES[name]}, which no image needs: {example} is sent"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Where no rule of that name is meant to keep it out (see CTX004); git's folder is CTX012."""
    overview = evidence.measurement.overview
    assert overview is not None
    meant = {use.rule.pattern for use in evidence.uses if use.deeper is not None} | {".git"}
    for name, folders in named(overview.folders, NAMES.keys() - meant).items():
        line = f"**/{name}"
        yield Finding(
            CODE,
            Severity.WARNING,
            message(name, folders.example),
            file=evidence.ignore.file,
            path=folders.example,
            bytes=folders.bytes,
            fix=Fix(f"add {line}", None, (evidence.ignore.adding(line),)),
        )
