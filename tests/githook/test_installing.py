"""The hook put in its place and taken away, and what was there before."""

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
from ctxguard.githook.installing import HookError, install, uninstall
from ctxguard.githook.script import Script, read
from tests.conftest import Result
from tests.git.repositories import environment, git
from tests.githook.pushing import BIG, Pair, make_pair

Run = Callable[..., Result]
FOREIGN = """#!/bin/sh
# Reads what git says to the end.
echo "args: $*" >>"$LOG"
cat >>"$LOG"
exit "${FOREIGN_EXIT:-0}"
"""


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return make_pair(str(tmp_path))


def hooks(pair: Pair) -> Path:
    return Path(pair.local.root, ".git/hooks")


def write_hook(path: Path, text: str = FOREIGN) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o754)
    os.utime(path, ns=(10**18, 10**18))


def state(folder: Path) -> dict[str, Any]:
    """Everything that is in a folder."""
    found = {}
    for path in sorted(folder.iterdir()):
        stat = path.lstat()
        content: Any = os.readlink(path) if path.is_symlink() else None
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        found[path.name] = (stat.st_mode, stat.st_mtime_ns, content)
    return found


def test_installed_twice_and_taken_away(pair: Pair, run_cli: Run) -> None:
    before = state(hooks(pair))
    there = ("-C", pair.local.root)
    assert run_cli("hook", "status", *there).code == 1
    first = run_cli("hook", "install", *there)
    assert (first.code, first.out) == (0, f"installed in {hooks(pair)}/pre-push\n")
    assert os.access(hooks(pair) / "pre-push", os.X_OK)
    again = run_cli("hook", "install", *there)
    assert again.out.startswith("already installed in")
    status = run_cli("hook", "status", *there)
    assert (status.code, status.out.splitlines()) == (
        0, [f"installed in {hooks(pair)}/pre-push", f"it uses {sys.executable}"],
    )  # fmt: skip
    assert run_cli("hook", "uninstall", *there).out == f"taken out of {hooks(pair)}\n"
    assert state(hooks(pair)) == before
    none = run_cli("hook", "uninstall", *there)
    assert (none.code, none.out) == (0, f"there is no hook of ctxguard in {hooks(pair)}\n")


def test_a_foreign_hook_runs_first_and_is_put_back(
    pair: Pair, run_cli: Run, tmp_path: Path
) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    there = ("-C", pair.local.root)
    out = run_cli("hook", "install", *there).out
    assert f"it is kept as {hooks(pair)}/pre-push.kept-by-ctxguard" in out
    assert "the hook that was there before runs first" in run_cli("hook", "status", *there).out
    log = tmp_path / "log"
    pushed = pair.push(env={"LOG": str(log)})
    assert pushed.code == 0, pushed.err
    tip = pair.local.id()
    assert log.read_text(encoding="utf-8") == (
        f"args: origin {pair.remote}\nrefs/heads/main {tip} refs/heads/main {'0' * 40}\n"
    )
    assert pushed.told == ["main: the build context is 90B in 4 files"]
    pair.local.commit({"clip.mp4": BIG})
    refused = pair.push(env={"LOG": str(log), "FOREIGN_EXIT": "7"})
    assert (refused.code, refused.told) == (1, [])
    assert pair.push(env={"LOG": str(log)}).told[0].startswith("main is stopped")
    assert "is back" in run_cli("hook", "uninstall", *there).out
    assert state(hooks(pair)) == before


