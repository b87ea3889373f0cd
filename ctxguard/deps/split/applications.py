"""Each application of a project, split by the verdicts on its own packages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ctxguard.dependencies import Dependencies, Dependency, Verdict
from ctxguard.deps.checks import is_missing_in_production
from ctxguard.deps.declared.declaring import Survey
from ctxguard.deps.sizing import best_of
from ctxguard.deps.split.splitting import Split, Text, split


@dataclass(frozen=True, slots=True)
class Application:
    """One of them."""

    split: Split
    whole: Text
    """All that is asked for in production, whatever the verdict on it."""
    leaving: tuple[str, ...]
    """Keys of the packages that production loses."""


def applications(survey: Survey, found: Dependencies) -> tuple[Application, ...]:
    """All of them, that in the project's own folder first."""
    return tuple(
        each
        for whole in split(survey, {})
        for each in _applications(_narrowed(survey, whole.home), whole, found)
    )


def _applications(survey: Survey, whole: Split, found: Dependencies) -> Iterator[Application]:
    rows = [row for row in found.rows if any(each.file in whole.sources for each in row.declared)]
    verdicts = best_of(rows)
    leaving = {
        row.key for row in rows if row.for_production and verdicts[row.key] is not Verdict.USED
    }
    missing = {row.key for row in rows if is_missing_in_production(row)}
    for each in split(survey, verdicts, _reasons(rows), missing):
        yield Application(each, whole.production, tuple(sorted(leaving)))


def _narrowed(survey: Survey, home: str) -> Survey:
    """The same, as if there were only one application."""
    sources = tuple(
        replace(each, root=None) if each.root is not None and each.root.home != home else each
        for each in survey.sources
    )
    files = {each.file for each in sources}
    requirements = tuple(
        each
        for each in survey.declaration.requirements
        if each.place.file in files or os.path.dirname(each.place.file) == home
    )
    return Survey(replace(survey.declaration, requirements=requirements), sources)


def _reasons(rows: Sequence[Dependency]) -> dict[str, str]:
    """By key, why a package is left out."""
    return {
        row.key: row.question or row.evidence[0].message
        for row in rows
        if row.question is not None or row.evidence
    }
