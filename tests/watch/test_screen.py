"""The screen in a real pseudo-terminal, and how a watch ends."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from tests.watch.watching import watching

MakeTree = Callable[..., str]


class Screen:
    """A watch in a terminal of its own, and what a person would see on it."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self.terminal = terminal
        self.raw = b""
        self.resize(100, 24)

    def resize(self, columns: int, lines: int) -> None:
        self._display = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._display)

    def read(self, seconds: float = 0.1) -> str:
        """The lines that are on it now, without the blank ones."""
        until = time.monotonic() + seconds
        while select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]:
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                break
            if not data:
                break
            self.raw += data
            self._stream.feed(data)
        lines = [line.rstrip() for line in self._display.display]
        return "\n".join(filter(None, lines))

    def wait_for(self, text: str, most_s: float = 15) -> str:
        until = time.monotonic() + most_s
        while text not in (shown := self.read()):
            assert time.monotonic() < until, shown
        return shown

    def type(self, keys: bytes) -> None:
        os.write(self.terminal, keys)


@pytest.fixture
def root(make_tree: MakeTree) -> str:
    return make_tree(
        {
            "Dockerfile": "FROM scratch\nCOPY . /app\n",
            ".dockerignore": "data\n!data/kept\n",
            "data": {"kept": {"x": "1"}},
        }
    )


def environment() -> dict[str, str]:
    """With a terminal that tells its own size."""
    own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**own, "TERM": "xterm", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def screen(root: str) -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-m", "ctxguard", "watch", root, "--critical", "1MB"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
        start_new_session=True,
    )
    found = Screen(process, ours)
    try:
        found.wait_for("q or Ctrl-C ends")
        yield found
        assert termios.tcgetattr(theirs) == before
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


def ended(screen: Screen, code: int) -> str:
    """The line that is left, once the terminal is as it was."""
    assert screen.process.wait(15) == code
    screen.read(0.3)
    assert b"Traceback" not in screen.raw
    assert screen.raw.rindex(b"\x1b[?25h") > screen.raw.rindex(b"\x1b[?25l")  # the cursor is back
    *_, after = screen.raw.split(b"\x1b[?1049l")  # and the screen that was there before
    return after.decode().strip()


@pytest.mark.slow
def test_what_a_person_sees(screen: Screen, root: str) -> None:
    shown = screen.read()
    assert f"Build context {root}" in shown
    assert "OK: within budget" in shown
    assert "3 of 3 folders watched" in shown
    Path(root, "data", "kept", "video").write_bytes(b"x" * 900_000)
    shown = screen.wait_for("+900.00kB since the start, +900.00kB in the last minute")
    assert (
        "+900.00kB data/kept/video  .dockerignore:2 !data/kept, Dockerfile:2 COPY . /app" in shown
    )
    assert b"\a" not in screen.raw
    Path(root, "more").write_bytes(b"x" * 200_000)
    screen.wait_for("CRITICAL: over the critical limit of 1.00MB by ")
    screen.read(0.3)
    assert screen.raw.count(b"\a") == 1
    screen.type(b"xyq")
    assert ended(screen, 0).startswith("1.10MB in 5 files, +1.10MB in ")


@pytest.mark.slow
def test_it_follows_the_size_of_the_window(screen: Screen, root: str) -> None:
    for number in range(30):
        Path(root, f"file{number}").write_bytes(b"x" * (number + 1))
    screen.wait_for("+465B ./")
    screen.resize(40, 12)
    termios.tcsetwinsize(screen.terminal, (12, 40))
    shown = screen.wait_for("q or Ctrl-C ends")
    assert shown.splitlines()[0].startswith("Build context /tmp/")
    assert shown.splitlines()[0].endswith("…")
    assert shown.splitlines()[-1] == "q or Ctrl-C ends"
    screen.type(b"q")
    ended(screen, 0)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "SIGHUP"])
def test_it_ends_well(screen: Screen, how: str) -> None:
    if how == "Ctrl-C":
        os.kill(screen.process.pid, signal.SIGINT)
    else:
        os.kill(screen.process.pid, getattr(signal, how))
    assert "in 3 files, 0B in " in ended(screen, 130)


def test_a_closed_terminal(root: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ctxguard", "watch", root],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    Screen(process, ours).wait_for("q or Ctrl-C ends")
    os.close(ours)
    assert process.wait(15) != 0


def test_lines_until_it_is_over(root: str, tmp_path: Path) -> None:
    with watching(root, tmp_path / "out", "--critical", "1MB", "--until-over") as found:
        Path(root, "some").write_bytes(b"x" * 500_000)
        assert found.wait_for_lines(2)[-1]["status"] == "ok"
        Path(root, "more").write_bytes(b"x" * 600_000)
        assert found.process.wait(15) == 1
        last = found.lines()[-1]
    assert (last["status"], last["delta"]) == ("critical", 600_000)
    assert last["changed"] == [{"path": "more", "delta": 600_000}]
    with watching(root, tmp_path / "again", "--critical", "1MB", "--until-over") as found:
        assert found.process.wait(15) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_lines_end_well(root: str, tmp_path: Path, how: int) -> None:
    with watching(root, tmp_path / "out") as found:
        assert found.end(how) == 130
    assert "Traceback" not in (tmp_path / "out").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_program_that_is_run_when_it_is_over(root: str, tmp_path: Path) -> None:
    got = tmp_path / "got"
    script = f"import sys; open({str(got)!r}, 'a').write(sys.argv[1] + sys.stdin.read())"
    arguments = ("--critical", "1MB", "--on-over", sys.executable, "-c", script, "--poll $(id)")
    with watching(root, tmp_path / "out", *arguments) as found:
        for _ in range(2):
            Path(root, "more").write_bytes(b"x" * 1_100_000)
            found.settle()
            Path(root, "more").unlink()
            found.settle()
    text = got.read_text(encoding="utf-8")
    assert text.startswith('--poll $(id){\n  "schema_version": 1')
    assert text.count('"status": "critical"') >= 2


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (("/no/such/program",), "cannot run /no/such/program: no such file or directory"),
        (("sh", "-c", "exit 3"), "sh failed with exit code 3"),
    ],
)
def test_a_program_that_fails(
    root: str, tmp_path: Path, program: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out"
    with watching(root, out, "--critical", "1MB", "--on-over", *program) as found:
        Path(root, "more").write_bytes(b"x" * 1_100_000)
        until = time.monotonic() + 15
        while said not in out.read_text(encoding="utf-8"):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert found.process.poll() is None
