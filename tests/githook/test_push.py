"""Real pushes to a real remote, with the hook in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from tests.git.repositories import Repo, git
from tests.githook.pushing import (
    BIG,
    CONFIGURATION,
    GROWING,
    Pair,
    guarded,
    make_pair,
    passing,
    stopped,
)

Run = Callable[..., Result]


@pytest.fixture
def pair(pair: Pair, run_cli: Run) -> Pair:
    """With the hook, and the first commit pushed."""
    return guarded(pair, run_cli)


def test_a_push_within_budget_passes(pair: Pair) -> None:
    pair.local.commit({"src": {"a.py": "print(22)\n"}})
    assert passing(pair) == ["main: the build context is 91B in 4 files, +1B"]
    assert pair.refs()["refs/heads/main"] == pair.local.id()


def test_a_push_over_budget_is_stopped(pair: Pair) -> None:
    base = pair.local.id()
    harmless = pair.local.commit({"src": {"b.py": "1\n"}}, "harmless")
    culprit = pair.local.commit({"media": {"clip.mp4": BIG}}, "Add the clip")
    tip = pair.local.commit({"src": {"b.py": "2\n"}}, "harmless again")
    assert stopped(pair) == [
        "main is stopped: the build context is 2.00MB, over the critical limit of 1.00MB by "
        "1.00MB and grew too much",
        f"It grew by 2.00MB since {base[:10]}, which the remote has (90B); 100.00kB is allowed",
        "What grew:",
        "     +2.00MB media/clip.mp4, entered",
        "         +2B src/b.py, entered",
        "Brought by:",
        f"     +2.00MB {culprit[:10]} Add the clip (Jane, 2023-11-14)",
        f"         +2B {harmless[:10]} harmless (Jane, 2023-11-14)",
        "What would help: add media/clip.mp4 to .dockerignore, if the image does not need it",
        f"All of it: ctxguard diff {base[:10]} {tip[:10]}",
        "To pass once: SKIP=ctxguard git push, or git push --no-verify",
    ]


def test_a_push_that_grows_too_much_is_stopped(pair: Pair) -> None:
    pair.local.commit({"media": {"still.png": GROWING}})
    assert stopped(pair)[0] == (
        "main is stopped: the build context is 200.09kB, which grew too much"
    )


def test_growth_is_that_of_the_whole_push(pair: Pair) -> None:
    for at in range(3):
        pair.local.commit({f"{at}.png": "x" * 40_000})
    assert "which grew too much" in stopped(pair)[0]


@pytest.mark.slow
def test_an_edit_of_the_ignore_file_is_named(pair: Pair) -> None:
    pair.local.commit({"data": {"videos": {"1.mp4": BIG}}}, "Ignored, so harmless")
    assert passing(pair)
    culprit = pair.local.commit({".dockerignore": "*.log\n"}, "Tidy up")
    told = stopped(pair)
    assert (
        "By rule: .dockerignore:2  data/videos: 1 file, which it kept out before (+2.00MB)" in told
    )
    assert f"     +2.00MB {culprit[:10]} Tidy up (Jane, 2023-11-14)" in told


@pytest.mark.slow
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


@pytest.mark.slow
def test_several_refs_of_which_one_is_too_much(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "fine")
    pair.local.commit({"ok": "1"})
    pair.local.git("checkout", "-q", "-b", "topic")
    pair.local.commit({"clip.mp4": BIG})
    told = stopped(pair, "origin", "fine", "topic", "main")
    assert told[0].startswith("topic is stopped")
    assert passing(pair, "origin", "fine") == ["fine: the build context is 91B in 5 files, +1B"]


@pytest.mark.slow
def test_several_that_are_too_much_take_a_line_each(pair: Pair) -> None:
    names = [f"topic{at}" for at in range(20)]
    for name in names:
        pair.local.git("checkout", "-q", "-b", name, "main")
        pair.local.commit({"clip.mp4": BIG, "n": name})
    told = stopped(pair, "origin", *names)
    assert "Also stopped: topic1 (2.00MB), topic2 (2.00MB), topic3 (2.00MB), and 16 more" in told


@pytest.mark.slow
def test_a_new_branch_grows_against_what_the_remote_has(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "neu/für-alle")
    pair.local.commit({"ok": "12"})
    assert passing(pair, "origin", "HEAD") == [
        "neu/für-alle: the build context is 92B in 5 files, +2B"
    ]
    pair.local.commit({"still.png": GROWING})
    assert "grew too much" in stopped(pair, "origin", "HEAD")[0]
    pair.local.git("checkout", "-q", "-b", "other")
    told = stopped(pair, "origin", "other")
    assert told[1] == (
        f"It grew by 200.00kB since {pair.local.id('HEAD~1')[:10]}, "
        "which origin/neu/für-alle has (92B); 100.00kB is allowed"
    )


def test_a_first_push_has_nothing_to_grow_against(tmp_path: Path, run_cli: Run) -> None:
    found = make_pair(str(tmp_path))
    run_cli("hook", "install", "-C", found.local.root)
    culprit = found.local.commit({"clip.mp4": BIG}, "All at once")
    told = stopped(found)
    assert told[1:7] == [
        "Its growth is not checked: the remote has nothing of it yet",
        "Heaviest:",
        "      2.00MB clip.mp4",
        "         38B ctxguard.toml",
        "         25B Dockerfile",
        "Brought by:",
    ]
    assert f"     +2.00MB {culprit[:10]} All at once (Jane, 2023-11-14)" in told
    assert f"All of it: ctxguard report --rev {culprit[:10]}" in told


@pytest.mark.slow
def test_a_deletion_brings_nothing(pair: Pair) -> None:
    pair.local.git("branch", "gone")
    passing(pair, "origin", "gone")
    pair.local.commit({"clip.mp4": BIG})
    assert passing(pair, "origin", ":gone") == []
    pair.push("--no-verify", "origin", "main")
    assert pair.push().told == []


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_push_to_an_address(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG})
    assert stopped(pair, pair.remote, "main:refs/heads/x")[0].startswith("main is stopped")
    pair.local.git("reset", "-q", "--hard", "HEAD~1")
    pair.local.commit({"ok": "1"})
    assert passing(pair, f"file://{pair.remote}", f"{pair.local.id()}:refs/heads/y") == [
        "y: the build context is 91B in 5 files, +1B"
    ]


@pytest.mark.slow
def test_from_a_worktree(pair: Pair, tmp_path: Path) -> None:
    other = str(tmp_path / "ein anderer Ort")
    pair.local.git("worktree", "add", "-q", "-b", "topic", other)
    Repo(other).commit({"clip.mp4": BIG})
    there = Pair(Repo(other), pair.remote)
    assert stopped(there, "origin", "topic")[0].startswith("topic is stopped")
    Repo(other).git("rm", "-q", "clip.mp4")
    Repo(other).git("commit", "-q", "--amend", "--allow-empty", "-m", "nothing")
    assert passing(there, "origin", "topic")


@pytest.mark.slow
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
    assert passing(there, "origin", "topic") == [
        "topic: the build context is 22B in 1 file, as before"
    ]
    Repo(other).commit({"app": {"clip.mp4": BIG}})
    assert stopped(there, "origin", "topic")[0].startswith("topic is stopped")


def test_the_pushed_commits_own_configuration_counts(pair: Pair) -> None:
    pair.local.write({"ctxguard.toml": "nonsense", "clip.mp4": BIG, ".dockerignore": "*\n"})
    before = pair.local.id()
    assert pair.push("--force", "origin", f"{before}:refs/heads/again").code == 0
    pair.local.commit({"ctxguard.toml": 'critical = "50B"\nwarn = "40B"\n', ".dockerignore": ""})
    assert any("over the critical limit of 50B" in line for line in stopped(pair))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            'critical = "3GB"\nmax-growth = "100kB"\n',
            "critical from 1.00MB to 3.00GB ({place}:1)",
        ),
        (
            'critical = "1MB"\nmax-growth = "3MB"\n',
            "max-growth from 100.00kB to 3.00MB ({place}:2)",
        ),
        ('critical = "1MB"\n', "max-growth from 100.00kB to none (default)"),
        ('critical = "1MB"\nmax-growth = "5%"\n', "max-growth from 100.00kB to 5% ({place}:2)"),
    ],
)
def test_a_raised_budget_is_the_first_line(pair: Pair, change: str, told: str) -> None:
    tip = pair.local.commit({"ctxguard.toml": change, "clip.mp4": "x" * 10})
    lines = stopped(pair) if "5%" in change else passing(pair)
    assert lines[0] == f"main raises {told.format(place=f'{tip[:10]}:ctxguard.toml')}"
    assert not any(" raises " in line for line in lines[1:])


def test_what_others_raise_is_said_though_one_is_stopped(pair: Pair) -> None:
    pair.local.git("checkout", "-q", "-b", "raising")
    pair.local.commit({"ctxguard.toml": 'critical = "1GB"\nmax-growth = "1GB"\n'})
    pair.local.git("checkout", "-q", "-b", "heavy", "main")
    pair.local.commit({"clip.mp4": BIG})
    told = stopped(pair, "origin", "heavy", "raising")
    assert told[0].startswith("raising raises critical from 1.00MB to 1.00GB (")
    assert told[1].startswith("heavy is stopped")


def test_more_that_is_raised(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": 'max-files = 4\nfail-on = "warning"\nwarn = "1MB"\n'})
    pair.push("--no-verify")
    pair.push("--no-verify", "origin", "main")
    pair.local.commit({"ctxguard.toml": 'fail-on = "never"\nbudget-on = "transfer"\n'})
    lines = passing(pair)
    place = f"{pair.local.id()[:10]}:ctxguard.toml"
    assert lines[0] == (
        f"main raises fail-on from warning to never ({place}:1), budget-on from context to "
        f"transfer ({place}:2), and 2 more limits"
    )


def test_the_working_tree_is_measured_too(pair: Pair) -> None:
    with_worktree = f"{CONFIGURATION}[hook]\nworktree = true\n"
    pair.local.commit({"ctxguard.toml": with_worktree, ".dockerignore": ".git\n"})
    assert [line.partition(":")[0] for line in passing(pair)] == ["main", "the working tree"]
    pair.local.commit({"src": {"a.py": ""}})
    pair.local.write({"local": {"dump.sql": BIG}})
    told = stopped(pair)
    assert told[0].startswith("the working tree is stopped: the build context is 2.00MB, over the")
    assert told[1].startswith("It grew by 2.00MB since ")
    assert ", the current commit (" in told[1]
    assert "     +2.00MB local/dump.sql, entered" in told
    assert told[-2] == "All of it: ctxguard diff"


@pytest.mark.slow
def test_a_subfolder_is_the_context(pair: Pair, run_cli: Run) -> None:
    pair.local.commit({"my app": {"Dockerfile": "FROM scratch\nCOPY . /\n"}})
    passing(pair)
    assert run_cli("hook", "install", "-C", f"{pair.local.root}/my app").code == 0
    pair.local.commit({"elsewhere.mp4": BIG})
    assert passing(pair) == ["main: the build context is 22B in 1 file, as before"]
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
        "ctxguard: main: the build context is 90B in 4 files, as before\n"
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


@pytest.mark.slow
def test_the_working_tree_may_not_grow_too_much(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": f"{CONFIGURATION}[hook]\nworktree = true\n"})
    told = passing(pair)
    # git's own folder is no growth, though it is measured and weighs against the budget.
    assert told[1].startswith("the working tree: the build context is ")
    pair.local.commit({"src": {"a.py": ""}})
    pair.local.write({"local.sql": GROWING})
    told = stopped(pair)
    assert told[0].endswith("which grew too much")
    assert any(line.endswith("local.sql, entered") for line in told)


def test_a_context_that_is_new_there(pair: Pair, run_cli: Run) -> None:
    run_cli("hook", "install", "-C", f"{pair.local.root}/my app")
    app = {"Dockerfile": "FROM scratch\nCOPY . /\n", "ctxguard.toml": 'max-growth = "1kB"\n'}
    pair.local.commit({"my app": app})
    assert passing(pair) == [
        "main: the build context is 41B in 2 files, growth not checked: the remote has no folder "
        "my app yet"
    ]
    pair.local.commit({"my app": {"clip.mp4": BIG}})
    base, tip = pair.local.id("HEAD~1")[:10], pair.local.id()[:10]
    assert f"All of it: ctxguard diff -C 'my app' {base} {tip}" in stopped(pair)


def test_another_remote_is_named(pair: Pair, tmp_path: Path) -> None:
    other = str(tmp_path / "other.git")
    git(pair.remote, "init", "-q", "--bare", other)
    pair.local.git("remote", "add", "upstream", other)
    pair.local.commit({"still.png": GROWING})
    there = Pair(pair.local, other)
    told = stopped(there, "upstream", "main")
    assert ", which origin/main has (90B); 100.00kB is allowed" in told[1]


@pytest.mark.slow
def test_everything_at_once_takes_15_lines(pair: Pair) -> None:
    rules = ".dockerignore"
    pair.local.commit({"data": {"videos": {"1.mp4": BIG}}})
    passing(pair)
    for at in range(6):
        pair.local.git("checkout", "-q", "-b", f"broken{at}", "main")
        pair.local.commit({rules: "[\n", "n": str(at)})
    for at in range(6):
        pair.local.git("checkout", "-q", "-b", f"heavy{at}", "main")
        pair.local.commit({rules: "", "ctxguard.toml": f"critical = '1.{at + 1}MB'\n"})
        pair.local.commit({"a": BIG, "b": BIG, "c": BIG, "d": BIG}, "a\tsubject " + "x" * 200)
        pair.local.commit({"e": BIG, "f": BIG}, "another")
    names = [f"{kind}{at}" for kind in ("broken", "heavy") for at in range(6)]
    told = stopped(pair, "origin", *names)
    assert len(told) == 15
    assert told[2] == "4 more of what is pushed raise limits"
    assert (told[3][:26], told[4]) == ("broken0 cannot be measured", "and 5 more")
    for start in ("heavy0 is stopped", "What grew:", "By rule:", "Brought by:", "Also stopped:"):
        assert any(line.startswith(start) for line in told), told
    assert told[-1].startswith("To pass once:")
