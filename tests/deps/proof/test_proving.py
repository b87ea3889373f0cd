"""Removals proved: real environments, real installations, a real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from ctxguard.deps.proof.proving import prove, prove_each
from ctxguard.deps.proof.trial import Outcome, Proof, Trial
from ctxguard.errors import MeasureError, UsageError
from tests.deps.test_running import ends, wait_for
from tests.deps.wheels import keep_to, write_wheel

NOTHING = Trial(None, (), Outcome.PASSED, 0, ())


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[Path]:
    """An empty folder, and all that pip knows; what is left in the temporary folder fails."""
    folder, temporary = tmp_path / "wheels", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    keep_to(folder, monkeypatch)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield folder
    assert os.listdir(temporary) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def application(wheels: Path, project: Path) -> str:
    """An application that needs three of five packages, one of them only when it runs."""
    write_wheel(wheels, "web", requires=["core"], scripts=["serve = web:main"],
                files={"web/__init__.py": "import core\ndef main(): print(1)\n"})  # fmt: skip
    write_wheel(wheels, "core")
    write_wheel(wheels, "lazy", files={"lazy/__init__.py": "", "lazy/inner/__init__.py": "X = 1"})
    write_wheel(wheels, "heavy", requires=["core", "ballast"])
    write_wheel(wheels, "ballast")
    write_wheel(wheels, "tool")
    (project / "app.py").write_text(
        "import web\nimport importlib\nprint(importlib.import_module('lazy.inner').X)\n"
    )
    return "web==1.0  # the server\nlazy\nheavy\ntool\ncore\n"


@pytest.mark.slow
def test_one_by_one(wheels: Path, project: Path, tmp_path: Path) -> None:
    text = application(wheels, project)
    told: list[str] = []
    # A package that was gone and is back, a file that a run has left: each would be seen.
    command = (
        f"pip list --format freeze | cut -d= -f1 | grep -v -e pip -e setuptools | tr '\\n' ' ' "
        f">> {tmp_path}/seen; echo >> {tmp_path}/seen; "
        "here=$(python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))'); "
        'test ! -e "$here/left" || exit 7; touch "$here/left" "$here/lazy/left"; '
        "serve && python app.py"
    )
    proof = prove_each(
        text, ["tool", "Heavy", "lazy", "core", "web", "missing"], command,
        project=str(project), progress=told.append,
    )  # fmt: skip
    assert [(each.removed, each.gone, each.outcome, each.code) for each in proof.trials] == [
        (None, (), Outcome.PASSED, 0),
        ("tool", ("tool",), Outcome.PASSED, 0),
        ("heavy", ("ballast", "heavy"), Outcome.PASSED, 0),
        ("lazy", ("lazy",), Outcome.FAILED, 1),
        ("core", (), Outcome.UNCHANGED, None),
        ("web", ("web",), Outcome.FAILED, 127),
        ("missing", (), Outcome.UNCHANGED, None),
    ]
    assert [each.removed for each in proof.missed] == ["lazy", "web"]
    assert not proof.holds
    assert "No module named 'lazy'" in proof.missed[0].output[-1]
    seen = (tmp_path / "seen").read_text().splitlines()
    assert [line.split() for line in seen] == [
        ["ballast", "core", "heavy", "lazy", "tool", "web"],
        ["ballast", "core", "heavy", "lazy", "web"],
        ["core", "lazy", "tool", "web"],
        ["ballast", "core", "heavy", "tool", "web"],
        ["ballast", "core", "heavy", "lazy", "tool"],
    ]
    assert sorted(os.listdir(project)) == ["app.py"]
    assert told[:2] == [
        "installing 5 requirements in a fresh environment", "running the command with all packages",
    ]  # fmt: skip
    assert told[2] == "running the command without tool (1 of 6)"


@pytest.mark.slow
def test_a_text_as_a_whole(wheels: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    write_wheel(wheels, "a")
    text = "--index-url https://example.org\na==1.0\n-e .\n"
    command = (
        "python -c \"import a, os, sys; print(os.environ.get('PYTHONPATH'), sys.prefix)\"; pwd"
    )
    proof = prove(text, f"{command}; echo $VIRTUAL_ENV; exit 3", project=str(project))
    (trial,) = proof.trials
    assert (trial.outcome, trial.code) == (Outcome.FAILED, 3)
    own = trial.output[2]
    assert trial.output == (f"None {own}", str(project), own)
    assert not proof.holds
    assert proof.fails_anyway
    assert len(proof.notes) == 2


@pytest.mark.slow
def test_a_command_that_fails_anyway_and_one_that_does_not_end(
    wheels: Path, project: Path, tmp_path: Path
) -> None:
    write_wheel(wheels, "a")
    command = f"echo begun; sleep 100 & echo $! > {tmp_path}/pid; wait"
    proof = prove_each("a", ["a"], command, project=str(project), most_s=0.5)
    (trial,) = proof.trials
    assert trial == Trial(None, (), Outcome.STOPPED, None, ("begun",))
    assert proof.fails_anyway
    assert ends(wait_for(tmp_path / "pid"))


@pytest.mark.slow
def test_hashes_hold(wheels: Path, project: Path) -> None:
    write_wheel(wheels, "a")
    with pytest.raises(MeasureError, match=r"pip does not install the requirements: .*HASHES"):
        prove(f"a==1.0 --hash=sha256:{'0' * 64}", "true", project=str(project))


def test_what_cannot_be_proved(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="which command"):
        prove("a", "  ", project=str(project))
    with pytest.raises(UsageError, match="no folder"):
        prove("a", "true", project=str(tmp_path / "none"))
    with pytest.raises(UsageError, match="no requirement"):
        prove("", "true", project=str(project))
    with pytest.raises(UsageError, match="where packages come from"):
        prove("a", "true", project=str(project), options=["--target=/"])


_RUN = """
import sys
from ctxguard.deps.proof.proving import prove
prove("a", sys.argv[1], project=sys.argv[2], progress=lambda text: print(text, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("while_", ["installing", "running"])
def test_ctrl_c_leaves_nothing(wheels: Path, project: Path, tmp_path: Path, while_: str) -> None:
    write_wheel(wheels, "a")
    command = f"sleep 100 & echo $! > {tmp_path}/pid; wait"
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, command, str(project)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"installing")
        if while_ == "running":
            assert process.stdout.readline().startswith(b"running")
            pid = wait_for(tmp_path / "pid")
        else:
            time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in process.stderr.read()
    assert while_ == "installing" or ends(pid)


def test_a_proof_as_a_value() -> None:
    broke = Trial("a", ("a",), Outcome.FAILED, 1, ())
    kept = Trial("b", (), Outcome.UNCHANGED, None, ())
    assert Proof("true", (NOTHING, kept), ()).holds
    proof = Proof("true", (NOTHING, kept, broke), ())
    assert (proof.holds, proof.missed, proof.fails_anyway) == (False, (broke,), False)
