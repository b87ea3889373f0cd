"""What a Dockerfile asks for, in `report` and `ls`, as they are typed."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ctxguard.cli import main
from ctxguard.context.demand.target import transfer
from ctxguard.context.demand.targets import wanted
from ctxguard.context.tree.locate import Governing, locate
from tests.cli.documents import lines, listing, only_report
from tests.conftest import File, Result, Symlink, Tree
from tests.context.measuring import request_for

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


# ── ls --sent, held against the transfer ───────────────────────────────────────────────────────

MANY: Tree = {
    "src": {"a.py": "1", "b.log": "2", "sub": {"c.py": "3"}},
    "docs": {"d.md": "4"},
    "l": Symlink("docs"),
    "out": {"kept": "5", "lost": "6"},
    "bin": {"amd64": "7", "arm64": "8"},
    ".dockerignore": "**/*.log\nout\n!out/kept\n",
}
COPIES = [
    ("a folder", "COPY src /"),
    ("a file of a folder", "COPY src/a.py /"),
    ("by a wildcard", "COPY src/*.py d* /"),
    ("by a wildcard of folders", "COPY src/*/c.py /"),
    ("behind a link", "COPY l/d.md /"),
    ("an ignored folder with an exception", "COPY out /"),
    ("all", "COPY . /"),
    ("a mount", "RUN --mount=source=bin,target=/m x"),
    ("nothing that is there", "COPY no /"),
    ("the ignore file and more", "COPY .dockerignore docs /"),
]


@pytest.mark.parametrize("text", [row[1] for row in COPIES], ids=[row[0] for row in COPIES])
def test_the_list_is_the_transfer(text: str, make_tree: Make, run_cli: Run) -> None:
    root = make_tree({**MANY, "Dockerfile": f"FROM scratch\n{text}\n"})
    request = request_for(root)
    located = locate(request.source, request.dockerfile)
    chosen = wanted(request.source, located, request.build).chosen
    assert isinstance(located.buildkit, Governing)
    assert chosen.demand is not None
    whole = transfer(request.source, located.buildkit, chosen.demand)
    assert whole is not None
    assert run_cli("ls", root, "--sent").out.splitlines() == list(whole.paths)
    (target,) = only_report(run_cli("report", root, "--format", "json").out)["transfer"]["targets"]
    assert target["buildkit"] == {
        "bytes": whole.sizes.bytes,
        "warm_bytes": whole.sizes.warm_bytes,
        "entries": len(whole.paths),
    }


def test_an_ancestor_is_marked(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({**MANY, "Dockerfile": "FROM scratch\nCOPY out /\nCOPY src/a.py /\n"})
    entries = lines(run_cli("ls", root, "--sent", "--format", "jsonl").out)
    assert [(entry["path"], entry["because"]) for entry in entries] == [
        ("out", "ancestor"),
        ("out/kept", "rule"),
        ("src", "ancestor"),
        ("src/a.py", "no-rule"),
    ]


def test_raw_names(make_tree: Make, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    tree: Tree = {"d": {"n\nn": "", "bad\udcff": "", "x": ""}}
    root = make_tree({**tree, "Dockerfile": "FROM scratch\nCOPY d/?* /\n"})
    capfdbinary.readouterr()
    assert main(["ls", "--sent", "-0", "-q", root]) == 0
    assert capfdbinary.readouterr().out == b"d\0d/bad\xff\0d/n\nn\0d/x\0"


def test_a_list_says_what_it_is_about(root: str, run_cli: Run) -> None:
    found = run_cli("ls", "--sent", "--target", "app", "--build-arg", "DIR=src", "--format", "json")
    told = listing(found.out)["context"]
    assert (told["target"], told["build_args"]) == ("app", {"DIR": "src"})


@pytest.mark.parametrize("name", ["Dockerfile", "sub/Other"])
def test_where_it_is_refused(
    name: str, make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({name: "FROM scratch\n\nCOPY a\n", "a": ""}))
    found = run_cli("ls", "--sent", "-f", name)
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"ctxguard: {name}:3: ")
    assert found.err.count("\n") == 1


def test_an_empty_list_as_a_document(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": ""})
    found = run_cli("ls", root, "--sent", "--format", "json")
    assert found.code == 0
    assert listing(found.out)["entries"] == []
    assert run_cli("ls", root, "--sent", "-q") == Result(0, "", "")


# ── which target ───────────────────────────────────────────────────────────────────────────────


def facts(run_cli: Run, *argv: str) -> dict[str, str]:
    """The facts of a report, by their names."""
    block = run_cli("report", *argv).out.split("\n\n")[1]
    return {line[:14].strip(): line[14:] for line in block.splitlines()}


def test_the_chosen_target_is_named(root: str, run_cli: Run) -> None:
    assert "for this Dockerfile" in facts(run_cli)["transfer"]
    assert "for stage app" in facts(run_cli, "--target", "App")["transfer"]
    assert "5.07kB" in facts(run_cli)["transfer"]
    assert "in 4 files, for which no instruction asks" in facts(run_cli)["unasked"]


def test_the_table_of_targets(make_tree: Make, run_cli: Run) -> None:
    text = "FROM scratch AS none\nFROM scratch AS one\nCOPY a /\nFROM one AS last\nCOPY b /\n"
    root = make_tree({"Dockerfile": text, "a": File(size=2_000), "b": File(size=4_000)})
    rows = run_cli("report", root, "--all-targets").out.split("Targets\n")[1].split("\n\n")[0]
    assert "none: nothing; no instruction needs the context" in rows
    _, second, third = (row.split() for row in rows.splitlines()[1:])
    assert (second[0], second[2:]) == ("2.03kB", ["1", "one"])
    assert (third[0], third[2:]) == ("6.06kB", ["2", "last", "(default)"])
    found = only_report(run_cli("report", root, "--all-targets", "--format", "json").out)
    reasons = [(row["name"], row["reason"]) for row in found["transfer"]["targets"]]
    assert reasons == [("none", "context-unused"), ("one", None), ("last", None)]
    assert "Targets" not in run_cli("report", root).out


def test_one_target_of_several_fails(make_tree: Make, run_cli: Run) -> None:
    text = "FROM scratch AS bad\nCOPY a$ b$}{ ${ /\nFROM scratch AS good\nCOPY a /\n"
    root = make_tree({"Dockerfile": text, "a": "1"})
    found = only_report(run_cli("report", root, "--all-targets", "--format", "json").out)
    reasons = [(row["name"], row["reason"]) for row in found["transfer"]["targets"]]
    assert reasons == [("bad", "unknown"), ("good", None)]
    (problem,) = found["problems"]
    assert (problem["code"], problem["line"]) == ("dockerfile-refused", 2)


@pytest.mark.parametrize(("many", "code"), [(200, 0), (201, 2)])
def test_too_many_targets(many: int, code: int, make_tree: Make, run_cli: Run) -> None:
    stages = "".join(f"FROM scratch AS s{at}\n" for at in range(many))
    found = run_cli("report", make_tree({"Dockerfile": stages}), "--all-targets")
    assert found.code == code
    assert ("choose one with --target" in found.err) == (code == 2)


def test_many_names_of_stages_are_cut(make_tree: Make, run_cli: Run) -> None:
    stages = "".join(f"FROM scratch AS s{at}\n" for at in range(12))
    found = run_cli("report", make_tree({"Dockerfile": stages}), "--target", "t")
    assert found.code == 2
    assert "it has s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more" in found.err


SETTINGS: list[tuple[str, str, Mapping[str, str], tuple[str, ...], str | None]] = [
    ("the file", 'target = "base"', {}, (), "base"),
    ("a variable", 'target = "base"', {"CTXGUARD_TARGET": "app"}, (), "app"),
    ("a flag", 'target = "base"', {"CTXGUARD_TARGET": "x"}, ("--target", "app"), "app"),
    ("nothing", "", {}, (), None),
]


@pytest.mark.parametrize(
    ("toml", "variables", "argv", "name"),
    [row[1:] for row in SETTINGS],
    ids=[row[0] for row in SETTINGS],
)
def test_where_the_target_comes_from(
    toml: str,
    variables: Mapping[str, str],
    argv: tuple[str, ...],
    name: str | None,
    *,
    make_tree: Make,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(make_tree({**TREE, "ctxguard.toml": toml}))
    assert report(run_cli, *argv)["transfer"]["targets"][0]["name"] == name


# ── what is missing changes no verdict ─────────────────────────────────────────────────────────

LIMITS = [((), 0), (("--critical", "1kB"), 1), (("--critical", "1kB", "--fail-on", "never"), 0)]


@pytest.mark.parametrize(("limits", "code"), LIMITS)
def test_a_missing_source_changes_no_exit_code(
    limits: tuple[str, ...], code: int, root: str, run_cli: Run
) -> None:
    found = run_cli("report", "--target", "app", *limits)
    assert found.code == code
    assert "Dockerfile:5: COPY src nope /s/: there is no nope in the context" in found.out
    (target,) = report(run_cli, "--target", "app", *limits)["transfer"]["targets"]
    assert target["buildkit"]["entries"] == 5


def test_an_ignored_source_names_its_rule(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({**TREE, ".dockerignore": "# big\n\nmedia\n"})
    found = run_cli("report", root)
    assert found.code == 0
    assert "Dockerfile:7: COPY media /m/: media is ignored by .dockerignore:3 media," in found.out


def test_an_unset_variable_is_told(make_tree: Make, run_cli: Run) -> None:
    text = "FROM alpine\nARG V\nCOPY $V /x/\n"
    root = make_tree({"Dockerfile": text, "a": ""})
    assert "the image alpine may set it" in run_cli("report", root).out
    assert "nothing here sets" not in run_cli("report", root, "--build-arg", "V=a").out
    assert run_cli("ls", root, "--sent", "--build-arg", "V=a").out == "a\n"


# ── instructions that share ────────────────────────────────────────────────────────────────────


def test_what_several_bring(make_tree: Make, run_cli: Run) -> None:
    text = "FROM scratch\nCOPY src /\nCOPY src/a.py /\nCOPY docs /\nCOPY no* /\n"
    root = make_tree({**TREE, "Dockerfile": text})
    found = only_report(run_cli("report", root, "--by", "instruction", "--format", "json").out)
    groups = found["groups"]
    rows = [
        (row["name"], row["bytes"], row["files"], row["only"]["bytes"]) for row in groups["rows"]
    ]
    assert rows == [
        ("Dockerfile:2", 150, 2, 50),
        ("Dockerfile:3", 100, 1, 0),
        ("Dockerfile:4", 30, 1, 30),
        ("Dockerfile:5", 0, 0, 0),
    ]
    assert (groups["several"]["bytes"], groups["several"]["files"]) == (100, 1)
    alone = sum(row["only"]["bytes"] for row in groups["rows"])
    whole = alone + groups["several"]["bytes"] + groups["unasked"]["bytes"]
    assert whole == found["size"]["bytes"]
    shown = run_cli("report", root, "--by", "instruction").out
    assert "Dockerfile:2  COPY src /, 2 files, 50B alone" in shown
    assert "100B in 1 file are brought by more than one instruction" in shown


def test_by_instruction_where_nobody_asks(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": "1"})
    found = run_cli("report", root, "--by", "instruction", "--format", "json")
    groups = only_report(found.out)["groups"]
    assert (groups["rows"], groups["unasked"]["files"], found.err) == ([], 2, "")


def test_by_instruction_of_a_dockerfile_that_is_refused(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "COPPY\n", "a": "1"})
    found = run_cli("report", root, "--by", "instruction", "--format", "json")
    assert only_report(found.out)["groups"] is None
    assert found.err == "ctxguard: --by instruction: nobody can say what is asked for\n"
    assert run_cli("report", root, "--by", "instruction", "-q").err == ""


# ── a budget on the transfer, from both places ─────────────────────────────────────────────────


def test_budget_on_by_configuration_and_variable(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = 'budget-on = "transfer"\ntarget = "base"\ncritical = "1kB"\n'
    monkeypatch.chdir(make_tree({**TREE, "ctxguard.toml": toml}))
    assert run_cli("report").code == 0
    monkeypatch.setenv("CTXGUARD_BUDGET_ON", "context")
    found = run_cli("report")
    assert found.code == 1
    assert "for the transfer" not in found.out


# (what, Dockerfile or none, what is said)
NO_TRANSFER: list[tuple[str, str | None, str]] = [
    ("no Dockerfile", None, "there is no Dockerfile"),
    ("unused", "FROM scratch\n", "no instruction needs the context"),
    ("refused", "COPPY\n", "see the problems below"),
]


@pytest.mark.parametrize(
    ("text", "why"), [row[1:] for row in NO_TRANSFER], ids=[row[0] for row in NO_TRANSFER]
)
def test_why_there_is_no_transfer(
    text: str | None, why: str, make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXGUARD_BUDGET_ON", "transfer")
    root = make_tree({"a": "12345"} if text is None else {"a": "12345", "Dockerfile": text})
    for limit in ("0", "1kB"):
        found = run_cli("report", root, "--critical", limit, "-q")
        assert found.code == 0
        verdict = found.out.splitlines()[1]
        assert verdict.startswith("OK: ")
        assert verdict.endswith(f"there is no transfer, which counts as 0 ({why})")
    assert run_cli("report", root, "--max-files", "0").code == 1


# ── from standard input ────────────────────────────────────────────────────────────────────────


def test_standard_input_has_no_ignore_file_of_its_own(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: Tree = {"a": "1", "b": "2", ".dockerignore": "a", "Dockerfile.dockerignore": "b"}
    monkeypatch.chdir(make_tree({**tree, "Dockerfile": "FROM scratch\nCOPY a* /\n"}))
    assert sent(run_cli) == ["a"]
    text = b"FROM scratch\nCOPY a* b* /\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert sent(run_cli, "-f", "-") == ["b"]


def test_an_empty_standard_input(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    found = report(run_cli, "-f", "-")
    assert found["context"]["dockerfile"] == "-"
    (problem,) = found["problems"]
    assert (problem["code"], problem["path"]) == ("dockerfile-refused", "-")
