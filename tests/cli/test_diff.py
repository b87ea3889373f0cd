"""`ctxguard diff`: two sides of a real repository."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctxguard.render.look import Terminal
from tests.cli import documents
from tests.conftest import File, Result
from tests.git.repositories import Repo, git, make_repo, pointer

Run = Callable[..., Result]
DOCKERFILE = "FROM scratch\nCOPY src /src\nCOPY . /app\n"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Made once: git takes its time for large files."""
    found = make_repo(
        str(tmp_path_factory.mktemp("diff") / "app"),
        {
            ".dockerignore": "data/videos\n*.log\n.git\n",
            "Dockerfile": DOCKERFILE,
            "src": {"a.py": "1234", "gone.py": "12"},
            "data": {"videos": {f"{at}.mp4": File(size=100_000_000) for at in range(3)}},
        },
    )
    # A copy has other inodes; git is not to read everything for that.
    found.git("config", "core.checkStat", "minimal")
    found.git("config", "core.trustctime", "false")
    return found


@pytest.fixture
def repo(made: Repo, tmp_path: Path) -> Repo:
    root = str(tmp_path / "app")
    subprocess.run(["cp", "-a", made.root, root], check=True)
    return Repo(root)


def diff(run_cli: Run, repo: Repo, *arguments: str, code: int = 0) -> Any:
    found = run_cli("diff", "-C", repo.root, "--format", "json", *arguments)
    assert found.code == code, found.err
    return documents.diff(found.out)


def files(found: Any) -> dict[str, tuple[str, int, str]]:
    return {row["path"]: (row["change"], row["bytes"], row["class"]) for row in found["files"]}


def rules(found: Any) -> list[tuple[str, int, str, str, int, int]]:
    return [
        (
            row["rule"]["text"], row["rule"]["line"], row["of"], row["effect"],
            row["bytes"], row["files"],
        )
        for row in found["rules"]
    ]  # fmt: skip


@pytest.mark.slow
def test_nothing_changed(repo: Repo, run_cli: Run) -> None:
    found = diff(run_cli, repo)
    assert (found["growth"]["bytes"], found["files"], found["changes"]) == (0, [], {})
    out = run_cli("diff", "-C", repo.root).out
    assert ", as much as HEAD (" in out.splitlines()[0]
    assert len(out.splitlines()) == 1


def test_what_grew_shrank_entered_and_left(repo: Repo, run_cli: Run) -> None:
    repo.git("rm", "-q", "src/gone.py")
    repo.commit({"src": {"a.py": "123456", "new.py": "123"}, "Dockerfile": "FROM scratch\n"})
    found = diff(run_cli, repo, "HEAD~1", "HEAD")
    assert files(found) == {
        "Dockerfile": ("shrank", 13 - len(DOCKERFILE), "tracked"),
        "src/a.py": ("grew", 2, "tracked"),
        "src/gone.py": ("left", -2, "tracked"),
        "src/new.py": ("entered", 3, "tracked"),
    }
    assert found["changes"]["entered"] == {"bytes": 3, "files": 1}
    assert found["growth"]["bytes"] == sum(row["bytes"] for row in found["files"])
    assert (found["rules"], found["classes"]) == ([], {})
    assert found["base"]["context"]["revision"] == repo.id("HEAD~1")
    assert found["head"]["transfer"]["targets"][0]["reason"] == "context-unused"
    shrunk = {row["instruction"]["text"]: row["after"] for row in found["instructions"]}
    assert shrunk == {"COPY src /src": 0, "COPY . /app": 0}


