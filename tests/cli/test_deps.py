"""`ctxguard deps`: what it says, its formats and its exit codes, on real projects."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import File, Result, Symlink, Tree, grow
from tests.deps.wheels import keep_to, metadata, write_wheel
from tests.image.archives import save_of

Run = Callable[..., Result]
Make = Callable[..., str]
SITE = "lib/python3.11/site-packages"


def installed(**sizes: int) -> Tree:
    """A virtual environment with packages of one module each; no size counts their metadata."""
    packages: dict[str, Any] = {}
    for name, size in sizes.items():
        packages[f"{name}.py"] = File(size=size)
        packages[f"{name}-1.0.dist-info"] = {
            "METADATA": metadata(name, "1.0"),
            "RECORD": f"{name}.py,,\n",
        }
    return {"pyvenv.cfg": "version = 3.11.7\n", SITE: packages}


REQUIREMENTS = "# web\nflask==1.0\n\nmoviepy==1.0\nblack\n"
PROJECT: Tree = {
    "requirements.txt": REQUIREMENTS,
    "app.py": "import flask\n",
    ".venv": installed(flask=1000, moviepy=20_000, black=300),
}


@pytest.fixture
def project(make_tree: Make) -> str:
    return make_tree(PROJECT)


def test_for_a_person(project: str, run_cli: Run) -> None:
    found = run_cli("deps", project)
    assert (found.code, found.err) == (0, "")
    assert found.out.splitlines() == [
        f"Dependencies of {project}: 3 packages, 21.30kB with what they need",
        "  unused                 1    20.00kB",
        "  development            1       300B",
        "  needs verification     0         0B",
        "  used                   1     1.00kB",
        f"  sizes are those in the virtual environment {project}/.venv",
        "",
        "Unused: they can go",
        "        own     frees",
        "    20.00kB   20.00kB moviepy 1.0  requirements.txt:4  no file imports moviepy",
        "",
        "For development alone",
        "        own     frees",
        "       300B      300B black 1.0  requirements.txt:5  a known tool of developers",
        "",
        "Used",
        "        own     frees",
        "     1.00kB    1.00kB flask 1.0  app.py:1  imported as flask",
        "",
        f"`ctxguard deps split {project}` shows requirements for production alone",
    ]
    assert run_cli("deps", project, "-q").out == "\n".join(found.out.splitlines()[:6]) + "\n"
    assert "declared in requirements.txt:2" in run_cli("deps", project, "-v").out


def test_in_the_current_folder(project: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert run_cli("deps").out.endswith(
        "`ctxguard deps split` shows requirements for production alone\n"
    )


def test_without_sizes(project: str, run_cli: Run) -> None:
    os.rename(os.path.join(project, ".venv"), os.path.join(project, "..", "elsewhere"))
    found = run_cli("deps", project)
    assert found.code == 0
    assert "3 packages\n" in found.out
    assert found.err.count("\n") == 1
    for option in ("--venv", "--python", "--image", "--download"):
        assert option in found.err
    assert run_cli("deps", project, "-q").err == ""
    elsewhere = os.path.join(project, "..", "elsewhere")
    assert "21.30kB" in run_cli("deps", project, "--venv", elsewhere).out
    document = documents.deps(run_cli("deps", project, "--format", "json").out)
    assert (document["measured"], document["bytes"]) == (None, None)


LIMITS = [
    pytest.param("22kB", 0, "OK: within budget, 700B left", id="within"),
    pytest.param("21.3kB", 0, "OK: within budget, 0B left", id="exactly"),
    pytest.param("20kB", 1, "CRITICAL: over the limit of 20.00kB for all packages, by 1.30kB",
                 id="over"),
]  # fmt: skip


@pytest.mark.parametrize(("limit", "code", "words"), LIMITS)
def test_a_limit(project: str, run_cli: Run, limit: str, code: int, words: str) -> None:
    found = run_cli("deps", project, "--max-dependencies", limit, "-q")
    assert (found.code, found.err) == (code, "")
    assert found.out.splitlines()[1].startswith(words)


def test_a_limit_on_what_is_not_known(project: str, run_cli: Run) -> None:
    write(project, "requirements.txt", REQUIREMENTS + "gone\nwin ; sys_platform == 'win32'\n")
    found = run_cli("deps", project, "--max-dependencies", "1MB", "-q")
    assert found.code == 3
    assert "INCOMPLETE: 1 package has no known size (gone); without them 978.70kB" in found.out
    # What is known is enough to be over.
    assert run_cli("deps", project, "--max-dependencies", "1kB").code == 1
    os.rename(os.path.join(project, ".venv"), os.path.join(project, "..", "elsewhere"))
    found = run_cli("deps", project, "--max-dependencies", "1MB", "-q")
    assert found.code == 3
    assert "--max-dependencies cannot be held" in found.err
    assert "--download" in found.err


def write(project: str, name: str, text: str) -> None:
    Path(project, name).write_text(text, encoding="utf-8")


def test_json(project: str, run_cli: Run) -> None:
    document = documents.deps(run_cli("deps", project, "--format", "json").out)
    assert document["project"] == project
    assert document["files"] == ["requirements.txt"]
    assert [(each["name"], each["verdict"]) for each in document["dependencies"]] == [
        ("moviepy", "unused"),
        ("black", "development"),
        ("flask", "used"),
    ]
    assert document["dependencies"][2]["evidence"][0] == {
        "kind": "import",
        "message": "imported as flask",
        "file": "app.py",
        "line": 1,
    }
    assert document["bytes"] == 21_300
    assert [each["code"] for each in document["findings"]] == ["PKG001", "PKG002"]


def test_lists_of_findings(project: str, run_cli: Run) -> None:
    found = run_cli("deps", project, "--format", "github", "--max-dependencies", "1kB")
    assert found.code == 1
    assert [each.partition(",title")[0] for each in found.out.splitlines()] == [
        "::error file=requirements.txt",
        "::warning file=requirements.txt,line=4",
        "::warning file=requirements.txt,line=5",
    ]
    (run,) = json.loads(run_cli("deps", project, "--format", "sarif").out)["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["PKG001", "PKG002"]


def test_to_a_file(project: str, run_cli: Run, tmp_path: Path) -> None:
    page = tmp_path / "found.json"
    found = run_cli("deps", project, "--format", "json", "-o", str(page))
    assert (found.code, found.out) == (0, "")
    documents.deps(page.read_text(encoding="utf-8"))


def test_colors(project: str, run_cli: Run) -> None:
    assert "\x1b[" in run_cli("deps", project, "--color", "always").out
    assert "\x1b[" not in run_cli("deps", project).out


def test_only_some_requirements(
    project: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, "other.in", "flask\n")
    monkeypatch.chdir(os.path.dirname(project))
    for named in ("context/other.in", "other.in", os.path.join(project, "other.in")):
        assert "1 package," in run_cli("deps", "context", "-r", named).out
    both = run_cli("deps", "context", "-r", "context/other.in", "-r", "context/requirements.txt")
    assert "3 packages," in both.out


def test_in_an_image(project: str, run_cli: Run, tmp_path: Path) -> None:
    inside = f"opt/app/{SITE}"
    layer: dict[str, Any] = {
        f"{inside}/flask.py": 1500,
        f"{inside}/flask-1.0.dist-info/METADATA": metadata("flask", "1.0").encode(),
        f"{inside}/flask-1.0.dist-info/RECORD": b"flask.py,,\n",
    }
    archive = tmp_path / "app.tar"
    archive.write_bytes(save_of([layer]))
    found = run_cli("deps", project, "--image", str(archive))
    assert "     1.50kB    1.50kB flask 1.0  app.py:1" in found.out
    assert "          ?         ? moviepy  " in found.out


WRONG = [
    pytest.param(("nowhere",), "nowhere is no folder with a project", id="no folder"),
    pytest.param(("file",), "file is no folder with a project", id="a file"),
    pytest.param(("",), "PATH is empty", id="an empty name"),
    pytest.param(("empty",), "asks for a package; looked for requirements*.txt", id="nothing"),
    pytest.param((".", "empty"), "unexpected extra argument (empty)", id="two folders"),
    pytest.param((".", "-r", "nope.txt"), "no such requirements file", id="no requirements"),
    pytest.param((".", "-r", "/etc/passwd"), "outside of the project", id="outside"),
    pytest.param((".", "--venv", "empty"), "is no virtual environment", id="no environment"),
    pytest.param((".", "--python", "nope"), "there is no Python at nope", id="no interpreter"),
    pytest.param((".", "--image", "nope.tar"), "there is no nope.tar", id="no image"),
    pytest.param((".", "--venv", "a", "--download"), "--venv or --download, not both", id="two"),
    pytest.param((".", "--max-dependencies", "much"), '"much" is not a size', id="no size"),
    pytest.param(("-q", "split"), "behind the command: ctxguard deps split", id="options before"),
    pytest.param(("split", ".", "--force"), "--force is about --write", id="force alone"),
    pytest.param(("split", ".", "--each"), "--each is about --prove", id="each alone"),
    pytest.param(("split", ".", "--prove", " "), "--prove wants a command", id="no command"),
    pytest.param(("split", ".", "--timeout", "0"), "0.0 is not in the range", id="no time"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_usage(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(make_tree({"requirements.txt": "x\n", "file": "", "empty": {}}))
    found = run_cli("deps", *words)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


@pytest.mark.parametrize("missing", ["deptry", "packaging"])
@pytest.mark.parametrize("words", [(), ("split",)])
def test_without_the_extra(
    project: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch,
    missing: str, words: tuple[str, ...],
) -> None:  # fmt: skip
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == missing else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    found = run_cli("deps", *words, project)
    assert found.code == 2
    assert f"{missing} must be installed" in found.err
    assert "pip install 'docker-ctxguard[deps]'" in found.err


def test_nothing_can_be_read(make_tree: Make, run_cli: Run) -> None:
    found = run_cli("deps", make_tree({"requirements.txt": "???\n"}))
    assert found.code == 3
    assert "Problems\n  requirements.txt:1: " in found.out
    broken = run_cli("deps", make_tree({"pyproject.toml": "[project\n"}, "broken"))
    assert (broken.code, broken.out) == (2, "")
    assert "pyproject.toml:1: this is no valid TOML" in broken.err


def test_the_configuration_counts(make_tree: Make, run_cli: Run) -> None:
    tree: Tree = {
        "requirements.txt": "flask\n",
        "ctxguard.toml": 'max-dependencies = "1 MB"\nignore = ["PKG001"]\n',
    }
    found = run_cli("deps", make_tree(tree), "--format", "json")
    assert found.code == 3
    assert "--max-dependencies cannot be held" in found.err
    assert documents.deps(found.out)["findings"] == []


def test_hostile_names(make_tree: Make, run_cli: Run) -> None:
    tree: Tree = {
        "requirements.txt": "flask\n???\x1b[31m\n-r ../../etc/passwd\n::error::x\n",
        "a\x1b[31m\n.py": "import nothing_of_it\n",
        "::error::x.py": "import flask\n",
    }
    root = make_tree(tree)
    for words in ((), ("-v",), ("--format", "github"), ("--format", "sarif")):
        found = run_cli("deps", root, *words)
        assert found.code == 0
        assert "\x1b" not in found.out + found.err
        if "github" not in words:
            lines = (found.out + found.err).splitlines()
            assert [each for each in lines if each.lstrip().startswith("::")] == []
    shown = run_cli("deps", "split", root)
    assert "\x1b" not in shown.out + shown.err


def test_split_shows_and_writes_nothing(project: str, run_cli: Run) -> None:
    before = sorted(os.listdir(project))
    found = run_cli("deps", "split", project)
    assert found.code == 0
    assert found.out.startswith("--- /dev/null\n+++ b/requirements-prod.txt\n")
    assert "+# web\n+flask==1.0\n" in found.out
    assert "+# removed: moviepy (no file imports moviepy)\n" in found.out
    assert f"ctxguard deps split {project} --write writes them\n" in found.err
    assert sorted(os.listdir(project)) == before
    colored = run_cli("deps", "split", project, "--color", "always", "-q")
    assert (colored.out, colored.err) == ("", "")
    assert "\x1b[32m+flask==1.0" in run_cli("deps", "split", project, "--color", "always").out


def test_split_tells_what_production_lacks(project: str, run_cli: Run) -> None:
    write(project, "requirements-dev.txt", "jinja2\n")
    write(project, "page.py", "import jinja2\n")
    found = run_cli("deps", "split", project)
    assert "requirements-dev.txt:1: jinja2 is declared for development alone, and the" in found.err
    assert "Used, and declared for development alone\n  jinja2" in run_cli("deps", project).out


def test_split_writes(project: str, run_cli: Run) -> None:
    found = run_cli("deps", "split", project, "--write")
    assert found.code == 0
    assert f"{project}/requirements-prod.txt is written" in found.err
    assert asked(project, "requirements-prod.txt") == ["flask==1.0"]
    assert asked(project, "requirements-dev.txt") == ["-r requirements-prod.txt", "black"]
    assert asked(project, "requirements-prod-conservative.txt") == ["flask==1.0"]
    again = run_cli("deps", "split", project, "--write")
    assert (again.code, again.out) == (0, "")
    assert "all files are there already" in again.err
    # What was written declares nothing anew.
    assert "3 packages," in run_cli("deps", project, "-q").out


def asked(project: str, name: str) -> list[str]:
    lines = Path(project, name).read_text(encoding="utf-8").splitlines()
    return [each for each in lines if each and not each.startswith("#")]


def test_split_keeps_what_is_there(project: str, run_cli: Run) -> None:
    write(project, "requirements-dev.txt", "-r requirements.txt\nipdb\n")
    found = run_cli("deps", "split", project)
    assert found.err.endswith("--write --force writes them over requirements-dev.txt\n")
    # The command would run before anything is refused: it leaves a trace.
    refused = run_cli("deps", "split", project, "--write", "--prove", f"touch {project}/trace")
    assert refused.code == 2
    assert "requirements-dev.txt: this file is there already" in refused.err
    assert set(os.listdir(project)) == {*PROJECT, "requirements-dev.txt"}
    assert run_cli("deps", "split", project, "--write", "--force").code == 0
    assert asked(project, "requirements-dev.txt") == ["-r requirements-prod.txt", "black", "ipdb"]


def test_split_never_leads_out(project: str, run_cli: Run, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine\n", encoding="utf-8")
    grow(project, {"requirements-prod.txt": Symlink(str(victim))})
    found = run_cli("deps", "split", project, "--write", "--force")
    assert found.code == 2
    assert victim.read_text(encoding="utf-8") == "mine\n"


def test_split_never_writes_over_what_it_is_made_from(project: str, run_cli: Run) -> None:
    os.symlink("requirements.txt", os.path.join(project, "requirements-prod.txt"))
    found = run_cli("deps", "split", project, "--write", "--force", "-q")
    assert (found.code, found.out) == (2, "")
    assert "requirements-prod.txt: it is a link to requirements.txt" in found.err
    assert Path(project, "requirements.txt").read_text(encoding="utf-8") == REQUIREMENTS


def test_a_folder_of_this_name(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: Tree = {"split": {"requirements.txt": "inner\n"}, "requirements.txt": "outer\n"}
    root = make_tree(tree)
    monkeypatch.chdir(root)
    assert f"Dependencies of {root}/split: 1 package" in run_cli("deps", "./split").out
    assert "+# removed: outer" in run_cli("deps", "split").out
    assert "+# removed: inner" in run_cli("deps", "split", "./split").out


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that pip knows: the packages of the project, of which another one needs moviepy."""
    folder, temporary = tmp_path / "wheels", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    keep_to(folder, monkeypatch)
    write_wheel(folder, "flask", files={"flask.py": "X = 1\n"})
    write_wheel(folder, "moviepy", requires=["decorator"])
    write_wheel(folder, "decorator", files={"decorator.py": 5000})
    write_wheel(folder, "black")
    return folder


