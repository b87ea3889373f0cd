"""More small projects, each with a way to use a package that is easily overlooked, or a word that
is easily taken for a use.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.deps.projects import Project, notebook

_APP = {"app.py": "import flask\n\napp = flask.Flask(__name__)\n"}


def _project(
    name: str,
    files: Mapping[str, str],
    *,
    used: str = "",
    unused: str = "",
    development: str = "",
    doubtful: str = "",
) -> Project:
    return Project(name, files, _names(used), _names(unused), _names(development), _names(doubtful))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _list(*names: str) -> str:
    return "".join(f"{name}\n" for name in names)


FRAMEWORKS = (
    _project(
        "Flask extensions by init_app",
        {
            "requirements.txt": _list(
                "Flask", "Flask-Login", "Flask-Mail", "Flask-Migrate", "Flask-Talisman",
                "flask-marshmallow", "marshmallow-sqlalchemy", "Flask-WTF", "WTForms", "blinker",
                "Flask-Caching", "Flask-Assets", "python-dotenv", "waitress",
            ),
            "site/__init__.py": (
                "from flask import Flask\nfrom .extensions import cache, login, mail, migrate\n\n\n"
                "def create_app():\n    app = Flask(__name__)\n"
                "    for each in (cache, login, mail):\n        each.init_app(app)\n"
                "    migrate.init_app(app, None)\n    return app\n"
            ),
            "site/extensions.py": (
                "from flask_caching import Cache\nfrom flask_login import LoginManager\n"
                "from flask_mail import Mail\nfrom flask_migrate import Migrate\n"
                "from flask_talisman import Talisman\n"
                "cache, login, mail, migrate = Cache(), LoginManager(), Mail(), Migrate()\n"
            ),
            ".flaskenv": "FLASK_APP=site\n",
            "deploy/start.sh": "#!/bin/sh\nset -e\nflask --app site db upgrade\n"
            'exec waitress-serve --call "site:create_app"\n',
        },
        used="flask flask-login flask-mail flask-migrate flask-talisman flask-caching "
        "python-dotenv waitress blinker",
        unused="flask-marshmallow marshmallow-sqlalchemy flask-wtf wtforms flask-assets",
    ),
    _project(
        "Django settings in a package",
        {
            "requirements/base.txt": _list(
                "Django", "django-widget-tweaks", "django-taggit", "django-environ",
                "django-anymail[mailgun]", "django-modelcluster", "sorl-thumbnail",
                "django-health-check", "django-solo", "dj-database-url", "mysqlclient",
                "django-axes", "django-rosetta", "djangorestframework-simplejwt",
                "django-phonenumber-field", "django-csp", "django-hijack",
            ),
            "requirements/production.txt": _list("-r base.txt", "gunicorn", "sentry-sdk"),
            "requirements/local.txt": _list("-r base.txt", "Werkzeug"),
            "config/__init__.py": "",
            "config/settings/__init__.py": "",
            "config/settings/base.py": (
                "import environ\nimport dj_database_url\n\n"
                "DJANGO_APPS = ['django.contrib.auth']\n"
                "THIRD_PARTY_APPS = [\n    'widget_tweaks',\n    'taggit',\n    'anymail',\n"
                "    'sorl.thumbnail',\n    'health_check.db',\n    'axes',\n]\n"
                "INSTALLED_APPS = DJANGO_APPS + THIRD_PARTY_APPS\n"
                "MIDDLEWARE = ['axes.middleware.AxesMiddleware']\n"
                "DATABASES = {'default': dj_database_url.config()}\n"
            ),
            "config/settings/production.py": (
                "from .base import *\nimport sentry_sdk\n\n"
                "INSTALLED_APPS += ('rosetta',)\n"
                "MIDDLEWARE.insert(0, 'csp.middleware.CSPMiddleware')\n"
            ),
            "config/settings/api.py": (
                "REST_FRAMEWORK = {\n    'DEFAULT_AUTHENTICATION_CLASSES': (\n"
                "        'rest_framework_simplejwt.authentication.JWTAuthentication',\n    ),\n}\n"
            ),
            "shop/models.py": "from phonenumber_field.modelfields import PhoneNumberField\n",
            "Procfile": "web: gunicorn config.wsgi\n",
        },
        used="django django-widget-tweaks django-taggit django-environ django-anymail "
        "sorl-thumbnail django-health-check dj-database-url mysqlclient django-axes "
        "django-rosetta djangorestframework-simplejwt django-phonenumber-field django-csp "
        "gunicorn sentry-sdk",
        unused="django-modelcluster django-solo django-hijack",
        development="werkzeug",
    ),
    _project(
        "Django apps of unknown names",
        {
            "requirements.txt": _list("Django", "acme-billing", "acme-search", "django"),
            "site/settings.py": "INSTALLED_APPS = (\n    'billing_core',\n    'site.pages',\n)\n",
            "site/pages/__init__.py": "",
        },
        used="django acme-billing acme-search",
    ),
    _project(
        "celery with autodiscover and shared_task",
        {
            "requirements.txt": _list(
                "Django", "celery", "redis", "django-celery-beat", "django-celery-results",
                "gevent", "flower", "eventlet", "kombu", "amqp", "celery-redbeat",
            ),
            "proj/__init__.py": "from .celery import app\n",
            "proj/celery.py": (
                "import os\nfrom celery import Celery\n\n"
                "app = Celery('proj')\n"
                "app.config_from_object('django.conf:settings', namespace='CELERY')\n"
                "app.autodiscover_tasks()\n"
            ),
            "proj/settings.py": (
                "import os\n\nINSTALLED_APPS = ['django_celery_beat', 'shop']\n"
                "CELERY_BROKER_URL = os.environ['BROKER_URL']\n"
                "CELERY_RESULT_BACKEND = 'django-db'\n"
                "CELERY_BEAT_SCHEDULER = 'django_celery_beat.schedulers:DatabaseScheduler'\n"
                "CELERY_WORKER_POOL = 'gevent'\n"
            ),
            "shop/tasks.py": (
                "from celery import shared_task\n\n\n@shared_task(bind=True)\n"
                "def pay(self):\n    return 1\n"
            ),
            "compose.yml": (
                "services:\n  worker:\n    build: .\n    command:\n      - celery\n"
                "      - --app=proj\n      - worker\n  flower:\n    image: mher/flower\n"
                "  broker:\n    image: redis:7\n"
            ),
        },
        used="django celery redis django-celery-beat django-celery-results gevent amqp kombu",
        doubtful="flower eventlet celery-redbeat",
    ),
    _project(
        "Airflow with providers",
        {
            "requirements.txt": _list(
                "apache-airflow==2.9.0", "apache-airflow-providers-postgres",
                "apache-airflow-providers-amazon", "apache-airflow-providers-slack", "pendulum",
                "great-expectations",
            ),
            "dags/load.py": (
                "import pendulum\nfrom airflow import DAG\n"
                "from airflow.providers.postgres.operators.postgres import PostgresOperator\n"
            ),
        },
        used="apache-airflow apache-airflow-providers-postgres pendulum",
        unused="great-expectations",
        doubtful="apache-airflow-providers-amazon apache-airflow-providers-slack",
    ),
    _project(
        "a site of documents as the application",
        {
            "requirements.txt": _list("mkdocs", "mkdocs-material", "mkdocs-macros-plugin", "black"),
            "mkdocs.yml": "site_name: Guide\ntheme:\n  name: material\nplugins:\n  - macros\n",
            "Dockerfile": (
                "FROM python:3.12 AS build\nCOPY . .\nRUN pip install -r requirements.txt \\\n"
                "    && mkdocs build --strict\nFROM nginx\nCOPY --from=build /site /usr/share\n"
            ),
            "hooks.py": "def on_startup(command, dirty):\n    pass\n",
        },
        used="mkdocs mkdocs-material mkdocs-macros-plugin",
        development="black",
    ),
)  # fmt: skip

SERVERS = (
    _project(
        "gunicorn by its configuration",
        {
            **_APP,
            "requirements.txt": _list(
                "flask", "gunicorn", "gevent", "setproctitle", "greenlet", "meinheld", "tornado"
            ),
            "gunicorn.conf.py": 'worker_class = "gevent"\nbind = "0.0.0.0:80"\n',
            "Dockerfile": "FROM python\nENTRYPOINT [\"gunicorn\", \"app:app\"]\n",
        },
        used="flask gunicorn gevent greenlet",
        unused="meinheld",
        doubtful="setproctitle tornado",
    ),
    _project(
        "uvicorn with options",
        {
            "requirements.txt": _list(
                "fastapi", "uvicorn", "uvloop", "httptools", "websockets", "wsproto", "gunicorn",
                "hypercorn", "orjson",
            ),
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": (
                "FROM python:3.12\nHEALTHCHECK CMD curl -f localhost || exit 1\n"
                "CMD exec uvicorn main:app --loop uvloop --http=httptools\n"
            ),
        },
        used="fastapi uvicorn uvloop httptools",
        doubtful="websockets wsproto gunicorn hypercorn orjson",
    ),
    _project(
        "gunicorn with uvicorn's workers",
        {
            "requirements.txt": _list("fastapi", "uvicorn", "gunicorn", "starlette"),
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "entrypoint.sh": (
                '#!/bin/bash\nset -euo pipefail\nif [ "$1" = serve ]; then\n'
                "  exec gunicorn main:app \\\n    --worker-class uvicorn.workers.UvicornWorker\n"
                'fi\nexec "$@"\n'
            ),
            "Dockerfile": 'FROM python\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["serve"]\n',
        },
        used="fastapi uvicorn gunicorn starlette",
    ),
    _project(
        "a command in a list over several lines",
        {
            **_APP,
            "requirements.txt": _list("flask", "hypercorn", "honcho", "supervisor", "chaperone"),
            "docker-compose.yml": (
                "services:\n  web:\n    image: web\n    entrypoint: [\"python\", \"-m\"]\n"
                "    command:\n      [\n        \"hypercorn\",\n        \"app:app\",\n      ]\n"
                "  all:\n    command: >\n      honcho start\n      web\n"
            ),
            "supervisord.conf": "[supervisord]\nnodaemon=true\n[program:web]\ncommand=flask run\n",
            "Dockerfile": (
                "FROM python\nCMD [\"/usr/bin/supervisord\", \"-c\", \"/supervisord.conf\"]\n"
            ),
        },
        used="flask hypercorn honcho supervisor",
        unused="chaperone",
    ),
    _project(
        "systemd, Makefile, cron and Windows",
        {
            "requirements.txt": _list(
                "waitress", "alembic", "yacron", "luigi", "cherrypy", "pywin32", "huey", "dramatiq"
            ),
            "deploy/web.service": "[Service]\nExecStart=/opt/venv/bin/waitress-serve app:app\n",
            "Makefile": "run:\n\t@alembic upgrade head && python app.py\n",
            "start.ps1": "& luigi --module jobs Load\n",
            "Dockerfile": "FROM python\nCMD yacron -c /etc/yacron.d\n",
            "app.py": "def app(environ, start):\n    return []\n",
            "bin/run": "#!/bin/sh\nhuey_consumer jobs.huey\n",
        },
        used="waitress alembic yacron luigi huey",
        unused="cherrypy pywin32 dramatiq",
    ),
    _project(
        "Dockerfile with here-documents and shells",
        {
            "requirements.txt": _list("nltk", "spacy", "playwright", "awscli", "httpie", "gdown"),
            "Dockerfile": (
                "# syntax=docker/dockerfile:1\nFROM python:3.12\nCOPY . /app\n"
                "RUN <<EOF\nset -e\npip install -r requirements.txt\n"
                "python -m nltk.downloader punkt\nEOF\n"
                "RUN playwright \\\n    # of the browsers only one\n    install chromium\n"
                "CMD sh -c \"aws s3 cp s3://bucket/model . && python -m spacy download en\"\n"
            ),
            "app.py": "print(1)\n",
        },
        used="nltk spacy playwright awscli",
        unused="httpie gdown",
    ),
    _project(
        "python of a here-document",
        {
            "requirements.txt": _list("huggingface-hub", "transformers", "docopt"),
            "Dockerfile": (
                "FROM python\nRUN python - <<EOF\nfrom transformers import pipeline\n"
                "pipeline('fill-mask')\nEOF\n"
                "RUN python -c \"from huggingface_hub import snapshot_download as d; d('x')\"\n"
            ),
            "app.py": "print(1)\n",
        },
        used="huggingface-hub transformers",
        unused="docopt",
    ),
    _project(
        "an agent around the application",
        {
            **_APP,
            "requirements.txt": _list(
                "flask", "ddtrace", "newrelic", "opentelemetry-distro",
                "opentelemetry-instrumentation-flask", "scalene",
            ),
            "Procfile": "web: ddtrace-run flask run\nworker: newrelic-admin run-program flask x\n",
            "k8s/web.yaml": (
                "spec:\n  containers:\n    - name: web\n"
                "      command: [\"opentelemetry-instrument\", \"flask\", \"run\"]\n"
            ),
        },
        used="flask ddtrace newrelic opentelemetry-distro opentelemetry-instrumentation-flask",
        development="scalene",
    ),
)  # fmt: skip

SETTINGS = (
    _project(
        "logging by files",
        {
            "requirements.txt": _list(
                "python-json-logger", "colorlog", "logstash-formatter", "graypy", "rich",
                "coloredlogs", "ecs-logging",
            ),
            "app.py": "import logging.config\n",
            "logging.yaml": (
                "formatters:\n  json:\n    (): pythonjsonlogger.jsonlogger.JsonFormatter\n"
                "handlers:\n  gelf:\n    class: graypy.GELFUDPHandler\n"
            ),
            "logging.json": '{"formatters": {"a": {"()": "colorlog.ColoredFormatter"}}}\n',
            "logging.ini": "[formatter_x]\nclass=ecs_logging.StdlibFormatter\n",
            "log_config.json": '{"handlers": {"r": {"class": "rich.logging.RichHandler"}}}\n',
        },
        used="python-json-logger colorlog graypy rich ecs-logging",
        unused="logstash-formatter coloredlogs",
    ),
    _project(
        "databases by URL",
        {
            "requirements.txt": _list(
                "SQLAlchemy", "psycopg2-binary", "asyncpg", "PyMySQL", "cx_Oracle", "pyodbc",
                "snowflake-sqlalchemy", "duckdb-engine", "aiosqlite", "pg8000",
                "clickhouse-sqlalchemy",
            ),
            "db.py": (
                "import os\nfrom sqlalchemy import create_engine\n\n"
                "host = os.environ['DB']\n"
                "one = create_engine(f'mysql+pymysql://{host}/x')\n"
                "two = create_engine('postgresql+{}://{}'.format('asyncpg', host))\n"
                "three = create_engine(os.environ['DATABASE_URL'])\n"
            ),
            "config.yaml": "url: oracle+cx_oracle://u@h/d\nwarehouse: snowflake://u@a/d\n",
            ".env.example": "DATABASE_URL=postgresql://localhost/app\n",
            "alembic.ini": "[alembic]\nsqlalchemy.url = duckdb:///x.db\n",
        },
        used="sqlalchemy pymysql asyncpg cx-oracle psycopg2-binary snowflake-sqlalchemy "
        "duckdb-engine",
        doubtful="pyodbc aiosqlite pg8000 clickhouse-sqlalchemy",
    ),
    _project(
        "a database from the environment alone",
        {
            "requirements.txt": _list(
                "Flask-SQLAlchemy", "psycopg2-binary", "mysqlclient", "pydantic-settings",
                "python-dotenv", "dj-database-url", "Flask",
            ),
            "app.py": (
                "import os\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
                "app = Flask(__name__)\n"
                "app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']\n"
                "db = SQLAlchemy(app)\n"
            ),
        },
        used="flask flask-sqlalchemy",
        unused="pydantic-settings dj-database-url",
        doubtful="psycopg2-binary mysqlclient python-dotenv",
    ),
    _project(
        "engines of pandas",
        {
            "requirements.txt": _list(
                "pandas", "openpyxl", "xlsxwriter", "pyarrow", "fastparquet", "lxml", "tables",
                "html5lib", "tabulate", "s3fs", "numexpr", "xlrd", "jinja2",
            ),
            "load.py": (
                "import pandas as pd\n\n"
                "pd.read_excel('a.xlsx', engine='openpyxl')\n"
                "with pd.ExcelWriter('b.xlsx', engine=\"xlsxwriter\") as out:\n    pass\n"
                "pd.read_csv('s3://bucket/x.csv').to_parquet('x')\n"
                "pd.read_html('x')\n"
            ),
        },
        used="pandas openpyxl xlsxwriter pyarrow lxml s3fs",
        doubtful="tables numexpr tabulate jinja2 fastparquet html5lib xlrd",
    ),
    _project(
        "settings of Hydra, Scrapy and others",
        {
            "requirements.txt": _list(
                "hydra-core", "torchmetrics", "scrapy", "scrapy-splash", "kedro-datasets",
                "lightgbm", "xgboost", "catboost",
            ),
            "train.py": "import hydra\n\n\n@hydra.main(config_path='conf')\ndef run(c): ...\n",
            "conf/model.yaml": "model:\n  _target_: lightgbm.LGBMClassifier\n  depth: 3\n",
            "conf/metric.yaml": "_target_: torchmetrics.classification.Accuracy\n",
            "spider/settings.py": (
                "BOT_NAME = 'x'\nDOWNLOADER_MIDDLEWARES = {\n"
                "    'scrapy_splash.SplashMiddleware': 725,\n}\n"
            ),
            "scrapy.cfg": "[settings]\ndefault = spider.settings\n",
            "Dockerfile": "FROM python\nCMD [\"scrapy\", \"crawl\", \"x\"]\n",
            "conf/catalog.yml": "cars:\n  type: kedro_datasets.pandas.CSVDataset\n",
        },
        used="hydra-core lightgbm torchmetrics scrapy scrapy-splash kedro-datasets",
        unused="xgboost catboost",
    ),
    _project(
        "templates, caches and password hashes by name",
        {
            "requirements.txt": _list(
                "Django", "django-redis", "pymemcache", "bcrypt", "argon2-cffi", "django-jinja",
                "django-ses", "django-s3-storage", "brotli", "whitenoise",
            ),
            "s/settings.py": (
                "CACHES = {'default': {'BACKEND': "
                "'django.core.cache.backends.memcached.PyMemcacheCache'}}\n"
                "PASSWORD_HASHERS = ['django.contrib.auth.hashers.BCryptSHA256PasswordHasher']\n"
                "TEMPLATES = [{'BACKEND': 'django_jinja.backend.Jinja2'}]\n"
                "EMAIL_BACKEND = 'django_ses.SESBackend'\n"
                "STATICFILES_STORAGE = 'whitenoise.storage.CompressedManifestStaticFilesStorage'\n"
            ),
            "manage.py": "import django\n",
        },
        used="django pymemcache bcrypt django-jinja django-ses whitenoise",
        unused="django-redis django-s3-storage",
        doubtful="argon2-cffi brotli",
    ),
)  # fmt: skip

SOURCES = (
    _project(
        "dynamic imports",
        {
            "requirements.txt": _list(
                "ujson", "simplejson", "msgpack", "cbor2", "toml", "tomli", "lz4", "zstandard",
                "python-snappy", "regex",
            ),
            "load.py": (
                "import importlib\nimport pkgutil\n\n"
                "def codec(name):\n    return importlib.import_module(f'codecs_{name}')\n\n"
                "json = __import__('ujson')\n"
                "CODECS = {'m': 'msgpack', 'c': 'cbor2'}\n"
                "for name in CODECS.values():\n    importlib.import_module(name)\n"
                "if pkgutil.find_loader('lz4'):\n    pass\n"
                "if importlib.util.find_spec('zstandard') is not None:\n    pass\n"
                "exec('import regex')\n"
                "importlib.import_module('snappy')\n"
            ),
        },
        used="ujson msgpack cbor2 lz4 zstandard python-snappy regex",
        unused="simplejson toml tomli",
    ),
    _project(
        "imports in functions, branches and else",
        {
            "requirements.txt": _list(
                "numpy", "tomli", "orjson", "pywin32", "uvloop", "psutil", "tqdm", "colorama",
                "backports.zoneinfo", "typing-extensions", "importlib-metadata",
            ),
            "x/__init__.py": (
                "import sys\n\n"
                "try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n"
                "if sys.platform == 'win32':\n    import win32api\nelse:\n    import uvloop\n"
                "try:\n    from zoneinfo import ZoneInfo\nexcept ImportError:\n"
                "    from backports.zoneinfo import ZoneInfo\n\n\n"
                "def f():\n    import numpy as np, orjson\n    return np\n\n\n"
                "class A:\n    def g(self):\n        from psutil import cpu_count\n"
            ),
        },
        used="numpy tomli orjson pywin32 uvloop psutil backports-zoneinfo",
        unused="tqdm colorama typing-extensions importlib-metadata",
    ),
    _project(
        "notebooks with magics",
        {
            "requirements.txt": _list(
                "ipython-sql", "memory-profiler", "line-profiler", "black", "nbconvert",
                "papermill", "voila", "dash", "jupysql", "pandas",
            ),
            "a.ipynb": notebook(
                "%load_ext sql", "%load_ext memory_profiler\n%memit x",
                "!papermill a.ipynb b.ipynb\n", "import pandas as pd\n%timeit pd",
            ),
            "Dockerfile": "FROM python\nCMD [\"voila\", \"a.ipynb\"]\n",
        },
        used="ipython-sql jupysql memory-profiler papermill voila pandas",
        unused="dash",
        development="line-profiler black",
        doubtful="nbconvert",
    ),
    _project(
        "sources that are hard to read",
        {
            "requirements.txt": _list("six", "mysqlclient", "requests", "lxml", "scipy", "arrow"),
            "old.py": "import six, MySQLdb\nprint 'x'\nexec 'y'\n",
            "mark.py": "\ufeffimport requests\n",
            "fast.pyx": "cimport numpy\nfrom lxml import etree\nimport scipy.linalg as l\n",
            "tabs.py": "if 1:\n\timport os\n        import sys\n",
        },
        used="six mysqlclient requests lxml scipy",
        unused="arrow",
    ),
    _project(
        "scripts with inline metadata",
        {
            "requirements.txt": _list("httpx", "rich", "docopt"),
            "scripts/load": "#!/usr/bin/env python3\nimport httpx\n",
            "scripts/show.py": (
                "# /// script\n# dependencies = [\"rich\", \"docopt\"]\n# ///\nimport rich\n"
            ),
        },
        used="httpx rich",
        unused="docopt",
    ),
    _project(
        "folders that are called like packages",
        {
            "requirements.txt": _list(
                "alembic", "redis", "celery", "docker", "requests", "pytest-mock", "kafka-python",
                "twisted", "sqlalchemy", "psycopg2",
            ),
            "src/redis/__init__.py": "# ours\n",
            "src/app/__init__.py": "from app import celery\nimport requests\n",
            "src/app/celery.py": (
                "from celery import Celery\n\napp = Celery()\n\n\n@app.task\ndef f(): ...\n"
            ),
            "alembic/env.py": "from alembic import context\nfrom sqlalchemy import pool\n",
            "alembic.ini": "[alembic]\nsqlalchemy.url = postgresql://h/d\n",
            "docker/entry.py": "import os\n",
            "docker/Dockerfile": "FROM python\nCMD alembic upgrade head\n",
            "kafka/consumer.py": "from kafka import KafkaConsumer\n",
        },
        used="alembic celery requests kafka-python sqlalchemy psycopg2 redis",
        unused="twisted docker",
        development="pytest-mock",
    ),
    _project(
        "namespaces",
        {
            "requirements.txt": _list(
                "google-cloud-storage", "google-cloud-pubsub", "google-cloud-logging",
                "google-cloud-secret-manager", "google-auth", "google-api-python-client",
                "google-cloud-firestore", "googleapis-common-protos", "azure-storage-blob",
                "azure-mgmt-compute", "azure-keyvault-secrets", "zope.interface", "zope.component",
                "backports.cached-property", "jaraco.functools", "sphinxcontrib-napoleon",
            ),
            "a/b/c.py": (
                "from google.cloud import storage, logging as cloud_logging\n"
                "from google.cloud import secretmanager\n"
                "from google.oauth2 import service_account\n"
                "from googleapiclient.discovery import build\n"
                "from google.api import annotations_pb2\n"
                "from azure.mgmt.compute import ComputeManagementClient\n"
                "from azure.keyvault.secrets import SecretClient\n"
                "from zope.interface import Interface\n"
                "from backports.cached_property import cached_property\n"
                "import jaraco.functools\n"
            ),
        },
        used="google-cloud-storage google-cloud-logging google-cloud-secret-manager google-auth "
        "google-api-python-client googleapis-common-protos azure-mgmt-compute "
        "azure-keyvault-secrets zope-interface backports-cached-property jaraco-functools",
        unused="google-cloud-pubsub google-cloud-firestore azure-storage-blob zope-component",
        development="sphinxcontrib-napoleon",
    ),
    _project(
        "for type checkers and readers alone",
        {
            "requirements.txt": _list(
                "numpy", "pandas", "types-requests", "types-PyYAML", "requests", "pandas-stubs",
                "matplotlib", "networkx", "attrs", "bokeh",
            ),
            "README.md": "Install bokeh and attrs first: `import bokeh`.\n",
            "m.py": (
                '"""Uses nothing.\n\n>>> import networkx\n"""\n'
                "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
                "import requests\n\nif TYPE_CHECKING:\n    import numpy as np\n"
                "    import pandas\n# import attrs\n# from matplotlib import pyplot\n"
            ),
        },
        used="requests",
        unused="matplotlib attrs bokeh",
        development="types-requests types-pyyaml pandas-stubs",
        doubtful="numpy pandas networkx",
    ),
    _project(
        "an unknown package beside an unknown module",
        {
            "requirements.txt": _list("acme-core", "docopt", "six", "requests"),
            "m.py": "import kernel_of_acme\nimport requests\n",
        },
        used="acme-core requests",
        unused="docopt six",
    ),
    _project(
        "what the standard library has lost",
        {
            "requirements.txt": _list(
                "legacy-cgi", "setuptools", "standard-telnetlib", "audioop-lts", "docopt",
                "pyasyncore",
            ),
            "m.py": (
                "import cgi\nimport telnetlib\nimport audioop\nimport asyncore\n"
                "from distutils.util import strtobool\n"
            ),
        },
        used="legacy-cgi setuptools standard-telnetlib audioop-lts pyasyncore",
        unused="docopt",
    ),
    _project(
        "tools in production",
        {
            "requirements.txt": _list(
                "hypothesis", "virtualenv", "ipython", "sphinx", "coverage", "pytest", "mypy",
                "invoke", "locust", "responses",
            ),
            "m.py": "import hypothesis\nfrom IPython import embed\n",
            "Dockerfile": (
                "FROM python\nRUN virtualenv /opt/x && pip install pytest\n"
                "CMD [\"locust\", \"--headless\"]\n"
            ),
            "run.py": "import subprocess\n\nsubprocess.run(['sphinx-build', '.', 'out'])\n",
        },
        used="hypothesis virtualenv ipython locust sphinx",
        development="coverage pytest mypy invoke responses",
    ),
)  # fmt: skip

LISTS = (
    _project(
        "pinned by pip-compile",
        {
            "requirements.in": _list("flask", "celery", "boto3"),
            "requirements.txt": """\
