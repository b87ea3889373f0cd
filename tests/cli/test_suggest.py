"""`ctxguard suggest`: what is suggested, what is written, and the way back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import documents
from tests.conftest import File, Result, Symlink, Tree
from tests.git.repositories import make_repo

Run = Callable[..., Result]
MB = 10_000
"""A hundredth of one, so that git has little to read."""
APP: Tree = {
    "Dockerfile": "FROM scratch\nCOPY . /app\nCOPY *.json /\n",
    ".dockerignore": "# ours\r\ndata/videos/  # large\r\n*.log\r\n",
    ".gitignore": "dist/\ndata/\n",
    "package.json": "{}",
    "data": {"videos": {"a.mp4": File(size=900 * MB), "b.mp4": File(size=900 * MB)}},
    "dist": {"bundle.js": File(size=90 * MB)},
    "web": {"node_modules": {"x": File(size=50 * MB)}, "app.js": File(size=60 * MB)},
}
TEXT = """\
Build context {root}: 20.00MB in 10 files, 1.50MB in 7 files with these lines

For .dockerignore
      saves     alone
    18.00MB   18.00MB # large
                      data/videos/
                      mends line 2 (CTX002), 2 files
                      asked for by Dockerfile:2  COPY . /app
   500.00kB  500.00kB **/node_modules
                      installed packages, 1 file
                      asked for by Dockerfile:2  COPY . /app

Not certain: only you know whether the image needs it
      saves     alone
   900.00kB  900.00kB dist
                      git ignores it, 1 file
                      asked for by Dockerfile:2  COPY . /app
   600.00kB    1.10MB web
                      a heavy folder, 2 files
                      asked for by Dockerfile:2  COPY . /app

`ctxguard suggest --write` writes the lines, --undo takes them back.
"""
DIFF = """\
--- .dockerignore
+++ .dockerignore
@@ -1,3 +1,5 @@
 # ours
-data/videos/  # large
+# large
+data/videos/
 *.log
