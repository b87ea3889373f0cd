"""Where a work tree stands: at which commit, on which branch, and whether it is as committed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ctxguard.git.borrowing import borrowing
from ctxguard.git.program import GitError
from ctxguard.git.repository import Spot
from ctxguard.git.untracked import untracked

_TOLD_BY = (
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",
    "BUILDKITE_BRANCH",
    "BRANCH_NAME",
)
"""Variables by which a CI service tells the branch; it checks out a commit and no branch."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The commit and branch that are checked out."""

    revision: str | None
    """Full id; None before the first commit."""
    branch: str | None
    dirty: bool | None
    """Whether a folder has anything that is not as committed; None if git cannot tell."""


def standing(spot: Spot, environment: Mapping[str, str] = os.environ) -> Standing:
    """Ask git about a folder of the work tree."""
    revision = spot.repository.find_commit("HEAD")
    dirty = None if revision is None else _is_dirty(spot, revision)
    return Standing(revision, branch(spot, environment), dirty)


def branch(spot: Spot, environment: Mapping[str, str] = os.environ) -> str | None:
    """The branch that is checked out; a CI service tells it where none is."""
    try:
        return os.fsdecode(spot.repository.git.run("symbolic-ref", "--short", "-q", "HEAD")).strip()
    except GitError:
        return next(filter(None, map(environment.get, _TOLD_BY)), None)


def branch_named(
    spot: Spot, revision: str, environment: Mapping[str, str] = os.environ
) -> str | None:
    """The branch that a revision names; None if it names something else."""
    if revision in ("", "HEAD", "@"):
        return branch(spot, environment)
    there = ("show-ref", "--verify", "--quiet", f"refs/heads/{revision}")
    return revision if spot.repository.git.succeeds(*there) else None


def _is_dirty(spot: Spot, revision: str) -> bool | None:
    try:
        return _is_staged(spot) or _is_changed(spot, revision) or bool(untracked(spot).other)
    except GitError:
        return None


def _is_staged(spot: Spot) -> bool:
    git, where = spot.repository.git, spot.path or "."
    top = spot.repository.work_tree
    staged = git.run(
        *("--literal-pathspecs", "diff-index", "--cached", "-z", "HEAD", "--", where), folder=top
    )
    return bool(staged)


def _is_changed(spot: Spot, revision: str) -> bool:
    """Whether a file is not as the index has it.

    git looks into files that may have changed, and runs the filters that its configuration names
    on them. So it is asked in a folder that has no configuration.
    """
    import tempfile

    repository = spot.repository
    index = {"GIT_INDEX_FILE": os.path.join(repository.git_dir, "index")}
    with tempfile.TemporaryDirectory(prefix="ctxguard-") as folder:
        git = borrowing(repository, revision, folder, index)
        changed = git.run(
            *(f"--work-tree={repository.work_tree}", "--literal-pathspecs"),
            *("ls-files", "-z", "-m", "-d", "--", spot.path or "."),
            folder=repository.work_tree,
        )
    return bool(changed)