#
# This file is autogenerated by pip-compile with Python 3.12
#
amqp==5.2.0
    # via kombu
billiard==4.2.0 \\
    --hash=sha256:07aa978b308f334ff8282bd4a746e681b3513db5c9a514cbdd810cbbdc19714a
    # via celery
blinker==1.8.2
    # via flask
boto3==1.34.0
    # via -r requirements.in
botocore==1.34.0
    # via
    #   boto3
    #   s3transfer
celery==5.4.0
    # via -r requirements.in
flask==3.0.3
    # via -r requirements.in
kombu==5.3.7
    # via celery
s3transfer==0.10.0
    # via boto3
werkzeug==3.0.3
    # via flask
""",
            "app.py": (
                "import flask\nfrom celery import Celery\n\napp = Celery()\n\n\n"
                "@app.task\ndef f():\n    pass\n"
            ),
        },
        used="amqp billiard blinker celery flask kombu werkzeug",
        unused="boto3 botocore s3transfer",
    ),
    _project(
        "pinned by uv export",
        {
            "requirements.txt": """\
anyio==4.4.0 ; python_full_version >= '3.8' \\
    --hash=sha256:5aadc6a1bbb7cdb0bede386cac5e2940f5e2ff3aa20277e991cf028e0585ce94
    # via httpx
