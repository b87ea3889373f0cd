"""The hook put in its place and taken away, and what was there before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.git.repositories import environment, git
from tests.githook.pushing import BIG, FIRST, Pair, hooks, kept, make_pair, state, write_hook

Run = Callable[..., Result]


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
    assert f"it is kept as {hooks(pair)}.kept-by-ctxguard/pre-push" in out
    assert "the hook that was there before runs first" in run_cli("hook", "status", *there).out
    log = tmp_path / "log"
    pushed = pair.push(env={"LOG": str(log)})
    assert pushed.code == 0, pushed.err
    tip = pair.local.id()
    assert log.read_text(encoding="utf-8") == (
        f"args: origin {pair.remote}\nrefs/heads/main {tip} refs/heads/main {'0' * 40}\n"
    )
    assert pushed.told == [FIRST]
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
    kept(pair).chmod(0o644)
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
    assert not kept(pair).parent.exists()


LOOKS_AT_ITS_NAME = """#!/bin/sh
# As a script that serves several hooks does.
here=$(dirname -- "$0")
[ -d "$here/../../src" ] || exit 8
exec "$here/neighbour" "$(basename -- "$0")" "$@"
"""


@pytest.mark.parametrize("linked", [True, False])
def test_a_foreign_hook_that_looks_at_its_name_and_around(
    pair: Pair, run_cli: Run, tmp_path: Path, *, linked: bool
) -> None:
    write_hook(hooks(pair) / "neighbour", '#!/bin/sh\necho "$1" >>"$LOG"\n')
    if linked:
        write_hook(hooks(pair) / "many", LOOKS_AT_ITS_NAME)
        (hooks(pair) / "pre-push").symlink_to("many")
    else:
        write_hook(hooks(pair) / "pre-push", LOOKS_AT_ITS_NAME)
    before = state(hooks(pair))
    assert run_cli("hook", "install", "-C", pair.local.root).code == 0
    log = tmp_path / "log"
    pushed = pair.push(env={"LOG": str(log)})
    assert (pushed.code, log.read_text(encoding="utf-8")) == (0, "pre-push\n"), pushed.err
    assert pushed.told == [FIRST]
    run_cli("hook", "uninstall", "-C", pair.local.root)
    assert state(hooks(pair)) == before
    assert not kept(pair).parent.exists()


def test_a_hook_of_another_version_is_replaced(pair: Pair, run_cli: Run) -> None:
    there = ("-C", pair.local.root)
    run_cli("hook", "install", *there)
    hook = hooks(pair) / "pre-push"
    text = hook.read_text(encoding="utf-8")
    hook.write_text(text.replace("version 1\n", "version 27\n"), encoding="utf-8")
    assert run_cli("hook", "install", *there).out.startswith("installed in")
    assert hook.read_text(encoding="utf-8") == text
    assert not kept(pair).exists()


def test_a_hook_that_leads_back_to_itself(pair: Pair, run_cli: Run) -> None:
    write_hook(hooks(pair) / "pre-push", '#!/bin/sh\nexec .git/hooks/pre-push "$@"\n')
    run_cli("hook", "install", "-C", pair.local.root)
    pushed = pair.push()
    assert (pushed.code, len(pushed.told)) == (0, 1)
    pair.local.commit({"clip.mp4": BIG})
    refused = pair.push()
    assert (refused.code, refused.told[0][:15]) == (1, "main is stopped")


def test_pre_commit_that_comes_later(pair: Pair, run_cli: Run) -> None:
    there = ("-C", pair.local.root)
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    run_cli("hook", "install", *there)
    pair.local.commit({".pre-commit-config.yaml": "repos: []\n"})
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install", "-t", "pre-push"],
        cwd=pair.local.root, env=environment(), check=True, capture_output=True,
    )  # fmt: skip
    legacy = hooks(pair) / "pre-push.legacy"
    for command, words in (("status", "installed in"), ("install", "already installed in")):
        found = run_cli("hook", command, *there)
        assert found.code == 0
        assert found.out.startswith(f"{words} {legacy}\n")
        assert "made by pre-commit, runs it first" in found.out
    pair.local.commit({"clip.mp4": BIG})
    env = {"LOG": "/dev/null", "PRE_COMMIT_HOME": str(kept(pair).parent / "cache")}
    refused = pair.push(env=env)
    assert (refused.code, refused.told[0][:15]) == (1, "main is stopped")
    assert "is back" in run_cli("hook", "uninstall", *there).out
    assert state(hooks(pair))["pre-push.legacy"] == before["pre-push"]


def test_another_context(pair: Pair, run_cli: Run) -> None:
    run_cli("hook", "install", "-C", pair.local.root)
    out = run_cli("hook", "install", "-C", f"{pair.local.root}/src").out
    assert out.splitlines()[1:] == ["it guards src now, and no longer ."]


def test_lines_that_someone_added_are_not_lost(pair: Pair, run_cli: Run) -> None:
    there = ("-C", pair.local.root)
    run_cli("hook", "install", *there)
    hook = hooks(pair) / "pre-push"
    text = f"{hook.read_text(encoding='utf-8')}echo mine\n"
    hook.write_text(text, encoding="utf-8")
    for command in ("install", "uninstall"):
        found = run_cli("hook", command, *there)
        assert (found.code, "someone added lines to this hook" in found.err) == (2, True)
        assert hook.read_text(encoding="utf-8") == text


def test_what_half_an_installation_left_is_swept(pair: Pair, run_cli: Run) -> None:
    write_hook(hooks(pair) / "pre-push")
    before = state(hooks(pair))
    kept(pair).parent.mkdir()
    os.link(hooks(pair) / "pre-push", kept(pair))
    write_hook(hooks(pair) / "pre-push.new-by-ctxguard", "#!/bin/sh\n")
    out = run_cli("hook", "uninstall", "-C", pair.local.root).out
    assert out == f"there is no hook of ctxguard in {hooks(pair)}\n"
    assert state(hooks(pair)) == before
    assert not kept(pair).parent.exists()
