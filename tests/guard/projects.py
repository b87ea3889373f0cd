"""Ten projects as people have them, each with problems that were planted.

What is to be found stands in `projects.txt`, with a reason for each line.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.conftest import File, Tree

KB, MB = 1000, 1_000_000


@dataclass(frozen=True)
class Project:
    """A work tree, and what of it git has."""

    tree: Tree
    untracked: tuple[str, ...] = ()
    """What nobody added. What `.gitignore` names is not tracked either."""


def sources(ending: str, *names: str) -> Tree:
    """Some files of code, none like another."""
    return {f"{name}.{ending}": f"// {name}\n" * 200 for name in names}


PYTHON = Project(
    {
        "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
        'RUN pip install -r requirements.txt\nCOPY . .\nCMD ["gunicorn", "shop.wsgi"]\n',
        ".dockerignore": "# what the image does not need\n.git\nDockerfile\n.dockerignore\n"
        ".gitignore\n*.pyc\n__pycache__/\n.pytest_cache/\nmedia/uploads/   # 2 GB of customers\n",
        ".gitignore": "__pycache__/\n*.pyc\n.env\nmedia/uploads/\n.venv/\n",
        "requirements.txt": "django==5.1\n",
        "manage.py": "import django\n",
        "shop": {
            **sources("py", "wsgi", "settings", "urls"),
            "__pycache__": {"wsgi.cpython-313.pyc": File(size=40 * KB)},
        },
        ".venv": {"pyvenv.cfg": "home = /usr/bin\n", "lib": {"django.py": File(size=60 * MB)}},
        ".env": "SECRET_KEY=abc\n",
        ".env.example": "SECRET_KEY=\n",
        "media": {"uploads": {f"{at}.jpg": File(size=200 * MB + at) for at in range(10)}},
    }
)
NODE = Project(
    {
        "Dockerfile": "FROM node:22 AS build\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n"
        "COPY . .\nRUN npm run build\nFROM nginx\nCOPY --from=build /app/dist /usr/share/nginx\n",
        ".dockerignore": "node_modules\n.git\nDockerfile\n.dockerignore\n*.{log,tmp}\ndist\n"
        "**/*.md\n!README.md\n",
        ".gitignore": "node_modules\ndist\n*.log\n",
        "package.json": '{"workspaces": ["packages/*"]}\n',
        "package-lock.json": File("{}\n", size=300 * KB),
        ".npmrc": "//registry.example.com/:_authToken=npm_abc\n",
        "README.md": "# Web\n",
        "src": sources("ts", "main", "router", "store"),
        "node_modules": {"vite": {"index.js": File(size=9 * MB)}},
        "packages": {
            "ui": {
                **sources("tsx", "button", "table"),
                "NOTES.md": "# Notes\n",
                "node_modules": {"react": {"index.js": File(size=7 * MB)}},
            }
        },
        "dist": {"main.js": File(size=2 * MB)},
        "npm-debug.log": "failed\n",
    }
)
GO = Project(
    {
        "Dockerfile": "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\n"
        "RUN go mod download\nCOPY cmd cmd\nCOPY internal internal\nRUN go build ./cmd/server\n"
        "FROM scratch\nCOPY --from=build /src/server /server\n",
        ".dockerignore": "**/.git\ncmd\\server\\debug\n**/*_test.go\nbin\n",
        ".gitignore": "bin/\n*.out\n",
        "go.mod": "module example.com/server\n",
        "go.sum": "\n",
        "cmd": {"server": {**sources("go", "main"), "debug": File(size=3 * MB)}},
        "internal": {"store": sources("go", "store", "store_test")},
        "bin": {"server": File(size=12 * MB)},
        "deploy": {"id_ed25519": "key\n", "chart.yaml": "name: server\n"},
        "cover.out": File(size=100 * KB),
    }
)
RUST = Project(
    {
        "Dockerfile": "FROM rust:1.88 AS build\nCOPY . /src\nRUN cargo build --release\n",
        ".dockerignore": "**/.git\n!crates/api/target/keep\ncrates/api/target\nDockerfile\n"
        ".dockerignore\n.gitignore\n",
        ".gitignore": "target/\n",
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates": {
            "api": {
                "Cargo.toml": '[package]\nname = "api"\n',
                "src": sources("rs", "main"),
                "target": {"debug": {"api": File(size=80 * MB)}, "keep": "1\n"},
            },
            "core": {
                "Cargo.toml": '[package]\nname = "core"\n',
                "src": sources("rs", "lib"),
                "target": {"debug": {"core": File(size=45 * MB)}},
            },
        },
    }
)
JAVA = Project(
    {
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY target/app.jar /app.jar\n",
        ".dockerignore": "target\n**/.git\n.gradle\nsrc\n",
        ".gitignore": "target/\n.gradle/\n",
        "pom.xml": "<project/>\n",
        "src": {"main": {"java": sources("java", "App", "Config")}},
        "target": {"app.jar": File(size=30 * MB), "classes": {"App.class": File(size=5 * KB)}},
        "tools": {".gradle": {"caches": {"x.bin": File(size=11 * MB)}}},
        "config": {"keystore.jks": File(size=3 * KB)},
    }
)
DOTNET = Project(
    {
        "Dockerfile": "FROM mcr.microsoft.com/dotnet/sdk:9.0\nWORKDIR /src\nCOPY . .\n",
        ".dockerignore": "**/.git\nDockerfile\n.dockerignore\n.gitignore\n**/bin\n"
        "**/obj \n**/bin\n.vs\n",
        ".gitignore": "bin/\nobj/\n.vs/\n",
        "App.sln": "Microsoft Visual Studio Solution File\n",
        "App": {
            "App.csproj": "<Project/>\n",
            **sources("cs", "Program", "Startup"),
            "bin": {"App.dll": File(size=2 * MB)},
            "obj": {"project.assets.json": File(size=1 * MB)},
        },
        "Tests": {
            "Tests.csproj": "<Project/>\n",
            "data": {"a.bin": File(size=4 * MB), "b.bin": File(size=4 * MB)},
        },
    }
)
PHP = Project(
    {
        "Dockerfile": "FROM php:8.4-apache\nCOPY . /var/www/html\n",
        ".dockerignore": "*.sql\n.git\nDockerfile\n.dockerignore\n.gitignore\n[!a]*.bak\n",
        ".gitignore": "vendor/\n",
        "composer.json": "{}\n",
        "public": {"index.php": "<?php\n", "shop.bak": File(size=20 * KB)},
        "src": sources("php", "Kernel", "Controller"),
        "vendor": {"autoload.php": "<?php\n", "symfony": {"x.php": File(size=18 * MB)}},
        "sql": {"backup.sql": File(size=90 * MB)},
    }
)
RUBY = Project(
    {
        "Dockerfile": "FROM ruby:3.4\nCOPY Gemfile Gemfile.lock ./\nRUN bundle install\nCOPY . .\n",
        ".dockerignore": "**/*.log\n!log\n.git\nDockerfile\n.dockerignore\n.gitignore\ntmp\n",
        ".gitignore": "tmp/\n*.log\n",
        "Gemfile": "gem 'rails'\n",
        "Gemfile.lock": "GEM\n",
        "app": sources("rb", "application", "user"),
        "log": {"production.log": File(size=70 * KB), "readme.txt": "logs\n"},
        "tmp": {"cache": {"x": File(size=3 * MB)}},
        "spec": {".dockerignore": "*.rb\n", **sources("rb", "user_spec")},
    },
    untracked=("spec/.dockerignore",),
)
ML = Project(
    {
        "Dockerfile": "FROM pytorch/pytorch\nWORKDIR /work\nCOPY train.py ./\n"
        "COPY models/best.pt models/\n",
        ".dockerignore": "*\n!**/*.py\n!models/best.pt\n",
        ".gitignore": "data/\nmodels/\n",
        "train.py": "import torch\n",
        "lib": sources("py", "loader", "metrics"),
        "data": {"train": {f"{at}.npy": File(size=100 * MB + at) for at in range(20)}},
        "models": {"best.pt": File(size=400 * MB), "last.pt": File(size=410 * MB)},
    }
)
MONOREPO = Project(
    {
        "Dockerfile": "FROM node:22 AS api\nCOPY services/api /api\nFROM node:22 AS web\n"
        "COPY services/web /web\nRUN --mount=type=bind,source=shared,target=/s ls\n",
        "services": {
            "api": {**sources("js", "server"), ".dockerignore": "node_modules\n"},
            "web": {
                **sources("js", "app"),
                "node_modules": {"next": {"index.js": File(size=25 * MB)}},
                ".next": {"cache": {"x.pack": File(size=14 * MB)}},
            },
        },
        "shared": sources("js", "types"),
        "docs": {"film.mp4": File(size=150 * MB), "film-copy.mp4": File(size=150 * MB)},
        "labels": {f"{at}.json": "{}" for at in range(100)},
        ".gitignore": "node_modules\n.next\n",
    }
)
PROJECTS = {
    "python": PYTHON,
    "node": NODE,
    "go": GO,
    "rust": RUST,
    "java": JAVA,
    "dotnet": DOTNET,
    "php": PHP,
    "ruby": RUBY,
    "ml": ML,
    "monorepo": MONOREPO,
}
