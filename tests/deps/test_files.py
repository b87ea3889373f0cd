"""Which files are looked at, and what they are taken for."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from ctxguard.deps.files import Kind, kind_of, project_files
from ctxguard.deps.roles import is_development, is_unclear
from ctxguard.errors import UsageError
from tests.conftest import Fifo, File, Symlink, Tree

MakeTree = Callable[..., str]

KINDS = {
    Kind.PYTHON: ["a.py", "a.pyx", "a.pyi", "x/a.pyw"],
    Kind.NOTEBOOK: ["x/a.ipynb"],
    Kind.DOCKERFILE: [
        "Dockerfile", "x/Dockerfile.prod", "api.Dockerfile", "Containerfile", "dockerfile"
    ],
    Kind.COMMANDS: ["Procfile", "Procfile.dev", "Makefile", "justfile", "x/a.sh", "a.service",
                    "crontab", "a.mk", "a.ps1"],
    Kind.SETTINGS: ["a.yaml", "a.yml", "a.toml", "a.ini", "setup.cfg", ".env", ".env.prod",
                    ".flaskenv", "logging.json", "app.config.json", "supervisord.conf.j2", "a.tf"],
    None: ["a.txt", "requirements.txt", "README.md", "data.json", "package.json", "poetry.lock",
           "uv.lock", "pnpm-lock.yaml", "Pipfile", "environment.yml", "a.pyc", "a.sh.md"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kind"), [(path, kind) for kind, paths in KINDS.items() for path in paths]
)
def test_kinds(path: str, kind: Kind | None) -> None:
    assert kind_of(path) is kind


DEVELOPMENT = [
    "tests/a.py", "x/test/a.py", "docs/conf.py", "test_a.py", "x/a_test.py", "conftest.py",
    "noxfile.py", "tox.ini", "compose.dev.yaml", ".env.test", "Dockerfile.dev",
    ".github/workflows/x.yml", ".pre-commit-config.yaml", "setup.cfg",
]  # fmt: skip
PRODUCTION = [
    "a.py", "settings_local.py", "contest.py", "latest/a.py", "test.sh/a.py", "compose.yaml",
    "Makefile", "setup.py", "testing.py", "attest.yaml",
]  # fmt: skip


@pytest.mark.parametrize("path", DEVELOPMENT)
def test_for_development(path: str) -> None:
    assert is_development(path)


@pytest.mark.parametrize("path", PRODUCTION)
def test_for_production(path: str) -> None:
    assert not is_development(path)


@pytest.mark.parametrize(
    ("path", "unclear"),
    [("Makefile", True), ("x/GNUmakefile", True), ("setup.py", True), ("a.mk", True),
     ("Makefile.py", False), ("my-setup.py", False), ("Dockerfile", False)],
)  # fmt: skip
def test_for_both(path: str, unclear: bool) -> None:
    assert is_unclear(path) is unclear


TREE: Tree = {
    "b.py": "",
    "a": {"c.py": "", "d.txt": "", "node_modules": {"x.py": ""}, "e.egg-info": {"x.py": ""}},
    ".venv": {"x.py": ""},
    "env": {
        "pyvenv.cfg": "",
        "bin": {"celery": "#!/x/python\n"},
        "lib": {"x.py": ""},
        "own.py": "",
    },
    "to": Symlink("a"),
    "pipe.py": Fifo(),
    "self.py": Symlink("self.py"),
    "out.py": Symlink("/etc/passwd"),
}


def test_what_is_found(make_tree: MakeTree) -> None:
    found = project_files(make_tree(TREE))
    paths = [file.path for file in found.found]
    assert paths == ["b.py", "a/c.py", "env/own.py", "env/pyvenv.cfg"]
    assert found.environments == ("env/bin", "env/lib")
    assert set(found.odd) == {"pipe.py", "self.py", "out.py"}
    assert found.problems == ("out.py is a link out of the project, and was not followed",)


SCRIPTS = [
    ("Python", "#!/usr/bin/env python3\n", Kind.PYTHON),
    ("Python with options", "#!/usr/bin/python -u\n", Kind.PYTHON),
    ("a shell", "#!/bin/sh -e\n", Kind.COMMANDS),
    ("another shell", "#! /usr/bin/env bash\n", Kind.COMMANDS),
    ("another language", "#!/usr/bin/perl\n", None),
    ("fish", "#!/usr/bin/fish\n", None),
    ("no script", "python\n", None),
    ("nothing", "", None),
    ("bytes", b"\x7fELF\x00python", None),
]


@pytest.mark.parametrize(
    ("text", "kind"), [row[1:] for row in SCRIPTS], ids=[row[0] for row in SCRIPTS]
)
def test_scripts_by_their_first_line(
    text: str | bytes, kind: Kind | None, make_tree: MakeTree
) -> None:
    found = project_files(make_tree({"bin": {"run": text}}))
    assert [file.kind for file in found.found] == ([] if kind is None else [kind])


def test_texts(make_tree: MakeTree) -> None:
    tree = {
        "a.py": b"\xef\xbb\xbfx",
        "b.py": b"\xe9",
        "c.py": File(size=(2 << 20) + 1),
        "d.py": "x",
    }
    found = project_files(make_tree(tree))
    os.remove(os.path.join(found.root, "d.py"))
    os.mkfifo(os.path.join(found.root, "d.py"))
    assert [found.text(file) for file in found.found] == ["x", "\ufffd", None, None]


def test_what_cannot_be_read(
    make_tree: MakeTree, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    root = make_tree({"a.py": File("x", mode=0), "b": {"c.py": ""}, "d.yaml": File("x", mode=0)})
    os.chmod(os.path.join(root, "b"), 0)
    with without_rights():
        found = project_files(root)
        assert found.text(found.found[0]) is None
    assert found.unread == ("a.py", "d.yaml", "b")
    assert found.problems == (
        "a.py cannot be read",
        "d.yaml cannot be read",
        "b cannot be read: permission denied",
    )


def test_no_project(tmp_path: object) -> None:
    with pytest.raises(UsageError, match="no folder with a project"):
        project_files(f"{tmp_path}/none")
