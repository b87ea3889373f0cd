"""What the tests of uses share: one file, some packages, and what is seen of them."""

from __future__ import annotations

from collections.abc import Iterable

from ctxguard.deps.files import SourceFile, kind_of
from ctxguard.deps.modules import brings
from ctxguard.deps.roles import is_development
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted, wanted

KEYS = (
    "alembic", "asyncpg", "boto3", "celery", "django-extensions", "docker", "flask", "flower",
    "gevent", "gunicorn", "opencv-python", "psycopg2", "pytest", "python-json-logger", "redis",
    "supervisor", "uvicorn", "uvloop", "whitenoise", "zope-interface",
)  # fmt: skip


def source(path: str) -> SourceFile:
    kind = kind_of(path)
    assert kind is not None
    return SourceFile(path, kind, is_development(path))


def looked_for() -> Wanted:
    return wanted(KEYS, {key: brings(key, None) for key in KEYS})


def told(uses: Iterable[Use]) -> set[str]:
    """Each as its name, with a ? if it is not sure, its line, and a * if it is for development."""
    return {
        f"{use.key}{'' if use.sure else '?'}"
        f":{0 if use.evidence.place is None else use.evidence.place.line}"
        f"{'*' if use.development else ''}"
        for use in uses
    }
