"""`-o FILE`: written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ctxguard.cli import output
from ctxguard.errors import UsageError
from tests.cli import process
from tests.cli.documents import only_report
from tests.conftest import Result

Run = Callable[..., Result]
MakeTree = Callable[..., str]


@pytest.fixture
def root(make_tree: MakeTree) -> str:
    return make_tree({"Dockerfile": "", "f": "x"})


@pytest.fixture
def folder(make_tree: MakeTree) -> str:
    """Where the output goes."""
    return make_tree({"old": "what was there before"}, name="out")


def content(*path: str) -> str:
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("format_", ["terminal", "json"])
@pytest.mark.parametrize("name", ["new", "old"])
def test_the_file_holds_what_would_be_printed(
    root: str, folder: str, run_cli: Run, name: str, format_: str
) -> None:
    printed = run_cli("report", root, "--format", format_)
    found = run_cli("report", root, "--format", format_, "-o", os.path.join(folder, name))
    assert (found.code, found.out, found.err) == (0, "", "")
    assert content(folder, name) == printed.out
    assert sorted(os.listdir(folder)) == sorted({"old", name})


def test_the_exit_code_stays(root: str, folder: str, run_cli: Run) -> None:
    target = os.path.join(folder, "new")
    assert run_cli("report", root, "--critical", "0", "-o", target).code == 1
    assert "CRITICAL" in content(target)


def test_a_file_gets_color_only_on_request(
    root: str, folder: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    target = os.path.join(folder, "new")
    run_cli("report", root, "-o", target)
    assert "\x1b" not in content(target)
    run_cli("report", root, "-o", target, "--color", "always")
    assert "\x1b" in content(target)


def test_a_relative_file(
    root: str, folder: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert run_cli("report", root, "-o", "new").code == 0
    assert content("new")


def test_rights_are_kept_or_follow_the_umask(root: str, folder: str, run_cli: Run) -> None:
    old, new = os.path.join(folder, "old"), os.path.join(folder, "new")
    os.chmod(old, 0o640)
    before = os.umask(0o027)
    try:
        run_cli("report", root, "-o", old)
        run_cli("report", root, "-o", new)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in (old, new)] == [0o640, 0o640]


def test_a_link_is_followed_not_replaced(root: str, folder: str, run_cli: Run) -> None:
    link = os.path.join(folder, "link")
    os.symlink("old", link)
    assert run_cli("report", root, "-o", link).code == 0
    assert os.path.islink(link)
    assert content(folder, "old").startswith("Build context")


def test_a_report_that_is_not_made_leaves_the_file_alone(
    make_tree: MakeTree, folder: str, run_cli: Run
) -> None:
    refused = make_tree({".dockerignore": "[\n"})
    assert run_cli("report", refused, "-o", os.path.join(folder, "old")).code == 3
    assert content(folder, "old") == "what was there before"


IMPOSSIBLE = [
    ("a folder", ".", "Is a directory"),
    ("in a folder that is missing", "missing/new", "No such file or directory"),
    ("below a file", "old/new", "Not a directory"),
    ("no room", "/dev/full", "No space left on device"),
]


@pytest.mark.parametrize(
    ("name", "reason"), [row[1:] for row in IMPOSSIBLE], ids=[row[0] for row in IMPOSSIBLE]
)
def test_a_file_that_cannot_be_written(
    root: str, folder: str, run_cli: Run, name: str, reason: str
) -> None:
    target = os.path.join(folder, name)
    found = run_cli("report", root, "-o", target)
    assert (found.code, found.out) == (2, "")
    assert found.err == f"ctxguard: cannot write -o {target}: {reason}\n"
    assert os.listdir(folder) == ["old"]
    assert content(folder, "old") == "what was there before"


def test_a_folder_without_rights(
    root: str, folder: str, run_cli: Run, without_rights: Callable[[], Any]
) -> None:
    os.chmod(folder, 0o555)
    with without_rights():
        found = run_cli("report", root, "-o", os.path.join(folder, "old"))
    os.chmod(folder, 0o755)
    assert found.code == 2
    assert found.err.endswith("Permission denied\n")
    assert os.listdir(folder) == ["old"]
    assert content(folder, "old") == "what was there before"


FAILING = ["fsync", "replace", "chmod"]


@pytest.mark.parametrize("step", FAILING)
def test_whatever_fails_on_the_way_leaves_nothing_behind(
    folder: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(UsageError, match="Input/output error"):
        output.write("new", os.path.join(folder, "old"))
    assert os.listdir(folder) == ["old"]
    assert content(folder, "old") == "what was there before"


def test_ctrl_c_on_the_way_leaves_nothing_behind(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        output.write("new", os.path.join(folder, "old"))
    assert os.listdir(folder) == ["old"]
    assert content(folder, "old") == "what was there before"


def test_a_name_as_long_as_a_name_can_be(root: str, folder: str, run_cli: Run) -> None:
    target = os.path.join(folder, "n" * 255)
    found = run_cli("report", root, "-o", target)
    assert (found.code, found.err) == (0, "")
    assert content(target)


@contextmanager
def reading(path: str) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield handle
    finally:
        os.close(handle)


def test_a_fifo_is_written_to(root: str, folder: str, run_cli: Run) -> None:
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    with reading(fifo) as handle:
        assert run_cli("report", root, "-o", fifo).code == 0
        assert os.read(handle, 65_536).startswith(b"Build context")
    assert stat.S_ISFIFO(os.stat(fifo).st_mode)


def test_standard_output_by_name_when_it_is_a_pipe(root: str) -> None:
    found = process.run("report", root, "--format", "json", "-o", "/dev/stdout")
    assert (found.returncode, found.stderr) == (0, b"")
    assert only_report(found.stdout.decode())


def test_another_pipe_by_its_number(root: str) -> None:
    # What a shell makes of `-o >(jq .)`.
    theirs, ours = os.pipe()
    with open(theirs, "rb") as stream:
        found = process.run("report", root, "-o", f"/dev/fd/{ours}", pass_fds=(ours,))
        os.close(ours)
        assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
        assert stream.read().startswith(b"Build context")


def test_standard_output_by_name_goes_where_the_shell_is(root: str, folder: str) -> None:
    command = 'echo before; "$@" -o /dev/stdout; echo behind'
    argv = ["sh", "-c", command, "sh", *process.CTXGUARD, "report", "-q", root]
    with open(os.path.join(folder, "old"), "wb") as stream:
        subprocess.run(argv, check=True, stdout=stream, env=process.environment())
    shown = content(folder, "old").splitlines()
    assert (shown[0], shown[1][:13], shown[-1]) == ("before", "Build context", "behind")


def test_standard_output_by_name_when_it_is_a_file(root: str, folder: str) -> None:
    with open(os.path.join(folder, "old"), "wb") as stream:
        found = process.run(
            "report", root, "-o", "/dev/stdout", capture_output=False, stdout=stream
        )
    assert found.returncode == 0
    assert content(folder, "old").startswith("Build context")
    assert os.listdir(folder) == ["old"]


def test_a_read_only_file_is_not_replaced(
    root: str, folder: str, run_cli: Run, without_rights: Any
) -> None:
    path = os.path.join(folder, "kept")
    with open(path, "w", encoding="utf-8") as file:
        file.write("kept")
    os.chmod(path, 0o444)
    os.chmod(folder, 0o777)
    with without_rights():
        found = run_cli("report", root, "-o", path)
    assert (found.code, content(path)) == (2, "kept")


def test_a_link_to_itself_is_not_replaced(root: str, folder: str, run_cli: Run) -> None:
    path = os.path.join(folder, "loop")
    os.symlink("loop", path)
    assert run_cli("report", root, "-o", path).code == 2
    assert os.path.islink(path)


def test_no_name_at_all(root: str, run_cli: Run) -> None:
    found = run_cli("report", root, "-o", "")
    assert (found.code, "name of a file" in found.err) == (2, True)


def test_a_history_is_never_replaced(root: str, folder: str, run_cli: Run) -> None:
    history = os.path.join(folder, "history.db")
    assert run_cli("report", root, "--record", "--history", history).code == 0
    before = os.stat(history).st_size
    for command in ("report", "lint"):
        found = run_cli(command, root, "--format", "json", "-o", history)
        assert found.code == 2
        assert "is a history of measurements" in found.err
    assert os.stat(history).st_size == before
    assert run_cli("history", "-C", root, "--history", history).code == 0


def test_the_name_of_a_folder(root: str, folder: str, run_cli: Run) -> None:
    found = run_cli("report", root, "-o", os.path.join(folder, "new/"))
    assert found.code == 2
    assert "names a folder" in found.err
    assert os.listdir(folder) == ["old"]
