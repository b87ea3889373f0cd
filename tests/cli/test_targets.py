"""What a Dockerfile asks for, in `report` and `ls`, as they are typed."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.documents import listing, only_report
from tests.conftest import File, Result, Tree

Run = Callable[..., Result]
Make = Callable[..., str]
STAGES = """\
FROM scratch AS base
ARG DIR=docs
COPY $DIR /d/
FROM base AS app
COPY src nope /s/
FROM scratch
COPY media /m/
"""
TREE: Tree = {
    "Dockerfile": STAGES,
    "src": {"a.py": File(size=100), "b.py": File(size=50)},
    "docs": {"c.md": File(size=30)},
    "media": {"v.mp4": File(size=5000)},
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    root = make_tree(TREE)
    monkeypatch.chdir(root)
    return root


def report(run_cli: Run, *argv: str) -> Any:
    return only_report(run_cli("report", ".", "--format", "json", *argv).out)


def sent(run_cli: Run, *argv: str) -> list[str]:
    return run_cli("ls", ".", "--sent", *argv).out.splitlines()


def test_the_last_stage_is_the_default(root: str, run_cli: Run) -> None:
    (target,) = report(run_cli)["transfer"]["targets"]
    assert (target["name"], target["default"], target["reason"]) == (None, True, None)
    assert target["buildkit"]["entries"] == 2


def test_target(root: str, run_cli: Run) -> None:
    found = report(run_cli, "--target", "APP")
    (target,) = found["transfer"]["targets"]
    assert (target["name"], target["default"]) == ("app", False)
    assert found["context"]["target"] == "APP"
    (problem,) = found["problems"]
    assert (problem["code"], problem["path"], problem["line"]) == (
        "missing-source",
        "Dockerfile",
        5,
    )
    assert sent(run_cli, "--target", "app") == ["docs", "docs/c.md", "src", "src/a.py", "src/b.py"]


def test_no_such_target(root: str, run_cli: Run) -> None:
    found = run_cli("report", "--target", "ap")
    assert (found.code, found.out) == (2, "")
    assert "it has base, app" in found.err


def test_all_targets(root: str, run_cli: Run) -> None:
    found = report(run_cli, "--all-targets")["transfer"]["targets"]
    assert [(row["name"], row["default"]) for row in found] == [
        ("base", False),
        ("app", False),
        (None, True),
    ]
    lines = run_cli("report", "--all-targets").out.splitlines()
    at = lines.index("Targets")
    assert [line.split()[-1] for line in lines[at + 2 : at + 5]] == ["base", "app", "stage"]


@pytest.mark.parametrize(
    ("argv", "folder"),
    [
        ((), "docs"),
        (("--build-arg", "DIR=src"), "src"),
        (("--build-arg", "DIR"), "media"),
        (("--build-arg", "NOT_SET"), "docs"),
    ],
)
def test_build_args(
    argv: tuple[str, ...],
    folder: str,
    root: str,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIR", "media")
    assert sent(run_cli, "--target", "base", *argv)[0] == folder


def test_flags_replace_arguments_of_the_same_name(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = 'target = "base"\nbuild-args = { DIR = "src", OTHER = "1" }\n'
    monkeypatch.chdir(make_tree({**TREE, "ctxguard.toml": toml}))
    assert sent(run_cli)[0] == "src"
    assert sent(run_cli, "--build-arg", "DIR=media")[0] == "media"
    found = report(run_cli, "--build-arg", "DIR=media")["context"]["build_args"]
    assert found == {"DIR": "media", "OTHER": "1"}


def test_platform(make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "FROM scratch\nARG TARGETARCH\nCOPY bin/$TARGETARCH /b\n"
    monkeypatch.chdir(make_tree({"Dockerfile": text, "bin": {"arm64": "1", "amd64": "2"}}))
    assert sent(run_cli, "--platform", "aarch64") == ["bin", "bin/arm64"]
    assert report(run_cli, "--platform", "aarch64")["context"]["platform"] == "linux/arm64"
    for wrong in ("nonsense", "linux/amd64,linux/arm64"):
        found = run_cli("report", "--platform", wrong)
        assert (found.code, found.out) == (2, "")
        assert "--platform" in found.err


# ── who asks for it ────────────────────────────────────────────────────────────────────────────


def test_by_instruction(root: str, run_cli: Run) -> None:
    groups = report(run_cli, "--target", "app", "--by", "instruction")["groups"]
    rows = [(row["name"], row["bytes"], row["files"]) for row in groups["rows"]]
    assert rows == [("Dockerfile:5", 150, 2), ("Dockerfile:3", 30, 1)]
    assert groups["unasked"]["bytes"] == 5000 + len(STAGES)
    assert groups["several"]["files"] == 0
    out = run_cli("report", "--target", "app", "--by", "instruction").out
    assert "Dockerfile:5  COPY src nope /s/, 2 files" in out
    assert "no instruction, 2 files" in out
    assert "media/v.mp4 is asked for by no instruction" in out


def test_the_heaviest_path_names_its_instruction(root: str, run_cli: Run) -> None:
    assert "media/v.mp4 is brought by Dockerfile:7  COPY media /m/" in run_cli("report").out
    (first, *_) = report(run_cli)["heaviest"]
    assert [each["line"] for each in first["brought_by"]] == [7]


def test_by_instruction_without_a_dockerfile(make_tree: Make, run_cli: Run) -> None:
    found = run_cli("report", make_tree({"a": "1"}), "--by", "instruction")
    assert found.code == 0
    assert "--by instruction: nobody can say" in found.err


# ── where the Dockerfile is ────────────────────────────────────────────────────────────────────


def test_on_standard_input(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    give("FROM scratch\nCOPY docs /d\n")
    assert sent(run_cli, "-f", "-") == ["docs", "docs/c.md"]
    give("FROM scratch\nCOPPY docs /d\n")
    (problem,) = report(run_cli, "-f", "-")["problems"]
    assert (problem["path"], problem["line"]) == ("-", 2)


def test_its_own_ignore_file(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: Tree = {
        "a": "1",
        "b": "2",
        ".dockerignore": "a",
        "dockerfile": "FROM scratch\nCOPY a b /x/\n",
    }
    monkeypatch.chdir(make_tree(tree))
    assert sent(run_cli) == ["b"]
    monkeypatch.chdir(make_tree({**tree, "dockerfile.dockerignore": "b"}, name="own"))
    assert sent(run_cli) == ["a"]
    monkeypatch.chdir(make_tree({**tree, "dockerfile.dockerignore": ""}, name="empty"))
    assert sent(run_cli) == ["a", "b"]
    # A frontend image is given an empty file as if there were none.
    foreign = {"dockerfile": "# syntax=x\nFROM scratch\nCOPY a b /x/\n"}
    monkeypatch.chdir(make_tree({**tree, "dockerfile.dockerignore": "", **foreign}, name="foreign"))
    assert sent(run_cli) == ["b"]


# ── ls --sent ──────────────────────────────────────────────────────────────────────────────────


def test_sent_as_json(root: str, run_cli: Run) -> None:
    found = listing(run_cli("ls", "--sent", "--format", "json").out)
    assert [entry["path"] for entry in found["entries"]] == ["media", "media/v.mp4"]


# (Dockerfile, exit code, words)
NOTHING_SENT = [
    (None, 3, "there is no Dockerfile"),
    ("FROM scratch\n", 0, "no instruction needs the context"),
    ("FROM x\nCOPPY a /\n", 3, "Dockerfile:2: unknown instruction"),
]


@pytest.mark.parametrize(("text", "code", "words"), NOTHING_SENT)
def test_nothing_to_list(
    text: str | None, code: int, words: str, make_tree: Make, run_cli: Run
) -> None:
    root = make_tree({"a": "1"} if text is None else {"a": "1", "Dockerfile": text})
    found = run_cli("ls", root, "--sent")
    assert (found.code, found.out) == (code, "")
    assert words in found.err


@pytest.mark.parametrize("more", ["--all", "--ignored", "--backend=legacy"])
def test_sent_goes_with_little_else(more: str, root: str, run_cli: Run) -> None:
    assert run_cli("ls", "--sent", more).code == 2


# ── a budget on the transfer ───────────────────────────────────────────────────────────────────


def test_budget_on_the_transfer(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_cli("report", "--critical", "1kB").code == 1
    monkeypatch.setenv("CTXGUARD_BUDGET_ON", "transfer")
    found = run_cli("report", "--critical", "1kB", "--target", "base")
    assert found.code == 0
    assert "limit of 1.00kB for the transfer" in found.out
    assert run_cli("report", "--critical", "1kB").code == 1
    limits = report(run_cli, "--target", "base")["verdict"]["limits"]
    assert {limit["name"] for limit in limits} == {"transfer"}


def test_no_transfer_counts_as_nothing_and_says_so(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = 'budget-on = "transfer"\ncritical = "1B"\n'
    monkeypatch.chdir(make_tree({"a": "12345", "ctxguard.toml": toml}))
    found = run_cli("report")
    assert found.code == 0
    assert "there is no transfer, which counts as 0 (there is no Dockerfile)" in found.out
    assert [limit["actual"] for limit in report(run_cli)["verdict"]["limits"]] == [0, 0]