certifi==2024.7.4  # via httpx, requests
httpx==0.27.0
    # via service
requests==2.32.3
    # via service
urllib3==2.2.2
    # via requests
colorama==0.4.6 ; sys_platform == 'win32'
    # via click
""",
            "m.py": "import httpx\n",
        },
        used="anyio certifi httpx colorama",
        unused="requests urllib3",
    ),
    _project(
        "pins of what others need, without a word",
        {
            "requirements.txt": _list(
                "requests==2.32.3", "urllib3==2.2.2", "idna==3.7", "certifi==2024.7.4",
                "charset-normalizer==3.3.2", "MarkupSafe==2.1.5", "Jinja2==3.1.4", "click==8.1.7",
                "Flask==3.0.3", "itsdangerous==2.2.0", "Werkzeug==3.0.3", "xmltodict==0.13.0",
                "Pygments==2.18.0", "numpy==2.0.0", "pytz==2024.1", "six==1.16.0",
                "python-dateutil==2.9.0", "pandas==2.2.2", "greenlet==3.0.3", "SQLAlchemy==2.0.30",
            ),
            "m.py": "import flask\nimport requests\nimport pandas\nimport sqlalchemy\n",
        },
        used="requests urllib3 idna certifi charset-normalizer markupsafe jinja2 click flask "
        "itsdangerous werkzeug numpy pytz six python-dateutil pandas greenlet sqlalchemy",
        unused="xmltodict pygments",
    ),
    _project(
        "two services",
        {
            "a/requirements.txt": _list("flask", "redis", "pillow"),
            "b/requirements.txt": _list("pillow", "redis", "click"),
            "a/app.py": "import flask\nimport redis\n",
            "b/app.py": "from PIL import Image\n",
            "shared/lib.py": "import click\n",
        },
        used="flask click redis pillow",
    ),
    _project(
        "extras of the library itself",
        {
            "pyproject.toml": """\
