"""What lies in a work tree beside what git tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctxguard.git.program import GitError
from ctxguard.git.repository import Spot


@dataclass(frozen=True, slots=True)
class Untracked:
    """Files, and folders in which nothing is tracked; paths relative to a folder, without `/`.

    "" is that folder itself.
    """

    ignored: frozenset[str] = frozenset()
    """What git is told to ignore."""
    other: frozenset[str] = frozenset()
    """What nobody has added."""


def untracked(spot: Spot) -> Untracked:
    """Ask git about a folder of the work tree.

    Raises:
        GitError: git does not answer.
    """
    return Untracked(_listed(spot, "--ignored"), _listed(spot))


def _listed(spot: Spot, *flags: str) -> frozenset[str]:
    start = f"{spot.path}/" if spot.path else ""
    try:
        found = _ask(spot, flags, start or ".")
    except GitError:
        # EDGE CASE: git 2.39 fails inside of an ignored folder.
        found = _ask(spot, flags, ".")
    paths = found.decode("utf-8", "surrogateescape").split("\0")[:-1]
    if any(start.startswith(path) for path in paths if path.endswith("/")):
        return frozenset([""])
    return frozenset(
        path.removeprefix(start).rstrip("/") for path in paths if path.startswith(start)
    )


def _ask(spot: Spot, flags: Sequence[str], where: str) -> bytes:
    repository = spot.repository
    return repository.git.run(
        *(f"--work-tree={repository.work_tree}", "--literal-pathspecs", "ls-files", "-z"),
        *("--others", "--directory", "--exclude-standard", *flags),
        *("--full-name", "--", where),
        folder=repository.work_tree,
    )
