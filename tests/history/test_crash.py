"""kill -9 at any moment, and many writers at once: what was acknowledged is there."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ctxguard.history.store import Store
from tests.history.recorded import a_measurement

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")
_ID_BYTES = 32


class Writer:
    """A process that keeps measurements, and tells of each that it is kept."""

    def __init__(self, path: str, work: Callable[[str], Iterator[str]]) -> None:
        self._told, telling = os.pipe()
        self._process = os.fork()
        if not self._process:
            with suppress(BaseException):
                for id_ in work(path):
                    os.write(telling, id_.encode())
                os._exit(0)
            os._exit(1)
        os.close(telling)
        self._said = b""

    def wait_for_one(self) -> None:
        """Until it has told of one at least."""
        self._said += os.read(self._told, 1 << 16)

    def kill(self) -> None:
        os.kill(self._process, signal.SIGKILL)

    def end(self) -> tuple[int, set[str]]:
        """How it ended, and what it told."""
        said = self._said
        while chunk := os.read(self._told, 1 << 16):
            said += chunk
        os.close(self._told)
        _, status = os.waitpid(self._process, 0)
        ids = {said[at : at + _ID_BYTES].decode() for at in range(0, len(said), _ID_BYTES)}
        return os.waitstatus_to_exitcode(status), ids


def one_by_one(path: str) -> Iterator[str]:
    """Opened anew each time, as reports do."""
    while True:
        yield from some(path, 1)


def some(path: str, count: int = 10) -> Iterator[str]:
    for _ in range(count):
        new = a_measurement(folders=tuple((f"folder{at}", at) for at in range(40)))
        with Store(path, writing=True, wait_s=60) as store:
            store.add([new])
        yield new.id


def assert_sound(path: str, told: set[str]) -> None:
    with Store(path, writing=False) as store:
        assert told <= store.ids()
        assert len(store.measurements()) == len(store.ids())
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def killed(path: str, rounds: int) -> None:
    moments = random.Random(8)
    told: set[str] = set()
    for number in range(rounds):
        writer = Writer(path, one_by_one)
        if number % 3 == 2:
            writer.wait_for_one()
        # From the first moment on: opening, making the tables, the log, the commit.
        time.sleep(moments.choice([0.002, 0.01, 0.03]) * moments.random() * 4)
        writer.kill()
        code, ids = writer.end()
        assert code == -signal.SIGKILL
        told |= ids
        if number % 20 == 0 and os.path.lexists(path):
            assert_sound(path, told)
    assert len(told) >= rounds // 3
    assert_sound(path, told)


def test_killed(tmp_path: Path) -> None:
    killed(str(tmp_path / "h.db"), 20)


@pytest.mark.slow
def test_killed_two_hundred_times(tmp_path: Path) -> None:
    killed(str(tmp_path / "h.db"), 200)


def test_sixteen_at_once(tmp_path: Path) -> None:
    """They make the file at the same moment, too."""
    path = str(tmp_path / "h.db")
    writers = [Writer(path, some) for _ in range(16)]
    ended = [writer.end() for writer in writers]
    assert [code for code, _ in ended] == [0] * 16
    told = set().union(*(ids for _, ids in ended))
    assert len(told) == 160
    assert_sound(path, told)


def test_some_of_many_are_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "h.db")
    writers = [Writer(path, some) for _ in range(12)]
    time.sleep(0.1)
    for writer in writers[::2]:
        writer.kill()
    ended = [writer.end() for writer in writers]
    assert [code for code, _ in ended[1::2]] == [0] * 6
    assert_sound(path, set().union(*(ids for _, ids in ended)))
