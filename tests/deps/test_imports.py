"""What the sources import, as the real deptry tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.deps import imports as room
from ctxguard.deps.files import project_files
from ctxguard.deps.imports import Imports, imports
from tests.conftest import Tree
from tests.deps.projects import notebook
from tests.deps.test_running import ends, wait_for

MakeTree = Callable[..., str]


def found(root: str) -> Imports:
    return imports(project_files(root))


def lines(answer: Imports) -> list[str]:
    return [
        f"{each.place.file}:{each.place.line}:{each.column} {each.module}" for each in answer.found
    ]


TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import six\n"
BROUGHT: Tree = {"a.py": "import six\n"}
SOURCES: list[tuple[str, Tree, list[str]]] = [
    ("plain", {"a.py": "import six, yaml as y\n"}, ["a.py:1:8 six", "a.py:1:13 yaml"]),
    ("from", {"a.py": "\nfrom google.cloud import x\n"}, ["a.py:2:1 google"]),
    ("in a function", {"a.py": "def f():\n    import six\n"}, ["a.py:2:12 six"]),
    ("in a branch", {"a.py": "try:\n  import six\nexcept E:\n  pass\n"}, ["a.py:2:10 six"]),
    ("by a name", {"a.py": "import importlib\nimportlib.import_module('six')\n"}, ["a.py:2:1 six"]),
    ("of the standard library", {"a.py": "import os\n"}, []),
    ("of its own", {"a.py": "import b\n", "b.py": ""}, []),
    ("for type checkers", {"a.py": TYPED}, []),
    ("in tests", {"tests": {"a.py": "import six\n"}}, ["tests/a.py:1:8 six"]),
    ("a notebook", {"a.ipynb": notebook("import six")}, ["a.ipynb:1:8 six"]),
    ("what others brought", {"venv": BROUGHT, "env": {"pyvenv.cfg": "", "lib": BROUGHT}}, []),
    ("nothing", {"a.txt": "import six"}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES]
)
def test_imports(tree: Tree, expected: list[str], make_tree: MakeTree) -> None:
    assert lines(found(make_tree(tree))) == expected


def test_what_is_no_python(make_tree: MakeTree) -> None:
    answer = found(make_tree({"a.py": "print 'x'\n", "b": {"c.py": "import six\n"}}))
    assert (lines(answer), answer.unreadable) == (["b/c.py:1:8 six"], ("a.py",))


def test_two_at_once_tell_the_same(make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a", "m", "n", "z", "__init__", "x1", "x9", "A", "Z", "é", "x-", "new\nline"]
    tree = {f"{name}.py": "import six\n" for name in names} | {"z.ipynb": notebook("import yaml")}
    root = make_tree({"x": tree, "bad": {"n.py": "print 'x'", "a.py": "print 'x'"}})
    alone = found(root)
    monkeypatch.setattr(room, "_MANY", 0)
    assert found(root) == alone
    assert len(alone.found) == len(names) + 1
    assert alone.unreadable == ("bad/a.py", "bad/n.py")


_INTERRUPTED = """
import signal, sys
from ctxguard.deps.files import project_files
from ctxguard.deps.imports import imports
sys.executable, root = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)
imports(project_files(root))
"""


def test_what_starts_while_all_is_stopped_is_stopped_too() -> None:
    running = room._Running()
    running.stop()
    with subprocess.Popen(["sleep", "100"]) as process:
        running.add(process)
        assert process.wait(10) == -signal.SIGKILL


def test_an_interrupt_does_not_wait_for_an_answer(make_tree: MakeTree, tmp_path: Path) -> None:
    program, pid, temporary = (tmp_path / name for name in ("python", "pid", "temporary"))
    temporary.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep 100\n", encoding="utf-8")
    program.chmod(0o755)
    argv = [sys.executable, "-c", _INTERRUPTED, str(program), make_tree(BROUGHT)]
    there = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(argv, stderr=subprocess.PIPE, env=there) as process:
        own = wait_for(pid)
        process.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in process.communicate(timeout=30)[1]
    assert ends(own)
    assert os.listdir(temporary) == []
