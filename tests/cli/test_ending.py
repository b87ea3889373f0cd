"""Signals that ask a program to end: whatever was begun is put away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxguard.cli.ending import ended_by_signals
from tests.cli.process import CTXGUARD, environment
from tests.deps.test_running import ends, wait_for
from tests.deps.wheels import keep_to, without_settings, write_wheel

SIGNALS = [pytest.param(getattr(signal, name), id=name) for name in ("SIGTERM", "SIGHUP")]


@pytest.fixture
def started_by_nobody() -> Iterator[None]:
    """Signals do what they do by themselves."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@ended_by_signals()
def put_away_after(how: signal.Signals) -> None:
    try:
        signal.raise_signal(how)
    finally:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGHUP)


@pytest.mark.usefixtures("started_by_nobody")
@pytest.mark.parametrize("how", SIGNALS)
def test_one_is_an_interrupt_and_the_next_is_too_late(how: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        put_away_after(how)
    assert signal.getsignal(how) is signal.SIG_DFL


@pytest.mark.usefixtures("started_by_nobody")
def test_what_is_ignored_stays_so() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with ended_by_signals():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_thread_is_not_asked() -> None:
    done: list[bool] = []

    def run() -> None:
        with ended_by_signals():
            done.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text("a\n", encoding="utf-8")
    return folder


def deps(*words: str) -> subprocess.Popen[bytes]:
    argv = [*CTXGUARD, "deps", *words]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, env=environment())


@pytest.mark.parametrize("how", SIGNALS)
def test_a_download_leaves_nothing(
    project: Path, temporary: Path, how: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index takes connections, and never answers."""
    without_settings(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.getsockname()[1]}/simple")
        with deps(str(project), "--download") as process:
            connection, _ = server.accept()
            assert os.listdir(temporary)
            process.send_signal(how)
            assert process.wait(30) == 130
            connection.settimeout(10)
            while connection.recv(4096):
                pass
            connection.close()
    assert os.listdir(temporary) == []


@pytest.mark.slow
def test_a_proof_leaves_nothing(
    project: Path, temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_to(tmp_path / "wheels", monkeypatch)
    write_wheel(tmp_path / "wheels", "a", files={"a.py": ""})
    (project / "a.py").write_text("import a\n", encoding="utf-8")
    command = f"sleep 100 & echo $! > {tmp_path}/pid; wait"
    with deps("split", str(project), "--prove", command) as process:
        assert process.stderr is not None
        assert b"installing 1 requirement in" in process.stderr.readline()
        assert b"running" in process.stderr.readline()
        pid = wait_for(tmp_path / "pid")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 130
    assert ends(pid)
    assert os.listdir(temporary) == []
