"""Small projects of every usual shape, each with what is needed and what was planted.

What is needed must never be called removable. What was planted must be found.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Project:
    """Its files, and the truth about its packages."""

    name: str
    files: Mapping[str, str]
    used: frozenset[str]
    """Needed by the application as it runs."""
    unused: frozenset[str]
    """Planted: nobody needs them."""
    development: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    """What only somebody who knows the application can tell."""
    named: tuple[str, ...] = field(default=())

    def write(self, root: str) -> str:
        """Make it on the disk."""
        for path, text in self.files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as stream:
                stream.write(text)
        return root


def notebook(*cells: str) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "source": cell.splitlines(keepends=True), "metadata": {},
         "outputs": [], "execution_count": None}
        for cell in cells
    ]  # fmt: skip
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FLASK = Project(
    "Flask with celery",
    {
        "requirements.txt": """\
# Web
flask==3.0.3
gunicorn==22.0.0
gevent==24.2.1
flask-sqlalchemy==3.1.1
psycopg2-binary==2.9.9
python-dotenv==1.0.1

# Jobs
celery[redis]==5.4.0
redis==5.0.8
flower==2.0.1

# Left over
boto3==1.34.0
marshmallow==3.21.0
pillow==10.4.0
pytest==8.3.2
""",
        "app/__init__.py": """\
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from app import config

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)
    return app
""",
        "app/config.py": """\
import os

SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "postgresql://localhost/app")
CELERY_BROKER = "redis://localhost:6379/0"
""",
        "app/worker.py": """\
from celery import Celery

from app.config import CELERY_BROKER

celery = Celery("app", broker=CELERY_BROKER)
""",
        "app/jobs.py": """\
from app.worker import celery


@celery.task
def resize(name):
    return name
""",
        "Procfile": """\
web: gunicorn -k gevent -b 0.0.0.0:8000 'app:create_app()'
worker: celery -A app.worker worker
flower: celery -A app.worker flower
""",
        "manage.py": "from dotenv import load_dotenv\n\nload_dotenv()\n",
        "tests/test_app.py": "import pytest\n\nfrom app import create_app\n",
    },
    used=frozenset(
        ("flask", "gunicorn", "gevent", "flask-sqlalchemy", "psycopg2-binary", "python-dotenv",
         "celery", "redis")
    ),
    unused=frozenset(("boto3", "marshmallow", "pillow")),
    development=frozenset(("pytest",)),
    doubtful=frozenset(("flower",)),
)  # fmt: skip

DJANGO = Project(
    "Django with apps by name",
    {
        "requirements.txt": """\
Django==5.0.7
djangorestframework==3.15.2
django-cors-headers==4.4.0
django-filter==24.2
django-storages==1.14.4
boto3==1.34.0
whitenoise==6.7.0
psycopg[binary]==3.2.1
Pillow==10.4.0
django-redis==5.4.0
argon2-cffi==23.1.0
python-json-logger==2.0.7
gunicorn==22.0.0
django-extensions==3.2.3
django-mptt==0.16.0
django-crispy-forms==2.2
openpyxl==3.1.5
factory-boy==3.3.0
""",
        "manage.py": """\
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
        "shop/__init__.py": "",
        "shop/settings.py": """\
INSTALLED_APPS = [
    "django.contrib.auth",
    "rest_framework",
    "corsheaders",
    "django_filters",
    # "mptt",
    "storages",
    "catalog",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}}
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "unix:///run/r"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
STORAGES = {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}
LOGGING = {
    "version": 1,
    "formatters": {"json": {"()": "pythonjsonlogger.jsonlogger.JsonFormatter"}},
}
if False:
    INSTALLED_APPS += ["django_extensions"]
""",
        "catalog/__init__.py": "",
        "catalog/models.py": """\
from django.db import models


class Item(models.Model):
    picture = models.ImageField()
""",
        "catalog/tests.py": "import factory\n",
        "Dockerfile": """\
FROM python:3.12-slim
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["gunicorn", "shop.wsgi"]
""",
    },
    used=frozenset(
        ("django", "djangorestframework", "django-cors-headers", "django-filter",
         "django-storages", "boto3", "whitenoise", "psycopg", "pillow", "django-redis",
         "argon2-cffi", "python-json-logger", "gunicorn", "django-extensions")
    ),
    unused=frozenset(("django-mptt", "django-crispy-forms", "openpyxl")),
    development=frozenset(("factory-boy",)),
)  # fmt: skip

