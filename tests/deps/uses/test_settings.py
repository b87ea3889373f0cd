"""Uses by names in files with settings."""

from __future__ import annotations

import pytest

from ctxguard.deps.uses.declaring_tables import without_declarations
from ctxguard.deps.uses.settings import settings
from tests.deps.seeing import looked_for, source, told

SETTINGS = [
    ("a class", "a.yaml", "class: pythonjsonlogger.json.JsonFormatter", "python-json-logger:1"),
    ("a class in INI", "a.ini", "[x]\nclass=whitenoise.Files", "whitenoise:2"),
    ("a class in JSON", "logging.json", '{"()": "pythonjsonlogger.X"}', "python-json-logger:1"),
    ("a module", "a.yaml", "x: celery.app", "celery?:1"),
    ("a word", "a.yaml", "x: celery", "celery?:1"),
    ("a host", "a.yaml", "x: redis.example.com", "redis?:1"),
    ("part of a path", "a.yaml", "x: /celery.d/y", ""),
    ("a comment", "a.yaml", "# x: celery", ""),
    ("a tool", "pyproject.toml", "[tool.x]\n\n[tool.pytest.ini_options]", "pytest:3*"),
    ("for development", "a.dev.yaml", "x: whitenoise.A", "whitenoise:1*"),
    ("no settings", "a.py", "celery.App", ""),
]


@pytest.mark.parametrize(
    ("path", "text", "expected"), [r[1:] for r in SETTINGS], ids=[r[0] for r in SETTINGS]
)
def test_settings(path: str, text: str, expected: str) -> None:
    found = settings(source(path), text, looked_for())
    assert told(found) == set(expected.split())


TABLES = [
    ("dependencies", "pyproject.toml", "[project]\nx\n[tool.a]\ny", "\n\n[tool.a]\ny"),
    ("groups", "pyproject.toml", "[dependency-groups]\nx\n[[tool.a]]\ny", "\n\n[[tool.a]]\ny"),
    ("Poetry", "pyproject.toml", "[tool.poetry.dependencies]\nx", "\n"),
    ("setup.cfg", "setup.cfg", "[options]\nx\n[mypy]\ny", "\n\n[mypy]\ny"),
    ("what is called alike", "a.toml", "[projects]\nx", "[projects]\nx"),
    ("other files", "a.yaml", "[project]\nx", "[project]\nx"),
]


@pytest.mark.parametrize(
    ("path", "text", "expected"), [r[1:] for r in TABLES], ids=[r[0] for r in TABLES]
)
def test_what_declares_is_left_out(path: str, text: str, expected: str) -> None:
    assert without_declarations(path, text) == expected
