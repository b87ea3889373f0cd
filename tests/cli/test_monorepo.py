"""A repository with six contexts, three of them with the same root, and a Compose file that says
the same: figures as of six single runs, at about the price of one walk of each folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli import documents, process
from tests.conftest import Result, Tree

Make = Callable[..., str]
Run = Callable[..., Result]
COPY = "FROM scratch AS dev\nCOPY . /\nFROM dev\n"
SERVICES = ("api", "worker", "db")
ROOT_FILES = {"web": "web.df", "admin": "admin.df", "everything": "Dockerfile"}


def monorepo(files: int) -> Tree:
    """So many files below the root, and a tenth of it in each service."""
    folders = max(files // 100, 1)
    per = files // folders

    def some(count: int) -> Tree:
        return {f"d{at}": {f"f{n}": "x" * (n % 50) for n in range(per)} for at in range(count)}

    services: Tree = {
        name: {"Dockerfile": COPY, ".dockerignore": "d1\n", **some(max(folders // 10, 2))}
        for name in SERVICES
    }
    return {
        ".dockerignore": "services\n",
        "Dockerfile": COPY,
        "web.df": "FROM scratch\nCOPY packages /\n",
        "web.df.dockerignore": "services\n**/f1*\n",
        "admin.df": "FROM scratch\nCOPY . /\n",
        "admin.df.dockerignore": "*\n!packages/d1\n",
        "packages": some(folders),
        "services": services,
        "ctxguard.toml": "".join(_entries()),
        "compose.yaml": "services:\n" + "".join(_services()),
    }


def _entries() -> Iterator[str]:
    for name, file in ROOT_FILES.items():
        yield f'[[contexts]]\nname = "{name}"\ndockerfile = "{file}"\n'
    for name in SERVICES:
        yield f'[[contexts]]\nname = "{name}"\ncontext = "services/{name}"\ntarget = "dev"\n'


def _services() -> Iterator[str]:
    for name, file in ROOT_FILES.items():
        yield f"  {name}:\n    build: {{context: ., dockerfile: {file}}}\n"
    for name in SERVICES:
        yield f"  {name}:\n    build: {{context: services/{name}, target: dev}}\n"


def single_runs(root: str) -> dict[str, tuple[str, ...]]:
    """The command line of each alone."""
    found = {name: (root, "-f", f"{root}/{file}") for name, file in ROOT_FILES.items()}
    alone = {name: (f"{root}/services/{name}", "--target", "dev") for name in SERVICES}
    return {**found, **alone}


def figures(report: Any) -> Any:
    """All that a single run says too."""
    return {key: value for key, value in report.items() if key not in ("name", "verdict")}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = make_tree({**monorepo(300), ".git": {}})
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("how", [(), ("--compose",)], ids=["configuration", "compose"])
def test_as_six_single_runs(root: str, run_cli: Run, how: tuple[str, ...]) -> None:
    found = documents.report(run_cli("report", *how, "--format", "json").out)["reports"]
    assert [each["name"] for each in found] == [*ROOT_FILES, *SERVICES]
    for each in found:
        arguments = single_runs(root)[each["name"]]
        alone = documents.report(run_cli("report", *arguments, "--format", "json").out)["reports"]
        expected = next(one for one in alone if one["name"] in (each["name"], None))
        assert figures(each) == figures(expected), each["name"]


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("--compose",)], ids=["configuration", "compose"])
def test_at_the_price_of_one_walk(make_tree: Make, how: tuple[str, ...]) -> None:
    """At most 1.3 times the largest, and what the others have of their own."""
    root = make_tree({**monorepo(40_000), ".git": {}})

    def seconds(*arguments: str) -> float:
        started = time.monotonic()
        done = process.run("report", "--format", "json", "-q", *arguments, cwd=root)
        assert done.returncode == 0, done.stderr
        return time.monotonic() - started

    runs = single_runs(root)
    empty = make_tree({"Dockerfile": COPY}, name="empty")
    ratios = []
    for _ in range(3):
        together = seconds(*how)
        alone = {name: seconds(*arguments) for name, arguments in runs.items()}
        begin = seconds(empty)
        own = sum(alone[name] - begin for name in SERVICES)
        ratios.append(together / (1.3 * max(alone[name] for name in ROOT_FILES) + own))
    assert sorted(ratios)[1] <= 1, ratios
