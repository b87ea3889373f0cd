"""The case has the size that is claimed, takes no space, and leaves no mess."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import Result
from tests.sample.conftest import SCRIPT, Run

MB = 1000**2
GB = 1000**3

MakeMedia = Callable[..., Run]
RunCli = Callable[..., Result]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """make_media.py as a module, to make it fail where a real failure is hard to get."""
    spec = importlib.util.spec_from_file_location("make_media", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "make_media", module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec.loader.exec_module(module)
    return module


def files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.lstat()


def weight(folder: Path) -> int:
    return sum(status.st_size for _, status in files(folder))


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def report(run_cli: RunCli, case: Path) -> tuple[int, dict[str, Any]]:
    dockerfile = str(case / "Dockerfile.production")
    result = run_cli("report", str(case), "-f", dockerfile, "--format", "json")
    document = json.loads(result.out)["reports"][0]
    assert document["complete"]
    return result.code, document["size"]


# How large it is


def test_it_weighs_30_gb(case: Path) -> None:
    assert weight(case) == pytest.approx(30.0 * GB, rel=0.005)


def test_it_takes_no_space(case: Path) -> None:
    assert sum(status.st_blocks * 512 for _, status in files(case)) < 50 * MB


def test_it_is_made_in_seconds(tmp_path: Path, make_media: MakeMedia) -> None:
    start = time.perf_counter()
    assert make_media("--into", str(tmp_path / "case")).returncode == 0
    assert time.perf_counter() - start < 20


def test_the_videos_weigh_28_gb(case: Path) -> None:
    videos = [status.st_size for _, status in files(case / "data" / "musicvideos")]
    grown = [size for size in videos if size > MB]
    assert sum(videos) == pytest.approx(28 * GB, rel=0.02)
    assert len(grown) == 140
    assert 150 * MB <= min(grown) <= max(grown) <= 250 * MB


@pytest.mark.parametrize("folder", [".git", ".venv", "data/downloads", "data/thumbnails"])
def test_each_kind_of_weight_is_there(case: Path, folder: str) -> None:
    assert weight(case / folder) > 20 * MB


# What of it is sent


def test_with_the_mistake_nearly_all_of_it_is_sent(case: Path, run_cli: RunCli) -> None:
    code, size = report(run_cli, case)
    assert size["bytes"] >= 0.95 * weight(case)
    assert code == 1


def test_mended_it_is_500_mb(tmp_path: Path, make_media: MakeMedia, run_cli: RunCli) -> None:
    case = tmp_path / "case"
    assert make_media("--into", "case").returncode == 0
    shutil.copyfile(case / ".dockerignore.mended", case / ".dockerignore")
    code, size = report(run_cli, case)
    assert size["bytes"] == pytest.approx(500 * MB, rel=0.01)
    assert code == 0


def test_the_ignore_file_is_the_one_of_the_sample(case: Path) -> None:
    sample = SCRIPT.with_name(".dockerignore")
    assert (case / ".dockerignore").read_bytes() == sample.read_bytes()


def test_the_mending_is_one_line(case: Path) -> None:
    mistaken = (case / ".dockerignore").read_text().splitlines()
    mended = (case / ".dockerignore.mended").read_text().splitlines()
    assert set(mistaken) - set(mended) == {"data/musicvideos/    # 28GB+ video files"}
    assert set(mended) - set(mistaken) == {"# 28GB+ video files", "data/musicvideos"}


def test_what_the_ignore_file_does_keep_out(case: Path, run_cli: RunCli) -> None:
    ignored = run_cli("ls", "--ignored", str(case)).out.splitlines()
    assert {".git", ".venv", ".pytest_cache", "backups", "data/downloads"} <= set(ignored)
    assert "data/musicvideos" not in ignored


# What git makes of it


def test_git_sees_nothing_to_do(case: Path) -> None:
    assert git(case, "status", "--porcelain") == ""
    assert git(case, "fsck", "--strict") == ""


def test_git_has_the_sources_and_no_media(case: Path) -> None:
    tracked = git(case, "ls-files").splitlines()
    assert {".dockerignore", "musicvideos/cli.py", "Dockerfile.production"} <= set(tracked)
    assert [path for path in tracked if path.startswith("data/")] == []
    assert sum((case / path).stat().st_size for path in tracked) < MB


def test_the_settings_of_the_user_do_not_matter(
    tmp_path: Path, case: Path, make_media: MakeMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[commit]\ngpgSign = true\n[core]\nhooksPath = {hooks}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    assert make_media("--into", "other").returncode == 0
    monkeypatch.delenv("GIT_DIR")
    assert git(tmp_path / "other", "rev-parse", "HEAD") == git(case, "rev-parse", "HEAD")


def test_it_is_the_same_each_time(tmp_path: Path, case: Path, make_media: MakeMedia) -> None:
    assert make_media("--into", "other").returncode == 0
    once, again = (
        [(path, status.st_size) for path, status in files(folder)]
        for folder in (case, tmp_path / "other")
    )
    assert once == again


# How it is run


def test_the_summary_says_what_was_made(tmp_path: Path, make_media: MakeMedia) -> None:
    run = make_media("--into", "my case")
    case = tmp_path / "my case"
    plain = [path for path, _ in files(case) if not path.startswith(".git/")]
    assert run.stderr == ""
    assert re.search(r"in \d+\.\d seconds$", run.stdout, re.MULTILINE)
    assert f"{weight(case)} bytes, 30.00 GB\n" in run.stdout
    assert re.search(r"on the disk    \d+\.\d MB$", run.stdout, re.MULTILINE)
    assert f"{len(plain)}, and those of git\n" in run.stdout
    assert run.stdout.endswith(f"cd '{case}' && ctxguard report -f Dockerfile.production\n")


def test_an_empty_folder_is_taken(tmp_path: Path, make_media: MakeMedia) -> None:
    (tmp_path / "empty").mkdir()
    assert make_media("--into", "empty").returncode == 0


def test_it_runs_from_a_package_without_git_and_media(
    tmp_path: Path, make_media: MakeMedia, run_cli: RunCli
) -> None:
    unpacked = tmp_path / "unpacked" / "sample_repo"
    shutil.copytree(SCRIPT.parent, unpacked, ignore=shutil.ignore_patterns("data"))
    case = tmp_path / "case"
    run = make_media("--into", str(case), script=unpacked / SCRIPT.name)
    assert run.returncode == 0, run.stderr
    assert weight(case) == 30 * GB
    shutil.copyfile(case / ".dockerignore.mended", case / ".dockerignore")
    assert report(run_cli, case)[1]["bytes"] == pytest.approx(500 * MB, rel=0.01)


def test_what_running_the_sample_leaves_behind_is_not_copied(
    tmp_path: Path, make_media: MakeMedia
) -> None:
    used = tmp_path / "used" / "sample_repo"
    shutil.copytree(SCRIPT.parent, used)
    for path in ("data/catalogue.db", "musicvideos/__pycache__/x.pyc", "backups/old.tar.gz"):
        (used / path).parent.mkdir(exist_ok=True)
        (used / path).write_text("left")
    assert make_media("--into", "case", script=used / SCRIPT.name).returncode == 0
    left = [path for path, status in files(tmp_path / "case") if status.st_size == len("left")]
    assert left == []
    assert not (tmp_path / "case" / SCRIPT.name).exists()


# What it refuses


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, make_media: MakeMedia) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    run = make_media("--into", "full")
    assert run.returncode == 2
    assert f"{tmp_path / 'full'} is not empty" in run.stderr
    assert [path for path, _ in files(tmp_path / "full")] == ["mine"]


def test_a_file_is_refused(tmp_path: Path, make_media: MakeMedia) -> None:
    (tmp_path / "file").write_text("mine")
    run = make_media("--into", "file")
    assert run.returncode == 2
    assert "is not a folder" in run.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_in_no_folder_is_refused(tmp_path: Path, make_media: MakeMedia) -> None:
    run = make_media("--into", "a/b")
    assert run.returncode == 2
    assert f"{tmp_path / 'a'} is not a folder" in run.stderr


def test_a_folder_in_the_sample_is_refused(make_media: MakeMedia) -> None:
    inside = SCRIPT.parent / "data" / "case"
    run = make_media("--into", str(inside))
    assert run.returncode == 2
    assert "is inside the sample" in run.stderr
    assert not inside.exists()


def test_no_folder_is_refused(make_media: MakeMedia) -> None:
    run = make_media()
    assert run.returncode == 2
    assert "--into" in run.stderr


# What it leaves behind if it does not work out


def test_a_file_system_without_sparse_files(
    tmp_path: Path,
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made: list[Path] = []
    make_sparse = script.make_sparse

    def make(path: Path, size: int) -> None:
        make_sparse(path, size)
        made.append(path)

    monkeypatch.setattr(script, "make_sparse", make)
    monkeypatch.setattr(script, "on_disk", lambda status: status.st_size)
    assert script.main(["--into", str(tmp_path / "case")]) == 1
    assert "cannot hold sparse files" in capsys.readouterr().err
    assert len(made) == 1
    assert not (tmp_path / "case").exists()


def test_a_file_that_is_too_large_for_the_disk(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    run = subprocess.run(
        run_with(
            "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10**8, 10**8))",
            tmp_path / "case",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "too large" in run.stderr
    assert "nothing is left behind" in run.stderr
    assert not (tmp_path / "case").exists()


def test_a_git_that_fails(
    tmp_path: Path, make_media: MakeMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", instead_of_git(tmp_path, "echo 'no luck today' >&2; exit 1"))
    (tmp_path / "mine").mkdir()
    run = make_media("--into", "mine")
    assert run.returncode == 1
    assert "git init failed: no luck today" in run.stderr
    assert list((tmp_path / "mine").iterdir()) == []  # it was there before, so it stays


def test_no_git(tmp_path: Path, make_media: MakeMedia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    run = make_media("--into", "case")
    assert run.returncode == 1
    assert "git is needed" in run.stderr
    assert not (tmp_path / "case").exists()


def test_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = tmp_path / "ready"
    monkeypatch.setenv("PATH", instead_of_git(tmp_path, f": >'{ready}'; exec sleep 60"))
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    with subprocess.Popen(
        run_with(heed, tmp_path / "case"), stderr=subprocess.PIPE, text=True
    ) as process:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.01)
        assert (tmp_path / "case" / "musicvideos").exists()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == "make_media.py: interrupted; nothing is left behind\n"
    assert not (tmp_path / "case").exists()


def test_ctrl_c_at_the_very_end(
    tmp_path: Path, script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(folder: Path) -> None:
        assert weight(folder) > 29 * GB
        raise KeyboardInterrupt

    monkeypatch.setattr(script, "fill_git", interrupted)
    heeded = signal.getsignal(signal.SIGINT)
    assert script.main(["--into", str(tmp_path / "case")]) == 130
    assert not (tmp_path / "case").exists()
    assert signal.getsignal(signal.SIGINT) == heeded


def run_with(prelude: str, case: Path) -> list[str]:
    """The command that runs make_media.py after another statement."""
    program = (
        f"{prelude}; import runpy, sys; sys.argv = ['make_media.py', '--into', {str(case)!r}]; "
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    return [sys.executable, "-c", program]


def instead_of_git(folder: Path, commands: str) -> str:
    """A PATH on which git is something else."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\n{commands}\n")
    (programs / "git").chmod(0o755)
    return f"{programs}{os.pathsep}{os.environ['PATH']}"
