"""Whole projects of which the truth is known: nothing needed is given up, all that was planted is
found.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from ctxguard.dependencies import Dependencies, Verdict
from ctxguard.deps.assessing import assess
from ctxguard.deps.declared.declaring import declared
from ctxguard.deps.installed.distribution import Distribution, Installed
from tests.deps.more_projects import MORE_PROJECTS
from tests.deps.projects import DJANGO, FASTAPI, FLASK, MONOREPO, PROJECTS, Project

REMOVABLE = {Verdict.UNUSED, Verdict.DEVELOPMENT}
ALL = (*PROJECTS, *MORE_PROJECTS)


def best(found: Dependencies) -> dict[str, Verdict]:
    """What keeps each package, where several parts of the project ask for it."""
    rows: dict[str, list[Verdict]] = defaultdict(list)
    for row in found.rows:
        rows[row.key].append(row.verdict)
    return {key: min(some, key=list(Verdict).index) for key, some in rows.items()}


def judge(project: Project, root: str, installed: Installed | None = None) -> dict[str, Verdict]:
    project.write(root)
    return best(assess(root, declared(root), installed))


def with_verdict(verdicts: dict[str, Verdict], *wanted: Verdict) -> set[str]:
    return {key for key, verdict in verdicts.items() if verdict in wanted}


@pytest.mark.parametrize("project", ALL, ids=[each.name for each in ALL])
def test_nothing_needed_is_removable_and_all_planted_is_found(
    project: Project, tmp_path: Path
) -> None:
    verdicts = judge(project, str(tmp_path))
    assert with_verdict(verdicts, *REMOVABLE) & project.used == set()
    assert with_verdict(verdicts, Verdict.UNUSED) == project.unused
    assert with_verdict(verdicts, Verdict.DEVELOPMENT) == project.development
    assert with_verdict(verdicts, Verdict.NEEDS_VERIFICATION) >= project.doubtful
    assert verdicts.keys() == (
        project.used | project.unused | project.development | project.doubtful
    )


@pytest.mark.parametrize("project", PROJECTS, ids=[each.name for each in PROJECTS])
def test_what_is_needed_is_not_even_doubtful(project: Project, tmp_path: Path) -> None:
    verdicts = judge(project, str(tmp_path))
    assert {verdicts[key] for key in project.used} == {Verdict.USED}


def test_each_service_is_judged_by_itself(tmp_path: Path) -> None:
    found = assess(MONOREPO.write(str(tmp_path)), declared(str(tmp_path)), None)
    where = {row.declared[0].file: row.verdict for row in found.rows if row.key == "requests"}
    assert where == {
        "api/requirements.txt": Verdict.UNUSED,
        "worker/requirements.txt": Verdict.USED,
    }


def distribution(
    name: str,
    modules: str = "",
    requires: tuple[str, ...] = (),
    plugs: tuple[tuple[str, str], ...] = (),
    commands: str = "",
) -> Distribution:
    return Distribution(
        name, name.lower(), "1.0", 1_000, requires, frozenset(modules.split()),
        frozenset(commands.split()), plugs,
    )  # fmt: skip


def environment(*found: Distribution) -> Installed:
    return Installed("an environment", {each.key: each for each in found})


MADE_UP = environment(
    distribution("flask", "flask", ("werkzeug", "click")),
    distribution("gunicorn", "gunicorn", commands="gunicorn"),
    distribution("gevent", "gevent", ("greenlet",)),
    distribution("flask-sqlalchemy", "flask_sqlalchemy", ("flask", "sqlalchemy")),
    distribution("psycopg2-binary", "psycopg2"),
    distribution("python-dotenv", "dotenv", commands="dotenv"),
    distribution("celery", "celery", ("kombu", "redis; extra == 'redis'"), commands="celery"),
    distribution("redis", "redis"),
    distribution("flower", "flower", ("celery",), commands="flower"),
    distribution("boto3", "boto3", ("botocore",)),
    distribution("botocore", "botocore"),
    distribution("marshmallow", "marshmallow"),
    distribution("pillow", "PIL"),
    distribution("pytest", "pytest _pytest", commands="pytest"),
    distribution("django", "django", ("asgiref",), commands="django-admin"),
    distribution("fastapi", "fastapi", ("pydantic",)),
)


@pytest.mark.parametrize("project", [FLASK, DJANGO, FASTAPI], ids=["Flask", "Django", "FastAPI"])
def test_with_what_is_installed(project: Project, tmp_path: Path) -> None:
    verdicts = judge(project, str(tmp_path), MADE_UP)
    assert with_verdict(verdicts, *REMOVABLE) & project.used == set()
    assert with_verdict(verdicts, Verdict.UNUSED) == project.unused
    assert with_verdict(verdicts, Verdict.DEVELOPMENT) == project.development
