"""The repository a folder belongs to, and the commits that revisions name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from ctxguard.errors import UsageError
from ctxguard.git.objects import SUBMODULE
from ctxguard.git.program import Git, GitError

_SHORT_DIGITS = 10


def short(id_: str) -> str:
    """An id for a person, as long as git can tell it from others in all but huge repositories."""
    return id_[:_SHORT_DIGITS]


def names_nothing(id_: str) -> bool:
    """Whether it stands for no object: git writes zeros then."""
    return not id_.strip("0")


@dataclass(frozen=True, slots=True)
class Tracked:
    """What git knows of a folder; paths relative to it."""

    files: frozenset[str]
    submodules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository, or one worktree of it."""

    git_dir: str
    """Absolute."""
    common_dir: str
    """Absolute; another one in a worktree."""
    work_tree: str | None
    """Absolute, links resolved; None in a bare repository."""
    git: Git = field(repr=False, compare=False)

    @property
    def root(self) -> str:
        """What a person calls the top of a commit's tree."""
        return self.work_tree or self.git_dir

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names.

        Raises:
            UsageError: it names none here.
        """
        found = self.find_commit(revision)
        if found is None:
            raise UsageError(self._why_unknown(revision))
        return found

    def find_commit(self, revision: str) -> str | None:
        """The full id of the commit that a revision names; None if it names none here."""
        if not revision or "\0" in revision:
            return None
        try:
            found = self.git.run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except GitError:
            return None
        return found.decode().strip()

    def tracked(self, path: str) -> Tracked:
        """What git's index holds below a folder of the work tree."""
        start = f"{path}/" if path else ""
        listed = self.git.run(
            *(f"--work-tree={self.work_tree}", "--literal-pathspecs", "ls-files", "-s", "-z"),
            *("--full-name", "--", start or "."),
            folder=self.work_tree,
        )
        files: set[str] = set()
        submodules: set[str] = set()
        for record in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, name = record.partition("\t")
            (submodules if head.startswith(SUBMODULE) else files).add(name.removeprefix(start))
        return Tracked(frozenset(files), frozenset(submodules))

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits; None if they have none, or not here."""
        try:
            return self.git.run("merge-base", one, other).decode().strip()
        except GitError:
            return None

    def _why_unknown(self, revision: str) -> str:
        if not revision:
            return "an empty revision names no commit"
        if self._is_unborn(revision):
            return f"{revision} has no commit yet; commit first"
        kind = self._kind(revision)
        if kind:
            return f"{revision} names a {kind}, no commit"
        if self.is_shallow():
            return (
                f"there is no revision {revision} here; this clone is shallow, "
                "git fetch --unshallow brings the rest of the history"
            )
        if os.path.isdir(revision):
            return f"{revision} is a folder, no revision; -C {revision} makes it the context"
        return f"there is no revision {revision} in {self.root}; git branch -a lists the branches"

    def _is_unborn(self, revision: str) -> bool:
        try:
            branch = self.git.run("symbolic-ref", "--quiet", "HEAD").decode().strip()
        except GitError:
            return False
        names = ("HEAD", "@", branch, branch.removeprefix("refs/heads/"))
        born = self.git.succeeds("rev-parse", "--verify", "--quiet", "HEAD")
        return not born and re.split(r"[~^@]", revision, maxsplit=1)[0] in (*names, "")

    def _kind(self, revision: str) -> str | None:
        try:
            ask = ("rev-parse", "--verify", "--quiet", "--end-of-options", revision)
            found = self.git.run(*ask).decode().strip()
            return self.git.run("cat-file", "-t", found).decode().strip()
        except GitError:
            return None

    def is_shallow(self) -> bool:
        return self.git.run("rev-parse", "--is-shallow-repository").strip() == b"true"


@dataclass(frozen=True, slots=True)
class Spot:
    """A folder, as a place in a repository."""

    repository: Repository
    path: str
    """Relative to the top of the tree, with `/`; "" for the top."""


def find(folder: str) -> Spot:
    """The repository that a folder belongs to. The folder need not exist in the work tree.

    Raises:
        UsageError: it belongs to none.
        GitError: git is not there, or refuses the repository.
    """
    there, missing = os.path.realpath(folder), ""
    while not os.path.isdir(there):
        there, name = os.path.split(there)
        missing = f"{name}/{missing}" if missing else name
    bare, in_git_dir, in_work_tree, git_dir, common_dir, prefix = _ask(there, folder)
    path = (prefix + missing).rstrip("/")
    git_dir = os.path.realpath(git_dir)
    if in_work_tree == "true":
        top = there[: len(there) - len(prefix.rstrip("/"))] if prefix else there
        work_tree = top.rstrip("/") or "/"
    elif bare == "true":
        work_tree = None
        path = _inside_bare(git_dir, there, missing)
    elif in_git_dir == "true":
        raise UsageError(f"{folder} lies within git's own folder; name one of the work tree")
    else:
        raise UsageError(f"{folder} does not lie in the work tree of {git_dir}")
    common = os.path.realpath(os.path.join(there, common_dir))
    return Spot(Repository(git_dir, common, work_tree, Git(git_dir)), path)


def _inside_bare(git_dir: str, there: str, missing: str) -> str:
    """A bare repository has no folders of its own that a commit could have."""
    above = os.path.relpath(there, git_dir).replace(os.sep, "/")
    parts = [part for part in (above, missing) if part not in ("", ".")]
    return "" if above.startswith("..") else "/".join(parts)


_QUESTIONS = (
    "--is-bare-repository",
    "--is-inside-git-dir",
    "--is-inside-work-tree",
    "--absolute-git-dir",
    "--git-common-dir",
    "--show-prefix",
)


def _as_the_caller_has_it() -> dict[str, str]:
    """`GIT_DIR`, which git sets for hooks, is about the current folder, not about the context.

    Without `GIT_WORK_TREE`, the current folder is the top of the work tree then.
    """
    git_dir = os.environ.get("GIT_DIR")
    if not git_dir:
        return {}
    here = os.getcwd()
    found = {"GIT_DIR": os.path.abspath(git_dir)}
    work_tree = os.environ.get("GIT_WORK_TREE")
    if work_tree:
        found["GIT_WORK_TREE"] = os.path.abspath(work_tree)
    elif Git().run("rev-parse", "--is-bare-repository").strip() != b"true":
        found["GIT_WORK_TREE"] = here
    return found


def _ask(there: str, folder: str) -> list[str]:
    try:
        git = Git(environment=_as_the_caller_has_it())
        answers = os.fsdecode(git.run("rev-parse", *_QUESTIONS, folder=there)).split("\n")
        if len(answers) == len(_QUESTIONS) + 1:
            return answers[:-1]
        # A path holds a line end.
        return [
            os.fsdecode(git.run("rev-parse", question, folder=there))[:-1]
            for question in _QUESTIONS
        ]
    except GitError as error:
        if "not a git repository" in error.complaint:
            raise UsageError(f"{folder} lies in no git repository") from error
        raise
