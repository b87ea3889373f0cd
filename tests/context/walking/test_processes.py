"""Work in forked processes: every result arrives, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ctxguard.context.walking.processes import spread, useful_processes
from tests.context.measuring import child_processes, within

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no forks elsewhere")

PIECES = 12


def nothing() -> None:
    pass


def results(
    work: Callable[[int], object],
    processes: int = 3,
    pieces: int = PIECES,
    prepare: Callable[[], None] = nothing,
) -> dict[int, object]:
    """What comes back, by piece; each at most once."""
    rows = list(spread(pieces, work, processes, prepare))
    assert len({piece for piece, _ in rows}) == len(rows)
    return dict(rows)


@pytest.fixture(autouse=True)
def _nobody_stays() -> Iterator[None]:
    before, descriptors = child_processes(), len(os.listdir("/proc/self/fd"))
    with within(20):
        yield
    assert child_processes() == before
    assert len(os.listdir("/proc/self/fd")) == descriptors


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2, 3, 20])
@pytest.mark.parametrize("pieces", [0, 1, 2, PIECES, 500])
def test_every_piece_is_done_once(processes: int, pieces: int) -> None:
    assert results(lambda at: at * at, processes, pieces) == {at: at * at for at in range(pieces)}


def test_some_thousands_of_pieces() -> None:
    assert len(results(lambda at: at, pieces=8000)) == 8000


def test_it_is_done_elsewhere_and_by_several() -> None:
    def work(_at: int) -> int:
        time.sleep(0.01)
        return os.getpid()

    done_by = set(results(work).values())
    assert os.getpid() not in done_by
    assert len(done_by) > 1


def test_results_of_any_size() -> None:
    assert results(lambda at: b"x" * (at * 300_000)) == {
        at: b"x" * (at * 300_000) for at in range(PIECES)
    }


def test_prepared_once_in_each_process_and_not_here() -> None:
    prepared: list[int] = []
    found = results(lambda _: list(prepared), prepare=lambda: prepared.append(os.getpid()))
    assert prepared == []
    assert len(found) == PIECES
    assert all(isinstance(pids, list) and len(pids) == 1 for pids in found.values())


def test_a_result_comes_before_the_last_piece_is_done() -> None:
    stream = spread(2, lambda at: time.sleep(30 * at), 2, nothing)
    started = time.monotonic()
    assert next(stream) == (0, None)
    stream.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10


# ── processes that fail ────────────────────────────────────────────────────────────────────────


def killed(at: int) -> int:
    if at == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return at


def failing(at: int) -> int:
    if at == 5:
        raise ValueError(at)
    return at


def leaving(at: int) -> int:
    if at == 5:
        sys.exit(7)
    return at


def interrupted(at: int) -> int:
    if at == 5:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
    return at


def unpicklable(at: int) -> object:
    return (lambda: at) if at == 5 else at


FAILURES = [killed, failing, leaving, interrupted, unpicklable]


@pytest.mark.parametrize("work", FAILURES, ids=lambda work: work.__name__)
@pytest.mark.parametrize("processes", [2, 4])
def test_a_process_that_ends_takes_only_its_piece_along(
    work: Callable[[int], object], processes: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert results(work, processes) == {at: at for at in range(PIECES) if at != 5}
    assert capfd.readouterr() == ("", "")


def test_the_only_process_ends() -> None:
    assert results(killed, processes=1) == {at: at for at in range(5)}


def test_all_processes_end() -> None:
    def work(_at: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    assert results(work) == {}


def test_half_a_result_is_none() -> None:
    def work(at: int) -> bytes:
        if at == 1:
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return b"x" * (50_000_000 if at == 1 else 1)

    rows: dict[int, object] = {}
    for piece, result in spread(3, work, 1, nothing):
        rows[piece] = result
        time.sleep(0.2)
    assert set(rows) <= {0, 1, 2}
    assert all(result in (b"x", b"x" * 50_000_000) for result in rows.values())


def test_a_preparation_that_fails_loses_all() -> None:
    def prepare() -> None:
        raise OSError

    assert results(lambda at: at, prepare=prepare) == {}


# ── who stops early ────────────────────────────────────────────────────────────────────────────


def slow(at: int) -> int:
    time.sleep(30 * (at > 0))
    return at


def test_closed_early() -> None:
    stream = spread(PIECES, slow, 3, nothing)
    assert next(stream) == (0, 0)
    assert len(child_processes()) == 3
    stream.close()  # type: ignore[attr-defined]
    assert child_processes() == set()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_where_the_results_are_used(error: type[BaseException]) -> None:
    def use() -> None:
        for _ in spread(PIECES, slow, 3, nothing):
            raise error

    with pytest.raises(error) as caught:
        use()
    del caught
    assert child_processes() == set()


def test_interrupted_while_it_waits() -> None:
    with pytest.raises(TimeoutError), within(0.3):
        results(lambda _: time.sleep(30))
    assert child_processes() == set()


def test_never_begun() -> None:
    spread(PIECES, slow, 3, nothing)
    assert child_processes() == set()


# ── what is the parent's ───────────────────────────────────────────────────────────────────────

PROGRAM = """
import atexit, sys
from ctxguard.context.walking.processes import spread
sys.stdout.write("once;")
atexit.register(print, "at exit;", end="")
try:
    print(sorted(at for at, _ in spread(4, lambda at: 1 // (at - 2), 2, lambda: None)), end=";")
finally:
    print("finally;", end="")
"""


def test_nothing_of_the_parents_is_written_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "once;[0, 1, 3];finally;at exit;"
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_parent_that_dies_leaves_nobody_behind() -> None:
    """Killed, it can end nobody; they end when they find nobody to tell."""
    program = """
import os, time
from ctxguard.context.walking.processes import spread
def work(at):
    time.sleep(0.3)
    return os.getpid()
for _, pid in spread(400, work, 2, lambda: None):
    print(pid, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pids = {int(process.stdout.readline()) for _ in range(2)}
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(map(_is_running, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(_is_running, pids))


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# ── how many ───────────────────────────────────────────────────────────────────────────────────


def test_as_many_as_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threading.active_count() == 1, "this process has threads of its own"
    assert useful_processes() == len(os.sched_getaffinity(0))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5})
    assert useful_processes() == 3


def test_one_beside_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5})
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert useful_processes() == 1
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
def test_one_where_forks_are_not_safe(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert useful_processes() == 1
