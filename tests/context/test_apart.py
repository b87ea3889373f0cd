"""Measuring in several processes, when something goes wrong in one of them or someone stops it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from ctxguard.context.course import Member, PartOfCourse, Request, measure_apart
from ctxguard.context.measure import measure
from ctxguard.context.tree.given import worktree
from ctxguard.context.walking.walk import Waiting
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend
from tests.conftest import Tree
from tests.context.measuring import (
    BOTH,
    Watched,
    child_processes,
    codes,
    request_for,
    split_early,
    told_apart,
    within,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="one process elsewhere")
BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]
FILES: Tree = {f"f{at}": "x" * at for at in range(6)}
TREE: Tree = {"Dockerfile": "FROM scratch\n"} | {
    f"d{at}": {"p": FILES, "q": {"r": FILES}, "x": "123"} for at in range(6)
}
"""Less than 128 entries: among more of them the order would matter, and all were done here."""


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    here, children = os.getcwd(), child_processes()
    with within(30):
        yield
    assert child_processes() == children
    assert os.getcwd() == here


@pytest.fixture
def request_(make_tree: Make) -> Request:
    return request_for(make_tree(TREE), types=True, savings=True)


def in_children(monkeypatch: pytest.MonkeyPatch, what: Callable[[str], None]) -> None:
    """Do this first, in a child alone, for each subtree of a piece."""
    parent, part = os.getpid(), measure_apart

    def first(members: Sequence[Member], subtrees: Sequence[Waiting]) -> list[PartOfCourse]:
        if os.getpid() != parent:
            for waiting in subtrees:
                what(waiting.path)
        return part(members, subtrees)

    monkeypatch.setattr("ctxguard.context.measure.measure_apart", first)


def die(_path: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_d3(path: str) -> None:
    if path.startswith("d3"):
        die(path)


def run_out_of_memory(path: str) -> None:
    if path.startswith(("d2", "d4")):
        raise MemoryError


@pytest.mark.parametrize(
    "what", [die, die_at_d3, run_out_of_memory], ids=lambda what: what.__name__
)
def test_a_lost_part_is_measured_here(
    what: Callable[[str], None],
    request_: Request,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    expected = measure(request_, processes=1)
    in_children(monkeypatch, what)
    with split_early(splits=12):
        assert told_apart(measure(request_, processes=2), expected) == {}
    assert capfd.readouterr() == ("", "")


def test_parts_are_measured_elsewhere(
    request_: Request, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "log"

    def note(path: str) -> None:
        with log.open("a") as file:
            file.write(f"{path}\n")

    in_children(monkeypatch, note)
    with split_early():
        measure(request_, processes=2)
    noted = log.read_text().split()
    assert len(set(noted)) == len(noted) >= 4


def test_killed_from_outside(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a helper, while both are at work."""
    expected = measure(request_, processes=1)
    in_children(monkeypatch, lambda _: time.sleep(0.03))
    helper = f"""
import os, signal, time
from tests.context.measuring import child_processes
deadline = time.monotonic() + 20
killed = set()
while len(killed) < 2 and time.monotonic() < deadline:
    for pid in child_processes({os.getpid()}) - killed - {{os.getpid()}}:
        time.sleep(0.05)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        killed.add(pid)
"""
    killer = subprocess.Popen([sys.executable, "-c", helper], cwd=Path(__file__).parents[2])
    try:
        time.sleep(0.5)
        with split_early(splits=12):
            assert told_apart(measure(request_, processes=3), expected) == {}
    finally:
        killer.kill()
        killer.wait()


@BOTH
def test_a_folder_that_vanishes_in_a_part(backend: Backend, make_tree: Make) -> None:
    root = make_tree(TREE)

    def remove(path: str) -> None:
        if path == "d4/q":
            shutil.rmtree(f"{root}/d4/q", ignore_errors=True)

    with split_early():
        source = Watched(worktree(root), before_listing=remove)
        measured = measure(request_for(root, backend, source=source), processes=2)
    assert codes(measured) == [("vanished", "d4/q")]
    assert not measured.complete
    assert measured.size.files == 1 + 6 * 13 - 6


