"""`ctxguard rebuilds`, as a user types it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import documents
from tests.conftest import Result, Tree
from tests.git.repositories import Repo, make_repo

Run = Callable[..., Result]
APP: Tree = {
    "Dockerfile": "FROM python AS app\nWORKDIR /app\nCOPY . .\n"
    "RUN pip install -r requirements.txt\n",
    "requirements.txt": "flask\n",
    "src": {"a.py": "0"},
}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    found = make_repo(str(tmp_path / "repository"), APP)
    for number in range(1, 5):
        found.commit({"src": {"a.py": str(number)}})
    monkeypatch.chdir(found.root)
    return found


@pytest.fixture
def log(tmp_path: Path) -> str:
    """Of a build in which the installation took half a minute."""
    times = {"started": "2026-11-27T10:00:00Z", "completed": "2026-11-27T10:00:30Z"}
    vertex = {"digest": "x", "name": "[4/4] RUN pip install -r requirements.txt", **times}
    path = tmp_path / "build.jsonl"
    path.write_text(json.dumps({"vertexes": [vertex]}) + "\n")
    return str(path)


def document(result: Result) -> Any:
    assert result.code == 0
    return documents.rebuilds(result.out)


def test_the_whole_answer(repo: Repo, run_cli: Run, log: str) -> None:
    result = run_cli("rebuilds", "--times", log)
    first, last = repo.id("HEAD~4")[:10], repo.id()[:10]
    assert result == Result(0, EXPECTED.format(root=repo.root, first=first, last=last), "")


EXPECTED = """\
Rebuilds of {root}: 4 commits from {first} to {last}
50.0 minutes per hundred commits on steps that are built again

                       rebuilt commits    own  above  seconds  line
       0%                            0      0      0              1  FROM python AS app
       0%                            0      0      0              2  WORKDIR /app
     100% ████████████████████       4      4      0              3  COPY . .
     100% ████████████████████       4      0      4     30.0     4  RUN pip install -r requirements.txt

What breaks the cache most
  commits
        4  src/a.py  line 3: COPY . .

Copy the manifests first, the rest after the installation (to verify)
  RUN pip install -r requirements.txt would see the manifests alone; verify that it needs nothing \
else of what is copied now
   WORKDIR /app
  +COPY requirements.txt ./
  +RUN pip install -r requirements.txt
   COPY . .
  -RUN pip install -r requirements.txt
    new ->   0%  COPY requirements.txt ./
   100% ->   0%  RUN pip install -r requirements.txt
  50.0 minutes per hundred commits, 0.0 with it