FASTAPI = Project(
    "FastAPI with a driver by URL",
    {
        "pyproject.toml": """\
[project]
name = "service"
version = "1.0"
dependencies = [
    "fastapi>=0.111",
    "uvicorn[standard]>=0.30",
    "sqlalchemy[asyncio]>=2",
    "asyncpg>=0.29",
    "aiosqlite>=0.20",
    "python-multipart>=0.0.9",
    "email-validator>=2",
    "pydantic-settings>=2",
    "alembic>=1.13",
    "httpx>=0.27",
    "orjson>=3.10",
    "aiomysql>=0.2",
    "pandas>=2.2",
    "arrow>=1.3",
]

[project.optional-dependencies]
dev = ["pytest>=8", "ruff>=0.6"]
""",
        "service/__init__.py": "",
        "service/main.py": """\
from fastapi import FastAPI, UploadFile
from fastapi.responses import ORJSONResponse
from pydantic import BaseModel, EmailStr
from sqlalchemy.ext.asyncio import create_async_engine

from service.settings import Settings

app = FastAPI(default_response_class=ORJSONResponse)
engine = create_async_engine(Settings().database)


class Person(BaseModel):
    mail: EmailStr


@app.post("/")
async def upload(file: UploadFile):
    return {}
""",
        "service/settings.py": """\
from typing import TYPE_CHECKING

from pydantic_settings import BaseSettings

if TYPE_CHECKING:
    import numpy


class Settings(BaseSettings):
    database: str = "postgresql+asyncpg://localhost/service"
""",
        "alembic/env.py": "from alembic import context\n",
        "alembic.ini": "[alembic]\nscript_location = alembic\n",
        "compose.yaml": """\
services:
  web:
    build: .
    command: uvicorn service.main:app --host 0.0.0.0
    environment:
      DATABASE: sqlite+aiosqlite:///data.db
""",
        "tests/test_main.py": "import httpx\nimport pytest\n",
    },
    used=frozenset(
        ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "aiosqlite", "python-multipart",
         "email-validator", "pydantic-settings", "alembic", "orjson")
    ),
    unused=frozenset(("pandas", "arrow")),
    development=frozenset(("httpx", "pytest", "ruff")),
    doubtful=frozenset(("aiomysql",)),
)  # fmt: skip

COMMAND_LINE = Project(
    "a program with entry points",
    {
        "pyproject.toml": """\
[project]
name = "tool"
version = "1.0"
dependencies = ["click", "rich", "stevedore", "PyYAML", "colorama; sys_platform == 'win32'",
    "watchdog", "toml", "docopt"]

[project.scripts]
tool = "tool.cli:main"
tool-watch = "watchdog.watchmedo:main"

[project.entry-points."tool.plugins"]
plain = "tool.plain:Plain"

[dependency-groups]
dev = ["mypy", "types-PyYAML"]

[tool.mypy]
strict = true
""",
        "src/tool/__init__.py": "",
        "src/tool/cli.py": """\
import importlib

import click
from rich.console import Console

yaml = importlib.import_module("yaml")


@click.command()
def main():
    Console().print(yaml.safe_dump({}))
""",
        "src/tool/plain.py": "from stevedore import ExtensionManager\n\n\nclass Plain:\n    pass\n",
    },
    used=frozenset(("click", "rich", "stevedore", "pyyaml", "colorama", "watchdog")),
    unused=frozenset(("toml", "docopt")),
    development=frozenset(("mypy", "types-pyyaml")),
)

LIBRARY = Project(
    "a library with extras",
    {
        "pyproject.toml": """\
[project]
name = "frames"
version = "1.0"
dependencies = ["numpy>=1.26", "typing-extensions", "humanize"]

[project.optional-dependencies]
excel = ["openpyxl>=3"]
plot = ["matplotlib>=3.8", "seaborn"]
s3 = ["s3fs"]
test = ["pytest", "hypothesis"]
""",
        "frames/__init__.py": "import numpy as np\nfrom typing_extensions import Self\n",
        "frames/excel.py": """\
def read(path):
    try:
        import openpyxl
    except ImportError as error:
        raise RuntimeError("pip install frames[excel]") from error
    return openpyxl.load_workbook(path)
""",
        "frames/plot.py": "def plot():\n    import matplotlib.pyplot as plt\n\n    return plt\n",
        "frames/storage.py": "URL = 's3://bucket/key'\n",
        "tests/test_frames.py": "import hypothesis\nimport pytest\n",
    },
    used=frozenset(("numpy", "typing-extensions", "openpyxl", "matplotlib", "s3fs")),
    unused=frozenset(("humanize", "seaborn")),
    development=frozenset(("pytest", "hypothesis")),
)

