"""Where the two builders go with the same rules: folders they descend into, files they force in."""

from __future__ import annotations

from collections.abc import Sequence

from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.spec import DockerIgnoreSpec

_WILDCARDS = frozenset("*[]?^\\")


class Descent:
    """Which excluded folders a builder looks into, since an exception might reach below them.

    Both builders compare the text of the exceptions with the folder's path. The classic builder
    does so with every exception as it stands and misses what only a wildcard would reach.
    BuildKit takes a trailing `/**` and `/*` off first and looks everywhere if a wildcard is left.

    Source of the meaning: moby/go-archive ae9e219, `Tarballer.Do`; tonistiigi/fsutil 6d9dc2e,
    `filterFS.Walk`.
    """

    def __init__(self, exceptions: Sequence[str]) -> None:
        self.anywhere = False
        self._folders: set[str] = set()
        for path in exceptions:
            while path and path not in self._folders:
                self._folders.add(path)
                path = path.rpartition("/")[0]

    @classmethod
    def legacy(cls, patterns: Sequence[DockerIgnorePattern]) -> Descent:
        return cls(_exceptions(patterns))

    @classmethod
    def buildkit(cls, patterns: Sequence[DockerIgnorePattern]) -> Descent:
        exceptions = [text.removesuffix("/**").removesuffix("/*") for text in _exceptions(patterns)]
        descent = cls(exceptions)
        descent.anywhere = any(not _WILDCARDS.isdisjoint(text) for text in exceptions)
        return descent

    def enters(self, folder: str) -> bool:
        """Whether the builder lists this folder although it is excluded."""
        return self.anywhere or folder in self._folders


def forced_lines(spec: DockerIgnoreSpec, dockerfile: str | None) -> list[str]:
    """The exceptions that the classic builder adds, so that it is sent what it must read.

    Args:
        dockerfile: its path relative to the context, links resolved; None if it comes from stdin.

    Source of the meaning: docker/cli 28f7560, `build.TrimBuildFilesFromExcludes`.
    """
    wanted = [".dockerignore"]
    if dockerfile is not None and dockerfile not in wanted:
        wanted.append(dockerfile)
    return [f"!{path}" for path in wanted if _excludes_weakly(spec, path)]


def _excludes_weakly(spec: DockerIgnoreSpec, path: str) -> bool:
    """`patternmatcher.Matches`: of the parents it asks only the one as deep as the pattern."""
    names = path.split("/")
    hits = {depth: spec.hits("/".join(names[:depth])) for depth in range(1, len(names) + 1)}
    excluded = False
    for at, pattern in enumerate(spec.patterns):
        if pattern.include is None or pattern.include == excluded or pattern.rule is None:
            continue
        if pattern.broken is not None:
            return False
        depth = pattern.rule.pattern.count("/") + 1
        if at in hits[len(names)] or (depth < len(names) and at in hits[depth]):
            excluded = pattern.include
    return excluded


def _exceptions(patterns: Sequence[DockerIgnorePattern]) -> list[str]:
    return [
        pattern.rule.pattern
        for pattern in patterns
        if pattern.rule is not None and pattern.rule.negated
    ]