"""  # noqa: E501


def test_quiet(repo: Repo, run_cli: Run) -> None:
    result = run_cli("rebuilds", "-q")
    assert "COPY . ." in result.out
    assert "breaks the cache" not in result.out
    assert "manifests" not in result.out


def test_the_document(repo: Repo, run_cli: Run, log: str) -> None:
    found = document(run_cli("rebuilds", "--format", "json", "--times", log))
    assert found["commits"] == {
        "from": repo.id("HEAD~4"),
        "to": repo.id(),
        "count": 4,
        "skipped": [],
    }
    assert found["minutes_per_hundred_commits"] == 50
    assert found["context"]["revision"] == repo.id()
    assert found["steps"][2] == {
        "stage": "app",
        "line": 3,
        "text": "COPY . .",
        "kind": "COPY",
        "builds": True,
        "rebuilt": 4,
        "own": 4,
        "share": 1.0,
        "at_most": False,
        "seconds": None,
    }
    assert found["steps"][3]["seconds"] == 30
    assert found["paths"] == [{"path": "src/a.py", "line": 3, "commits": 4}]
    (advice,) = found["advice"]
    assert (advice["kind"], advice["certain"]) == ("split", False)
    assert [each["rebuilt"] for each in advice["before"]] == [0, 4, 4]
    assert [each["rebuilt"] for each in advice["after"]] == [0, 0, 0, 4]
    assert (advice["minutes_before"], advice["minutes_after"]) == (50, 0)
    assert "+COPY requirements.txt ./" in advice["lines"]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ((), 4),
        (("-n", "2"), 2),
        (("-n", "4"), 4),
        (("--rev", "HEAD~2"), 2),
        (("--rev", "HEAD~2.."), 2),
        (("--rev", "HEAD~4..HEAD~1"), 3),
    ],
)
def test_which_commits(repo: Repo, run_cli: Run, arguments: tuple[str, ...], count: int) -> None:
    found = document(run_cli("rebuilds", "--format", "json", *arguments))
    assert found["commits"]["count"] == count


def test_a_single_commit(repo: Repo, run_cli: Run) -> None:
    repo.git("checkout", "-q", "--orphan", "new")
    repo.commit()
    found = document(run_cli("rebuilds", "--format", "json"))
    assert found["commits"]["count"] == 0
    assert {each["share"] for each in found["steps"]} == {0.0}
    assert found["advice"] == []
    assert "0 commits" in run_cli("rebuilds").out


def test_commits_that_cannot_be_built_are_named(repo: Repo, run_cli: Run) -> None:
    for number in range(7):
        repo.commit({"Dockerfile": f"FROM python\nCOPY gone{number} /\n"})
    repo.commit(APP)
    result = run_cli("rebuilds")
    assert result.code == 0
    assert "5 commits" in result.out
    assert "7 passed over" in result.out
    assert "COPY gone0 /: gone0 is not there, or it is ignored; it is passed over" in result.err
    assert "and 2 more commits are passed over" in result.err
    assert run_cli("rebuilds", "-q").err == ""


def test_options_of_the_build(repo: Repo, run_cli: Run) -> None:
    text = "FROM a AS one\nARG V\nCOPY src/$V /\nFROM b AS two\nRUN x\n"
    repo.commit({"d": {"Other": text}})
    ask = ("rebuilds", "--format", "json", "-f", "d/Other", "-n", "1")
    options = ("--target", "one", "--build-arg", "V=a.py", "--platform", "linux/arm64")
    # The commit before has no such file.
    first = document(run_cli(*ask, *options))
    assert first["commits"]["count"] == 0
    assert len(first["commits"]["skipped"]) == 1
    assert [each["stage"] for each in first["steps"]] == ["one"] * 3
    assert first["context"]["platform"] == "linux/arm64"
    repo.commit({"src": {"a.py": "new"}})
    found = document(run_cli(*ask, *options))
    assert [each["rebuilt"] for each in found["steps"]] == [0, 0, 1]


def test_a_folder_of_the_repository(repo: Repo, run_cli: Run) -> None:
    repo.commit({"sub": {"Dockerfile": "FROM scratch\nCOPY x /\n", "x": "1"}})
    repo.commit({"src": {"a.py": "new"}})
    repo.commit({"sub": {"x": "2"}})
    found = document(run_cli("rebuilds", "sub", "--format", "json"))
    assert [each["rebuilt"] for each in found["steps"]] == [0, 1]
    assert found["commits"]["count"] == 2


def test_hostile_names_do_no_harm(repo: Repo, run_cli: Run) -> None:
    name = "e\x1b[31m\u202e\udcff"
    text = 'FROM scratch\nCOPY ["src", "/\\u001b[31m"]\nCOPY src /x\x1b[31m\n'
    for number in range(3):
        repo.commit({"Dockerfile": text, "src": {name: str(number)}})
    result = run_cli("rebuilds")
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    found = document(run_cli("rebuilds", "--format", "json"))
    assert any("path_b64" in each for each in found["paths"])


def test_a_table_that_fits(
    repo: Repo, run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ctxguard.cli.streams.is_terminal", lambda _stream: True)
    repo.commit({"Dockerfile": f"FROM python\nCOPY src /x\nRUN {'very ' * 50}long\n"})
    result = run_cli("rebuilds", "-q", "--color", "never")
    assert max(map(len, result.out.splitlines()[1:])) <= 100
    assert "..." in result.out


def test_at_most_is_marked(repo: Repo, run_cli: Run) -> None:
    text = "FROM a AS one\nCOPY src /s\nFROM scratch\nCOPY --from=one /s /s\n"
    repo.commit({"Dockerfile": text})
    repo.commit({"src": {"a.py": "new"}})
    out = run_cli("rebuilds", "-n", "1").out
    assert "≤100%" in out
    assert "≤ at most: it takes from another stage" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--rev", "nowhere"), 2, "there is no revision nowhere"),
        (("--rev", "HEAD..HEAD"), 2, "there is no commit in HEAD..HEAD"),
        (("-n", "0"), 2, "-n"),
        (("--backend", "legacy"), 2, "the classic builder has a cache of another kind"),
        (("--target", "none"), 2, "has no such stage"),
        (("--times", "nowhere"), 2, "--times nowhere cannot be read: no such file"),
        (("--times", "requirements.txt"), 2, "there is nothing of a build in it"),
        (("-f", "src"), 2, "names a folder"),
        (("-f", "none"), 3, "does not exist"),
        (("nowhere",), 2, "there is no folder"),
    ],
)
def test_what_cannot_be(
    repo: Repo, run_cli: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run_cli("rebuilds", *arguments)
    assert result.code == code, result.err
    assert message in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("HEAD~2^{tree}", 0, "it has no tree; it came later, or was not fetched"),
        ("HEAD~2:src", 3, "git diff-tree failed"),
        ("HEAD:Dockerfile", 3, "is not here; fetch the whole commit first"),
    ],
)
def test_an_object_that_is_not_there(
    repo: Repo, run_cli: Run, what: str, code: int, message: str
) -> None:
    id_ = repo.git("rev-parse", what).strip()
    os.unlink(os.path.join(repo.root, ".git", "objects", id_[:2], id_[2:]))
    result = run_cli("rebuilds")
    assert result.code == code
    assert message in result.err


def test_outside_of_git(tmp_path: Path, run_cli: Run) -> None:
    result = run_cli("rebuilds", str(tmp_path))
    assert (result.code, result.out) == (2, "")
    assert "lies in no git repository" in result.err


def test_into_a_file(repo: Repo, run_cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    assert run_cli("rebuilds", "--format", "json", "-o", str(path)).out == ""
    documents.rebuilds(path.read_text())