+**/node_modules
"""


@pytest.fixture
def app(make_tree: Callable[..., str]) -> str:
    """In git, which ignores some of it."""
    root = make_tree(APP)
    repo = make_repo(root)
    repo.git("add", ".")
    repo.git("commit", "-q", "-m", "all")
    os.rename(f"{root}/.git", f"{root}.git")
    Path(root, ".git").write_text(f"gitdir: {root}.git\n", encoding="utf-8")
    repo.git("config", "core.worktree", root)
    return root


def test_for_a_person(app: str, run_cli: Run) -> None:
    found = run_cli("suggest", app)
    assert (found.code, found.out, found.err) == (0, TEXT.format(root=app), "")
    brief = run_cli("suggest", app, "-q").out
    assert brief == TEXT.format(root=app).partition("\n")[0] + "\n"


def test_what_is_written_is_what_was_said(app: str, run_cli: Run) -> None:
    ignore = Path(app, ".dockerignore")
    before = ignore.read_bytes()
    said = documents.suggest(run_cli("suggest", app, "--format", "json").out)
    assert not said["written"]
    assert ignore.read_bytes() == before
    found = run_cli("suggest", app, "--write")
    assert (found.code, DIFF in found.out) == (0, True)
    assert ignore.read_bytes() == (
        b"# ours\r\n# large\r\ndata/videos/\r\n*.log\r\n**/node_modules\r\n"
    )
    size = documents.only_report(run_cli("report", app, "--format", "json").out)["size"]
    assert (size["bytes"], size["files"]) == (said["after"]["bytes"], said["after"]["files"])
    assert os.listdir(f"{app}.git/ctxguard/old-ignore-files")
    undone = run_cli("suggest", app, "--undo")
    assert (undone.code, undone.out) == (0, "")
    assert undone.err == f"ctxguard: {app}/.dockerignore is as it was before\n"
    assert ignore.read_bytes() == before
    again = run_cli("suggest", app, "--undo")
    assert (again.code, "wrote nothing here that could be undone" in again.err) == (2, True)


def test_as_json(app: str, run_cli: Run) -> None:
    found = documents.suggest(run_cli("suggest", app, "--format", "json", "--write").out)
    assert found["written"]
    first, second = found["suggestions"]
    assert first["code"] == "CTX002"
    assert first["saved"] == {"bytes": 1800 * MB, "files": 2}
    assert second["lines"] == ["**/node_modules"]
    assert second["edits"] == [
        {"file": ".dockerignore", "line": 4, "delete": 0, "insert": ["**/node_modules"]}
    ]
    assert [row["lines"] for row in found["uncertain"]] == [["dist"], ["web"]]
    assert found["uncertain"][0]["instructions"] == [
        {"file": "Dockerfile", "line": 2, "text": "COPY . /app"}
    ]


def test_over_budget_what_git_ignores_goes_too(app: str, run_cli: Run) -> None:
    Path(app, "ctxguard.toml").write_text('warn = "1 MB"\n', encoding="utf-8")
    found = documents.suggest(run_cli("suggest", app, "--format", "json").out)
    assert [row["lines"][-1] for row in found["suggestions"]] == [
        *("data/videos/", "dist", "**/node_modules")
    ]
    assert found["uncertain"][0]["lines"] == ["web"]


def test_of_a_commit(app: str, run_cli: Run) -> None:
    found = documents.suggest(run_cli("suggest", app, "--rev", "HEAD", "--format", "json").out)
    assert [row["lines"] for row in found["suggestions"]] == [["**/node_modules"]]
    assert run_cli("suggest", app, "--rev", "HEAD", "--write").code == 2


def test_without_an_ignore_file(app: str, run_cli: Run) -> None:
    ignore = Path(app, ".dockerignore")
    ignore.unlink()
    said = documents.suggest(run_cli("suggest", app, "--format", "json", "--write").out)
    assert b"**/node_modules\n" in ignore.read_bytes()
    size = documents.only_report(run_cli("report", app, "--format", "json").out)["size"]
    assert (size["bytes"], size["files"]) == (said["after"]["bytes"], said["after"]["files"])
    assert "is gone again, as it was not there before" in run_cli("suggest", app, "--undo").err
    assert not ignore.exists()


def test_through_a_link_within_the_context_and_no_other(app: str, run_cli: Run) -> None:
    ignore = Path(app, ".dockerignore")
    real = Path(app, "web/rules")
    ignore.rename(real)
    ignore.symlink_to("web/rules")
    assert run_cli("suggest", app, "--write").code == 0
    assert ignore.is_symlink()
    assert b"**/node_modules" in real.read_bytes()
    outside = Path(f"{app}.rules")
    outside.write_text("keep\n", encoding="utf-8")
    ignore.unlink()
    ignore.symlink_to(outside)
    found = run_cli("suggest", app, "--write")
    assert (found.code, "leads nowhere within its folder" in found.err) == (2, True)
    assert outside.read_text(encoding="utf-8") == "keep\n"


def test_nothing_to_suggest(make_tree: Callable[..., str], run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\nCOPY a /\n", ".dockerignore": "", "a": "1" * 99})
    found = run_cli("suggest", root, "--write")
    assert found.out == f"Build context {root}: 121B in 3 files; nothing to suggest\n"
    assert "\n" not in found.err


def test_an_allowlist(make_tree: Callable[..., str], run_cli: Run) -> None:
    tree: Tree = {
        "Dockerfile": "FROM a AS one\nCOPY src conf.* /\nFROM b\nCOPY --from=one / /\n"
        "RUN --mount=type=bind,source=link,target=/x ls\n",
        ".dockerignore": "**/*.log\n",
        "src": {"a.py": "1", "x.log": "12"},
        "conf.toml": "1",
        "link": Symlink("real"),
        "real": {"b": "2"},
        "rest": {"c": File(size=5 * MB)},
    }
    root = make_tree(tree)
    said = documents.suggest(
        run_cli("suggest", root, "--allowlist", "--write", "--format", "json").out
    )
    assert Path(root, ".dockerignore").read_text(encoding="utf-8") == (
        "*\n!src\n!conf.*\n!link\n!real\n**/*.log\n"
    )
    sent = run_cli("ls", root).out.split()
    assert sent == ["conf.toml", "link", "real", "real/b", "src", "src/a.py"]
    assert said["after"]["files"] == 3


@pytest.mark.parametrize(
    ("dockerfile", "why"),
    [
        ("FROM a\nCOPY . /\n", "Dockerfile:2 COPY . / asks for everything"),
        (None, "nobody can say what the build asks for"),
        ("FROM a\nCOPY ['a b ', '/']\n", ""),
    ],
)
def test_no_allowlist(
    make_tree: Callable[..., str], run_cli: Run, dockerfile: str | None, why: str
) -> None:
    tree = {"a b ": "1", **({} if dockerfile is None else {"Dockerfile": dockerfile})}
    found = run_cli("suggest", make_tree(tree), "--allowlist")
    assert (found.code, found.out) == (2, "")
    assert why in found.err


def test_bad_input(app: str, run_cli: Run) -> None:
    assert run_cli("suggest", app, "--undo", "--write").code == 2
    assert run_cli("suggest", f"{app}/nowhere").code == 2
    Path(app, ".dockerignore").write_text("[\n", encoding="utf-8")
    found = run_cli("suggest", app, "--write")
    assert (found.code, found.out, "syntax error in pattern" in found.err) == (3, "", True)


def test_hostile_names(make_tree: Callable[..., str], run_cli: Run) -> None:
    names = ["a\x1b[31m", "b\nc", "d\udcff", "e\u202e", " f ", "!g", "#h", "[i]*", "j\\"]
    tree: Tree = {name: {"x": File(size=5 * MB)} for name in names}
    root = make_tree({**tree, "Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    found = run_cli("suggest", root, "--write")
    assert not {"\x1b", "\u202e", "\udcff"} & set(found.out + found.err)
    left = run_cli("ls", root).out
    assert not {"!g/x", "#h/x", "[i]*/x"} & set(left.splitlines())


def test_nothing_is_called_written_that_is_not(
    app: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctxguard.rewriting.kept._folder", lambda _: f"{app}/Dockerfile")
    found = run_cli("suggest", app, "--write", "--format", "json")
    assert (found.code, found.out) == (2, "")
    assert b"**/node_modules" not in Path(app, ".dockerignore").read_bytes()


def test_nothing_to_undo_where_something_is_in_the_way(
    make_tree: Callable[..., str], run_cli: Run
) -> None:
    found = run_cli("suggest", make_tree({".dockerignore": {"a": "1"}}), "--undo")
    assert (found.code, "is no regular file" in found.err) == (2, True)
