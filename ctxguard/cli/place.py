"""Where a context is, on the disk or in a commit: the source, the Dockerfile, the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.config import Folders, InCommit, OnDisk
from ctxguard.context.tree import given, revision
from ctxguard.context.tree.commit import CommitTree
from ctxguard.context.tree.locate import Dockerfile
from ctxguard.context.tree.worktree import WorkTree
from ctxguard.git.repository import Spot


@dataclass(frozen=True, slots=True)
class Place:
    """A context that was found."""

    name: str
    """As the user gave it."""
    source: WorkTree | CommitTree
    folders: Folders
    """Where its configuration may lie."""

    def dockerfile(self, file: str | None, text: bytes) -> Dockerfile:
        """See `given.dockerfile`."""
        if isinstance(self.source, CommitTree):
            return revision.dockerfile_in(self.source, file, text)
        return given.dockerfile(self.source, file, text)

    def inside(self, path: str) -> str:
        """See `given.inside`."""
        return given.inside(self.source, path, self.name)


def place(context: str, rev: str | None, lfs: str | None) -> Place:
    """Find the context that was named.

    Args:
        rev: the revision; None for what lies on the disk.
        lfs: `pointer` to count the pointers of LFS, not what they point to.

    Raises:
        UsageError: it is nowhere.
        GitError: git cannot read it.
    """
    if rev is None:
        return Place(context, given.worktree(context), OnDisk(context))
    return in_commit(context, revision.spot_of(context), rev, lfs)


def in_commit(context: str, spot: Spot, rev: str, lfs: str | None) -> Place:
    """The same where the repository is known."""
    tree = revision.committed(spot, rev, pointers=lfs == "pointer")
    return Place(context, tree, InCommit(tree))
