"""Real pushes to a real remote, with the hook in its place."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.git.repositories import Repo, git
from tests.githook.pushing import BIG, CONFIGURATION, GROWING, Pair, make_pair

Run = Callable[..., Result]


@pytest.fixture
def pair(tmp_path: Path, run_cli: Run) -> Pair:
    """With the hook, and the first commit pushed."""
    found = make_pair(str(tmp_path))
    assert run_cli("hook", "install", "-C", found.local.root).code == 0
    first = found.push()
    assert first.code == 0, first.err
    return found


def stopped(pair: Pair, *arguments: str) -> list[str]:
    """What is said of a push that changes nothing on the remote."""
    before = pair.refs()
    found = pair.push(*arguments)
    assert found.code == 1, found.err
    assert pair.refs() == before
    assert 1 <= len(found.told) <= 15
    return found.told


def passing(pair: Pair, *arguments: str) -> list[str]:
    """What is said of one that does change it."""
    before = pair.refs()
    found = pair.push(*arguments)
    assert found.code == 0, found.err
    assert pair.refs() != before
    return found.told


def test_a_push_within_budget_passes(pair: Pair) -> None:
    pair.local.commit({"src": {"a.py": "print(22)\n"}})
    assert passing(pair) == ["main: the build context is 91B in 4 files, +1B"]
    assert pair.refs()["refs/heads/main"] == pair.local.id()


def test_a_push_over_budget_is_stopped(pair: Pair) -> None:
    base = pair.local.id()
    pair.local.commit({"src": {"b.py": "1\n"}}, "harmless")
    culprit = pair.local.commit({"media": {"clip.mp4": BIG}}, "Add the clip")
    tip = pair.local.commit({"src": {"b.py": "2\n"}}, "harmless again")
    assert stopped(pair) == [
        "main is stopped: the build context is 2.00MB, over the critical limit of 1.00MB by "
        "1.00MB and over its growth limit by 1.90MB",
        f"That is +2.00MB over the 90B of what the remote has ({base[:10]}); allowed are 100.00kB",
        "What grew:",
        "     +2.00MB media/clip.mp4, entered",
        "         +2B src/b.py, entered",
        "Brought by:",
        f"     +2.00MB {culprit[:10]} Add the clip (Jane, 2023-11-14)",
        f"         +2B {tip[:10]} harmless again (Jane, 2023-11-14)",
        f"All of it: ctxguard diff {base[:10]} {tip[:10]}",
        "To pass once: SKIP=ctxguard git push, or git push --no-verify",
    ]


def test_a_push_that_grows_too_much_is_stopped(pair: Pair) -> None:
    pair.local.commit({"media": {"still.png": GROWING}})
    assert stopped(pair)[0] == (
        "main is stopped: the build context is 200.09kB, over its growth limit by 100.00kB"
    )


def test_growth_is_that_of_the_whole_push(pair: Pair) -> None:
    for at in range(3):
        pair.local.commit({f"{at}.png": "x" * 40_000})
    assert "over its growth limit" in stopped(pair)[0]


def test_an_edit_of_the_ignore_file_is_named(pair: Pair) -> None:
    pair.local.commit({"data": {"videos": {"1.mp4": BIG}}}, "Ignored, so harmless")
    assert passing(pair)
    culprit = pair.local.commit({".dockerignore": "*.log\n"}, "Tidy up")
    told = stopped(pair)
    assert (
        "By rule: .dockerignore:2  data/videos: 1 file, which it kept out before (+2.00MB)" in told
    )
    assert f"     +2.00MB {culprit[:10]} Tidy up (Jane, 2023-11-14)" in told


@pytest.mark.parametrize("how", ["SKIP", "--no-verify"])
def test_both_ways_to_pass_once(pair: Pair, how: str) -> None:
    pair.local.commit({"clip.mp4": BIG})
    if how == "SKIP":
        found = pair.push(env={"SKIP": "flake8, ctxguard"})
        assert found.told == ["skipped, as SKIP says"]
    else:
        found = pair.push("--no-verify", "origin", "main")
    assert found.code == 0
    assert pair.refs()["refs/heads/main"] == pair.local.id()


def test_several_refs_of_which_one_is_too_much(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "fine")
    pair.local.commit({"ok": "1"})
    pair.local.git("checkout", "-q", "-b", "topic")
    pair.local.commit({"clip.mp4": BIG})
    told = stopped(pair, "origin", "fine", "topic", "main")
    assert told[0].startswith("topic is stopped")
    assert passing(pair, "origin", "fine") == ["fine: the build context is 91B in 5 files, +1B"]


def test_several_that_are_too_much_take_a_line_each(pair: Pair) -> None:
    names = [f"topic{at}" for at in range(20)]
    for name in names:
        pair.local.git("checkout", "-q", "-b", name, "main")
        pair.local.commit({"clip.mp4": BIG, "n": name})
    told = stopped(pair, "origin", *names)
    assert len(told) == 15
    assert sum("is stopped" in line for line in told) >= 5


def test_a_new_branch_grows_against_what_the_remote_has(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "neu/für-alle")
    pair.local.commit({"ok": "12"})
    assert passing(pair, "origin", "HEAD") == [
        "neu/für-alle: the build context is 92B in 5 files, +2B"
    ]
    pair.local.commit({"still.png": GROWING})
    assert "over its growth limit" in stopped(pair, "origin", "HEAD")[0]
    pair.local.git("checkout", "-q", "-b", "other")
    told = stopped(pair, "origin", "other")
    assert f"({pair.local.id('HEAD~1')[:10]})" in told[1]


def test_a_first_push_has_nothing_to_grow_against(tmp_path: Path, run_cli: Run) -> None:
    found = make_pair(str(tmp_path))
    run_cli("hook", "install", "-C", found.local.root)
    culprit = found.local.commit({"clip.mp4": BIG}, "All at once")
    told = stopped(found)
    assert told[1:6] == [
        "Heaviest:",
        "      2.00MB clip.mp4",
        "         38B ctxguard.toml",
        "         25B Dockerfile",
        "Brought by:",
    ]
    assert f"     +2.00MB {culprit[:10]} All at once (Jane, 2023-11-14)" in told
    assert f"All of it: ctxguard report --rev {culprit[:10]}" in told


def test_a_deletion_brings_nothing(pair: Pair) -> None:
    pair.local.git("branch", "gone")
    passing(pair, "origin", "gone")
    pair.local.commit({"clip.mp4": BIG})
    assert passing(pair, "origin", ":gone") == []
    pair.push("--no-verify", "origin", "main")
    assert pair.push().told == []


def test_tags(pair: Pair) -> None:
    pair.local.git("tag", "light")
    pair.local.git("tag", "-a", "-m", "annotated", "v1")
    assert passing(pair, "origin", "light", "v1") == []
    pair.local.commit({"ok": "1"})
    pair.local.git("tag", "light2")
    pair.local.git("tag", "-a", "-m", "annotated", "v1.1")
    told = passing(pair, "origin", "light2", "v1.1")
    assert [line.partition(":")[0] for line in told] == ["light2", "v1.1"]
    pair.local.git("tag", "blob", pair.local.id("HEAD:Dockerfile"))
    pair.local.git("tag", "tree", pair.local.id("HEAD^{tree}"))
    assert passing(pair, "origin", "blob", "tree") == []
    pair.local.commit({"clip.mp4": BIG})
    pair.local.git("tag", "-a", "-m", "too much", "v2")
    assert stopped(pair, "origin", "v2")[0].startswith("v2 is stopped")


def test_a_force_push_is_held_against_what_is_overwritten(pair: Pair) -> None:
    pair.local.commit({"a.png": "x" * 90_000})
    passing(pair)
    pair.local.git("reset", "-q", "--hard", "HEAD~1")
    pair.local.commit({"b.png": "x" * 95_000})
    assert passing(pair, "--force", "origin", "main") == [
        "main: the build context is 95.09kB in 5 files, +5.00kB"
    ]


def test_a_remote_that_is_ahead_of_what_is_known_here(pair: Pair, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    git(pair.remote, "clone", "-q", pair.remote, other)
    git(other, "checkout", "-q", "main")
    Repo(other).commit({"theirs": "1"})
    git(other, "push", "-q", "origin", "main")
    pair.local.commit({"ours": "12"})
    assert passing(pair, "--force", "origin", "main") == [
        "main: the build context is 92B in 5 files, +2B"
    ]


def test_a_push_to_an_address(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG})
    assert stopped(pair, pair.remote, "main:refs/heads/x")[0].startswith("main is stopped")
    pair.local.git("reset", "-q", "--hard", "HEAD~1")
    pair.local.commit({"ok": "1"})
    assert passing(pair, f"file://{pair.remote}", f"{pair.local.id()}:refs/heads/y") == [
        "y: the build context is 91B in 5 files, +1B"
    ]


def test_from_a_worktree(pair: Pair, tmp_path: Path) -> None:
    other = str(tmp_path / "ein anderer Ort")
    pair.local.git("worktree", "add", "-q", "-b", "topic", other)
    Repo(other).commit({"clip.mp4": BIG})
    there = Pair(Repo(other), pair.remote)
    assert stopped(there, "origin", "topic")[0].startswith("topic is stopped")
    Repo(other).git("rm", "-q", "clip.mp4")
    Repo(other).git("commit", "-q", "--amend", "--allow-empty", "-m", "nothing")
    assert passing(there, "origin", "topic")


def test_from_a_worktree_with_a_subfolder_as_context(
    pair: Pair, run_cli: Run, tmp_path: Path
) -> None:
    pair.local.commit({"app": {"Dockerfile": "FROM scratch\nCOPY . /\n"}})
    passing(pair)
    run_cli("hook", "install", "-C", f"{pair.local.root}/app")
    other = str(tmp_path / "other")
    pair.local.git("worktree", "add", "-q", "-b", "topic", other)
    Repo(other).commit({"elsewhere.mp4": BIG})
    there = Pair(Repo(other), pair.remote)
    assert passing(there, "origin", "topic") == ["topic: the build context is 22B in 1 file, 0B"]
    Repo(other).commit({"app": {"clip.mp4": BIG}})
    assert stopped(there, "origin", "topic")[0].startswith("topic is stopped")


def test_the_pushed_commits_own_configuration_counts(pair: Pair) -> None:
    pair.local.write({"ctxguard.toml": "nonsense", "clip.mp4": BIG, ".dockerignore": "*\n"})
    before = pair.local.id()
    assert pair.push("--force", "origin", f"{before}:refs/heads/again").code == 0
    pair.local.commit({"ctxguard.toml": 'critical = "50B"\nwarn = "40B"\n', ".dockerignore": ""})
    assert any("over the critical limit of 50B" in line for line in stopped(pair))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('critical = "3GB"\nmax-growth = "100kB"\n', "critical from 1.00MB to 3.00GB"),
        ('critical = "1MB"\nmax-growth = "3MB"\n', "max-growth from 100.00kB to 3.00MB"),
        ('critical = "1MB"\n', "max-growth from 100.00kB to none"),
        ('critical = "1MB"\nmax-growth = "5%"\n', "max-growth from 100.00kB to 5%"),
    ],
)
def test_a_raised_budget_is_the_first_line(pair: Pair, change: str, told: str) -> None:
    tip = pair.local.commit({"ctxguard.toml": change, "clip.mp4": "x" * 10})
    place = f"{tip[:10]}:ctxguard.toml" if "to" in told else ""
    lines = stopped(pair) if "5%" in change else passing(pair)
    index = 1 if "critical from" in told else 0
    raised = [line for line in lines if " raises " in line]
    assert lines[: len(raised)] == raised
    assert any(line.startswith(f"main raises {told} ({place}") for line in raised) or (
        told.endswith("none") and raised[index].startswith(f"main raises {told}")
    )


def test_more_that_is_raised(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": 'max-files = 4\nfail-on = "warning"\nwarn = "1MB"\n'})
    pair.push("--no-verify")
    pair.push("--no-verify", "origin", "main")
    pair.local.commit({"ctxguard.toml": 'fail-on = "never"\nbudget-on = "transfer"\n'})
    lines = passing(pair)
    assert lines[0].startswith("main raises warn from 1.00MB to 1.00GB (default)")
    assert lines[1].startswith("main raises max-files from 4 to none (default)")


def test_the_working_tree_is_measured_too(pair: Pair) -> None:
    with_worktree = f"{CONFIGURATION}[hook]\nworktree = true\n"
    pair.local.commit({"ctxguard.toml": with_worktree, ".dockerignore": ".git\n"})
    assert [line.partition(":")[0] for line in passing(pair)] == ["main", "the working tree"]
    pair.local.commit({"src": {"a.py": ""}})
    pair.local.write({"local": {"dump.sql": BIG}})
    told = stopped(pair)
    assert told[0].startswith("the working tree is stopped: the build context is 2.00MB, over the")
    assert told[1].startswith("That is +2.00MB over the ")
    assert "the current commit" in told[1]
    assert "     +2.00MB local/dump.sql, entered" in told
    assert told[-2] == "All of it: ctxguard diff"


def test_a_fault_lets_the_push_pass(pair: Pair) -> None:
    pair.local.commit({".dockerignore": "[\n"})
    told = passing(pair)
    assert told[0].startswith('main cannot be measured: .dockerignore:1: pattern "["')
    assert told[-1] == "so this push is not checked in full; it passes"
    pair.local.commit({".dockerignore": "", "ctxguard.toml": "nonsense"})
    told = passing(pair)
    assert told[0].startswith("what the remote has of main cannot be measured")


def test_a_fault_stops_it_where_that_is_wanted(pair: Pair) -> None:
    strict = f"{CONFIGURATION}[hook]\nstrict = true\n"
    pair.local.commit({"ctxguard.toml": strict})
    passing(pair)
    pair.local.commit({".dockerignore": "[\n"})
    assert stopped(pair)[-1] == "the push is stopped, for the configuration says strict = true"
    pair.local.commit({".dockerignore": "", "ctxguard.toml": "nonsense"})
    assert stopped(pair)[-1] == "the push is stopped, for the configuration says strict = true"


def test_one_that_cannot_be_measured_saves_no_other(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "broken")
    pair.local.commit({".dockerignore": "[\n"})
    pair.local.git("checkout", "-q", "-b", "heavy", "main")
    pair.local.commit({"clip.mp4": BIG})
    told = stopped(pair, "origin", "broken", "heavy")
    assert told[0].startswith("broken cannot be measured")
    assert told[1].startswith("heavy is stopped")


def test_an_interpreter_that_is_gone(pair: Pair, tmp_path: Path) -> None:
    hook = Path(pair.local.root, ".git/hooks/pre-push")
    text = hook.read_text(encoding="utf-8")
    program = next(line for line in text.splitlines() if line.startswith("python="))
    hook.write_text(text.replace(program, "python=/gone/python"), encoding="utf-8")
    pair.local.commit({"clip.mp4": BIG})
    tools = str(tmp_path / "tools")
    os.makedirs(tools)
    for name in ("git", "sh", "cat", "dirname", "env"):
        found = subprocess.run(["which", name], capture_output=True, text=True, check=True)
        os.symlink(found.stdout.strip(), f"{tools}/{name}")
    warned = pair.push("--dry-run", "origin", "main", env={"PATH": tools})
    assert warned.code == 0, warned.err
    assert "this push is not checked: it is neither in /gone/python nor on the PATH" in warned.err
    own = os.path.join(tools, "ctxguard")
    Path(own).write_text(
        f"#!{program.removeprefix('python=')}\nfrom ctxguard.cli import main\n"
        "raise SystemExit(main())\n",
        encoding="utf-8",
    )
    os.chmod(own, 0o755)
    caught = pair.push("--dry-run", "origin", "main", env={"PATH": tools})
    assert caught.code == 1, caught.err
    assert caught.told[0].startswith("main is stopped")


def test_an_interpreter_without_ctxguard_or_one_that_dies(pair: Pair, tmp_path: Path) -> None:
    hook = Path(pair.local.root, ".git/hooks/pre-push")
    text = hook.read_text(encoding="utf-8")
    program = next(line for line in text.splitlines() if line.startswith("python="))
    pair.local.commit({"clip.mp4": BIG})
    for body, words in (
        ("exec /usr/bin/env python3 -S -c 'import sys; sys.exit(120)'", "it is neither in"),
        ("kill -9 $$", "it failed with exit code 137"),
        ("exit 2", "it failed with exit code 2"),
    ):
        fake = tmp_path / "fake python"
        fake.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        fake.chmod(0o755)
        hook.write_text(text.replace(program, f"python='{fake}'"), encoding="utf-8")
        path = os.pathsep.join(
            each
            for each in os.environ["PATH"].split(os.pathsep)
            if not os.path.exists(os.path.join(each, "ctxguard"))
        )
        found = pair.push("--dry-run", "origin", "main", env={"PATH": path})
        assert (found.code, words in found.err) == (0, True), found.err


def test_an_interpreter_that_cannot_start(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG})
    found = pair.push(env={"PYTHONHOME": "/nowhere"})
    assert found.code == 0, found.err
    assert found.told == [
        "this push is not checked: it failed with exit code 1, before it could run ctxguard"
    ]


def test_nothing_of_the_repository_is_imported_or_run(pair: Pair, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    names = ("ctxguard", "click", "json", "subprocess", "sitecustomize")
    pair.local.commit({f"{name}.py": trap for name in names})
    script = tmp_path / "trap"
    script.write_text(f"#!/bin/sh\necho ran >>'{tmp_path}/ran'\n", encoding="utf-8")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "log.showSignature", "gpg.program", "diff.external"):
        value = "true" if key == "log.showSignature" else str(script)
        pair.local.git("config", key, value)
    pair.local.commit({"clip.mp4": BIG})
    (tmp_path / "ran").unlink(missing_ok=True)
    assert "is stopped" in stopped(pair)[0]
    assert not (tmp_path / "ran").exists()


def test_hostile_names_in_what_is_said(pair: Pair) -> None:
    odd = "esc\x1b[31m\u202e\n::error::x"
    pair.local.commit({odd: BIG}, "subject \x1b[2J\u202e")
    pair.local.git("commit", "-q", "--amend", "--author", "A\x1b[1m <a@b>", "--no-edit")
    found = pair.push()
    assert found.code == 1
    assert not {"\x1b", "\u202e"} & set(found.err)
    assert len(found.told) <= 15


def test_a_subfolder_is_the_context(pair: Pair, run_cli: Run) -> None:
    pair.local.commit({"my app": {"Dockerfile": "FROM scratch\nCOPY . /\n"}})
    passing(pair)
    assert run_cli("hook", "install", "-C", f"{pair.local.root}/my app").code == 0
    pair.local.commit({"elsewhere.mp4": BIG})
    assert passing(pair) == ["main: the build context is 22B in 1 file, 0B"]
    pair.local.commit({"my app": {"clip.mp4": BIG}})
    assert stopped(pair)[2:4] == ["What grew:", "     +2.00MB clip.mp4, entered"]
    pair.local.git("rm", "-q", "-r", "my app")
    pair.local.git("commit", "-q", "-m", "no app")
    assert passing(pair) == ["main has no folder my app; it is not measured"]


def test_by_hand_and_for_pre_commit(
    pair: Pair, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pair.local.root)
    assert run_cli("hook", "run").code == 0
    base = pair.local.id()
    pair.local.commit({"clip.mp4": BIG})
    assert run_cli("hook", "run").code == 1
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", base)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", base)
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_NAME", "origin")
    assert run_cli("hook", "run").err == (
        "ctxguard: main: the build context is 90B in 4 files, 0B\n"
    )
    monkeypatch.setenv("PRE_COMMIT_TO_REF", pair.local.id())
    assert run_cli("hook", "run", "-q").code == 1


def test_a_quiet_run_and_one_outside_of_any_repository(
    pair: Pair, run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(pair.local.root)
    assert run_cli("hook", "run", "-q").err == ""
    (tmp_path / "outside").mkdir()
    monkeypatch.chdir(tmp_path / "outside")
    found = run_cli("hook", "run")
    assert (found.code, "lies in no git repository" in found.err) == (0, True)
    assert found.err.endswith("so this push is not checked in full; it passes\n")
