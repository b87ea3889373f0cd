"""`--rev`: what a commit holds, with real git."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import File, Result, Symlink
from tests.git.repositories import Repo, git, make_repo, pointer

Run = Callable[..., Result]
APP = {"Dockerfile": "FROM scratch\nCOPY . /\n", ".dockerignore": "*.log\n", "a": "12345"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(str(tmp_path / "répo with blanks"), APP)


def report(run_cli: Run, *arguments: str) -> Any:
    found = run_cli("report", "--format", "json", *arguments)
    assert found.code == 0, found.err
    return documents.only_report(found.out)


def problems(found: Any) -> list[tuple[str, str]]:
    return [(problem["code"], problem["path"]) for problem in found["problems"]]


def test_a_commit_is_not_the_work_tree(repo: Repo, run_cli: Run) -> None:
    repo.write({"a": "1234567890", "untracked": "x" * 100, ".dockerignore": "*\n"})
    found = report(run_cli, repo.root, "--rev", "HEAD")
    assert found["context"]["source"] == "commit"
    assert found["context"]["revision"] == repo.id()
    assert found["context"]["root"] == repo.root
    assert found["size"]["bytes"] == 5 + 6 + len(APP["Dockerfile"]) == 33
    assert found["lfs"] is None
    headline = run_cli("report", repo.root, "--rev", "HEAD").out.splitlines()[0]
    assert headline == f"Build context {repo.root} at {repo.id()[:10]}: 33B in 3 files"


def test_each_revision_has_its_own_rules_dockerfile_and_configuration(
    repo: Repo, run_cli: Run
) -> None:
    repo.commit(
        {
            ".dockerignore": "a\n",
            "ctxguard.toml": 'dockerfile = "b/Containerfile"\nmax-files = 2\n',
            "b": {"Containerfile": "FROM scratch\nCOPY b /\n"},
        }
    )
    repo.commit({"ctxguard.toml": "nonsense"})
    old = run_cli("report", repo.root, "--rev", "HEAD~2")
    assert (old.code, "a" in run_cli("ls", repo.root, "--rev", "HEAD~2").out.split()) == (0, True)
    new = run_cli("report", repo.root, "--rev", "HEAD~1")
    assert new.code == 1
    assert "b/Containerfile" in new.out
    broken = run_cli("report", repo.root, "--rev", "HEAD")
    assert broken.code == 2
    assert broken.err.startswith(f"ctxguard: {repo.id()[:10]}:ctxguard.toml: this is no valid")


@pytest.mark.parametrize("where", ["sub", "/sub", "gone"])
def test_a_subfolder_is_a_context(repo: Repo, run_cli: Run, where: str) -> None:
    repo.commit({"sub": {"Dockerfile": "FROM scratch\nCOPY x /\n", "x": "xyz"}, "gone": {"x": "1"}})
    repo.git("rm", "-q", "-r", "gone")
    found = report(run_cli, f"{repo.root}/{where}", "--rev", "HEAD")
    assert found["context"]["root"] == f"{repo.root}/{where.strip('/')}"
    assert found["size"]["bytes"] == (1 if where == "gone" else 25)


def test_a_dockerfile_beside_the_context(
    repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(
        {
            "app": {"x": "1", "y": "22"},
            "docker": {
                "Dockerfile": "FROM scratch\nCOPY x /\n",
                "Dockerfile.dockerignore": "y\n",
            },
        }
    )
    monkeypatch.chdir(repo.root)
    found = report(run_cli, "app", "--rev", "HEAD", "-f", "docker/Dockerfile")
    assert found["size"]["bytes"] == 1
    assert found["context"]["dockerfile"] == f"{repo.root}/docker/Dockerfile"
    refused = run_cli("report", "app", "--rev", "HEAD", "-f", "/etc/Dockerfile")
    assert refused.code == 2
    assert "lies outside of the repository" in refused.err
    folder = run_cli("report", "app", "--rev", "HEAD", "-f", "docker")
    assert (folder.code, folder.err) == (
        2, "ctxguard: -f docker names a folder, not a Dockerfile\n",
    )  # fmt: skip


def test_a_bare_repository(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    repo.commit({"sub": {"x": "xyz"}})
    bare = str(tmp_path / "bare.git")
    git(repo.root, "clone", "-q", "--bare", repo.root, bare)
    assert report(run_cli, bare, "--rev", "main")["size"]["files"] == 4
    assert report(run_cli, f"{bare}/sub", "--rev", "main")["size"]["bytes"] == 3
    missing = run_cli("report", f"{bare}/objects", "--rev", "main")
    assert (missing.code, "there is no folder objects in main" in missing.err) == (2, True)
    assert "app" not in run_cli("ls", bare, "--rev", "main").out
    why = run_cli("why", "-C", bare, "--rev", "main", "/sub/x")
    assert (why.code, why.out.splitlines()[0]) == (0, "sub/x: in the context and sent")


def test_a_worktree_and_the_environment_of_a_hook(
    repo: Repo, run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(tmp_path / "other")
    repo.git("worktree", "add", "-q", "-b", "topic", other)
    Repo(other).commit({"more": "xx"})
    assert report(run_cli, other, "--rev", "HEAD")["size"]["files"] == 4
    assert report(run_cli, repo.root, "--rev", "HEAD")["size"]["files"] == 3
    monkeypatch.setenv("GIT_DIR", f"{repo.root}/.git/worktrees/other")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.chdir(other)
    assert report(run_cli, "--rev", "HEAD")["size"]["files"] == 4


def test_submodules_are_named(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    inner = make_repo(str(tmp_path / "inner"), {"x": "x" * 1000})
    repo.git("submodule", "add", "-q", inner.root, "vendor/inner")
    repo.git("submodule", "add", "-q", inner.root, "x.log")
    repo.git("commit", "-q", "-m", "submodules")
    found = report(run_cli, repo.root, "--rev", "HEAD")
    assert problems(found) == [("submodule", "vendor/inner")]
    assert found["complete"]
    listed = run_cli("ls", repo.root, "--rev", "HEAD")
    assert "vendor/inner: it is a submodule" in listed.err
    assert "vendor/inner\n" in listed.out


def test_lfs_counts_what_the_pointers_point_to(repo: Repo, run_cli: Run) -> None:
    repo.commit(
        {
            ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "a.bin": pointer(5_000_000),
            "deep": {"b.bin": pointer(7), "c.bin": "no pointer" * 12},
            "no.txt": pointer(10**9),
            "z.log": "",
        }
    )
    plain = report(run_cli, repo.root, "--rev", "HEAD", "--lfs", "pointer")
    assert plain["lfs"] == {"files": 2, "bytes": 5_000_007, "counted": "pointer"}
    full = report(run_cli, repo.root, "--rev", "HEAD")
    assert full["lfs"] == {"files": 2, "bytes": 5_000_007, "counted": "content"}
    pointers = len(pointer(5_000_000)) + len(pointer(7))
    assert full["size"]["bytes"] - plain["size"]["bytes"] == 5_000_007 - pointers
    text = run_cli("report", repo.root, "--rev", "HEAD").out
    assert "lfs         5.00MB in 2 files, as their pointers say; see --lfs pointer" in text
    text = run_cli("report", repo.root, "--rev", "HEAD", "--lfs", "pointer").out
    assert "lfs         5.00MB in 2 files that git keeps as pointers" in text
    row = next(
        json.loads(line)
        for line in run_cli("ls", repo.root, "--rev", "HEAD", "--format", "jsonl").out.splitlines()
        if "a.bin" in line
    )
    assert row["bytes"] == 5_000_000


def test_lfs_files_that_are_ignored_are_not_told(repo: Repo, run_cli: Run) -> None:
    repo.commit({".gitattributes": "*.log filter=lfs\n", "a.log": pointer(5_000_000)})
    assert report(run_cli, repo.root, "--rev", "HEAD")["lfs"] is None


def test_attributes_that_change_sizes_are_named(repo: Repo, run_cli: Run) -> None:
    (Path(repo.root) / ".git/info/attributes").write_text("* ident\n", encoding="utf-8")
    repo.commit(
        {
            ".gitattributes": "*.bat eol=crlf\n*.id ident\n[attr]secret filter=crypt\n",
            "one.bat": "x\n",
            "two.bat": "x\n",
            "empty.bat": "",
            "kept.log": "x",
            "sub": {
                ".gitattributes": "two.bat -text\nkey secret\nu working-tree-encoding=UTF-16LE\n",
                "two.bat": "x\n",
                "key": "x",
                "u": "x\0",
                "plain": "x",
                "c.id": "$Id$",
            },
        }
    )
    found = report(run_cli, repo.root, "--rev", "HEAD")
    told = {problem["path"]: problem["message"] for problem in found["problems"]}
    assert {path: message.split("says ")[1].split(";")[0] for path, message in told.items()} == {
        "one.bat": "eol=crlf",
        "sub/key": "filter=crypt",
        "sub/u": "working-tree-encoding=UTF-16LE",
        "sub/c.id": "ident",
    }
    assert "and that of 1 more" in told["one.bat"]
    inner = report(run_cli, f"{repo.root}/sub", "--rev", "HEAD")
    assert {path for _, path in problems(inner)} == {"key", "u", "c.id", "Dockerfile"}


def test_links_lead_nowhere_out_of_a_commit(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("*\n", encoding="utf-8")
    repo.commit({"sub": {"x": "1", ".dockerignore": Symlink("../rules")}, "rules": "x\n"})
    for target, files in (("../rules", 1), ("../../outside", 2), (str(tmp_path / "outside"), 2)):
        os.unlink(f"{repo.root}/sub/.dockerignore")
        repo.commit({"sub": {".dockerignore": Symlink(target), "y": "1"}})
        there = ("report", f"{repo.root}/sub", "--rev", "HEAD", "--format", "json")
        legacy = documents.only_report(run_cli(*there, "--backend", "legacy").out)
        assert legacy["size"]["files"] == files, target
        buildkit = documents.only_report(run_cli(*there).out)
        assert buildkit["size"]["files"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rev", "nope"), "there is no revision nope in"),
        (("--rev", "--all"), "there is no revision --all in"),
        (("--rev", ""), "an empty revision names no commit"),
        (("--rev", "HEAD:a"), "HEAD:a names a blob, no commit"),
        (("--rev", "HEAD^{tree}"), "HEAD^{tree} names a tree, no commit"),
    ],
)
def test_a_revision_that_is_none(
    repo: Repo, run_cli: Run, arguments: tuple[str, ...], message: str
) -> None:
    found = run_cli("report", repo.root, *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


def test_an_unborn_branch(tmp_path: Path, run_cli: Run) -> None:
    repo = make_repo(str(tmp_path / "new"))
    for name in ("HEAD", "main"):
        found = run_cli("report", repo.root, "--rev", name)
        assert (found.code, found.err) == (
            2, f"ctxguard: {name} has no commit yet; commit first\n",
        )  # fmt: skip


def test_a_shallow_clone(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    repo.commit({"b": "2"})
    shallow = str(tmp_path / "shallow")
    git(repo.root, "clone", "-q", "--depth", "1", f"file://{repo.root}", shallow)
    assert run_cli("report", shallow, "--rev", "HEAD").code == 0
    found = run_cli("report", shallow, "--rev", "HEAD~1")
    assert found.code == 2
    assert "this clone is shallow, git fetch --unshallow brings" in found.err


def test_a_partial_clone_fetches_nothing(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit({"big": File(size=100_000)})
    partial = str(tmp_path / "partial")
    git(
        repo.root, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.root}", partial
    )  # fmt: skip
    before = sorted(os.listdir(f"{partial}/objects/pack"))
    found = run_cli("report", partial, "--rev", "HEAD")
    assert found.code == 3
    assert "git fetch" in found.err
    assert sorted(os.listdir(f"{partial}/objects/pack")) == before


def test_no_repository_and_no_git(
    make_tree: Callable[..., str], run_cli: Run, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = make_tree({"a": ""})
    found = run_cli("report", outside, "--rev", "HEAD")
    assert (found.code, "lies in no git repository" in found.err) == (2, True)
    inside = run_cli("report", f"{repo.root}/.git/refs", "--rev", "HEAD")
    assert (inside.code, "lies within git's own folder" in inside.err) == (2, True)
    file = run_cli("report", f"{repo.root}/a", "--rev", "HEAD")
    assert (file.code, "is no folder" in file.err) == (2, True)
    monkeypatch.setenv("PATH", outside)
    gone = run_cli("report", repo.root, "--rev", "HEAD")
    assert (gone.code, gone.err) == (
        3, "ctxguard: git was not found; install it, or put it on the PATH\n",
    )  # fmt: skip


def test_sha256_and_replaced_commits(tmp_path: Path, run_cli: Run, repo: Repo) -> None:
    longer = make_repo(
        str(tmp_path / "sha256"),
        {**APP, ".gitattributes": "a filter=x\n"},
        "--object-format=sha256",
    )
    found = report(run_cli, longer.root, "--rev", "HEAD")
    assert len(found["context"]["revision"]) == 64
    assert problems(found) == [("size-by-attribute", "a")]
    first = repo.id()
    second = repo.commit({"b": "2"})
    repo.git("replace", first, second)
    assert report(run_cli, repo.root, "--rev", first)["size"]["files"] == 3


def raw_tree(repo: Repo, *rows: tuple[str, str, str]) -> str:
    """A tree that git itself would not make: mode, hex id and name of each entry."""
    data = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id_) for mode, id_, name in rows)
    return repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=data).strip()


def commit_tree(repo: Repo, tree: str) -> str:
    return repo.git("commit-tree", "-m", "odd", tree).strip()


def test_trees_that_no_clone_could_hold(repo: Repo, run_cli: Run) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", data=b"xyz").strip()
    for name in (".git", ".."):
        odd = commit_tree(repo, raw_tree(repo, ("100644", blob, name)))
        found = run_cli("report", repo.root, "--rev", odd)
        assert (found.code, "git refuses to check out this commit" in found.err) == (3, True)
    old = commit_tree(repo, raw_tree(repo, ("100664", blob, "x"), ("100775", blob, "y")))
    assert report(run_cli, repo.root, "--rev", old)["size"]["bytes"] == 6
    assert "no-dockerfile" in dict(problems(report(run_cli, repo.root, "--rev", old)))


@pytest.mark.slow
def test_a_tree_that_holds_itself_many_times_over(repo: Repo, run_cli: Run) -> None:
    tree = raw_tree(repo, ("100644", repo.id("HEAD:a"), "x"))
    for _ in range(12):
        tree = raw_tree(repo, *((("40000", tree, f"d{at}")) for at in range(10)))
    found = run_cli("report", repo.root, "--rev", commit_tree(repo, tree))
    assert found.code == 3
    assert "entries, far too many" in found.err


def test_nothing_of_a_hostile_repository_runs(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >>{tmp_path}/ran\n", encoding="utf-8")
    trap.chmod(0o755)
    repo.commit(
        {".gitattributes": "a filter=evil diff=evil ident\nb filter=lfs\n", "b": pointer(9)}
    )
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass",
        "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.command",
        "diff.evil.textconv", "diff.external", "pager.ls-tree", "credential.helper",
        "filter.lfs.smudge", "filter.lfs.process", "gpg.program", "core.alternateRefsCommand",
    ):  # fmt: skip
        repo.git("config", key, str(trap))
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
    ):
        (hooks / name).symlink_to(trap)
    repo.git("config", "core.hooksPath", str(hooks))
    (tmp_path / "ran").unlink(missing_ok=True)
    for command in (("report", repo.root), ("ls", repo.root), ("why", "-C", repo.root, "/a")):
        assert run_cli(*command, "--rev", "HEAD").code == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_a_repository_of_someone_else(repo: Repo, run_cli: Run) -> None:
    for folder, folders, files in os.walk(repo.root):
        for name in (".", *folders, *files):
            os.chown(os.path.join(folder, name), 65534, 65534)
    found = run_cli("report", repo.root, "--rev", "HEAD")
    assert (found.code, found.out) == (3, "")
    assert "dubious ownership" in found.err
    assert "git config --global --add safe.directory" in found.err
    assert "\\n" not in found.err


@pytest.mark.parametrize("command", [("report",), ("ls",), ("why", "a")])
def test_lfs_is_about_a_commit(repo: Repo, run_cli: Run, command: tuple[str, ...]) -> None:
    name, *paths = command
    where = ["-C", repo.root, *paths] if paths else [repo.root]
    found = run_cli(name, *where, "--lfs", "pointer")
    assert (found.code, "name one with --rev" in found.err) == (2, True)


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1", "@", "main^{tree}", "HEAD@{1}"])
def test_a_branch_without_a_commit(tmp_path: Path, run_cli: Run, revision: str) -> None:
    root = make_repo(str(tmp_path / "empty")).root
    found = run_cli("report", root, "--rev", revision)
    assert (found.code, "has no commit yet; commit first" in found.err) == (2, True), found.err
