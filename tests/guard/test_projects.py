"""On ten projects exactly what was planted is found; see `projects.txt` for the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctxguard.context.drafting import scene_of
from ctxguard.context.evidence.gather import Looking, evidence
from ctxguard.context.tracking import tracking_of
from ctxguard.finding import Finding
from ctxguard.guard import tokens
from ctxguard.guard.lint import lint
from ctxguard.guard.secrets import suspects
from ctxguard.guard.suggest.advice import advise
from tests.context.measuring import request_for
from tests.git.repositories import make_repo
from tests.guard.projects import PROJECTS, Project

GOLDEN = Path(__file__).parent / "projects.txt"
ENOUGH = 1_000_000_000


@pytest.fixture(autouse=True)
def _a_hundred_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.context.evidence.files.MANY", 100)


def planted(project: Project, make_tree: Callable[..., str]) -> str:
    root = make_tree(project.tree)
    repo = make_repo(root)
    repo.git("add", ".")
    for path in project.untracked:
        repo.git("rm", "-q", "--cached", path)
    repo.git("commit", "-q", "-m", "all")
    return root


def found(root: str) -> Iterator[str]:
    """Each finding and each suggestion, in a line."""
    scene = scene_of(request_for(root))
    tracking = tracking_of(scene.request.source)
    by_content = tokens.in_registry_settings
    looking = Looking(suspects, tracking, twins=True, by_content=by_content)
    seen = evidence(scene, looking)
    findings = lint(seen, scene)
    yield from sorted(f"{each.code} {place(each)}" for each in findings)
    advice = advise(scene, seen.measurement, findings, tracking, ENOUGH)
    for row in advice.suggestions:
        yield f"suggest {row.lines[-1]}"
    for row in advice.uncertain:
        yield f"uncertain {row.lines[-1]}"


def place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else str(finding.path or finding.file)


def golden() -> dict[str, list[str]]:
    """By project: its lines without the reasons."""
    listed: dict[str, list[str]] = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = listed[line.strip("[]")] = []
        elif line:
            text, reason = line.split("  # ")
            assert reason
            rows.append(text.rstrip())
    return listed


@pytest.mark.slow
@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_planted_is_found_and_nothing_else(
    make_tree: Callable[..., str], name: str
) -> None:
    assert list(found(planted(PROJECTS[name], make_tree))) == golden()[name]


def test_there_is_nothing_more() -> None:
    assert list(golden()) == list(PROJECTS)
