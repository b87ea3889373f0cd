"""setup.cfg, as setuptools reads it."""

from __future__ import annotations

import time

import pytest

from ctxguard.deps.declared.setupcfg import read_setup_cfg
from tests.loops import one_loop

TEXT = """\
[metadata]
name = app

[options]
install_requires =
    flask >= 3
    # a comment
    gunicorn; os_name == "posix"

[options.extras_require]
test = pytest; coverage
db =
    psycopg[binary]
    app[test]
self = file: requirements/self.txt, requirements/other.txt

[options.entry_points]
console_scripts =
    app = app.cli:main
app.plugins =
    one = app.one:One
    nothing
"""


def test_what_is_read() -> None:
    found = read_setup_cfg(TEXT.encode())
    assert [
        (each.key, each.group, each.development, each.place.line) for each in found.requirements
    ] == [
        ("flask", "", False, 6),
        ("gunicorn", "", False, 8),
        ("pytest", "test", True, 10),
        ("coverage", "test", True, 10),
        ("psycopg", "db", False, 13),
    ]
    assert found.files == [
        ("requirements/self.txt", "self", False),
        ("requirements/other.txt", "self", False),
    ]
    assert [(name, names, place.line) for name, names, place in found.commands] == [
        ("app", "app.cli:main", 19),
        ("app.plugins", "app.one:One", 21),
    ]
    assert found.problems == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"flask", "no valid setup.cfg"),
        (b"\xff", "no valid setup.cfg"),
        (b"[options]\ninstall_requires = a b", 'setup.cfg:2: "a b" is no requirement'),
        (b"[options]\n" + b"a" + b" " * 500_000 + b"b", "blanks in a row"),
        (b"#" * 2_000_000, "far too many"),
        (b"[options]\ninstall_requires = %(here)s", "is no requirement"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_problems(data: bytes, words: str) -> None:
    loop = one_loop()
    start = time.process_time()
    found = read_setup_cfg(data)
    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert time.process_time() - start < 20 * loop


def test_one_that_asks_for_nothing() -> None:
    found = read_setup_cfg(b"[flake8]\nmax-line-length = 100\n")
    assert (found.requirements, found.commands, found.problems) == ([], [], [])