[project]
name = "lib"
version = "1"
dependencies = ["click", "importlib-resources; python_version < '3.9'", "pywin32; os_name == 'nt'"]

[project.optional-dependencies]
all = ["lib[yaml,redis]"]
yaml = ["pyyaml"]
redis = ["redis[hiredis]"]
fast = ["orjson"]

[project.entry-points."flask.commands"]
lib = "lib.flask:cli"

[tool.uv]
dev-dependencies = ["pytest-asyncio"]

[tool.pytest.ini_options]
asyncio_mode = "auto"
""",
            "lib/__init__.py": "import click\n",
            "lib/y.py": "def f():\n    import yaml\n",
            "lib/r.py": "URL = 'redis://localhost'\n",
        },
        used="click importlib-resources pywin32 pyyaml redis",
        unused="orjson",
        development="pytest-asyncio",
    ),
    _project(
        "Poetry with groups",
        {
            "pyproject.toml": """\
[tool.poetry]
name = "p"
version = "1"
[tool.poetry.dependencies]
python = "^3.11"
aiohttp = {version = "^3.9", extras = ["speedups"]}
Faker = "^25"
pymongo = "*"
[tool.poetry.group.dev.dependencies]
pytest = "^8"
[tool.poetry.scripts]
p = "p.main:run"
[tool.poetry.plugins."pytest11"]
p = "p.plugin"
""",
            "p/main.py": "from aiohttp import web\n",
            "p/plugin.py": "def pytest_addoption(parser):\n    pass\n",
            "tests/conftest.py": "import faker\nimport pytest\n",
        },
        used="aiohttp",
        unused="pymongo",
        development="faker pytest",
    ),
)  # fmt: skip

MORE_PROJECTS = (*FRAMEWORKS, *SERVERS, *SETTINGS, *SOURCES, *LISTS)
