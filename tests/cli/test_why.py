"""`ctxguard why`, as it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.documents import answers
from tests.conftest import Result, Tree

Run = Callable[..., Result]
Make = Callable[..., str]
TREE: Tree = {
    "Dockerfile": "FROM scratch AS docs\nCOPY docs /d/\nFROM scratch\nCOPY src /s/\n",
    ".dockerignore": "*.log\n**/*.tmp # no comment\n**/*.pyc\n!src/keep.pyc\n",
    "src": {"a.py": "1", "a.pyc": "2", "keep.pyc": "3"},
    "docs": {"c.md": "4"},
    "x.log": "5",
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    root = make_tree(TREE)
    monkeypatch.chdir(root)
    return root


def test_what_is_sent(root: str, run_cli: Run) -> None:
    assert run_cli("why", "src/a.py") == Result(
        0,
        "src/a.py: in the context and sent\n"
        "  no rule touches it\n"
        "  brought by Dockerfile:4  COPY src /s/\n"
        "  to change it: add src/a.py at the end of .dockerignore to keep it out\n",
        "",
    )


def test_what_is_ignored(root: str, run_cli: Run) -> None:
    assert run_cli("why", "src/a.pyc") == Result(
        1,
        "src/a.pyc: ignored\n"
        "  .dockerignore:3  **/*.pyc  matches src/a.pyc: ignored\n"
        "  to change it: take out line 3 of .dockerignore\n"
        "  to change it: add !src/a.pyc at the end of .dockerignore to take it in again\n",
        "",
    )


def test_the_state_after_each_rule(root: str, run_cli: Run) -> None:
    found = run_cli("why", "src/keep.pyc")
    assert found.code == 0
    assert found.out.splitlines()[1:3] == [
        "  .dockerignore:3  **/*.pyc  matches src/keep.pyc: ignored",
        "  .dockerignore:4  !src/keep.pyc  matches src/keep.pyc: in the context",
    ]


def test_what_nobody_asks_for(root: str, run_cli: Run) -> None:
    found = run_cli("why", "docs")
    assert found.code == 1
    assert found.out.startswith("docs: in the context, but not sent\n")
    assert "  no instruction asks for it\n" in found.out
    assert "let a COPY, ADD or bind mount ask for it" in found.out
    assert run_cli("why", "docs", "--target", "Docs").code == 0


def test_several_paths(root: str, run_cli: Run) -> None:
    found = run_cli("why", "src", "x.log", "nope")
    assert found.code == 1
    heads = [line for line in found.out.splitlines() if line and not line.startswith(" ")]
    assert heads == [
        "src: in the context and sent",
        "x.log: ignored",
        "nope: does not exist; it would be in the context, but not sent",
    ]


# (where one stands, what is typed, what it is in the context)
PLACES = [
    ("", ("src/a.py",), "src/a.py"),
    ("", ("./src//a.py",), "src/a.py"),
    ("", ("src/",), "src"),
    ("", (".",), ""),
    ("", ("/",), ""),
    ("", ("/src/a.py",), "src/a.py"),
    ("src", ("-C", "..", "a.py"), "src/a.py"),
    ("src", ("-C", "..", "../docs"), "docs"),
    ("src", ("-C", "..", "/docs"), "docs"),
    ("..", ("-C", "{root}", "{root}/src"), "src"),
    ("", ("--", "-dash"), "-dash"),
]


@pytest.mark.parametrize(("folder", "argv", "path"), PLACES)
def test_paths(
    folder: str,
    argv: tuple[str, ...],
    path: str,
    *,
    root: str,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(f"{root}/{folder}")
    typed = [word.format(root=root) for word in argv]
    (found,) = answers(run_cli("why", "--format", "json", *typed).out)
    assert found["path"] == path


@pytest.mark.parametrize("path", ["..", "../x", "src/../../x"])
def test_outside(path: str, root: str, run_cli: Run) -> None:
    found = run_cli("why", path)
    assert (found.code, found.out) == (2, "")
    assert "outside of the context" in found.err


def test_json(root: str, run_cli: Run) -> None:
    kept, ignored = answers(run_cli("why", "--format", "json", "src/keep.pyc", "src/a.pyc").out)
    assert (kept["sent"], kept["transferred"], kept["included"]) == (True, True, True)
    assert [step["ignored"] for step in kept["trace"]] == [True, False]
    assert kept["brought_by"] == [{"file": "Dockerfile", "line": 4, "text": "COPY src /s/"}]
    assert (ignored["sent"], ignored["kind"]) == (False, "file")
    assert [change["edits"][0]["line"] for change in ignored["changes"]] == [3, 5]


def test_quiet(root: str, run_cli: Run) -> None:
    assert run_cli("why", "-q", "src") == Result(0, "", "")
    assert run_cli("why", "-q", "x.log") == Result(1, "", "")


def test_without_a_dockerfile(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out.splitlines()[0]) == (0, "a: in the context")
    assert "there is no Dockerfile" in found.out
    assert "Dockerfile: it does not exist" in found.err


def test_a_refused_dockerfile(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1", "Dockerfile": "FROM x\nCOPPY a /\n"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out.splitlines()[0]) == (0, "a: in the context")
    assert "Dockerfile:2: unknown instruction: COPPY" in found.err


def test_refused_rules(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1", "Dockerfile": "FROM x\n", ".dockerignore": "a[\n"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out) == (3, "")
    assert ".dockerignore:1" in found.err


def test_hostile_names(make_tree: Make, run_cli: Run) -> None:
    name = "a\x1b[31m\u202e\n::error::\udcff"
    root = make_tree({name: "1", ".dockerignore": "a\x1b*\n", "Dockerfile": "FROM x\nCOPY . /\n"})
    for more in ((), ("--format", "json")):
        found = run_cli("why", "-C", root, f"/{name}", *more)
        for text in (found.out, found.err):
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert not any(line.startswith("::") for line in text.splitlines())


def test_no_paths(run_cli: Run) -> None:
    found = run_cli("why")
    assert found.code == 2
    assert "PATH" in found.err