def test_a_part_that_has_vanished_as_a_whole(make_tree: Make, tmp_path: Path) -> None:
    root = make_tree(TREE)

    def remove() -> None:
        for at in (2, 3, 5):
            with suppress(FileNotFoundError):
                os.rename(f"{root}/d{at}", tmp_path / f"{at}")

    with split_early():
        source = Watched(worktree(root), on_own_process=remove)
        measured = measure(request_for(root, source=source), processes=2)
    assert codes(measured) == [("vanished", f"d{at}") for at in (2, 3, 5)]
    assert measured.size.files == 1 + 3 * 13


def test_a_part_in_which_the_builder_refuses(
    make_tree: Make, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    root = make_tree(TREE)
    for at in (3, 5):
        os.chmod(f"{root}/d{at}/q/r", 0)
    with without_rights(), split_early():
        with pytest.raises(MeasureError, match="can't stat 'd3/q/r'"):
            measure(request_for(root, LEGACY), processes=2)
        measured = measure(request_for(root, BUILDKIT), processes=2)
    assert "can't stat 'd3/q/r'" in (measured.legacy_reason or "")
    assert codes(measured) == [("unreadable-folder", f"d{at}/q/r") for at in (3, 5)]
    assert not measured.complete


@pytest.mark.parametrize("processes", [1, 2])
def test_no_descriptor_stays_open(processes: int, make_tree: Make) -> None:
    request = request_for(make_tree(TREE))
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with split_early():
            measure(request, processes=processes)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_progress_never_goes_back(request_: Request) -> None:
    told: list[int] = []
    with split_early():
        measured = measure(request_, told.append, processes=2)
    assert told == sorted(told)
    assert measured.copy_all is not None
    assert 0 < told[-1] <= measured.copy_all.entries
    assert told[-1] >= measured.copy_all.entries // 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_progress_that_fails(error: type[BaseException], request_: Request) -> None:
    began = False

    def fail(_sent: int) -> None:
        nonlocal began
        began = began or bool(child_processes())
        if began:
            raise error

    with split_early(), pytest.raises(error) as caught:
        measure(request_, fail, processes=2)
    del caught
    assert child_processes() == set()


# ── Ctrl-C ─────────────────────────────────────────────────────────────────────────────────────

FOLDERS, EACH = 120, 400


@pytest.fixture(scope="module")
def large_tree(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = os.path.realpath(tmp_path_factory.mktemp("large"))
    for folder in range(FOLDERS):
        path = f"{root}/{folder % 12}/{folder}"
        os.makedirs(path)
        for file in range(EACH):
            os.close(os.open(f"{path}/{file}", os.O_CREAT))
    return root


def is_walking(process: subprocess.Popen[str], root: str) -> bool:
    """Whether a folder of the tree is open."""
    try:
        fds = [f"/proc/{process.pid}/fd/{fd}" for fd in os.listdir(f"/proc/{process.pid}/fd")]
        return any(os.readlink(fd).startswith(root) for fd in fds)
    except OSError:
        return False


def has_forked(process: subprocess.Popen[str], _root: str) -> bool:
    return bool(child_processes(process.pid))


def group_members(group: int) -> list[str]:
    """The processes of a process group that are still running."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, _parent, its_group = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.002, 0.005, 0.01, 0.03, 0.06, 0.1])
@pytest.mark.parametrize("moment", [is_walking, has_forked], ids=lambda moment: moment.__name__)
def test_ctrl_c(
    moment: Callable[[subprocess.Popen[str], str], bool], after: float, large_tree: str
) -> None:
    program = [sys.executable, "-m", "ctxguard", "report", large_tree, "--savings"]
    process = subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        while process.poll() is None and not moment(process, large_tree):
            pass
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert group_members(process.pid) == []
    finally:
        process.kill()
    if out:
        # It was over, or on its way out; a busy machine makes that happen.
        ended = process.returncode, err.lstrip("\n")
        assert ended in ((0, ""), (-signal.SIGINT, ""), (130, "ctxguard: interrupted\n"))
    else:
        # An empty line comes first, so that the ^C of a terminal is left alone.
        assert (process.returncode, out, err.lstrip("\n")) == (130, "", "ctxguard: interrupted\n")
