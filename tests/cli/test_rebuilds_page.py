"""docs/commands/rebuilds.md shows what is printed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.git.repositories import make_repo

Run = Callable[..., Result]
_PAGE = Path(__file__).parent.parent.parent / "docs" / "commands" / "rebuilds.md"
_SHOWN = re.compile(r"<!-- shop: ctxguard (?P<command>.*?) -->\n```\n(?P<output>.*?)```", re.DOTALL)
_DOCKERFILE = """\
FROM node:20 AS build
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
FROM nginx
COPY --from=build /app/dist /www
"""
_TOOK = {"3/5] COPY . .": 2, "4/5] RUN npm ci": 41, "5/5] RUN npm run build": 12}


def _log() -> str:
    times = [(f"[build {name}", f"2026-11-27T10:00:{took:02}Z") for name, took in _TOOK.items()]
    rows = [
        {"digest": name, "name": name, "started": "2026-11-27T10:00:00Z", "completed": ended}
        for name, ended in times
    ]
    return json.dumps({"vertexes": rows}) + "\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Forty commits: nearly all change the sources, one in ten what is installed."""
    repo = make_repo(
        str(tmp_path / "shop"),
        {
            "Dockerfile": _DOCKERFILE,
            ".dockerignore": "node_modules\ndocs\n",
            "package.json": "{}",
            "package-lock.json": "{}",
            "src": {"cart.js": "0", "shop.js": "0"},
        },
    )
    for number in range(1, 41):
        if number % 10 == 0:
            repo.write({"package-lock.json": f'{{"v": {number}}}'})
        if number % 4 == 0:
            repo.write({"docs": {"x.md": str(number)}})
        else:
            repo.write({"src": {"cart.js" if number % 3 else "shop.js": str(number)}})
        repo.commit()
    Path(repo.root, "build.jsonl").write_text(_log())
    monkeypatch.chdir(repo.root)
    return repo.root


@pytest.mark.parametrize(
    ("command", "output"),
    [
        pytest.param(*found.groups(), id=found["command"])
        for found in _SHOWN.finditer(_PAGE.read_text())
    ],
)
def test_output_is_real(shop: str, run_cli: Run, command: str, output: str) -> None:
    result = run_cli(*shlex.split(command))
    assert result.out.replace(shop, "/home/you/shop") == output


def test_something_is_shown() -> None:
    assert len(_SHOWN.findall(_PAGE.read_text("utf-8"))) == 1