@pytest.mark.slow
def test_a_download(project: str, run_cli: Run, wheels: Path) -> None:
    write(project, "requirements.txt", REQUIREMENTS + "only-a-source==1\n")
    found = run_cli("deps", project, "--download")
    assert found.code == 0
    assert "asking pip for 4 packages" in found.err
    row = next(each for each in found.out.splitlines() if " moviepy 1.0 " in each)
    own, frees = row.split()[:2]
    assert own.endswith("B")
    assert float(frees.removesuffix("kB")) > 5
    assert "          ?         ? only-a-source  requirements.txt:6" in found.out
    assert "  not weighed: only-a-source: " in found.out
    assert os.listdir(os.environ["TMPDIR"]) == []


@pytest.mark.slow
def test_indexes_of_the_project_are_not_asked(
    project: str, run_cli: Run, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS")
    os.rename(wheels, os.path.join(project, "wheels"))
    write(project, "requirements.txt", f"--find-links wheels\n{REQUIREMENTS}")
    found = run_cli("deps", project, "--download")
    assert "which is not obeyed; --allow-indexes obeys it" in found.err
    assert "3 of unknown size" not in found.out
    assert found.out.count("of unknown size") == 3
    obeyed = run_cli("deps", project, "--download", "--allow-indexes")
    assert "not obeyed" not in obeyed.err
    assert "of unknown size" not in obeyed.out


@pytest.mark.slow
def test_a_proof_that_holds(project: str, run_cli: Run, wheels: Path) -> None:
    command = "python -c 'import app' && python -c 'import black' || python -c 'import app'"
    found = run_cli("deps", "split", project, "--prove", command, "--write", "-q")
    assert (found.code, found.err) == (0, "")
    assert found.out == f"`{command}` with requirements-prod.txt\n  passes\n"
    assert asked(project, "requirements-prod.txt") == ["flask==1.0"]
    assert os.listdir(os.environ["TMPDIR"]) == []


@pytest.mark.slow
def test_a_proof_that_fails(project: str, run_cli: Run, wheels: Path) -> None:
    # Nothing shows that it is imported.
    write(project, "run.sh", "python -c \"__import__('movie' + 'py'); import app\"\n")
    words = ("deps", "split", project, "--write", "--prove", "sh run.sh; exit $?")
    found = run_cli(*words)
    assert found.code == 1
    assert "  FAILS: exit code 1\n" in found.out
    assert "    | ModuleNotFoundError: No module named 'moviepy'\n" in found.out
    assert "the proof fails, and nothing is written: --each tells which" in found.err
    each = run_cli(*words, "--each", "-q")
    assert each.code == 1
    assert "  passes\n  passes without black\n  FAILS: exit code 1 without moviepy" in each.out
    assert "and 1 package that only it needs\n" in each.out
    assert "nothing is written: the command does not do without moviepy" in each.err
    assert set(os.listdir(project)) == {*PROJECT, "run.sh"}


@pytest.mark.slow
def test_a_proof_of_what_is_careful_too(project: str, run_cli: Run, wheels: Path) -> None:
    write_wheel(wheels, "celery")
    write(project, "requirements.txt", REQUIREMENTS + "celery\n")
    write(project, "tasks.py", "import celery\napp = celery.Celery()\n")
    told = "echo \x1b[31m::error::x; sleep 30"
    found = run_cli("deps", "split", project, "--prove", "python -c 'import celery'")
    assert found.code == 1
    assert "with requirements-prod.txt\n  FAILS" in found.out
    assert "with requirements-prod-conservative.txt\n  passes\n" in found.out
    slow = run_cli("deps", "split", project, "--prove", told, "--timeout", "0.5")
    assert slow.code == 1
    assert slow.out.count("  FAILS: it took too long\n    | \\x1b[31m::error::x\n") == 2


def test_the_command_alone_is_quick_to_load() -> None:
    code = (
        "import sys; from ctxguard.cli import main; main(['deps', '--help']); "
        "print([m for m in ('packaging', 'deptry', 'subprocess', 'rich') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
