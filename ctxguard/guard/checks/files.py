"""CTX009 to CTX012, CTX018: ignore files that are missing, or that nobody reads; git's folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Fix, Severity

if TYPE_CHECKING:
    from ctxguard.context.evidence.values import Evidence

MISSING = "CTX009"
NESTED = "CTX010"
SHADOWED = "CTX011"
GIT = "CTX012"
PASSED_OVER = "CTX018"
_PASSED_OVER = "ignore-file-"
"""How the codes of such problems begin."""


def missing(evidence: Evidence) -> Iterator[Finding]:
    """Without an ignore file everything is sent."""
    if not evidence.has_ignore_file and evidence.ignore.blocked is None:
        file = evidence.ignore.file
        yield Finding(MISSING, Severity.WARNING, "there is none, so nothing is ignored", file=file)


def nested(evidence: Evidence) -> Iterator[Finding]:
    """Unlike `.gitignore`, it counts at the top alone."""
    for path in evidence.nested:
        yield Finding(
            NESTED,
            Severity.WARNING,
            "no builder reads an ignore file of a folder; its rules belong into "
            f"{evidence.ignore.file}, with the folder before them",
            file=path,
            path=path,
        )


def shadowed(evidence: Evidence) -> Iterator[Finding]:
    """The Dockerfile has an ignore file of its own, beside which the usual one does not count."""
    if evidence.shadowed:
        yield Finding(
            SHADOWED,
            Severity.WARNING,
            f"no rule of it counts, for {evidence.ignore.file} takes its place",
            file=".dockerignore",
        )


def git(evidence: Evidence) -> Iterator[Finding]:
    """All that was ever committed is sent, and every commit makes `COPY . .` run anew."""
    if not evidence.git_bytes:
        return
    yield Finding(
        GIT,
        Severity.WARNING,
        "git's own folder is sent",
        file=evidence.ignore.file,
        path=".git",
        bytes=evidence.git_bytes,
        fix=Fix("add **/.git", None, (evidence.ignore.adding("**/.git"),)),
    )


def passed_over(evidence: Evidence) -> Iterator[Finding]:
    """Something has the name of an ignore file, and BuildKit applies no rule of it."""
    for problem in evidence.measurement.problems:
        if problem.code.startswith(_PASSED_OVER):
            yield Finding(PASSED_OVER, Severity.ERROR, problem.message, file=problem.path)
