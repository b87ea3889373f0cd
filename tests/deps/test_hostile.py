"""Projects that mean harm, and large ones: nothing of theirs runs, hangs, or takes all memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ctxguard.dependencies import Dependencies, Verdict
from ctxguard.deps import imports
from ctxguard.deps.assessing import assess
from ctxguard.deps.declared.declaring import declared
from ctxguard.errors import MeasureError, UsageError
from tests.conftest import Fifo, Symlink, Tree

MakeTree = Callable[..., str]


def judged(root: str) -> Dependencies:
    return assess(root, declared(root), None)


def verdicts(found: Dependencies) -> dict[str, str]:
    return {row.key: row.verdict.value for row in found.rows}


REQUIREMENTS = "requests\nsix\n"
BASE: Tree = {"requirements.txt": REQUIREMENTS, "app.py": "import requests\n"}
EXPECTED = {"requests": "used", "six": "unused"}


RUNS = "import os\nopen(os.environ['MARKER'], 'a').write(__name__)\nraise SystemExit(3)\n"
SHADOWS = [
    "deptry.py", "click.py", "packaging/__init__.py", "tomllib.py", "json.py", "encodings.py",
    "sitecustomize.py", "usercustomize.py", "colorama.py", "requirements_parser/__init__.py",
]  # fmt: skip


@pytest.mark.parametrize("relative", ["", ".", os.pathsep.join(("", "lib", "."))])
def test_no_module_of_the_project_runs(
    relative: str, make_tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "marker"
    monkeypatch.setenv("MARKER", str(marker))
    monkeypatch.setenv("PYTHONPATH", relative)
    root = make_tree({**BASE, **dict.fromkeys(SHADOWS, RUNS), "lib": {"click.py": RUNS}})
    assert verdicts(judged(root)) == EXPECTED
    assert not marker.exists()


CONFIGURED = """\
[tool.deptry]
exclude = [".*"]
ignore = ["DEP001", "DEP002", "DEP003"]
known_first_party = ["requests"]
pep621_dev_dependency_groups = ["dev"]
[tool.deptry.package_module_name_map]
six = "requests"
[tool.deptry.per_rule_ignores]
DEP001 = ["requests"]
"""


def test_the_settings_of_the_project_for_deptry_have_no_say(make_tree: MakeTree) -> None:
    assert verdicts(judged(make_tree({**BASE, "pyproject.toml": CONFIGURED}))) == EXPECTED


HUSHED = [
    ("all", "import requests  # deptry: ignore\n"),
    ("one", "import requests  # deptry: ignore[DEP001]\n"),
    ("several", "from requests import get  #deptry:ignore[DEP001,DEP003]\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in HUSHED], ids=[row[0] for row in HUSHED])
def test_a_comment_that_hushes_deptry_hides_no_import(text: str, make_tree: MakeTree) -> None:
    assert verdicts(judged(make_tree({**BASE, "app.py": text}))) == EXPECTED


def test_names_ignored_by_git_are_looked_at(make_tree: MakeTree) -> None:
    root = make_tree({**BASE, ".gitignore": "*.py\n", ".ignore": "*\n", ".git": {"HEAD": "x"}})
    assert verdicts(judged(root)) == EXPECTED


NAMES = ["a\nb.py", "\x1b[31mred.py", "-e.py", "--config.py", "$(touch x).py", "a'b\"c.py",
         "a b.py", "\udcff.py", "*.py", "[a].py", "\u202e.py"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_names(name: str, make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": REQUIREMENTS, name: "import requests\n"})
    found = verdicts(judged(root))
    assert found["requests"] != "unused"
    assert found["six"] != "used"


def test_what_is_no_file(make_tree: MakeTree) -> None:
    root = make_tree(
        {
            **BASE,
            "pipe.py": Fifo(),
            "pipe.ipynb": Fifo(),
            "Procfile": Fifo(),
            "script": Fifo(),
            "loop": {"again": Symlink("../loop")},
            "out.py": Symlink("/etc/passwd"),
            "gone.py": Symlink("nowhere"),
        }
    )
    found = judged(root)
    assert verdicts(found) == EXPECTED
    assert [each for each in found.problems if "link" in each] == [
        "out.py is a link out of the project, and was not followed"
    ]


def test_a_link_within_the_project_is_no_problem(make_tree: MakeTree) -> None:
    root = make_tree({**BASE, "src": {"a.py": "import six\n"}, "again": Symlink("src")})
    found = judged(root)
    assert (verdicts(found), found.problems) == ({"requests": "used", "six": "used"}, ())


def test_a_line_of_two_megabytes(make_tree: MakeTree) -> None:
    line = "x = ['" + "six', 'requests.get', '" * 100_000 + "']; import requests\n"
    assert len(line) > 2 << 20
    root = make_tree({**BASE, "app.py": line})
    began = time.monotonic()
    assert verdicts(judged(root)) == EXPECTED
    assert time.monotonic() - began < 60


def test_a_folder_two_thousand_levels_deep(make_tree: MakeTree) -> None:
    root = make_tree(BASE)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(root)
        for _ in range(2_000):
            os.mkdir("d")
            os.chdir("d")
        Path("deep.py").write_text("import six\n")
    finally:
        os.fchdir(here)
        os.close(here)
    try:
        assert verdicts(judged(root)) == {"requests": "used", "six": "used"}
    finally:
        # pytest's own way to remove it recurses.
        subprocess.run(["rm", "-rf", root], check=True)


def test_broken_files_of_every_kind(make_tree: MakeTree) -> None:
    root = make_tree(
        {
            **BASE,
            "Dockerfile": "FRO x\n\x00\xff RUN [\n",
            "nul.py": b"\x00\x01import six",
            "bad.py": b"# coding: nonsense\nimport \xff\xfe",
            "half.ipynb": '{"cells": [{"cell_type": ',
            "list.ipynb": "[1, 2]",
            "compose.yaml": "services: [[[[\n\t- {",
            "settings.toml": "[[[[tool\n= = =",
            "setup.cfg": "[options",
            "pyproject.toml": "[project\n",
            ".env": "= = \x00",
        }
    )
    assert verdicts(judged(root))["requests"] == "used"


def test_without_deptry(make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'docker-ctxguard\[deps\]'"):
        judged(make_tree(BASE))


PROGRAMS = [
    ("fails", "echo 'no such thing' >&2; exit 4", "cannot look at .*: no such thing"),
    ("says nothing", "exit 0", "cannot look at"),
    ("is killed", "kill -9 $$", "cannot look at"),
    (
        "answers no JSON",
        'while [ "$1" != --json-output ]; do shift; done; echo "{" >"$2"',
        "no JSON",
    ),
]


@pytest.mark.parametrize(
    ("script", "message"), [row[1:] for row in PROGRAMS], ids=[row[0] for row in PROGRAMS]
)
def test_when_deptry_fails(
    script: str, message: str, make_tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    with pytest.raises(MeasureError, match=message):
        judged(make_tree(BASE))


def test_a_source_on_which_deptry_crashes(make_tree: MakeTree) -> None:
    root = make_tree({**BASE, "deep.py": "(" * 100_000 + ")" * 100_000})
    with pytest.raises(MeasureError, match=r"cannot look at .* by signal .* nested too deep"):
        judged(root)


def test_when_deptry_takes_too_long(
    make_tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    monkeypatch.setattr(imports, "_MOST_SECONDS", 0.1)
    with pytest.raises(MeasureError, match="takes over"):
        judged(make_tree(BASE))


def test_what_cannot_be_read_makes_nothing_removable(
    make_tree: MakeTree, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    root = make_tree({"requirements.txt": "six\n", "closed": {"a.py": "import six\n"}})
    os.chmod(os.path.join(root, "closed"), 0)
    with without_rights():
        found = judged(root)
    (row,) = found.rows
    assert (row.verdict, row.question) == (Verdict.NEEDS_VERIFICATION, "Is it used in closed?")
    assert "closed cannot be read: permission denied" in found.problems
