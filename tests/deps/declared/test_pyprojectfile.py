"""pyproject.toml: every table that asks for packages, and no more."""

from __future__ import annotations

import pytest

from ctxguard.deps.declared.collecting import Collecting
from ctxguard.deps.declared.pyprojectfile import read_pyproject

TEXT = """\
[project]
name = "My_App"
dependencies = [
    "flask>=3",
    "pywin32; sys_platform == 'win32'",
    "x @ https://h/x.zip",
]

[project.optional-dependencies]
dev = ["pytest"]
postgres = ["psycopg"]
all = ["my-app[postgres,dev]"]

[project.scripts]
my-app = "my_app.cli:main"

[project.gui-scripts]
my-window = "my_app.gui:main"

[project.entry-points."my.plugins"]
one = "my_app.one:One"

[dependency-groups]
test = ["coverage", {include-group = "lint"}]
lint = ["ruff"]
prod = ["gunicorn", {include-group = "web-things"}]
web-things = ["gevent"]

[tool.uv]
dev-dependencies = ["mypy"]

[tool.pdm.dev-dependencies]
docs = ["sphinx"]

[tool.hatch.envs.bench]
dependencies = ["pyperf"]

[tool.setuptools.dynamic]
dependencies = {file = ["requirements/app.txt"]}
optional-dependencies.test = {file = "requirements/test.txt"}
"""

Row = tuple[str, str, bool, int]


def rows(found: Collecting) -> list[Row]:
    return [
        (each.key, each.group, each.development, each.place.line) for each in found.requirements
    ]


def test_all_tables() -> None:
    found = read_pyproject(TEXT.encode())
    assert rows(found) == [
        ("flask", "", False, 4),
        ("pywin32", "", False, 5),
        ("x", "", False, 6),
        ("pytest", "dev", True, 10),
        ("psycopg", "postgres", False, 11),
        ("coverage", "test", True, 24),
        ("ruff", "lint", True, 25),
        ("gunicorn", "prod", False, 26),
        ("gevent", "web-things", False, 27),
        ("mypy", "dev", True, 30),
        ("sphinx", "docs", True, 33),
        ("pyperf", "bench", True, 36),
    ]
    assert [each.applies for each in found.requirements[:3]] == [True, False, True]
    assert [(name, names, place.line) for name, names, place in found.commands] == [
        ("my-app", "my_app.cli:main", 15),
        ("my-window", "my_app.gui:main", 18),
        ("my.plugins", "my_app.one:One", 21),
    ]
    assert found.files == [
        ("requirements/app.txt", "", False),
        ("requirements/test.txt", "test", True),
    ]
    assert found.problems == []


def test_a_folder_of_documentation_is_for_development() -> None:
    found = read_pyproject(b'[project]\ndependencies = ["a"]\n', "docs/pyproject.toml")
    assert rows(found) == [("a", "", True, 2)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[project", "pyproject.toml:1: this is no valid TOML"),
        ("[project]\ndependencies = 3", "pyproject.toml:2: project.dependencies is no list"),
        ("[project]\n\ndependencies = [3]", "pyproject.toml:3: a requirement that is no text"),
        ('[project]\ndependencies = [\n"a b"]', 'pyproject.toml:3: "a b" is no requirement'),
        ('[project]\ndependencies = ["./a"]', 'pyproject.toml:2: "./a" does not say which package'),
        (
            '[project]\ndependencies = ["a @ https://h/x\\n-i https://evil"]',
            "pyproject.toml:2: there are control characters",
        ),
        (
            '[dependency-groups]\na = [{include-group = "b"}]',
            'pyproject.toml:2: the group "b", which it includes, is not there',
        ),
        (
            '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "A"}]',
            "pyproject.toml:1: the group",
        ),
        ('[tool.poetry.dependencies]\n"a b" = "1"', 'pyproject.toml:2: "a b" is no name'),
        ("[tool.poetry.dependencies]\na = 3", 'pyproject.toml:2: what is asked of "a" is neither'),
        ('[tool.poetry.dependencies]\na = {url = "a b"}', 'pyproject.toml:2: "a b" is no URL'),
        ('[tool.poetry.dependencies]\na = {markers = "b"}', 'pyproject.toml:2: "(b)" is no marker'),
    ],
)
def test_problems(text: str, problem: str) -> None:
    found = read_pyproject(text.encode())
    assert len(found.problems) == 1
    assert found.problems[0].startswith(problem)
    assert found.requirements == []


@pytest.mark.parametrize(
    "text",
    [
        "project = 3",
        "[project]\nname = 3\noptional-dependencies = 3\nscripts = 3\nentry-points.x = 3",
        "[project.scripts]\na = 3\n[project.entry-points.x]\nb = 3",
        "dependency-groups = 3",
        "[dependency-groups]\na = [{x = 1}, {include-group = 3}]",
        "[tool]\nuv = 3\npdm = 3\nhatch = 3\npoetry = 3\nsetuptools = 3",
        "[tool.setuptools]\ndynamic.dependencies = 3\ndynamic.optional-dependencies = {a = 3}",
        "[tool.poetry]\ngroup = 3\nextras = 3\nscripts = 3\nplugins = {a = 3}",
        "[tool.poetry.group]\na = 3\nb.dependencies = 3\n",
        "[tool.poetry]\nscripts.x = {a = 1}\nextras.x = [3]",
        "[tool.hatch.envs]\na = 3\n",
    ],
)
def test_tables_of_another_shape_ask_for_nothing(text: str) -> None:
    found = read_pyproject(text.encode())
    assert (found.requirements, found.commands, found.files) == ([], [], [])


def test_many_groups_that_include_each_other() -> None:
    rows_ = [f'g{at} = [{{include-group = "g{at + 1}"}}]' for at in range(10_000)]
    found = read_pyproject("\n".join(["[dependency-groups]", *rows_, 'g10000 = ["a"]']).encode())
    assert [each.key for each in found.requirements] == ["a"]
    assert found.problems == []
