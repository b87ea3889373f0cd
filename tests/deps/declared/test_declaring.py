"""Real projects on the disk, and what they declare."""

from __future__ import annotations

import builtins
import importlib.util
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ctxguard.deps.declared import marking
from ctxguard.deps.declared.declaring import declared
from ctxguard.errors import UsageError
from tests.conftest import Fifo, File, Symlink, Tree
from tests.loops import one_loop

Make = Callable[..., str]
HEAD = "\n".join(marking.head(["requirements.txt"])) + "\n\n"
OWN_HEAD = "\n".join(marking.head(["requirements.txt", "requirements-dev.txt"])) + "\n\n"
PYPROJECT = '[project]\ndependencies = ["flask"]\n'

PROJECTS: dict[str, tuple[Tree, dict[str, tuple[str, bool]]]] = {
    "all places": (
        {
            "requirements.txt": "a\n",
            "requirements-dev.txt": "b\n",
            "requirements": {"base.txt": "c\n", "tests.txt": "d\n", "constraints.txt": "no\n"},
            "docs-requirements.txt": "e\n",
            "other.txt": "no\n",
            "pyproject.toml": '[project]\ndependencies = ["f"]\n',
            "setup.cfg": "[options]\ninstall_requires = g\n",
            "Pipfile": '[packages]\nh = "*"\n',
            "setup.py": "raise SystemExit(1)\n",
        },
        {
            "a": ("", False),
            "b": ("requirements-dev.txt", True),
            "c": ("requirements/base.txt", False),
            "d": ("requirements/tests.txt", True),
            "e": ("docs-requirements.txt", True),
            "f": ("", False),
            "g": ("", False),
            "h": ("", False),
        },
    ),
    "a file for development that only includes": (
        {"requirements.txt": "a\n", "requirements-dev.txt": "-r requirements.txt\n"},
        {"a": ("", False)},
    ),
    "included files count once, and by their own names": (
        {
            "requirements.txt": "-r common.in\n-c pins.txt\na\n",
            "requirements-dev.txt": "-r common.in\n-r tools.in\n-r requirements/test.txt\n",
            "common.in": "b\n",
            "tools.in": "c\n",
            "pins.txt": "no\n",
            "requirements": {"test.txt": "-r ../common.in\nd\n"},
        },
        {
            "a": ("", False),
            "b": ("common.in", False),
            "c": ("tools.in", True),
            "d": ("requirements/test.txt", True),
        },
    ),
    "several applications": (
        {
            "api": {"requirements.txt": "a\n", "requirements-dev.txt": "b\n"},
            "web": {"pyproject.toml": PYPROJECT},
            "docs": {"requirements.txt": "c\n"},
            "none": {"requirements-x.txt": "no\n"},
            "env": {"pyvenv.cfg": "", "requirements.txt": "no\n"},
            ".hidden": {"requirements.txt": "no\n"},
            "node_modules": {"requirements.txt": "no\n"},
            "services": {"one": {"requirements.txt": "d\n"}},
            "far": {"far": {"far": {"away": {"requirements.txt": "no\n"}}}},
            "linked": Symlink("api"),
        },
        {
            "a": ("", False),
            "b": ("api/requirements-dev.txt", True),
            "flask": ("", False),
            "c": ("docs/requirements.txt", True),
            "d": ("", False),
        },
    ),
    "what setuptools is told to read": (
        {
            "pyproject.toml": "[tool.setuptools.dynamic]\n"
            'dependencies = {file = ["ci.in"]}\n'
            'optional-dependencies.test = {file = ["t.in"]}\n',
            "ci.in": "a\n",
            "t.in": "b\n",
        },
        {"a": ("", False), "b": ("test", True)},
    ),
    "what we wrote is no source": (
        {
            "requirements.txt": "a\n",
            "requirements-prod.txt": HEAD + "no\n",
            "requirements-dev.txt": HEAD + "-r requirements-prod.txt\nno\n",
            "requirements-prod-conservative.txt": HEAD + "no\n",
        },
        {"a": ("", False)},
    ),
    "what we wrote over somebody's lines is": (
        {
            "requirements.txt": "a\n",
            "requirements-prod.txt": HEAD + "no\n",
            "requirements-dev.txt": OWN_HEAD + "-r requirements-prod.txt\nb\n",
        },
        {"a": ("", False), "b": ("requirements-dev.txt", True)},
    ),
    "what we wrote, if nothing else is left": (
        {
            "requirements-prod.txt": HEAD + "a\n",
            "requirements-dev.txt": HEAD + "-r requirements-prod.txt\nb\n",
        },
        {"a": ("requirements-prod.txt", False), "b": ("requirements-dev.txt", True)},
    ),
    "the project itself": (
        {"requirements.txt": "-e .\n.[x]\na\n", "api": {"requirements.txt": "-e .\n-e ..\nb\n"}},
        {"a": ("", False), "b": ("", False)},
    ),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_declared(make_tree: Make, name: str) -> None:
    tree, wanted = PROJECTS[name]
    found = declared(make_tree(tree))
    assert {each.key: (each.group, each.development) for each in found.requirements} == wanted
    assert len(found.requirements) == len(wanted)
    assert found.problems == ()


def test_places_files_and_both_of_two(make_tree: Make) -> None:
    root = make_tree({"requirements.txt": "# x\nFlask==1 \\\n  # y\nflask[async]==2\n"})
    found = declared(root)
    assert [
        (each.name, each.extras, each.place.file, each.place.line) for each in found.requirements
    ] == [("Flask", (), "requirements.txt", 2), ("flask", ("async",), "requirements.txt", 4)]
    assert found.files == ("requirements.txt",)


PROBLEMS: dict[str, tuple[Tree, str]] = {
    "loop": (
        {"requirements.txt": "-r b.txt\na\n", "b.txt": "-r requirements.txt\n"},
        'b.txt:1: "requirements.txt" is not read: it includes itself',
    ),
    "itself": ({"requirements.txt": "a\n-r ./requirements.txt\n"}, "requirements.txt:2:"),
    "outside": (
        {"requirements.txt": "a\n-r ../../etc/passwd\n"},
        'requirements.txt:2: "../../etc/passwd" is not read: it lies outside of the project',
    ),
    "absolute": ({"requirements.txt": "a\n-r /etc/passwd\n"}, "requirements.txt:2:"),
    "a link out": (
        {"requirements.txt": "a\n", "requirements-x.txt": Symlink("/etc/passwd")},
        "requirements-x.txt: it lies outside of the project",
    ),
    "an include by a link": (
        {"requirements.txt": "a\n-r x\n", "x": Symlink("/etc/passwd")},
        'requirements.txt:2: "x" is not read: it lies outside of the project',
    ),
    "a server": (
        {"requirements.txt": "a\n-r https://h/x.txt\n"},
        'requirements.txt:2: "https://h/x.txt" is not read: nothing is fetched',
    ),
    "a file URL": ({"requirements.txt": "a\n-r file:///etc/passwd\n"}, "requirements.txt:2:"),
    "not there": ({"requirements.txt": "a\n-r x.txt\n"}, "requirements.txt:2:"),
    "a NUL byte": ({"requirements.txt": "a\n-r x\0y\n"}, "requirements.txt:2:"),
    "a pipe": (
        {"requirements.txt": "a\n", "requirements-x.txt": Fifo()},
        "requirements-x.txt: it is no regular file",
    ),
    "too long": (
        {"requirements.txt": "a\n", "requirements-x.txt": File(size=5 << 20)},
        "requirements-x.txt: it has more than 4,194,304 bytes",
    ),
    "an escape sequence": (
        {"requirements.txt": "a\nb\x1b[2J\n"},
        "requirements.txt:2: there are control characters in it",
    ),
    "no TOML": ({"requirements.txt": "a\n", "pyproject.toml": "["}, "pyproject.toml:1: this is no"),
    "a path": (
        {"requirements.txt": "a\n-e ./lib\n"},
        'requirements.txt:2: "./lib" does not say which package it is',
    ),
    "setup.py alone": ({"setup.py": "raise SystemExit(1)\n"}, "setup.py: it is never run"),
    "deep": (
        {f"requirements-{at:02}.txt": f"-r requirements-{at + 1:02}.txt\n" for at in range(22)}
        | {"requirements-22.txt": "a\n"},
        'requirements-19.txt:1: "requirements-20.txt" is not read: files include each other more',
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_a_problem(make_tree: Make, name: str) -> None:
    tree, problem = PROBLEMS[name]
    found = declared(make_tree(tree))
    assert {each.key for each in found.requirements} <= {"a"}
    assert len(found.problems) == 1
    assert found.problems[0].startswith(problem)


def test_an_unreadable_file_is_a_problem(
    make_tree: Make, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    root = make_tree({"requirements.txt": "a\n", "requirements-x.txt": File("b\n", mode=0)})
    with without_rights():
        found = declared(root)
    assert [each.key for each in found.requirements] == ["a"]
    assert found.problems == ("requirements-x.txt: permission denied",)


def test_named_files_alone_count(make_tree: Make) -> None:
    root = make_tree(
        {"requirements.txt": "a\n", "deploy": {"x.txt": "-r y.in\nb\n", "y.in": "c\n"},
         "pyproject.toml": PYPROJECT}
    )  # fmt: skip
    for named in ("deploy/x.txt", os.path.join(root, "deploy/x.txt")):
        assert [each.key for each in declared(root, [named]).requirements] == ["b", "c"]


@pytest.mark.parametrize("named", ["none.txt", "../x", "/etc/passwd", "a\0b", "."])
def test_a_named_file_that_is_not_in_the_project(make_tree: Make, named: str) -> None:
    with pytest.raises(UsageError, match="requirements"):
        declared(make_tree({"requirements.txt": "a\n"}), [named])


@pytest.mark.parametrize(
    "tree", [{}, {"requirements.txt": "# nothing\n"}, {"pyproject.toml": "[tool.ruff]\n"}]
)
def test_nothing_is_declared(make_tree: Make, tree: Tree) -> None:
    with pytest.raises(UsageError, match=r"looked for requirements\*\.txt"):
        declared(make_tree(tree))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        declared(str(tmp_path / "none"))


def test_without_packaging(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_tree({"requirements.txt": "a\n"})
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "packaging" else find(name)
    )
    with pytest.raises(UsageError, match=r"docker-ctxguard\[deps\]"):
        declared(root)


def test_nothing_of_the_project_is_run(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_tree({"setup.py": "open('ran', 'w')\n", "requirements.txt": "a\n"})
    monkeypatch.setattr(builtins, "exec", lambda *_: pytest.fail("something is run"))
    declared(root)
    assert sorted(os.listdir(root)) == ["requirements.txt", "setup.py"]


def test_many_files_that_include_each_other_in_time(make_tree: Make) -> None:
    texts = {
        f"requirements-{at:03}.txt": "".join(f"-r requirements-{to:03}.txt\n" for to in range(60))
        + f"a{at}\n"
        for at in range(60)
    }
    root = make_tree(texts)
    loop = one_loop()
    start = time.process_time()
    found = declared(root)
    assert len(found.requirements) == len({each.key for each in found.requirements})
    assert time.process_time() - start < 60 * loop


def test_many_requirements(make_tree: Make) -> None:
    texts = {
        f"requirements-{at}.txt": "".join(f"a{at}-{number}\n" for number in range(7_000))
        for at in range(3)
    }
    found = declared(make_tree(texts))
    assert len(found.requirements) == 20_000
    assert found.problems == ("only the first 20,000 requirements are read",)


def test_many_problems(make_tree: Make) -> None:
    found = declared(make_tree({"requirements.txt": "--none\n" * 20_000}))
    assert found.problems[-1] == "19,500 more problems of this kind"
    assert len(found.problems) == 501
