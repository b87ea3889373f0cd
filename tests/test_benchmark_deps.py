"""The benchmark of the verdicts on packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import deps
from tests.deps.projects import FLASK, MONOREPO

pytestmark = pytest.mark.slow


def test_all_three_answer(tmp_path: Path) -> None:
    pytest.importorskip("fawltydeps")
    root = FLASK.write(str(tmp_path))
    answers = {name: ask(root) for name, ask in deps._CONTENDERS.items()}
    assert {name: deps._wrong(FLASK, answer) for name, answer in answers.items()} == {
        "ctxguard": (0, 0, True),
        "deptry": (5, 0, True),
        "FawltyDeps": (5, 0, True),
    }


def test_no_answer_finds_nothing(tmp_path: Path) -> None:
    answer = deps._deptry(MONOREPO.write(str(tmp_path)))
    assert deps._pair(deps._wrong(MONOREPO, answer)) == "0 / 2 -"


def test_a_large_project_is_timed(tmp_path: Path) -> None:
    assert deps._large(tmp_path / "large", 12, 40) > 40 * 1_000
    total, by_deptry = deps._seconds(str(tmp_path / "large"))
    assert total > 0 < by_deptry