def test_a_foreign_hook_that_reads_nothing_or_is_not_executable(
    pair: Pair, run_cli: Run, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    write_hook(hooks(pair) / "pre-push", '#!/bin/sh\necho ran >>"$LOG"\n')
    run_cli("hook", "install", "-C", pair.local.root)
    assert pair.push(env={"LOG": str(log)}).code == 0
    assert log.exists()
    log.unlink()
    (hooks(pair) / "pre-push.kept-by-ctxguard").chmod(0o644)
    pair.local.commit({"x": "1"})
    assert pair.push(env={"LOG": str(log)}).code == 0
    assert not log.exists()
    assert "is not executable" in run_cli("hook", "status", "-C", pair.local.root).out


@pytest.mark.parametrize("kind", ["symlink", "dangling"])
def test_a_foreign_hook_that_is_a_link(pair: Pair, tmp_path: Path, run_cli: Run, kind: str) -> None:
    if kind == "symlink":
        write_hook(tmp_path / "theirs")
    (hooks(pair) / "pre-push").symlink_to(tmp_path / "theirs")
    before = state(hooks(pair))
    run_cli("hook", "install", "-C", pair.local.root)
    found = pair.push(env={"LOG": str(tmp_path / "log")})
    assert (found.code, (tmp_path / "log").exists()) == (0, kind == "symlink")
    run_cli("hook", "uninstall", "-C", pair.local.root)
    assert state(hooks(pair)) == before
    assert not (tmp_path / "theirs").exists() or "ctxguard" not in (tmp_path / "theirs").read_text()


def test_another_program_that_puts_its_hook_over_ours(pair: Pair, run_cli: Run) -> None:
    write_hook(hooks(pair) / "pre-push")
    there = ("-C", pair.local.root)
    run_cli("hook", "install", *there)
    write_hook(hooks(pair) / "pre-push", "#!/bin/sh\n# a third one\n")
    before = state(hooks(pair))
    found = run_cli("hook", "install", *there)
    assert (found.code, found.out) == (2, "")
    assert "holds an older one; take one of them away, then install again" in found.err
    status = run_cli("hook", "status", *there)
    assert (status.code, "another program's hook is there" in status.out) == (1, True)
    assert run_cli("hook", "uninstall", *there).code == 0
    assert state(hooks(pair)) == before


def test_the_folder_that_core_hookspath_names(pair: Pair, run_cli: Run, tmp_path: Path) -> None:
    shared = tmp_path / "shared hooks"
    pair.local.git("config", "core.hooksPath", str(shared))
    found = run_cli("hook", "install", "-C", pair.local.root)
    assert f"installed in {shared}/pre-push" in found.out
    assert "serves all repositories that share this setting" in found.out
    pair.local.commit({"clip.mp4": BIG})
    assert pair.push().told[0].startswith("main is stopped")
    run_cli("hook", "uninstall", "-C", pair.local.root)
    assert not shared.exists()


def test_a_global_core_hookspath(
    pair: Pair, run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text(f'[core]\n\thooksPath = "{tmp_path}/everywhere"\n', encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    assert run_cli("hook", "install", "-C", pair.local.root).code == 0
    assert (tmp_path / "everywhere/pre-push").exists()
    pair.local.commit({"clip.mp4": BIG})
    assert pair.push().told[0].startswith("main is stopped")


@pytest.mark.parametrize("path", [".husky/_", "hooks"])
def test_a_folder_in_the_work_tree_is_everybodys(pair: Pair, run_cli: Run, path: str) -> None:
    pair.local.git("config", "core.hooksPath", path)
    folder = Path(pair.local.root, path)
    theirs = Path(pair.local.root, ".husky" if path == ".husky/_" else "hooks", "pre-push")
    write_hook(folder / "pre-push", '#!/bin/sh\nsh "$(dirname "$0")/../pre-push" "$@"\n')
    if path == "hooks":
        write_hook(theirs, "#!/bin/sh\n")
    before = state(folder)
    found = run_cli("hook", "install", "-C", pair.local.root)
    assert found.code == 2
    assert f"add this line to {theirs}, or use --force:" in found.out
    assert state(folder) == before
    line = found.out.splitlines()[1]
    own = f"#!/bin/sh\nPATH={os.path.dirname(sys.executable)}:$PATH\n{line}\n"
    write_hook(theirs, own)
    pair.local.commit({"clip.mp4": BIG})
    assert pair.push().told[0].startswith("main is stopped")
    pair.local.git("reset", "-q", "--hard", "HEAD~1")

    write_hook(folder / "pre-push", "#!/bin/sh\n")
    before = state(folder)
    forced = run_cli("hook", "install", "-C", pair.local.root, "--force")
    assert (forced.code, "lies in the work tree" in forced.out) == (0, True)
    run_cli("hook", "uninstall", "-C", pair.local.root)
    assert state(folder) == before


def test_hooks_that_are_switched_off(pair: Pair, run_cli: Run) -> None:
    pair.local.git("config", "core.hooksPath", "/dev/null")
    found = run_cli("hook", "install", "-C", pair.local.root)
    assert (found.code, "is no folder, so no hook runs" in found.err) == (2, True)


def test_in_a_worktree_and_a_bare_repository(pair: Pair, run_cli: Run, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    pair.local.git("worktree", "add", "-q", "-b", "topic", other)
    assert f"installed in {hooks(pair)}/pre-push" in run_cli("hook", "install", "-C", other).out
    bare = str(tmp_path / "bare.git")
    git(pair.local.root, "clone", "-q", "--bare", pair.local.root, bare)
    assert f"installed in {bare}/hooks" in run_cli("hook", "install", "-C", bare).out
    upstream = make_pair(str(tmp_path / "more")).remote
    assert subprocess.run(
        ["git", "push", "-q", upstream, "main"], cwd=bare, env=environment(), check=False
    ).returncode == 0  # fmt: skip
    assert "lies in no git repository" in run_cli("hook", "install", "-C", str(tmp_path)).err


def test_an_old_script_is_replaced_and_a_moved_interpreter_told(pair: Pair, run_cli: Run) -> None:
    there = ("-C", pair.local.root)
    run_cli("hook", "install", *there)
    hook = hooks(pair) / "pre-push"
    program = f"python={sys.executable}"
    text = hook.read_text(encoding="utf-8")
    hook.write_text(text.replace(program, "python='/gone away/python'"), encoding="utf-8")
    assert "/gone away/python is gone; " in run_cli("hook", "status", *there).out
    hook.chmod(0o644)
    assert "it is not executable" in run_cli("hook", "status", *there).out
    assert "installed in" in run_cli("hook", "install", *there).out
    assert hook.read_text(encoding="utf-8") == text
    assert not (hooks(pair) / "pre-push.kept-by-ctxguard").exists()


@pytest.mark.parametrize(
    "name", ["python", "it's", 'a "b"', "$HOME `id`", "ü\n", "-x", "a\\b", "="]
)
def test_a_script_says_what_it_was_made_with(name: str) -> None:
    script = Script(f"/opt/{name}/python", name, made_folder=True)
    assert read(script.text()) == script
    shown = subprocess.run(
        ["sh", "-c", script.text().split("refs=")[0] + 'printf %s "$python"'],
        capture_output=True,
        check=True,
    )
    assert shown.stdout.decode() == f"/opt/{name}/python"


@pytest.mark.parametrize("text", ["", "#!/bin/sh\n", "#!/bin/sh\necho # ctxguard pre-push hook\n"])
def test_what_is_no_script_of_ours(text: str) -> None:
    assert read(text) is None


# Faults. The old hook survives whole, and git still runs it.


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
        assert sorted(set(state(hooks(pair))) - set(before)) == ["pre-push.kept-by-ctxguard"]
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
        whole = hook if not ours else hooks(pair) / "pre-push.kept-by-ctxguard"
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
