"""Imports that deptry does not tell of."""

from __future__ import annotations

import pytest

from ctxguard.deps.uses.leftover import leftover
from tests.deps.seeing import looked_for, source, told

IMPORTS = [
    ("for type checkers", "a.py", "if TYPE_CHECKING:\n    import cv2", "opencv-python?:2"),
    ("in a docstring", "a.py", '"""\n>>> from celery import Celery\n"""', "celery?:2"),
    ("hushed", "a.py", "import cv2  # deptry: ignore[DEP001]", "opencv-python:1"),
    ("commented out", "a.py", "# import cv2", ""),
    ("shadowed", "a.py", "import docker", "docker:1"),
    ("already told", "a.py", "\n\nimport flask", ""),
    ("in a string", "a.py", "exec('import celery')", "celery?:1"),
    ("several", "a.pyx", "import cv2, celery as c\nfrom redis import x",
     "opencv-python:1 celery:1 redis:2"),
    ("cimport", "a.pyx", "cimport cv2", "opencv-python:1"),
    ("lines in a row", "a.pyx", "import cv2\nimport celery\n  import redis",
     "opencv-python:1 celery:2 redis:3"),
    ("behind another statement", "a.pyx", "x = 1; import cv2", "opencv-python:1"),
    ("stubs", "a.pyi", "import cv2", "opencv-python?:1"),
    ("a notebook", "a.ipynb", '"source": ["import cv2\\n", "%load_ext celery"]',
     "opencv-python:1 celery:1"),
    ("a Dockerfile", "Dockerfile", 'RUN python -c "import cv2"', "opencv-python:1"),
    ("from in a Dockerfile", "Dockerfile", "from redis:7 as flask", ""),
    ("a here-document", "x.sh", "python <<E\nfrom celery import x\nimport cv2\nE",
     "celery:2 opencv-python?:3"),
    ("settings", "a.yaml", "import celery", ""),
    ("other words", "a.py", "important celery", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "expected"), [row[1:] for row in IMPORTS], ids=[row[0] for row in IMPORTS]
)
def test_imports(path: str, text: str, expected: str) -> None:
    found = leftover(
        source(path), text, looked_for(), shadowed={"docker"}, told={(3, "flask")}, broken=False
    )
    assert told(found) == set(expected.split())


def test_a_broken_file_is_guessed() -> None:
    found = leftover(
        source("a.py"), "print 'x'\nimport cv2", looked_for(), shadowed=(), told=(), broken=True
    )
    assert told(found) == {"opencv-python:2"}
