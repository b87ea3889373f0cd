"""What is pushed: git's lines on standard input, or what pre-commit makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ctxguard.errors import CtxguardError
from ctxguard.git.program import GitError
from ctxguard.git.repository import Repository, names_nothing
from ctxguard.sizes import shortened

_ID = re.compile(r"[0-9a-f]{40,64}")
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
    holder: str = "the remote"
    """What has that commit: the remote, or a branch of one as far as it was fetched."""


class PushedError(CtxguardError):
    """What git says is pushed is not understood."""


def pushes(repository: Repository, lines: str, remote: str | None) -> Iterator[Push]:
    """What git's lines say: local ref, its id, remote ref, its id.

    Deletions bring nothing, nor do tags of anything but a commit, nor new names for what the
    remote has.

    Args:
        remote: its name, or its address where it has none.

    Raises:
        PushedError: a line is not understood.

    Source of the meaning: githooks(5), pre-push.
    """
    known = _Known(repository, remote)
    for line in filter(None, lines.split("\n")):
        words = line.rsplit(" ", 3)
        if len(words) != 4 or not _ID.fullmatch(words[1]) or not _ID.fullmatch(words[3]):
            raise PushedError(f'on standard input is "{shortened(line)}", which git never says')
        local, tip, remote_ref, there = words
        commit = None if names_nothing(tip) else repository.find_commit(tip)
        if commit is None:
            continue
        name = _short(local if local.startswith("refs/") else remote_ref)
        base = None if names_nothing(there) else repository.find_commit(there)
        push = Push(name, commit, base) if base is not None else known.push(name, commit)
        if push.base != commit:
            yield push


def by_pre_commit(repository: Repository, environment: Mapping[str, str]) -> Iterator[Push]:
    """What pre-commit says, which has read git's lines itself; else the current commit."""
    remote = environment.get("PRE_COMMIT_REMOTE_NAME")
    branch = environment.get("PRE_COMMIT_LOCAL_BRANCH", "HEAD")
    tip = repository.commit(environment.get("PRE_COMMIT_TO_REF") or branch)
    there = environment.get("PRE_COMMIT_FROM_REF") or "@{upstream}"
    base = repository.find_commit(there)
    if base is not None:
        yield Push(_short(branch), tip, base)
    else:
        yield _Known(repository, remote).push(_short(branch), tip)


def _short(ref: str) -> str:
    for start in ("refs/heads/", "refs/tags/"):
        ref = ref.removeprefix(start)
    return ref


class _Known:
    """The branches of the remote, as far as it was fetched; those of all if it has none here."""

    def __init__(self, repository: Repository, remote: str | None) -> None:
        self._repository = repository
        self._remote = remote
        self._where = ""
        self._branches: list[str] | None = None

    def push(self, name: str, tip: str) -> Push:
        """A new branch: what it grows against is the newest commit that is on any of them."""
        base = self._on_any(tip)
        return Push(name, tip, None) if base is None else Push(name, tip, base, self._holder(base))

    def _on_any(self, tip: str) -> str | None:
        branches = self._listed()
        if not branches:
            return None
        try:
            git = self._repository.git
            found = git.run("merge-base", "--end-of-options", tip, *branches)
        except GitError:
            return None
        return found.decode().split("\n")[0] or None

    def _listed(self) -> list[str]:
        if self._branches is None:
            self._where = f"refs/remotes/{self._remote}/"
            own = self._refs("--format=%(refname)", self._where) if self._remote else []
            if not own:
                self._where = "refs/remotes/"
            self._branches = own or self._refs("--format=%(refname)", self._where)
        return self._branches[:_MOST_REFS]

    def _holder(self, base: str) -> str:
        ask = ("--format=%(refname)", "--count=1", f"--contains={base}", self._where)
        refs = self._refs(*ask)
        return refs[0].removeprefix("refs/remotes/") if refs else "the remote"

    def _refs(self, *arguments: str) -> list[str]:
        listed = self._repository.git.run("for-each-ref", *arguments)
        return listed.decode("utf-8", "surrogateescape").splitlines()
