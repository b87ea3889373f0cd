"""Faults while the hook is put in its place: the old one survives whole, and git still runs it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ctxguard.git.repository import find
from ctxguard.githook.folder import hooks_folder
from ctxguard.githook.installing import install, uninstall
from ctxguard.githook.script import Script
from ctxguard.githook.telling import HookError
from tests.conftest import Result
from tests.githook.pushing import FOREIGN, Pair, hooks, kept, state, write_hook

Run = Callable[..., Result]


def folder_of(pair: Pair) -> Any:
    return hooks_folder(find(pair.local.root).repository)


SCRIPT = Script(sys.executable, ".", made_folder=False)


def test_two_at_once(pair: Pair) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    for _ in range(10):
        failures: list[BaseException] = []
        start = threading.Barrier(4)

        def put(start: threading.Barrier = start, failures: Any = failures) -> None:
            start.wait()
            try:
                install(folder_of(pair), SCRIPT)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=put) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert set(state(hooks(pair))) == set(before)
        assert kept(pair).read_text(encoding="utf-8") == FOREIGN
        assert uninstall(folder_of(pair))
        assert state(hooks(pair)) == before


def test_two_processes_at_once(pair: Pair) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    command = [sys.executable, "-m", "ctxguard", "hook", "install", "-C", pair.local.root]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    uninstall(folder_of(pair))
    assert state(hooks(pair)) == before


def test_a_read_only_folder(
    pair: Pair, run_cli: Run, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    folder = folder_of(pair)
    for path in (hooks(pair), *hooks(pair).parents[:4]):
        path.chmod(0o555)
    try:
        with without_rights(), pytest.raises(HookError, match="permission denied; what was there"):
            install(folder, SCRIPT)
    finally:
        for path in (hooks(pair), *hooks(pair).parents[:4]):
            path.chmod(0o755)
    assert state(hooks(pair)) == before


def test_a_full_disk(pair: Pair) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))

    def nothing_more() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = subprocess.run(
        [sys.executable, "-m", "ctxguard", "hook", "install", "-C", pair.local.root],
        preexec_fn=nothing_more,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "file too large; what was there is as it was" in done.stderr
    assert state(hooks(pair)) == before


@pytest.mark.parametrize("step", ["fsync", "link", "replace"])
@pytest.mark.parametrize("foreign", [True, False])
def test_an_interrupted_installation(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, step: str, *, foreign: bool
) -> None:
    if foreign:
        write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(os, step, interrupt)
        if step == "link" and not foreign:
            return
        with pytest.raises(KeyboardInterrupt):
            install(folder_of(pair), SCRIPT)
    after = state(hooks(pair))
    assert after.get("pre-push") == before.get("pre-push")
    assert install(folder_of(pair), SCRIPT)
    assert uninstall(folder_of(pair))
    assert state(hooks(pair)) == before


@pytest.mark.slow
def test_killed_at_any_moment(pair: Pair, tmp_path: Path) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    code = (
        "import sys, os\n"
        "from ctxguard.githook import installing\n"
        "from ctxguard.githook.folder import hooks_folder\n"
        "from ctxguard.githook.script import Script\n"
        "from ctxguard.git.repository import find\n"
        "folder = hooks_folder(find(sys.argv[1]).repository)\n"
        "left = int(sys.argv[2])\n"
        "def count(event, arguments):\n"
        "    global left\n"
        "    if event.startswith(('os.', 'open', 'fcntl')):\n"
        "        left -= 1\n"
        "        if left == 0: os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(count)\n"
        "installing.install(folder, Script(sys.executable, '.', False))\n"
    )
    for moment in range(1, 200):
        done = subprocess.run(
            [sys.executable, "-c", code, pair.local.root, str(moment)],
            capture_output=True,
            check=False,
        )
        hook = hooks(pair) / "pre-push"
        ours = folder_of(pair).installed() is not None
        whole = hook if not ours else kept(pair)
        assert whole.read_text(encoding="utf-8") == FOREIGN, moment
        assert os.access(whole, os.X_OK)
        install(folder_of(pair), SCRIPT)
        uninstall(folder_of(pair))
        assert state(hooks(pair)) == before, moment
        if done.returncode == 0:
            break
    assert done.returncode == 0
    assert moment > 5


def test_no_hard_links(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))

    def none(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    assert install(folder_of(pair), SCRIPT)
    assert uninstall(folder_of(pair))
    assert state(hooks(pair)) == before


def test_a_folder_in_the_way(pair: Pair, run_cli: Run) -> None:
    (hooks(pair) / "pre-push").mkdir()
    found = run_cli("hook", "install", "-C", pair.local.root)
    assert (found.code, "it is a folder; take it away" in found.err) == (2, True)
    assert (hooks(pair) / "pre-push").is_dir()
