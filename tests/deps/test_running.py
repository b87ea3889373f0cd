"""Programs that say too much, take too long, or leave something running."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from ctxguard.deps.running import MOST_LINES, Ran, run


def shell(text: str, most_s: float = 20, **more: object) -> Ran:
    return run(["/bin/sh", "-c", text], dict(os.environ), most_s=most_s, **more)  # type: ignore[arg-type]


def ends(pid: int) -> bool:
    """Whether a process is gone within some seconds; a dead one may wait for its parent."""
    for _ in range(400):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def wait_for(path: Path) -> int:
    for _ in range(400):
        if path.exists() and path.read_text().endswith("\n"):
            return int(path.read_text())
        time.sleep(0.01)
    raise AssertionError(f"there is no {path}")


def test_how_it_ends() -> None:
    assert shell("echo a; echo b >&2; printf c; exit 3") == Ran(3, ("a", "b", "c"))
    assert shell("kill -9 $$").code == -9


def test_progress_that_is_written_over() -> None:
    assert shell("printf '10%%\\r50%%\\r100%%\\r\\ndone'").lines == ("100%", "done")


def test_no_input_comes() -> None:
    assert shell("cat; echo end").lines == ("end",)


def test_only_the_last_lines_stay() -> None:
    ran = shell("seq 1 100000; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo \xff")
    assert len(ran.lines) == MOST_LINES
    assert ran.lines[-2] == "x" * 2_000
    assert ran.lines[-3] == "100000"


def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    start = time.monotonic()
    ran = shell(f"sleep 60 & echo $! > {tmp_path}/pid; echo begun; wait", most_s=0.5)
    assert time.monotonic() - start < 10
    assert ran == Ran(None, ("begun",))
    assert ends(wait_for(tmp_path / "pid"))


def test_what_it_leaves_running_is_ended(tmp_path: Path) -> None:
    ran = shell(f"sleep 60 & echo $! > {tmp_path}/pid; echo done")
    assert ran == Ran(0, ("done",))
    assert ends(wait_for(tmp_path / "pid"))


@pytest.mark.slow
def test_what_left_the_group_holds_up_nobody(tmp_path: Path) -> None:
    code = (
        f"import os, time; os.setsid(); open('{tmp_path}/pid', 'w').write(f'{{os.getpid()}}\\n'); "
        "time.sleep(60)"
    )
    start = time.monotonic()
    ran = shell(
        f"{sys.executable} -c {shlex.quote(code)} & "
        f"while ! test -s {tmp_path}/pid; do :; done; echo x"
    )
    assert time.monotonic() - start < 15
    assert ran == Ran(0, ("x",))
    os.kill(wait_for(tmp_path / "pid"), 9)


def test_enough_was_said() -> None:
    ran = shell("while :; do echo more; done", enough=lambda line: line == "more")
    assert ran.code is None


def test_there_is_no_such_program(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        run([str(tmp_path / "none")], {}, most_s=1)
