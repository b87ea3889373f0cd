"""Names that nothing which is known explains."""

from __future__ import annotations

import pytest

from ctxguard.deps.modules import brings
from ctxguard.deps.uses.loaded import explained, loaded
from tests.deps.seeing import KEYS, source

NAMES = [
    ("an app", "s.py", "INSTALLED_APPS = [\n 'celery',\n 'a.apps.A',\n # 'b',\n]", ["a:3"]),
    ("apps on one line", "s.py", "INSTALLED_APPS += ('a', 'own', 'b')", ["a:1", "b:1"]),
    ("one more", "s.py", "MIDDLEWARE.append('a.b.C')", ["a:1"]),
    ("loaded", "s.py", "import_module('a.b')", ["a:1"]),
    ("a class", "s.py", "X = 'a.b.Klass'", ["a:1"]),
    ("no class", "s.py", "X = 'image.PNG', 'a.b', models.Model", []),
    ("of the standard library", "s.py", "'logging.StreamHandler'", []),
    ("of a known package", "s.py", "'cv2.Thing', 'numpy.Array'", []),
    ("a class in settings", "s.yaml", "class: a.b.Klass", ["a:1"]),
    ("a magic", "a.ipynb", "%load_ext autoreload\n%load_ext a", ["a:2"]),
    ("a module that is run", "Dockerfile", "FROM x\nCMD python -m a.b", ["a:2"]),
    ("a program", "Dockerfile", "FROM x\nRUN useradd y\nCMD a serve", ["a:3"]),
    ("a program that is known", "Procfile", "web: gunicorn x\nn: nginx\no: own x\nf: ./f", []),
]


@pytest.mark.parametrize(
    ("path", "text", "expected"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES]
)
def test_names(path: str, text: str, expected: list[str]) -> None:
    known = explained({"own"}, {key: brings(key, None) for key in KEYS})
    found = loaded(source(path), text, known)
    assert [f"{each.module.partition('.')[0]}:{each.place.line}" for each in found] == expected
