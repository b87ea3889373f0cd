"""`ctxguard try`, and `report --ignore-file`: other rules, and nothing written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import File, Result, Symlink, Tree
from tests.context.measuring import all_paths
from tests.git.repositories import make_repo

Run = Callable[..., Result]
APP: Tree = {
    "Dockerfile": "FROM scratch\nCOPY src /src\nCOPY package.json /\n",
    ".dockerignore": "# what stays out\n*.log\nbuild\n",
    "package.json": "{}\n",
    "src": {"a.js": "1234", "node_modules": {"x": File(size=5_000_000)}},
    "node_modules": {"y": File(size=3_000_000)},
    "build": {"out": File(size=1_000_000), "keep": "12345"},
    "old.log": "12",
}


@pytest.fixture
def app(make_tree: Callable[..., str]) -> str:
    return make_tree(APP)


def state(root: str) -> dict[str, tuple[int, int]]:
    return {
        path: (os.lstat(f"{root}/{path}").st_mtime_ns, os.lstat(f"{root}/{path}").st_size)
        for path in all_paths(root)
    }


def tried(run_cli: Run, root: str, *arguments: str) -> Any:
    before = state(root)
    found = run_cli("try", "-C", root, "--format", "json", *arguments)
    assert found.code == 0, found.err
    assert state(root) == before
    return documents.diff(found.out)


def moved(found: Any) -> dict[str, tuple[str, int]]:
    """What enters and leaves, without the ignore file itself."""
    return {
        row["path"]: (row["change"], row["bytes"])
        for row in found["files"]
        if row["path"] != ".dockerignore"
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("**/node_modules",),
            {
                "node_modules/y": ("left", -3_000_000),
                "src/node_modules/x": ("left", -5_000_000),
            },
        ),
        (("**/node_modules", "!src/node_modules"), {"node_modules/y": ("left", -3_000_000)}),
        (("!build/keep",), {"build/keep": ("entered", 5)}),
        (("--remove", "2"), {"old.log": ("entered", 2)}),
        (
            ("--remove", "2", "--remove", "3", "node_modules"),
            {
                "old.log": ("entered", 2),
                "build/keep": ("entered", 5),
                "build/out": ("entered", 1_000_000),
                "node_modules/y": ("left", -3_000_000),
            },
        ),
        (("nothing-of-the-kind",), {}),
    ],
)
def test_what_would_enter_and_leave(
    app: str, run_cli: Run, arguments: tuple[str, ...], expected: dict[str, tuple[str, int]]
) -> None:
    assert moved(tried(run_cli, app, *arguments)) == expected


def test_what_is_tried_is_what_comes_of_writing_it(app: str, run_cli: Run) -> None:
    found = tried(run_cli, app, "**/node_modules", "!build")
    with open(f"{app}/.dockerignore", "a", encoding="utf-8") as file:
        file.write("**/node_modules\n!build\n")
    written = documents.only_report(run_cli("report", app, "--format", "json").out)
    assert found["head"]["size"] == written["size"]
    assert found["head"]["transfer"] == written["transfer"]
    nothing = tried(run_cli, app, "--ignore-file", f"{app}/.dockerignore")
    assert (nothing["files"], nothing["growth"]["bytes"]) == ([], 0)


def test_for_a_person(app: str, run_cli: Run) -> None:
    out = run_cli("try", "-C", app, "**/node_modules").out
    assert out.splitlines()[:2] == [
        f"Build context {app} would be 99B in 4 files, 8.00MB less than now",
        "OK: within budget, 1000.00MB left to the warning limit of 1.00GB",
    ]
    rule = ".dockerignore:4  **/node_modules: 2 files, which it keeps out now"
    assert f"\nBy rule\n     -8.00MB {rule}\n" in out
    assert "No file enters or leaves." not in out
    assert "No file enters or leaves." in run_cli("try", "-C", app, "nothing").out
    over = run_cli("try", "-C", app, "x", "-q")
    assert len(over.out.splitlines()) == 2 + 2


def test_a_copy_that_would_fail_is_told(app: str, run_cli: Run) -> None:
    found = run_cli("try", "-C", app, "package.json")
    assert found.code == 0
    assert "Dockerfile:3: " in found.out.partition("Problems\n")[2]
    assert "package.json" in found.out.partition("Problems\n")[2]


def test_a_whole_text(app: str, run_cli: Run, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    draft.write_text("*\n!src\n", encoding="utf-8")
    out = documents.only_report(
        run_cli("report", app, "--format", "json", "--ignore-file", str(draft)).out
    )
    assert out["size"]["bytes"] == 4 + 5_000_000
    assert moved(tried(run_cli, app, "--ignore-file", str(draft), "src/node_modules")) == {
        "Dockerfile": ("left", -len(str(APP["Dockerfile"]))),
        "package.json": ("left", -3),
        "node_modules/y": ("left", -3_000_000),
        "src/node_modules/x": ("left", -5_000_000),
    }
    done = subprocess.run(
        [sys.executable, "-m", "ctxguard", "report", app, "--ignore-file", "-", "--format", "json"],
        input="*\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["reports"][0]["size"]["files"] == 0


def test_of_a_commit(app: str, run_cli: Run) -> None:
    repo = make_repo(app)
    repo.commit()
    repo.write({"later": File(size=100)})
    found = documents.diff(
        run_cli("try", "-C", app, "--rev", "HEAD", "--format", "json", "src").out
    )
    assert moved(found) == {
        "src/a.js": ("left", -4), "src/node_modules/x": ("left", -5_000_000),
    }  # fmt: skip
    assert found["head"]["context"]["revision"] == repo.id()


def test_rules_that_are_refused_can_be_replaced(app: str, run_cli: Run) -> None:
    Path(app, ".dockerignore").write_text("[\n", encoding="utf-8")
    assert run_cli("report", app).code == 3
    good = Path(app, "good")
    good.write_text("src\n", encoding="utf-8")
    assert run_cli("report", app, "--ignore-file", str(good)).code == 0


def test_through_a_link_and_beside_the_dockerfile(app: str, run_cli: Run) -> None:
    Path(app, "rules").write_text("src\n", encoding="utf-8")
    Path(app, ".dockerignore").unlink()
    os.symlink("rules", f"{app}/.dockerignore")
    found = tried(run_cli, app, "--remove", "1")
    assert moved(found)["src/a.js"] == ("entered", 4)
    assert moved(found)["rules"] == ("shrank", -4)
    Path(app, "Dockerfile.dockerignore").write_text("build\n", encoding="utf-8")
    found = tried(run_cli, app, "!build/keep")
    assert moved(found) == {
        "build/keep": ("entered", 5), "Dockerfile.dockerignore": ("grew", 12),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Name a pattern, --remove LINE or --ignore-file FILE."),
        (("#x",), 2, '"#x" is a comment, and no pattern'),
        ((" ",), 2, '" " is blank, and no pattern'),
        (("a\nb",), 2, "a pattern is one line"),
        (("--remove", "4"), 2, "--remove 4: .dockerignore has 3 lines"),
        (("--remove", "0"), 2, "is not in the range x>=1"),
        (("--ignore-file", "nope"), 2, "--ignore-file nope cannot be read: no such file"),
        (("--ignore-file", "-", "-f", "-"), 2, "cannot both read standard input"),
        (("[",), 3, '.dockerignore:4: pattern "[" is refused by Docker'),
    ],
)
def test_bad_input(
    app: str, run_cli: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found = run_cli("try", "-C", app, *arguments)
    assert (found.code, found.out, words in found.err) == (code, "", True), found.err


def test_what_is_refused_is_told_of_the_file_it_came_from(
    app: str, run_cli: Run, tmp_path: Path
) -> None:
    draft = tmp_path / "draft"
    draft.write_text("a\n[\n", encoding="utf-8")
    for command in (("report", app), ("try", "-C", app)):
        found = run_cli(*command, "--ignore-file", str(draft))
        assert (found.code, f"{draft}:2: pattern" in found.err) == (3, True), found.err


def test_what_is_there_is_no_file(make_tree: Callable[..., str], run_cli: Run) -> None:
    root = make_tree({".dockerignore": Symlink("nowhere"), "a": "1"})
    found = run_cli("try", "-C", root, "a")
    assert (found.code, "is a link that leads nowhere" in found.err) == (2, True)


def test_hostile_patterns_are_escaped(app: str, run_cli: Run) -> None:
    found = run_cli("try", "-C", app, "\x1b[31m*\u202e", "*.js\u202e", "é*")
    assert not {"\x1b", "\u202e"} & set(found.out + found.err)
