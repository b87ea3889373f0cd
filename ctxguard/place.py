"""Where a context is, on the disk or in a commit: source, Dockerfile, configuration, request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctxguard.config import Folders, InCommit, OnDisk, Settings, settings
from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.measure import Request
from ctxguard.context.tree import given, revision
from ctxguard.context.tree.committree import CommitTree
from ctxguard.context.tree.locate import Dockerfile
from ctxguard.context.tree.worktree import WorkTree
from ctxguard.errors import UsageError
from ctxguard.git.repository import Spot
from ctxguard.measurement import Backend


@dataclass(frozen=True, slots=True)
class Place:
    """A context that was found."""

    name: str
    """As the user gave it."""
    source: WorkTree | CommitTree
    folders: Folders
    """Where its configuration may lie."""

    def settings(self, flags: Mapping[str, Any] | None = None) -> Settings:
        """All settings in force; flags by the name of the key."""
        return settings(self.folders, flags or {})

    def request(
        self,
        chosen: Settings,
        text: bytes = b"",
        *,
        depth: int | None = None,
        types: bool = False,
        savings: bool = False,
        all_targets: bool = False,
        overview: bool = False,
    ) -> Request:
        """What to measure, as the settings have it.

        Args:
            text: what came by standard input, if the Dockerfile does.
        """
        return Request(
            source=self.source,
            dockerfile=self._dockerfile(chosen.dockerfile, text),
            backend=Backend(chosen.backend),
            top=chosen.top,
            depth=depth,
            types=types,
            savings=savings,
            overview=overview,
            build=BuildOptions(chosen.target, all_targets, chosen.build_args, chosen.platform),
        )

    def _dockerfile(self, file: str | None, text: bytes) -> Dockerfile:
        if isinstance(self.source, CommitTree):
            return revision.dockerfile_in(self.source, file, text)
        return given.dockerfile(self.source, file, text)

    def inside(self, path: str) -> str:
        """See `given.inside`."""
        return given.inside(self.source, path, self.name)


def on_disk(context: str) -> Place:
    """The folder that was named.

    Raises:
        UsageError: it is none.
    """
    return Place(context, given.worktree(context), OnDisk(context))


def in_commit(context: str, spot: Spot, rev: str, lfs: str | None = None) -> Place:
    """The same folder as a commit has it.

    Args:
        spot: where it lies in its repository.
        lfs: `pointer` to count the pointers of LFS, not what they point to.

    Raises:
        UsageError: there is no such commit, or no such folder in it.
        GitError: git cannot read it.
    """
    tree = revision.committed(spot, rev, pointers=lfs == "pointer")
    return Place(context, tree, InCommit(tree))


def place(context: str, rev: str | None, lfs: str | None) -> Place:
    """A context that was named, in a commit if that was named too; see the others."""
    if rev is None:
        if lfs is not None:
            raise UsageError("--lfs is about a commit; name one with --rev")
        return on_disk(context)
    return in_commit(context, revision.spot_of(context), rev, lfs)