def test_an_edit_of_the_ignore_file_is_the_cause(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": "*.log\n.git\n", "src": {"new.py": "123"}})
    found = diff(run_cli, repo, "HEAD~1", "HEAD")
    assert rules(found) == [("data/videos", 1, "base", "lets-in", 300_000_000, 3)]
    (row,) = [row for row in found["paths"] if row["kind"] == "directory"]
    assert (row["path"], row["bytes"], row["entered"]) == ("data/videos", 300_000_000, 3)
    assert files(found)["src/new.py"] == ("entered", 3, "tracked")
    brought = next(row for row in found["files"] if row["path"] == "data/videos/0.mp4")
    assert [each["text"] for each in brought["brought_by"]] == ["COPY . /app"]
    text = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD").out
    assert ".dockerignore:1  data/videos: 3 files, which it kept out before" in text
    assert "+300.00MB" in text
    back = diff(run_cli, repo, "HEAD", "HEAD~1")
    assert rules(back) == [("data/videos", 1, "head", "keeps-out", -300_000_000, 3)]


def test_an_exception_is_the_cause(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": "# first\ndata/videos\n*.log\n.git\n!data/videos/1.mp4\n"})
    found = diff(run_cli, repo, "HEAD~1", "HEAD")
    assert rules(found) == [("!data/videos/1.mp4", 5, "head", "lets-in", 100_000_000, 1)]
    back = diff(run_cli, repo, "HEAD", "HEAD~1")
    assert rules(back) == [("!data/videos/1.mp4", 5, "base", "keeps-out", -100_000_000, 1)]


def test_a_file_that_comes_with_the_rule_for_it(repo: Repo, run_cli: Run) -> None:
    repo.commit({"x.log": "12345", "data": {"videos": {"9.mp4": "1234567"}}})
    repo.commit({".dockerignore": ".git\n", "y.log": "12"})
    found = diff(run_cli, repo, "HEAD~2", "HEAD")
    assert [row[0] for row in rules(found)] == ["data/videos", "*.log"]
    assert rules(found)[1] == ("*.log", 2, "base", "lets-in", 7, 2)


def test_the_work_tree_has_classes(repo: Repo, run_cli: Run) -> None:
    repo.commit({".dockerignore": "data/videos\n"})
    repo.write({"src": {"a.py": "1234567"}, ".env": "secret", "staged": "1"})
    repo.git("add", "staged")
    found = diff(run_cli, repo)
    classes = found["classes"]
    assert classes["tracked"] == {"bytes": 4, "files": 2}
    assert classes["untracked"] == {"bytes": 6, "files": 1}
    assert classes["git"]["files"] > 10
    assert files(found)[".env"] == ("entered", 6, "untracked")
    assert found["head"]["context"]["source"] == "worktree"
    text = run_cli("diff", "-C", repo.root).out
    assert "1 file not tracked by git: here, but in no clone" in text
    assert "files in .git, git's own folder" in text


def test_the_work_tree_of_a_subfolder(repo: Repo, run_cli: Run) -> None:
    repo.commit({"src": {"Dockerfile": "FROM scratch\nCOPY a.py /\n", "[x]": {"y": "1"}}})
    repo.write({"src": {"a.py": "1", "[x]": {"y": "12", "z": "1"}}})
    found = run_cli("diff", "-C", f"{repo.root}/src", "--format", "json")
    assert files(documents.diff(found.out)) == {
        "a.py": ("shrank", -3, "tracked"),
        "[x]/y": ("grew", 1, "tracked"),
        "[x]/z": ("entered", 1, "untracked"),
    }
    inner = run_cli("diff", "-C", f"{repo.root}/src/[x]", "--format", "json")
    assert files(documents.diff(inner.out))["y"] == ("grew", 1, "tracked")


@pytest.mark.parametrize(
    ("limit", "code"), [("10B", 0), ("9B", 1), ("50MB", 0), ("0", 1), ("1%", 1), ("100%", 0)]
)
def test_a_limit_makes_it_a_guard(repo: Repo, run_cli: Run, limit: str, code: int) -> None:
    repo.commit({"new": "1234567890"})
    found = diff(run_cli, repo, "HEAD~1", "HEAD", "--max-growth", limit, code=code)
    assert found["status"] == ("critical" if code else "ok")
    assert found["growth"]["limit"]["actual"] == 10
    text = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD", "--max-growth", limit)
    assert text.code == code
    assert ("CRITICAL: over the growth limit of" in text.out) == bool(code)


def test_the_heads_configuration_holds_the_limit(repo: Repo, run_cli: Run) -> None:
    repo.commit({"ctxguard.toml": 'max-growth = "5B"\n'})
    assert run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD").code == 1
    assert run_cli("diff", "-C", repo.root, "HEAD", "HEAD~1").code == 0
    on_transfer = 'max-growth = "5B"\nbudget-on = "transfer"\n'
    repo.commit({"ctxguard.toml": on_transfer, "Dockerfile": "FROM scratch\nCOPY src /\n"})
    assert run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD").code == 0


def test_ranges_as_git_has_them(repo: Repo, run_cli: Run) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit({"topic": "12345"})
    repo.git("checkout", "-q", "main")
    repo.commit({"main": "1234567"})
    assert diff(run_cli, repo, "main..topic")["growth"]["bytes"] == 5 - 7
    three = diff(run_cli, repo, "main...topic")
    assert three["growth"]["bytes"] == 5
    assert three["base"]["context"]["revision"] == repo.id("main~1")
    assert diff(run_cli, repo, "HEAD~1..")["growth"]["bytes"] == 7
    assert diff(run_cli, repo, "HEAD~1", "refs/heads/topic")["growth"]["bytes"] == 5


def test_the_other_builder_and_a_file_for_the_result(
    repo: Repo, run_cli: Run, tmp_path: Path
) -> None:
    repo.commit({"new": "1234567890"})
    out = tmp_path / "diff.txt"
    found = run_cli(
        "diff", "-C", repo.root, "HEAD~1", "HEAD", "--backend", "legacy", "-o", str(out), "-q"
    )  # fmt: skip
    assert (found.code, found.out) == (0, "")
    assert out.read_text(encoding="utf-8").count("\n") == 1
    again = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD", "--color", "always", "-v")
    assert "\x1b[1mGrew\x1b[0m" in again.out
    assert "max-growth = none (default)" in again.err


def test_what_cannot_be_compared(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    bare = str(tmp_path / "bare.git")
    git(repo.root, "clone", "-q", "--bare", repo.root, bare)
    for arguments, words in (
        (("-C", bare), "a bare repository has no work tree; name a second revision"),
        (("-C", repo.root, "nope"), "there is no revision nope in"),
        (("-C", repo.root, "nope..HEAD"), "there is no revision nope in"),
        (("-C", repo.root, "-f", "-"), "-f - cannot stand for both sides"),
        (("-C", repo.root, "--max-growth", "much"), '"much" is not a size'),
        (("-C", f"{repo.root}/src/a.py"), "is no folder"),
    ):
        found = run_cli("diff", *arguments)
        assert (found.code, found.out) == (2, ""), arguments
        assert words in found.err
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({"x": "1"})
    found = run_cli("diff", "-C", repo.root, "main...other")
    assert (found.code, "have no common ancestor here" in found.err) == (2, True)
    refused = repo.commit({".dockerignore": "[\n"})
    found = run_cli("diff", "-C", repo.root, "main", refused)
    assert (found.code, "syntax error in pattern" in found.err) == (3, True)


def test_names_are_hostile(repo: Repo, run_cli: Run) -> None:
    repo.commit(
        {
            "esc\x1b[31m\u202e\n": "x" * 10,
            "bad\udcff": "xx",
            ".dockerignore": "data\n.git\n\x1b*\né\n",
        }
    )
    found = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD")
    assert found.code == 0
    assert not {"\x1b", "\u202e", "\udcff"} & set(found.out + found.err)
    paths = {row["path"]: row for row in diff(run_cli, repo, "HEAD~1", "HEAD")["files"]}
    assert "path_b64" in paths["bad\ufffd"]


def test_nothing_of_a_hostile_repository_runs(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >>{tmp_path}/ran\n", encoding="utf-8")
    trap.chmod(0o755)
    repo.write({"new": "1"})
    repo.git("config", "core.fsmonitor", str(trap))
    repo.git("ls-files")
    assert (tmp_path / "ran").exists(), "git has changed its ways; the test shows nothing"
    (tmp_path / "ran").unlink()
    assert files(diff(run_cli, repo))["new"] == ("entered", 1, "untracked")
    assert not (tmp_path / "ran").exists()


def test_files_of_submodules_are_a_class(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    other = make_repo(str(tmp_path / "other"), {"a": "1"})
    repo.git("submodule", "add", "-q", other.root, "deep/sub")
    repo.git("commit", "-q", "-m", "with a submodule")
    repo.write({"deep": {"own": "12"}})
    found = diff(run_cli, repo)
    assert files(found)["deep/sub/a"] == ("entered", 1, "submodule")
    assert files(found)["deep/own"] == ("entered", 2, "untracked")
    assert "1 file of submodules" in run_cli("diff", "-C", repo.root).out


def test_lfs_is_told(repo: Repo, run_cli: Run) -> None:
    repo.git("config", "filter.lfs.clean", "cat")
    repo.commit({".gitattributes": "*.bin filter=lfs -text\n", "model.bin": pointer(3_000_000)})
    out = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD").out
    assert ["in", "LFS", "0B", "3.00MB"] in [line.split() for line in out.splitlines()]
    found = diff(run_cli, repo)
    assert (found["lfs_pointers"]["files"], found["growth"]["bytes"] < -2_000_000) == (1, True)
    out = run_cli("diff", "-C", repo.root).out
    assert "1 file here are pointers" not in out
    assert "1 file here is a pointer of Git LFS, without 3.00MB that a commit counts" in out
    assert diff(run_cli, repo, "--lfs", "pointer")["lfs_pointers"]["files"] == 0


def test_names_of_revisions_have_room(
    repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "feature/" + "a-very-long-name-" * 6
    repo.git("checkout", "-q", "-b", long)
    repo.commit({"topic": "12345"})
    monkeypatch.setattr("ctxguard.cli.diff.screen", lambda **_: Terminal(width=80))
    for arguments in ((f"main...{long}",), ("main", long)):
        out = run_cli("diff", "-C", repo.root, *arguments).out
        table = out.split("\n\n")[1]
        assert repo.id("main") not in out
        assert "context" in table
        assert max(map(len, table.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("worktree", "HEAD"), "the work tree can only be the second side"),
        (("src",), "src is a folder, no revision; -C src makes it the context"),
        (("",), "an empty revision names no commit"),
    ],
)
def test_what_is_no_revision(
    repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...], words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(repo.root)
    found = run_cli("diff", *arguments)
    assert (found.code, words in found.err) == (2, True), found.err


def test_a_transfer_that_nobody_can_tell_is_not_judged(repo: Repo, run_cli: Run) -> None:
    repo.git("rm", "-q", "Dockerfile")
    repo.commit({"ctxguard.toml": 'max-growth = "1B"\nbudget-on = "transfer"\n'})
    found = run_cli("diff", "-C", repo.root, "HEAD~1", "HEAD")
    assert "NOT JUDGED: there is no transfer to hold against the growth limit of 1B" in found.out
    assert "no figure" in found.out
    assert diff(run_cli, repo, "HEAD~1", "HEAD", code=found.code)["growth"]["limit"] is None
