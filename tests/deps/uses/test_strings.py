"""Uses by names in quotes, and by URLs."""

from __future__ import annotations

import pytest

from ctxguard.deps.uses.strings import lines_with, strings, urls
from tests.deps.seeing import looked_for, source, told

STRINGS = [
    ("an app", "INSTALLED_APPS = [\n'django_extensions',\n# 'celery',\n]", "django-extensions:2"),
    ("a dotted path", "x = 'whitenoise.storage.Files'", "whitenoise:1"),
    ("a path with a colon", "x = 'whitenoise:run'", "whitenoise:1"),
    ("loaded by name", "m = import_module('cv2')", "opencv-python:1"),
    ("found by name", "if find_spec('cv2'):", "opencv-python:1"),
    ("run", "subprocess.run(['alembic', 'up'])", "alembic:1"),
    ("an engine", "read(engine='gevent')", "gevent:1"),
    ("a mere word", "x = 'celery'", "celery?:1"),
    ("part of a word", "x = 'celery salad'", ""),
    ("other quotes", "x = 'celery\"", ""),
    ("a part of a namespace", "x = 'zope.interface.Interface'", "zope-interface:1"),
    ("another part of it", "x = 'zope.event'", ""),
]


@pytest.mark.parametrize(
    ("text", "expected"), [r[1:] for r in STRINGS], ids=[r[0] for r in STRINGS]
)
def test_strings(text: str, expected: str) -> None:
    assert told(strings(source("a.py"), text, looked_for())) == set(expected.split())


def test_strings_elsewhere_say_nothing() -> None:
    assert list(strings(source("a.yaml"), "'celery.app'", looked_for())) == []


def test_words_far_away_say_nothing() -> None:
    text = f"x = ['celery', {'0, ' * 100}]; import_module(y)"
    assert told(strings(source("a.py"), text, looked_for())) == {"celery?:1"}


def test_data_is_not_noted_endlessly() -> None:
    assert len(list(strings(source("a.py"), "'celery', " * 10_000, looked_for()))) == 200


URLS = [
    ("a driver", "x = 'postgresql+asyncpg://h'", "asyncpg:1"),
    ("the usual driver", "\nURL=postgresql://h", "psycopg2:2 asyncpg:2"),
    ("a scheme alone", "create('postgresql+asyncpg', h)", "asyncpg:1"),
    ("with a variable", "f'redis://{host}'", "redis:1"),
    ("a comment", "# redis://h", ""),
    ("another scheme", "http://redis", ""),
    ("no scheme", "xredis://h", ""),
]


@pytest.mark.parametrize(("text", "expected"), [r[1:] for r in URLS], ids=[r[0] for r in URLS])
def test_urls(text: str, expected: str) -> None:
    assert told(urls(source("a.py"), text, looked_for())) == set(expected.split())


def test_lines_are_told_once_with_their_numbers() -> None:
    import re

    text = "a\n\nb a a\n# a\n  # a\na"
    found = list(lines_with(re.compile("a"), source("a.py"), text))
    assert [(place.line, line) for place, line in found] == [(1, "a"), (3, "b a a"), (6, "a")]
