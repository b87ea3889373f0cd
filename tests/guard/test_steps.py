"""The checks on the Dockerfile: what they find, what they must not, and the bytes at stake."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.drafting import scene_of
from ctxguard.context.evidence.gather import evidence
from ctxguard.finding import Finding
from ctxguard.guard.lint import lint
from ctxguard.ignore.editing import edited
from ctxguard.measurement import Backend
from tests.conftest import File
from tests.context.measuring import request_for
from tests.loops import one_loop

MakeTree = Callable[..., str]
MB = 1_000_000
PACKAGE = '{"devDependencies": {"jest": "29"}}'
FILES: dict[str, Any] = {
    "requirements.txt": "flask\n",
    "requirements-dev.txt": "pytest\n",
    "app.py": "x" * 100,
    "static": {"film.mp4": File(size=2 * MB), "site.css": "x" * 20_000},
    "package.json": PACKAGE,
    "tsconfig.json": "{}",
    "bundle.tar.gz": File(size=3 * MB),
    "yarn.lock": File(size=MB),
    "go.mod": "module x\n",
    "main.go": "package main\n",
}
PYTHON = "FROM python:3.12-slim\nWORKDIR /app\n"
NODE = "FROM node:22-slim\nWORKDIR /app\nCOPY package.json .\n"
DEBIAN = "FROM debian:12-slim\n"


def findings(
    make_tree: MakeTree, dockerfile: str, files: dict[str, Any] | None = None
) -> list[Finding]:
    return linted(make_tree({**FILES, **(files or {}), "Dockerfile": dockerfile}))


def linted(
    root: str, backend: Backend = Backend.BUILDKIT, target: str | None = None
) -> list[Finding]:
    request = replace(request_for(root, backend), build=BuildOptions(target))
    scene = scene_of(request)
    return [found for found in lint(evidence(scene), scene) if found.code >= "CTX032"]


FOUND = [
    ("tools and a build in one RUN", "CTX032", 2,
     f"{DEBIAN}RUN apt-get install -y build-essential && make -C /src\nCMD [\"/app\"]\n"),
    ("tools in the stage below", "CTX032", 2,
     "FROM alpine AS base\nRUN apk add --no-cache gcc musl-dev\n"
     "FROM base\nRUN pip install uwsgi\n"),
    ("tools removed a layer later", "CTX032", 3,
     f"{PYTHON}RUN apt-get install -y gcc\nRUN pip install x\nRUN apt-get purge -y gcc\n"),
    ("in a here-document", "CTX032", 2,
     f"{DEBIAN}RUN <<EOF\nset -e\napt-get install -y g++\ncmake --build .\nEOF\n"),
    ("behind sudo and a variable", "CTX032", 2,
     f"{DEBIAN}RUN DEBIAN_FRONTEND=noninteractive sudo -E apt-get install -y gcc && make\n"),
    ("in JSON form", "CTX032", 2,
     f'{DEBIAN}RUN ["/bin/bash", "-ec", "apt-get install -y gcc && make"]\n'),
    ("a toolchain's image", "CTX032", 1,
     'FROM golang:1.22\nCOPY main.go .\nRUN go build -o /srv .\nCMD ["/srv"]\n'),
    ("a list for development", "CTX033", 4,
     f"{PYTHON}COPY *.txt ./\nRUN pip install --no-cache-dir -r requirements-dev.txt\n"),
    ("python -m pip and a tool", "CTX033", 3, f"{PYTHON}RUN python3 -m pip install 'pytest>=8'\n"),
    ("an extra", "CTX033", 3, f"{PYTHON}RUN pip install '.[test]'\n"),
    ("npm ci", "CTX033", 4, f"{NODE}RUN npm ci\n"),
    ("NODE_ENV is something else", "CTX033", 5,
     f"{NODE}ENV NODE_ENV=staging\nRUN npm install --loglevel error\n"),
    ("npm's cache", "CTX034", 4, f"{NODE}RUN npm ci --omit=dev\n"),
    ("lists cleaned a layer later", "CTX034", 2,
     f"{DEBIAN}RUN apt-get update\nRUN apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
    ("options in between", "CTX034", 2,
     f"{DEBIAN}RUN apt-get -y -qq update && apt-get -y install x\n"
     "RUN apt-get clean && rm -fr /var/lib/apt/lists/* /tmp/*\n"),
    ("pip's cache cleaned a layer later", "CTX034", 3,
     f"{PYTHON}RUN pip install flask\nRUN rm -rf ~/.cache\n"),
    ("a mount for something else", "CTX034", 4,
     f"{NODE}RUN --mount=type=cache,target=/root/.cache npm ci --omit dev\n"),
    ("a file of a folder that was copied", "CTX035", 4,
     f"{PYTHON}COPY . .\nRUN ./use && rm -f static/film.mp4\n"),
    ("what is in a folder", "CTX035", 4, f"{PYTHON}COPY static /s/\nRUN rm -rf /s/*\n"),
    ("behind cd", "CTX035", 4, f"{PYTHON}COPY static /s/\nRUN cd /s && rm film.mp4\n"),
    ("what curl fetched", "CTX035", 3,
     f"{DEBIAN}RUN curl -fsSLo /tmp/x https://example.org/x\nRUN rm /tmp/x\n"),
    ("a package", "CTX035", 3, f"{DEBIAN}RUN apk add --virtual .b gcc\nRUN apk del .b\n"),
    ("COPY . before pip", "CTX036", 3, f"{PYTHON}COPY . .\nRUN pip install -r requirements.txt\n"),
    ("a subfolder", "CTX036", 3,
     f"{PYTHON}COPY ./ /srv\nRUN cd /srv && pip install -r requirements.txt\n"),
    ("all by a wildcard", "CTX036", 3, f"{PYTHON}COPY * ./\nRUN pip install -r requirements.txt\n"),
    ("in a builder stage", "CTX036", 3,
     "FROM golang AS b\nWORKDIR /s\nCOPY . .\nRUN go mod download && go build\n"
     "FROM scratch\nCOPY --from=b /s/x /\n"),
    ("wide behind narrow", "CTX037", 4, f"{PYTHON}COPY static static\nCOPY . .\n"),
    ("narrow behind wide", "CTX037", 4, f"{PYTHON}COPY . .\nCOPY static static\n"),
    ("in the stage above", "CTX037", 4,
     "FROM debian AS b\nCOPY . /a\nFROM b\nCOPY static/film.mp4 /film.mp4\n"),
    ("chown of all", "CTX038", 4, f"{PYTHON}COPY . .\nRUN chown -R 1000:1000 /app\n"),
    ("chmod of a folder in it", "CTX038", 4,
     f"{PYTHON}COPY . .\nRUN chmod -R u+x,go-w static && echo done\n"),
    ("chown of what another stage made", "CTX038", 4,
     "FROM debian AS b\nFROM debian\nCOPY --from=b /a /a\nRUN chown -R x:x /a\n"),
    ("a destination that looks like a file", "CTX039", 2,
     f"{DEBIAN}ADD bundle.tar.gz /tmp/x.tgz\n"),
    ("a RUN that unpacks it", "CTX039", 2,
     f"{DEBIAN}ADD bundle.tar.gz /tmp/\nRUN tar xzf /tmp/bundle.tar.gz -C /opt\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "line", "dockerfile"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_found(make_tree: MakeTree, code: str, line: int, dockerfile: str) -> None:
    found = [each for each in findings(make_tree, dockerfile) if each.code == code]
    assert [each.line for each in found] == [line]
    assert found[0].file == "Dockerfile"


NEAR_MISSES = [
    ("tools without a build", "CTX032", f"{DEBIAN}RUN apt-get install -y gcc\nCMD [\"/a\"]\n"),
    ("tools removed by the same RUN", "CTX032",
     f"{PYTHON}RUN apt-get install -y gcc && pip install x && apt-get purge -y gcc\n"),
    ("tools in another stage", "CTX032",
     f"{DEBIAN[:-1]} AS b\nRUN apt-get install -y gcc && make\nFROM debian\nCOPY --from=b /a /a\n"),
    ("tools in a stage that is not reached", "CTX032",
     f"{DEBIAN[:-1]} AS b\nRUN apt-get install -y gcc && make\nFROM debian\nCMD [\"/a\"]\n"),
    ("a container that builds", "CTX032",
     f'{DEBIAN}RUN apt-get install -y gcc && make\nCMD ["make", "watch"]\n'),
    ("a shell to work in", "CTX032",
     f'{DEBIAN}RUN apt-get install -y gcc && make\nCMD ["bash"]\n'),
    ("tools installed after the build", "CTX032",
     f"{PYTHON}RUN pip install x\nRUN apt-get install -y gcc\n"),
    ("tools that are only named", "CTX032", f"{DEBIAN}RUN echo apt-get install gcc && make\n"),
    ("a runtime that is a kit", "CTX032",
     f"{PYTHON}RUN apt-get install -y openjdk-17-jdk git\nRUN pip install pyspark\n"),
    ("a golang image that runs go", "CTX032",
     'FROM golang:1.22\nRUN go build .\nCMD ["go", "run", "."]\n'),
    ("a shell nobody knows", "CTX032",
     f'{DEBIAN}SHELL ["powershell", "-c"]\nRUN apt-get install gcc; make\n'),
    ("a list for production", "CTX033", f"{PYTHON}RUN pip install -r requirements.txt\n"),
    ("a list whose name holds the letters", "CTX033",
     f"{PYTHON}RUN pip install -r requirements-device.txt\n"),
    ("a tool whose name begins alike", "CTX033", f"{PYTHON}RUN pip install blackfire tox-like\n"),
    ("a stage for development", "CTX033",
     "FROM python AS dev\nRUN pip install -r requirements-dev.txt\n"),
    ("npm without them", "CTX033", f"{NODE}RUN npm ci --omit=dev\n"),
    ("npm without them, in two words", "CTX033", f"{NODE}RUN npm ci --omit dev\n"),
    ("NODE_ENV", "CTX033", f"{NODE}ENV NODE_ENV=production\nRUN npm ci\n"),
    ("NODE_ENV for one command", "CTX033", f"{NODE}RUN NODE_ENV=production npm ci\n"),
    ("pruned by the same RUN", "CTX033",
     f"{NODE}RUN npm ci && npm run build && npm prune --omit=dev\n"),
    ("a tool for all", "CTX033", f"{NODE}RUN npm install -g pnpm\n"),
    ("a server for development", "CTX033", f'{NODE}RUN npm ci\nCMD ["npm", "run", "dev"]\n'),
    ("apt alone is hadolint's", "CTX034", f"{DEBIAN}RUN apt-get update && apt-get install x\n"),
    ("cleaned by the same RUN", "CTX034",
     f"{DEBIAN}RUN apt-get update && rm -rf /var/lib/apt/lists/*\n"
     "RUN rm -rf /var/lib/apt/lists/*\n"),
    ("npm cleaned", "CTX034", f"{NODE}RUN npm ci && npm cache clean --force\n"),
    ("npm's folder deleted", "CTX034", f"{NODE}RUN npm ci && rm -rf /root/.npm\n"),
    ("npm's cache in a mount", "CTX034",
     f"{NODE}RUN --mount=type=cache,target=/root/.npm npm ci\n"),
    ("npm's cache elsewhere", "CTX034", f"{NODE}ENV NPM_CONFIG_CACHE=/tmp/n\nRUN npm ci\n"),
    ("npm in another stage", "CTX034",
     "FROM node AS b\nRUN npm install x\nFROM node\nCOPY --from=b /a /a\n"),
    ("pip keeps none", "CTX034",
     f"{PYTHON}ENV PIP_NO_CACHE_DIR=1\nRUN pip install x\nRUN rm -rf /root/.cache\n"),
    ("deleted by the RUN that fetched it", "CTX035",
     f"{DEBIAN}RUN curl -o /tmp/x https://example.org && rm /tmp/x\n"),
    ("something small", "CTX035", f"{PYTHON}COPY app.py /x\nRUN rm /x\n"),
    ("something else", "CTX035", f"{PYTHON}COPY . .\nRUN rm -rf /srv /application\n"),
    ("before the COPY", "CTX035", f"{PYTHON}RUN rm -rf /app\nCOPY . /app\n"),
    ("in another stage", "CTX035",
     "FROM debian AS b\nCOPY . /a\nRUN rm /a/bundle.tar.gz\nFROM debian\nCOPY --from=b /a /a\n"),
    ("what a mount brought", "CTX035",
     f"{PYTHON}COPY . .\nRUN --mount=type=bind,target=/app,rw rm /app/static/film.mp4\n"),
    ("a name that nobody knows", "CTX035", f"{PYTHON}COPY . .\nRUN rm -rf $X /app/*.mp4\n"),
    ("a list, then all", "CTX036",
     f"{PYTHON}COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"),
    ("lists and settings", "CTX036",
     f"{NODE}COPY package.json tsconfig.json ./\nRUN npm ci\nCOPY . .\n"),
    ("lists by a wildcard", "CTX036", f"{NODE}COPY *.json ./\nRUN npm ci\nCOPY . .\n"),
    ("the project itself", "CTX036", f"{PYTHON}COPY . .\nRUN pip install .\n"),
    ("a list that is not there", "CTX036",
     f"{PYTHON}COPY . .\nRUN pip install -r other/requirements.txt\n"),
    ("a bind mount", "CTX036",
     f"{PYTHON}COPY . .\nRUN --mount=type=bind,target=/app pip install -r requirements.txt\n"),
    ("packages of the system", "CTX036", f"{PYTHON}COPY . .\nRUN apt-get install -y curl\n"),
    ("a list ahead", "CTX037", f"{PYTHON}COPY yarn.lock .\nCOPY . .\n"),
    ("a small file ahead", "CTX037", f"{PYTHON}COPY app.py .\nRUN x\nCOPY . .\n"),
    ("in stages apart", "CTX037",
     "FROM debian AS b\nCOPY . /a\nFROM debian\nCOPY --from=b /x /x\nCOPY static /s\n"),
    ("not recursive", "CTX038", f"{PYTHON}COPY . .\nRUN chown x:x /app\n"),
    ("an empty folder", "CTX038", f"{PYTHON}RUN mkdir /d && chown -R x:x /d\nCOPY . .\n"),
    ("elsewhere", "CTX038", f"{PYTHON}COPY . .\nRUN chown -R x:x /var/log /apps\n"),
    ("what is small", "CTX038", f"{PYTHON}COPY app.py .\nRUN chown -R x:x /app\n"),
    ("an archive to unpack", "CTX039", f"{DEBIAN}ADD bundle.tar.gz /opt/\nRUN ls /opt\n"),
    ("one that COPY brings", "CTX039",
     f"{DEBIAN}COPY bundle.tar.gz /tmp/x.tgz\nRUN tar xzf /tmp/x.tgz\n"),
    ("a remote one", "CTX039", f"{DEBIAN}ADD https://example.org/x.tar.gz /tmp/x.tar.gz\n"),
    ("one that is not unpacked", "CTX039",
     f"{DEBIAN}ADD --unpack=false bundle.tar.gz /tmp/x.tgz\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "dockerfile"), [row[1:] for row in NEAR_MISSES], ids=[row[0] for row in NEAR_MISSES]
)
def test_near_miss(make_tree: MakeTree, code: str, dockerfile: str) -> None:
    assert code not in [each.code for each in findings(make_tree, dockerfile)]


POETRY = "[tool.poetry.group.dev.dependencies]\npytest = '8'\n"
GROUPS = "[dependency-groups]\ndev = ['pytest']\n"
GEMS = "gem 'rails'\ngroup :development, :test do\n  gem 'rspec'\nend\n"
LISTS = [
    ("npm ci", "package.json", PACKAGE, "--omit=dev"),
    ("npm install", "package.json", PACKAGE, "--only=production"),
    ("yarn install --frozen-lockfile", "package.json", PACKAGE, "--production"),
    ("pnpm install", "package.json", PACKAGE, "--prod"),
    ("poetry install --no-root", "pyproject.toml", POETRY, "--only main"),
    ("poetry install --no-root", "pyproject.toml", POETRY, "--without test,dev"),
    ("uv sync --frozen", "pyproject.toml", GROUPS, "--no-dev"),
    ("composer install", "composer.json", '{"require-dev": {"phpunit": "*"}}', "--no-dev"),
    ("bundle install", "Gemfile", GEMS, "--without development"),
]
"""The command, its list, and the option that leaves out what only developers need."""


@pytest.mark.parametrize(("command", "name", "text", "option"), LISTS)
def test_development_requirements_of(
    make_tree: MakeTree, command: str, name: str, text: str, option: str
) -> None:
    start = f"FROM x\nWORKDIR /app\nCOPY {name} .\n"
    root = make_tree({name: text, "Dockerfile": f"{start}RUN {command}\n"})
    assert "CTX033" in [each.code for each in linted(root)]
    Path(root, "Dockerfile").write_text(f"{start}RUN {command} {option}\n", "utf-8")
    assert "CTX033" not in [each.code for each in linted(root)]
    Path(root, "Dockerfile").write_text(f"{start}RUN {command}\n", "utf-8")
    for other in ("{}", "", "{[", '["x"]', "x = ", "[[tool]]\n", "[" * 100_000):
        Path(root, name).write_text(other, "utf-8")
        assert "CTX033" not in [each.code for each in linted(root)]


@pytest.mark.parametrize(
    "tool",
    ["poetry install", "pipenv sync", "conda install x", "composer install", "npm install x"],
)
def test_caches_that_only_we_know_of(make_tree: MakeTree, tool: str) -> None:
    (found,) = (
        each for each in findings(make_tree, f"FROM x\nRUN {tool}\n") if each.code == "CTX034"
    )
    root = make_tree({"Dockerfile": "FROM x\n"}, "mended")
    assert found.fix is not None
    text = edited(f"FROM x\nRUN {tool}\n".encode(), found.fix.edits)
    Path(root, "Dockerfile").write_bytes(text)
    assert "CTX034" not in [each.code for each in linted(root)]


def test_what_is_triggered_is_not_edited(make_tree: MakeTree) -> None:
    """It is written in another stage, where it may be meant for others too."""
    dockerfile = "FROM debian AS a\nONBUILD COPY . /a\nONBUILD RUN chown -R x:x /a\nFROM a\nCMD x\n"
    (found,) = findings(make_tree, dockerfile)
    assert (found.code, found.line) == ("CTX038", 3)
    assert found.fix is not None
    assert found.fix.edits == ()


WEIGHED = [
    ("a file that is deleted", "CTX035", 2 * MB,
     f"{PYTHON}COPY . .\nRUN rm static/film.mp4\n"),
    ("a folder, once", "CTX035", 2 * MB + 20_000,
     f"{PYTHON}COPY static /a/static\nCOPY static/ /a/static/\nRUN rm -rf /a\n"),
    ("what comes again", "CTX037", 2 * MB + 20_000, f"{PYTHON}COPY static s\nCOPY . .\n"),
    ("one file that comes again", "CTX037", 2 * MB,
     f"{PYTHON}COPY . .\nCOPY static/film.mp4 /srv/\n"),
    ("a part of what was copied", "CTX038", 2 * MB + 20_000,
     f"{PYTHON}COPY . .\nRUN chown -R x:x /app/static\n"),
    ("copied to two places", "CTX038", 4 * MB,
     f"{PYTHON}COPY static/film.mp4 /a/1.mp4\nCOPY static/film.mp4 /a/2.mp4\n"
     "RUN chmod -R 755 /a\n"),
    ("less what is gone already", "CTX038", 20_000,
     f"{PYTHON}COPY static /s\nRUN rm /s/film.mp4\nRUN chown -R x:x /s\n"),
    ("what ADD unpacks weighs something else", "CTX038", 20_000,
     f"{DEBIAN}COPY static/site.css /s/\nADD bundle.tar.gz /s/\nRUN chown -R x:x /s\n"),
    ("deleted once", "CTX035", 2 * MB,
     f"{PYTHON}COPY static /s\nRUN rm /s/film.mp4\nRUN rm -f /s/*.css /s/film.mp4\n"),
    ("an archive", "CTX039", 3 * MB, f"{DEBIAN}ADD bundle.tar.gz /tmp/x.tar.gz\n"),
    ("only the image could tell", "CTX032", 0, f"{DEBIAN}RUN apt-get install gcc && make\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "size", "dockerfile"), [row[1:] for row in WEIGHED], ids=[row[0] for row in WEIGHED]
)
def test_bytes_at_stake(make_tree: MakeTree, code: str, size: int, dockerfile: str) -> None:
    found = [each.bytes for each in findings(make_tree, dockerfile) if each.code == code]
    assert found == [size]


def test_what_is_ignored_weighs_nothing(make_tree: MakeTree) -> None:
    dockerfile = f"{PYTHON}COPY . .\nRUN chown -R x:x /app\n"
    files = {".dockerignore": "*.mp4\n**/*.mp4\n*.gz\n"}
    (found,) = (each for each in findings(make_tree, dockerfile, files) if each.code == "CTX038")
    root = Path(make_tree({}, "other")).parent / "context"
    sent = sum(
        path.stat().st_size
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in (".mp4", ".gz")
    )
    assert found.bytes == sent


EDITED = [
    ("a list ahead", "CTX036",
     "# above\nFROM python\nWORKDIR /app\nCOPY --chown=1:1 \\\n  . ./src\nENV A=b\n"
     "RUN pip install \\\n  -r src/requirements.txt\nCMD x\n",
     "# above\nFROM python\nWORKDIR /app\nCOPY --chown=1:1 requirements.txt ./src/\nENV A=b\n"
     "RUN pip install \\\n  -r src/requirements.txt\nCOPY --chown=1:1 \\\n  . ./src\nCMD x\n"),
    ("npm", "CTX036", "FROM node\nWORKDIR /a\nCOPY . .\nRUN npm ci\n",
     "FROM node\nWORKDIR /a\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n"),
    ("the wide one stays", "CTX037", f"{PYTHON}COPY static static/\nCOPY . .\n",
     f"{PYTHON}COPY . .\n"),
    ("the wide one stays, first", "CTX037", f"{PYTHON}COPY . .\nUSER x\nCOPY static static\n",
     f"{PYTHON}COPY . .\nUSER x\n"),
    ("an owner", "CTX038", f"{PYTHON}copy . .\nRUN chown -R 1000:1000 /app\n",
     f"{PYTHON}copy --chown=1000:1000 . .\nRUN chown 1000:1000 /app\n"),
    ("a mode", "CTX038", f"{PYTHON}COPY static /s\nRUN chmod --recursive 755 /s\n",
     f"{PYTHON}COPY --chmod=755 static /s\nRUN chmod 755 /s\n"),
    ("an archive", "CTX039", f"{DEBIAN}ADD bundle.tar.gz /tmp/x.tgz\n",
     f"{DEBIAN}COPY bundle.tar.gz /tmp/x.tgz\n"),
    ("lists", "CTX034",
     f"{DEBIAN}RUN apt-get update \\\n && apt-get install x\nRUN rm -r /var/lib/apt/lists\n",
     f"{DEBIAN}RUN apt-get update \\\n && apt-get install x && rm -rf /var/lib/apt/lists/*\n"
     "RUN rm -r /var/lib/apt/lists\n"),
]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("code", "before", "after"), [row[1:] for row in EDITED], ids=[row[0] for row in EDITED]
)
def test_following_the_fix(
    make_tree: MakeTree, code: str, before: str, after: str, end: str
) -> None:
    data = before.replace("\n", end).encode()
    root = make_tree({**FILES, "Dockerfile": data.decode()})
    Path(root, "Dockerfile").write_bytes(data)
    (found,) = (each for each in linted(root) if each.code == code)
    assert found.fix is not None
    mended = edited(data, found.fix.edits)
    assert mended.decode() == after.replace("\n", end)
    Path(root, "Dockerfile").write_bytes(mended)
    assert code not in [each.code for each in linted(root)]


UNCERTAIN = [
    ("a list that names a file", "CTX036", f"{PYTHON}COPY . .\nRUN pip install -r r.txt\n",
     {"r.txt": "-e ./lib\n"}),
    ("scripts of npm", "CTX036", "FROM node\nWORKDIR /a\nCOPY . .\nRUN npm ci\n",
     {"package.json": '{"scripts": {"postinstall": "node x.js"}}'}),
    ("the RUN does more", "CTX036",
     f"{PYTHON}COPY . .\nRUN pip install -r requirements.txt && ./build\n", {}),
    ("another RUN between", "CTX036",
     f"{PYTHON}COPY . .\nRUN ./x\nRUN pip install -r requirements.txt\n", {}),
    ("a RUN between two copies", "CTX037", f"{PYTHON}COPY static static\nRUN x\nCOPY . .\n", {}),
    ("another place", "CTX037", f"{PYTHON}COPY static s\nCOPY . .\n", {}),
    ("another owner", "CTX037", f"{PYTHON}COPY --chown=a static static\nCOPY . .\n", {}),
    ("a user who may not be there", "CTX038",
     f"{PYTHON}COPY . .\nRUN useradd a && chown -R a:a /app\n", {}),
    ("a RUN that may write there", "CTX038",
     f"{PYTHON}COPY . .\nRUN npm ci\nRUN chown -R a:a /app\n", {}),
    ("an owner without a group", "CTX038", f"{PYTHON}COPY . .\nRUN chown -R a /app\n", {}),
    ("lists that are needed", "CTX034",
     f"{DEBIAN}RUN apt-get update\nRUN apt-get install x && rm -r /var/lib/apt/lists\n", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "dockerfile", "files"), [row[1:] for row in UNCERTAIN], ids=[r[0] for r in UNCERTAIN]
)
def test_in_doubt_it_is_only_told(
    make_tree: MakeTree, code: str, dockerfile: str, files: dict[str, Any]
) -> None:
    (found,) = (each for each in findings(make_tree, dockerfile, files) if each.code == code)
    assert found.fix is not None
    assert found.fix.description
    assert found.fix.edits == ()


def test_a_message_has_an_end(make_tree: MakeTree) -> None:
    names = " ".join(f"{at}{'x' * 9_000}-dev" for at in range(5))
    (found,) = findings(make_tree, f"{PYTHON}RUN apt-get install {names} && pip install x\n")
    assert len(found.message) < 1_000


def test_a_comment_silences_a_check(make_tree: MakeTree) -> None:
    silent = "FROM debian\nCOPY . /a\n  # ctxguard: ignore CTX038, CTX035\nRUN chown -R x:x /a\n"
    assert [each.code for each in findings(make_tree, silent)] == []


def test_only_the_chosen_target_counts(make_tree: MakeTree) -> None:
    dockerfile = "FROM debian AS a\nCOPY . /a\nRUN chown -R x:x /a\nFROM debian AS b\nCOPY . /b\n"
    root = make_tree({**FILES, "Dockerfile": dockerfile})
    assert [each.code for each in linted(root)] == []
    assert [each.code for each in linted(root, target="a")] == ["CTX038"]


@pytest.mark.parametrize("target", ["dev", "test-runner"])
def test_an_image_for_development(make_tree: MakeTree, target: str) -> None:
    dockerfile = f"FROM node AS {target}\nRUN apt-get install -y gcc\nRUN pip install pytest\n"
    assert findings(make_tree, dockerfile) == []


def test_the_classic_builder(make_tree: MakeTree) -> None:
    """What needs the share of each instruction is not said there."""
    dockerfile = f"{PYTHON}COPY . .\nRUN chown -R x:x /app\nRUN pip install pytest\n"
    root = make_tree({**FILES, "Dockerfile": dockerfile})
    assert [each.code for each in linted(root, Backend.LEGACY)] == ["CTX033"]


HOSTILE = {
    "copies": "COPY . /a\n" * 3_000,
    "deletions": "COPY . /a\n" + "RUN rm -rf /a\n" * 3_000,
    "many sources": "COPY " + "app.py " * 5_000 + "/a/\nRUN chown -R a:a /a\n",
    "installs": "COPY . .\n" + "RUN pip install -r requirements.txt\n" * 3_000,
    "one long RUN": "RUN " + "apt-get install gcc && rm -rf /a && " * 1_500 + "make\n",
    "fetched": "".join(f"RUN curl -o /t/{at} x\n" for at in range(1_500)) + "RUN rm -r /t\n" * 500,
    "caches": "RUN apt-get update\n" * 1_500 + "RUN rm -rf /var/lib/apt/lists/*\n",
    "node": "COPY . .\n" * 500 + "RUN npm ci\n" * 1_500,
    "variables": "".join(f"ENV V{at}=x\nRUN $V{at}\n" for at in range(2_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_dockerfile_takes_no_time(make_tree: MakeTree, kind: str) -> None:
    root = make_tree({**FILES, "Dockerfile": f"FROM debian\nWORKDIR /app\n{HOSTILE[kind]}"})
    unit = one_loop()
    before = time.process_time()
    linted(root)
    assert time.process_time() - before < 100 * max(unit, one_loop())
