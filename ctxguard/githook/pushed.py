"""What is pushed: git's lines on standard input, or what pre-commit makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ctxguard.git.program import GitError
from ctxguard.git.repository import Repository

_MOST_REFS = 1000
"""So many of the remote's branches are looked at, to find out what it has."""


@dataclass(frozen=True, slots=True)
class Push:
    """One branch or tag that is pushed."""

    name: str
    """`main` for refs/heads/main."""
    tip: str
    """Full id of the commit."""
    base: str | None
    """The commit of its history that the remote has; None if it has none, or nobody can say."""


def pushes(repository: Repository, lines: str, remote: str | None) -> Iterator[Push]:
    """What git's lines say: local ref, its id, remote ref, its id.

    Deletions bring nothing, nor do tags of anything but a commit, nor new names for what the
    remote has.

    Args:
        remote: its name, or its address where it has none.

    Source of the meaning: githooks(5), pre-push.
    """
    branches: list[str] | None = None
    for line in lines.splitlines():
        words = line.rsplit(" ", 3)
        if len(words) != 4:
            continue
        local, tip, remote_ref, there = words
        commit = None if _is_none(tip) else repository.find_commit(tip)
        if commit is None:
            continue
        base = None if _is_none(there) else repository.find_commit(there)
        if base is None:
            branches = _branches(repository, remote) if branches is None else branches
            base = _on_any(repository, branches, commit)
        if base == commit:
            continue
        name = local if local.startswith("refs/") else remote_ref
        yield Push(_short(name), commit, base)


def by_pre_commit(repository: Repository, environment: Mapping[str, str]) -> Iterator[Push]:
    """What pre-commit says, which has read git's lines itself; else the current commit."""
    remote = environment.get("PRE_COMMIT_REMOTE_NAME")
    branch = environment.get("PRE_COMMIT_LOCAL_BRANCH", "HEAD")
    tip = repository.commit(environment.get("PRE_COMMIT_TO_REF") or branch)
    there = environment.get("PRE_COMMIT_FROM_REF") or "@{upstream}"
    base = repository.find_commit(there)
    if base is None:
        base = _on_any(repository, _branches(repository, remote), tip)
    yield Push(_short(branch), tip, base)


def _is_none(id_: str) -> bool:
    return not id_.strip("0")


def _short(ref: str) -> str:
    for start in ("refs/heads/", "refs/tags/"):
        ref = ref.removeprefix(start)
    return ref


def _branches(repository: Repository, remote: str | None) -> list[str]:
    """The branches of the remote, as far as it was fetched; those of all if it has none here."""
    listed = repository.git.run("for-each-ref", "--format=%(refname)", "refs/remotes/")
    names = listed.decode("utf-8", "surrogateescape").splitlines()
    own = [name for name in names if remote and name.startswith(f"refs/remotes/{remote}/")]
    return (own or names)[:_MOST_REFS]


def _on_any(repository: Repository, branches: list[str], tip: str) -> str | None:
    """The newest commit in the history of the tip that is on any of the branches."""
    if not branches:
        return None
    try:
        found = repository.git.run("merge-base", "--end-of-options", tip, *branches)
    except GitError:
        return None
    return found.decode().split("\n")[0] or None
