"""`ctxguard report` from the command line to the exit code, on real trees."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ctxguard.cli import report as command
from tests.cli.documents import only_report
from tests.cli.documents import report as document
from tests.conftest import File, Result

Run = Callable[..., Result]
MakeTree = Callable[..., str]
Rights = Callable[[], AbstractContextManager[None]]

# 3,000 bytes in 4 files.
TREE: Mapping[str, Any] = {
    "Dockerfile": "FROM scratch",
    "a": File(size=488),
    "media": {"one.mp4": File(size=1500), "two.mp4": File(size=1000)},
}
OVER, WITHIN = "1kB", "1MB"


@pytest.fixture
def root(make_tree: MakeTree) -> str:
    return make_tree(TREE)


# What trips, and what not.

# Limits, --fail-on, exit code, status.
VERDICTS: list[tuple[str, tuple[str, ...], str, int, str]] = [
    ("within", ("--warn", WITHIN), "critical", 0, "ok"),
    ("within", ("--warn", WITHIN), "warning", 0, "ok"),
    ("within", ("--warn", WITHIN), "never", 0, "ok"),
    ("exactly at the limit", ("--critical", "3000"), "warning", 0, "ok"),
    ("a byte over", ("--critical", "2999"), "critical", 1, "critical"),
    ("over the warning", ("--warn", OVER), "critical", 0, "warning"),
    ("over the warning", ("--warn", OVER), "warning", 1, "warning"),
    ("over the warning", ("--warn", OVER), "never", 0, "warning"),
    ("over both", ("--critical", OVER), "critical", 1, "critical"),
    ("over both", ("--critical", OVER), "warning", 1, "critical"),
    ("over both", ("--critical", OVER), "never", 0, "critical"),
    ("files at the limit", ("--max-files", "4"), "critical", 0, "ok"),
    ("too many files", ("--max-files", "3"), "critical", 1, "critical"),
    ("too many files", ("--max-files", "3"), "warning", 1, "critical"),
    ("too many files", ("--max-files", "3"), "never", 0, "critical"),
    ("no files allowed", ("--max-files", "0"), "critical", 1, "critical"),
]
# The same where a folder cannot be listed: 3 unless the guard trips.
PARTIAL: list[tuple[str, tuple[str, ...], str, int, str]] = [
    ("within", ("--warn", WITHIN), "critical", 3, "incomplete"),
    ("within", ("--warn", WITHIN), "warning", 3, "incomplete"),
    ("within", ("--warn", WITHIN), "never", 3, "incomplete"),
    ("over the warning", ("--warn", OVER), "critical", 3, "incomplete"),
    ("over the warning", ("--warn", OVER), "warning", 1, "incomplete"),
    ("over the warning", ("--warn", OVER), "never", 3, "incomplete"),
    ("over both", ("--critical", OVER), "critical", 1, "critical"),
    ("over both", ("--critical", OVER), "warning", 1, "critical"),
    ("over both", ("--critical", OVER), "never", 3, "critical"),
    ("too many files", ("--max-files", "3"), "critical", 1, "critical"),
    ("too many files", ("--max-files", "3"), "never", 3, "critical"),
]


def label(row: tuple[Any, ...]) -> str:
    return f"{row[0]}, {row[2]}"


@pytest.mark.parametrize(
    ("limits", "fail_on", "code", "status"), [row[1:] for row in VERDICTS], ids=map(label, VERDICTS)
)
def test_verdict(
    root: str, run_cli: Run, *, limits: tuple[str, ...], fail_on: str, code: int, status: str
) -> None:
    argv = ("report", root, *limits, "--fail-on", fail_on)
    assert run_cli(*argv).code == code
    found = run_cli(*argv, "--format", "json")
    assert found.code == code
    assert document(found.out)["status"] == status


@pytest.mark.parametrize(
    ("limits", "fail_on", "code", "status"), [row[1:] for row in PARTIAL], ids=map(label, PARTIAL)
)
def test_verdict_on_a_part(
    root: str,
    run_cli: Run,
    without_rights: Rights,
    *,
    limits: tuple[str, ...],
    fail_on: str,
    code: int,
    status: str,
) -> None:
    closed = os.path.join(root, "closed")
    os.mkdir(closed, 0)
    with without_rights():
        found = run_cli("report", root, *limits, "--fail-on", fail_on, "--format", "json")
    os.chmod(closed, 0o755)
    report = only_report(found.out)
    assert (found.code, report["verdict"]["status"]) == (code, status)
    assert report["complete"] is False
    assert [problem["path"] for problem in report["problems"]] == ["closed"]


def test_fail_on_critical_is_the_default(root: str, run_cli: Run) -> None:
    assert run_cli("report", root, "--warn", OVER).code == 0
    assert run_cli("report", root, "--critical", OVER).code == 1


def test_an_unreadable_root_is_not_measured(
    root: str, run_cli: Run, without_rights: Rights
) -> None:
    os.chmod(root, 0o311)
    with without_rights():
        found = run_cli("report", root)
    os.chmod(root, 0o755)
    assert (found.code, found.out) == (3, "")
    assert found.err == f"ctxguard: {root}: cannot list the context: Permission denied\n"


def test_the_budget_can_come_from_the_environment(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXGUARD_CRITICAL", OVER)
    assert run_cli("report", root).code == 1
    monkeypatch.setenv("CTXGUARD_FAIL_ON", "never")
    assert run_cli("report", root).code == 0


def test_the_budget_can_come_from_a_file(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({**TREE, "ctxguard.toml": "critical = 1000\n"})
    assert run_cli("report", root).code == 1
    assert run_cli("report", root, "--critical", WITHIN).code == 0


def test_the_backend_decides_what_counts(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "", "Dockerfile.dockerignore": "big\n", "big": File(size=5000)})
    assert run_cli("report", root, "--critical", OVER).code == 0
    assert run_cli("report", root, "--critical", OVER, "--backend", "legacy").code == 1


# What is shown.


def headline(found: Result) -> str:
    return found.out.splitlines()[0]


def test_size_and_verdict_come_first(root: str, run_cli: Run) -> None:
    found = run_cli("report", root, "--critical", OVER)
    assert found.out.splitlines()[:2] == [
        f"Build context {root}: 3.00kB in 4 files",
        "CRITICAL: over the critical limit of 1.00kB by 2.00kB",
    ]
    assert found.err == ""


def test_the_current_folder_is_the_default(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert headline(run_cli("report")) == headline(run_cli("report", root))
    assert run_cli("report").out == run_cli("report", ".").out


def test_a_context_that_begins_with_a_dash(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"-q": TREE}))
    assert "3.00kB in 4 files" in headline(run_cli("report", "--", "-q"))


def heaviest(found: Result) -> list[str]:
    return [row["path"] for row in only_report(found.out)["heaviest"]]


def test_top(root: str, run_cli: Run) -> None:
    assert heaviest(run_cli("report", root, "--format", "json")) == ["media", "a", "Dockerfile"]
    assert heaviest(run_cli("report", root, "--format", "json", "--top", "1")) == ["media"]
    shown = run_cli("report", root, "--top", "1").out
    assert re.search(r"^ +500B +16\.7% \S+ +everything else", shown, re.MULTILINE)


def test_depth(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"a": {"b": {"c": File(size=10)}}})
    argv = ("report", root, "--format", "json")
    assert heaviest(run_cli(*argv)) == ["a/b/c"]
    assert heaviest(run_cli(*argv, "--depth", "1")) == ["a"]
    assert heaviest(run_cli(*argv, "--depth", "2")) == ["a/b"]
    assert heaviest(run_cli(*argv, "--depth", "9")) == ["a/b/c"]


def test_by_type(root: str, run_cli: Run) -> None:
    found = only_report(run_cli("report", root, "--by", "type", "--format", "json").out)
    assert found["groups"] == {
        "by": "type",
        "rows": [
            {"name": ".mp4", "bytes": 2500, "files": 2, "share": 0.833333},
            {"name": "", "bytes": 500, "files": 2, "share": 0.166667},
        ],
    }
    shown = run_cli("report", root, "--by", "type").out
    assert re.search(r"^By type\n +2\.50kB +83\.3% \S+ +\.mp4, 2 files\n", shown, re.MULTILINE)
    assert "By type" not in run_cli("report", root).out


def test_the_same_tree_gives_the_same_report(make_tree: MakeTree, run_cli: Run) -> None:
    names = [f"f{number}" for number in range(30)]
    one = make_tree(dict.fromkeys(names, "same"), name="one")
    two = make_tree(dict.fromkeys(reversed(names), "same"), name="two")
    shown = [
        run_cli("report", root, "--format", format_).out.replace(root, "")
        for format_ in ("terminal", "json")
        for root in (one, two)
    ]
    assert shown[0] == shown[1]
    assert shown[2] == shown[3]


def test_quiet_leaves_size_verdict_and_problems(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"a": "x"})
    found = run_cli("report", root, "-q")
    assert found.err == ""
    blocks = [block.splitlines()[0] for block in found.out.split("\n\n")]
    assert blocks == [headline(run_cli("report", root)), "Problems"]
    assert "Dockerfile" in found.out


def test_quiet_does_not_change_the_exit_code_or_the_document(root: str, run_cli: Run) -> None:
    assert run_cli("report", root, "-q", "--critical", OVER).code == 1
    loud = run_cli("report", root, "--format", "json")
    assert run_cli("report", root, "--format", "json", "-q").out == loud.out


def test_verbose_tells_where_settings_come_from(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({**TREE, "ctxguard.toml": "\nwarn = '2MB'\n"})
    monkeypatch.chdir(root)
    monkeypatch.setenv("CTXGUARD_MAX_FILES", "9")
    found = run_cli("report", "-v", "--top", "3")
    lines = found.err.splitlines()
    assert "ctxguard: warn = 2.00MB (ctxguard.toml:2)" in lines
    assert "ctxguard: max-files = 9 (CTXGUARD_MAX_FILES)" in lines
    assert "ctxguard: top = 3 (--top)" in lines
    assert "ctxguard: critical = 1.50GB (default)" in lines
    assert "ctxguard: dockerfile = none (default)" in lines
    assert found.out == run_cli("report", "--top", "3").out


def test_verbose_tells_that_the_warning_follows(root: str, run_cli: Run) -> None:
    shown = run_cli("report", "-v", root, "--critical", "2MB").err.splitlines()
    assert "ctxguard: warn = 2.00MB (default, no higher than critical)" in shown
    assert "ctxguard: critical = 2.00MB (--critical)" in shown


def test_a_finding_is_shown_and_changes_no_exit_code(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "nothing\n![z-a]\n"})
    found = run_cli("report", root)
    assert found.code == 0
    assert re.search(
        r'^Findings\n  \.dockerignore:2: pattern "!\[z-a\]" .*syntax error in pattern \(CTX001\)$',
        found.out,
        re.MULTILINE,
    )


def test_other_dockerfiles_are_offered(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree(
        {"Dockerfile.dev": "", "api.Dockerfile": "", "Dockerfile.dev.dockerignore": ""}
    )
    found = only_report(run_cli("report", root, "--format", "json").out)
    (problem,) = found["problems"]
    assert (problem["code"], problem["effect"]) == ("no-dockerfile", "build-fails")
    assert "Dockerfile.dev, api.Dockerfile, choose with -f" in problem["message"]


def test_a_missing_dockerfile_does_not_stop_the_measurement(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    found = run_cli("report", ".", "-f", "nowhere/Dockerfile")
    assert found.code == 0
    assert "nowhere/Dockerfile" in found.out


def test_an_ignore_file_that_is_a_folder(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({**TREE, ".dockerignore": {"x": ""}})
    report = only_report(run_cli("report", root, "--format", "json").out)
    (problem,) = report["problems"]
    assert (problem["code"], problem["path"]) == ("ignore-file-not-a-file", ".dockerignore")
    assert report["context"]["ignore_file"] is None
    assert "is a directory" in report["transfer"]["legacy_reason"]
    found = run_cli("report", root, "--backend", "legacy")
    assert (found.code, found.out) == (3, "")
    assert (
        found.err == "ctxguard: .dockerignore: the classic builder cannot read it: is a directory\n"
    )


# The environment's wishes.


def test_docker_buildkit_0_is_noted_not_obeyed(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run_cli("report", root)
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    noted = run_cli("report", root)
    assert noted.out == plain.out
    assert noted.code == 0
    assert re.fullmatch(r"ctxguard: DOCKER_BUILDKIT=0 .*--backend legacy.*\n", noted.err)
    assert run_cli("report", root, "-q").err == ""
    monkeypatch.setenv("DOCKER_BUILDKIT", "1")
    assert run_cli("report", root).err == ""


COLORS: list[tuple[dict[str, str], tuple[str, ...], bool]] = [
    ({}, (), False),
    ({}, ("--color", "auto"), False),
    ({}, ("--color", "always"), True),
    ({}, ("--color", "never"), False),
    ({"FORCE_COLOR": "1"}, (), True),
    ({"FORCE_COLOR": ""}, (), False),
    ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, (), True),
    ({"NO_COLOR": "1"}, (), False),
    ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
    ({"NO_COLOR": "", "FORCE_COLOR": "1"}, (), True),
    ({"TERM": "dumb"}, ("--color", "always"), True),
]


@pytest.mark.parametrize(
    ("environment", "flags", "colored"),
    COLORS,
    ids=[
        " ".join([f"{name}={value}" for name, value in row[0].items()] + list(row[1])) or "nothing"
        for row in COLORS
    ],
)
def test_color_off_a_terminal(
    root: str,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    environment: dict[str, str],
    flags: tuple[str, ...],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    shown = run_cli("report", root, *flags).out
    assert ("\x1b[" in shown) == colored
    assert re.sub(r"\x1b\[[\d;]*m", "", shown) == run_cli("report", root, "--color", "never").out


def test_json_is_never_colored(root: str, run_cli: Run) -> None:
    assert "\x1b" not in run_cli("report", root, "--format", "json", "--color", "always").out


# When things go wrong.


def test_a_bug_of_ours_is_one_sentence(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr(command, "measure_all", fail)
    found = run_cli("report", root)
    assert (found.code, found.out) == (3, "")
    assert found.err == (
        "ctxguard: internal error, please report it with the command that led to it: "
        "RuntimeError: boom \\x1b[31m\n"
    )


def test_a_bug_without_words_still_has_a_name(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(command, "measure_all", fail)
    assert run_cli("report", root).err.endswith(": RecursionError\n")


def test_ctrl_c_is_130(root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "measure_all", interrupt)
    found = run_cli("report", root)
    assert (found.code, found.out) == (130, "")
    assert found.err.strip() == "ctxguard: interrupted"


def test_a_limit_that_no_disk_can_reach(make_tree: MakeTree, run_cli: Run) -> None:
    root = make_tree({"ctxguard.toml": f"warn = {'9' * 400}\ncritical = {'9' * 400}\n"})
    found = run_cli("report", root)
    assert found.code == 2
    assert "ctxguard.toml:1: warn: no disk is that large" in found.err