SRC = Project(
    "a src layout",
    {
        "pyproject.toml": """\
[build-system]
requires = ["setuptools"]

[project]
name = "reader"
version = "1.0"
dependencies = ["beautifulsoup4", "lxml", "requests", "python-dateutil", "ujson", "simplejson"]
""",
        "src/reader/__init__.py": "from reader.page import read\n",
        "src/reader/page.py": """\
import bs4
import requests
from dateutil import parser

try:
    import ujson as json
except ImportError:
    import json


def read(url):
    soup = bs4.BeautifulSoup(requests.get(url).text, "lxml")
    return json.dumps({"at": str(parser.parse(soup.title.text))})
""",
        "src/reader/requests.py": "# A module of the project that is called like a package.\n",
    },
    used=frozenset(("beautifulsoup4", "lxml", "requests", "python-dateutil", "ujson")),
    unused=frozenset(("simplejson",)),
)

NAMESPACES = Project(
    "namespace packages",
    {
        "requirements.txt": """\
google-cloud-storage
google-cloud-bigquery
protobuf
azure-identity
azure-storage-blob
ruamel.yaml
zope.interface
opentelemetry-api
""",
        "acme/storage/client.py": """\
import google.cloud.storage
from google.protobuf import (
    message,
    text_format,
)
from azure import identity
from ruamel.yaml import YAML
""",
        "acme/web/app.py": "from acme.storage import client\nfrom opentelemetry import trace\n",
    },
    used=frozenset(
        ("google-cloud-storage", "protobuf", "azure-identity", "ruamel-yaml", "opentelemetry-api")
    ),
    unused=frozenset(("google-cloud-bigquery", "azure-storage-blob", "zope-interface")),
)

NOTEBOOKS = Project(
    "notebooks",
    {
        "requirements.txt": """\
pandas==2.2.2
matplotlib==3.9.1
seaborn==0.13.2
plotly==5.23.0
scikit-learn==1.5.1
openpyxl==3.1.5
jupyterlab==4.2.4
bokeh==3.5.1
statsmodels==0.14.2
""",
        "explore.ipynb": notebook(
            "import pandas as pd\nimport matplotlib.pyplot as plt\n%matplotlib inline",
            "!pip install plotly\nimport plotly.express as px",
            "from sklearn import svm\nframe = pd.read_excel('a.xlsx')",
        ),
        "deep/more.ipynb": notebook("%load_ext autoreload\nimport seaborn as sns"),
    },
    used=frozenset(("pandas", "matplotlib", "seaborn", "plotly", "scikit-learn", "openpyxl")),
    unused=frozenset(("bokeh", "statsmodels")),
    doubtful=frozenset(("jupyterlab",)),
)

MONOREPO = Project(
    "a monorepo with two requirements files",
    {
        "api/requirements.txt": "flask\nrequests\nsqlalchemy\npymysql\nsix\n",
        "api/app.py": """\
import flask
import sqlalchemy

engine = sqlalchemy.create_engine(sqlalchemy.URL.create("mysql+pymysql", host="db"))
""",
        "worker/requirements.txt": "# The api asks for none.\nrequests\nredis\nrq\ndocopt\n",
        "worker/worker.py": """\
import redis
import requests
from rq import Queue

queue = Queue(connection=redis.Redis())
queue.enqueue(requests.get, "http://localhost")
""",
        "worker/start.sh": "#!/bin/sh\nexec rq worker --url redis://redis:6379\n",
    },
    used=frozenset(("flask", "sqlalchemy", "pymysql", "requests", "redis", "rq")),
    unused=frozenset(("six", "docopt")),
)

GROUPS = Project(
    "a package with dependency groups",
    {
        "pyproject.toml": """\
[project]
name = "grouped"
version = "1.0"
dependencies = ["pydantic", "structlog", "tenacity", "loguru"]

[dependency-groups]
test = ["pytest", "pytest-xdist", "freezegun"]
lint = ["ruff", "mypy"]
dev = [{include-group = "test"}, {include-group = "lint"}, "ipython"]

[tool.pytest.ini_options]
addopts = "-n2"
""",
        "grouped/__init__.py": "import pydantic\nimport structlog\n",
        "grouped/retry.py": "from tenacity import retry\n",
        "tests/test_retry.py": "import pytest\nfrom freezegun import freeze_time\n",
        "noxfile.py": "import nox\n",
    },
    used=frozenset(("pydantic", "structlog", "tenacity")),
    unused=frozenset(("loguru",)),
    development=frozenset(("pytest", "pytest-xdist", "freezegun", "ruff", "mypy", "ipython")),
)

PROJECTS = (
    FLASK, DJANGO, FASTAPI, COMMAND_LINE, LIBRARY, SRC, NAMESPACES, NOTEBOOKS, MONOREPO, GROUPS,
)  # fmt: skip
