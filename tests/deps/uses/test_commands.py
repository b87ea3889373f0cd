"""Uses by a command, wherever one may stand."""

from __future__ import annotations

import pytest

from ctxguard.deps.uses.commands import commanded, started_in
from tests.deps.seeing import looked_for, source, told

NOTEBOOK = '{"source": ["!celery -A x\\n", "import flask\\n", "x = !boto3"]}'
COMMANDS = [
    ("CMD in JSON", "Dockerfile", 'FROM x\nCMD ["gunicorn", "-k", "gevent"]',
     "gunicorn:2 gevent:2"),
    ("CMD with -c of its own", "Dockerfile", 'FROM x\nCMD ["supervisord", "-c", "x"]',
     "supervisor:2"),
    ("a shell in JSON", "Dockerfile", 'FROM x\nCMD ["sh", "-c", "exec celery worker"]', "celery:2"),
    ("a shell in quotes", "Dockerfile", "FROM x\nCMD sh -c 'cd /x && flower'", "flower:2"),
    ("RUN over lines", "Dockerfile", "FROM x\nRUN a && \\\n # b\n alembic up", "alembic:2"),
    ("a here-document", "Dockerfile", "FROM x\nRUN <<E\ncelery x\nE", "celery:2"),
    ("HEALTHCHECK", "Dockerfile", "FROM x\nHEALTHCHECK --interval=5s CMD celery x", "celery:2"),
    ("ONBUILD", "Dockerfile", "FROM x\nONBUILD RUN alembic up", "alembic:2"),
    ("ONBUILD again and again", "Dockerfile", f"FROM x\n{'ONBUILD ' * 5000}RUN alembic up", ""),
    ("for development", "Dockerfile.dev", "FROM x\nCMD flask run", "flask:2*"),
    ("installing", "Dockerfile", "FROM x\nRUN pip install flask && uv add celery", ""),
    ("a Dockerfile that is none", "Dockerfile", '{% if x %}\nCMD ["celery"]\n', "celery:2"),
    ("a Procfile", "Procfile", "web: gunicorn -k gevent app:app", "gunicorn:1 gevent:1"),
    ("an absolute path", "x.service", "ExecStart=/opt/bin/uvicorn --loop uvloop m:a",
     "uvicorn:1 uvloop:1"),
    ("exec over lines", "start.sh", 'exec gunicorn \\\n  --worker-class=gevent\nexec "$@"',
     "gunicorn:1 gevent:2"),
    ("python -m", "start.sh", "python -m celery worker", "celery:1"),
    ("a comment", "start.sh", "# celery\necho 'x' # celery", ""),
    ("a dotted path", "start.sh", "gunicorn -k uvicorn.workers.UvicornWorker",
     "gunicorn:1 uvicorn:1"),
    ("behind others", "start.sh", "poetry run celery\ngosu app alembic", "celery:1"),
    ("a command of compose", "compose.yaml", "command: celery worker", "celery:1"),
    ("a list", "compose.yaml", "command:\n  - celery\n  - -P\n  - gevent", "celery:2 gevent:4"),
    ("a JSON list over lines", "compose.yaml", 'command: [\n  "celery",\n  "x",\n]', "celery:2"),
    ("an image", "compose.yaml", "image: x/flower\ncontainer_name: celery\nbuild: ./docker", ""),
    ("a service", "compose.yaml", "services:\n  flower:\n    x: y", ""),
    ("JSON with a command", "taskconfig.json", '"command": ["celery", "x"],', "celery:1"),
    ("a recipe", "Makefile", "run:\n\t@celery x", "celery?:2"),
    ("a notebook", "a.ipynb", NOTEBOOK, "celery:1"),
    ("Python", "a.py", "celery worker", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "expected"), [row[1:] for row in COMMANDS], ids=[row[0] for row in COMMANDS]
)
def test_commands(path: str, text: str, expected: str) -> None:
    assert told(commanded(source(path), text, looked_for())) == set(expected.split())


STARTED = [
    ("of an image", "Dockerfile", 'FROM x\nRUN a\nENTRYPOINT ["b"]\nCMD c d', ["b", "c d"]),
    ("of services", "compose.yaml", "command: a b\nimage: c\nentrypoint: [d]\n", ["a b", "[d]"]),
    ("of processes", "Procfile", "web: a b\nworker: c", ["a b", "c"]),
    ("of a script", "start.sh", "a b", []),
]


@pytest.mark.parametrize(
    ("path", "text", "expected"), [row[1:] for row in STARTED], ids=[row[0] for row in STARTED]
)
def test_what_is_started(path: str, text: str, expected: list[str]) -> None:
    assert [" ".join(each.words) for _, each in started_in(source(path), text)] == expected
