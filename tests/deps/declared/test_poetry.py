"""Tables of Poetry and Pipenv."""

from __future__ import annotations

from ctxguard.deps.declared.poetry import read_pipfile
from ctxguard.deps.declared.pyprojectfile import read_pyproject

POETRY = """\
[tool.poetry]
name = "app"

[tool.poetry.dependencies]
python = "^3.11"
Flask = "^3.0"
psycopg = {version = "~3.1", extras = ["binary"], optional = true}
own = {path = "../own", develop = true}
forked = {git = "https://h/r.git", rev = "abc"}
pywin32 = {version = "*", platform = "win32"}
numpy = [
    {version = "1.26", markers = "python_version < '3.12'"},
    {version = "^2", markers = "python_version >= '3.12'"},
]

[tool.poetry.dependencies.long]
version = ">=1"

[tool.poetry.extras]
db = ["psycopg"]

[tool.poetry.dev-dependencies]
pytest = "*"

[tool.poetry.group.docs.dependencies]
sphinx = "*"

[tool.poetry.group.main.dependencies]
gunicorn = "*"

[tool.poetry.scripts]
app = "app.cli:main"
other = {reference = "app.other:main", type = "console"}

[tool.poetry.plugins."app.plugins"]
one = "app.one:One"
"""
PIPFILE = """\
[[source]]
url = "https://h/simple"

[packages]
flask = "*"
requests = {version = ">=2", extras = ["socks"]}
pywin32 = {version = "*", sys_platform = "== 'win32'"}
local = {path = ".", editable = true}

[dev-packages]
pytest = "==8.0"

[docs]
sphinx = "*"

[requires]
python_version = "3.12"

[scripts]
run = "flask run"
"""


def test_poetry() -> None:
    found = read_pyproject(POETRY.encode())
    assert [
        (each.name, each.specifier or each.url or "", each.group, each.development, each.place.line)
        for each in found.requirements
    ] == [
        ("Flask", "<4,>=3.0", "", False, 6),
        ("psycopg", "<3.2,>=3.1", "db", False, 7),
        ("own", "../own", "", False, 8),
        ("forked", "git+https://h/r.git@abc", "", False, 9),
        ("pywin32", "", "", False, 10),
        ("numpy", "==1.26", "", False, 11),
        ("numpy", "<3,>=2", "", False, 11),
        ("long", ">=1", "", False, 16),
        ("pytest", "", "dev", True, 23),
        ("sphinx", "", "docs", True, 26),
        ("gunicorn", "", "main", False, 29),
    ]
    assert found.requirements[1].extras == ("binary",)
    assert [each.key for each in found.requirements if not each.applies][:1] == ["pywin32"]
    assert [(name, names, place.line) for name, names, place in found.commands] == [
        ("app", "app.cli:main", 32),
        ("other", "app.other:main", 33),
        ("app.plugins", "app.one:One", 36),
    ]
    assert found.problems == []


def test_what_the_project_asks_for_already_is_not_counted_twice() -> None:
    text = (
        '[project]\ndependencies = ["flask"]\n[tool.poetry.dependencies]\nFlask = {source = "x"}\n'
    )
    assert [each.name for each in read_pyproject(text.encode()).requirements] == ["flask"]


def test_pipfile() -> None:
    found = read_pipfile(PIPFILE.encode(), "Pipfile")
    assert [
        (each.name, each.specifier or each.url or "", each.group, each.development, each.place.line)
        for each in found.requirements
    ] == [
        ("flask", "", "", False, 5),
        ("requests", ">=2", "", False, 6),
        ("pywin32", "", "", False, 7),
        ("local", ".", "", False, 8),
        ("pytest", "==8.0", "dev", True, 11),
        ("sphinx", "", "docs", True, 14),
    ]
    assert [each.applies for each in found.requirements] == [True, True, False, True, True, True]
    assert read_pipfile(b"[", "Pipfile").problems[0].startswith("Pipfile:1: this is no valid TOML")
