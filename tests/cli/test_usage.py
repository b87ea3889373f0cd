"""What was asked for cannot be: exit 2, or 3 where Docker refuses; each with a next step."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Result

Run = Callable[..., Result]
MakeTree = Callable[..., str]
COMMANDS = ("report", "ls", "why")


def about(name: str, context: str, *more: str) -> tuple[str, ...]:
    """The command line that asks a command about a context."""
    if name == "why":
        return (name, *more, f"--context={context}", "/f")
    return (name, *more, "--", context)


CONTEXTS = [
    ("missing", "nowhere", "the context nowhere does not exist"),
    ("empty", "", "the context has no name"),
    ("a file", "file", "the context file is no folder"),
    ("a tar", "context.tar", "the context context.tar is no folder"),
    ("a link to nothing", "dangling", "the context dangling is no folder"),
    ("standard input", "-", "a context on standard input"),
    ("https", "https://example.com/r.git", "the context https://example.com/r.git is a URL"),
    ("https in capitals", "HTTPS://example.com/r", "is a URL"),
    ("git", "git://example.com/r.git#main:sub", "is a URL"),
    ("git over ssh", "git@example.com:a/b.git", "is a URL"),
    ("ssh", "ssh://git@example.com/a/b.git", "is a URL"),
    ("GitHub for short", "github.com/a/b", "is a URL"),
    ("below a file", "file/sub", "does not exist"),
]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("context", "message"), [row[1:] for row in CONTEXTS], ids=[row[0] for row in CONTEXTS]
)
def test_a_context_that_is_none(
    make_tree: MakeTree,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    context: str,
    message: str,
) -> None:
    root = make_tree({"file": "x", "context.tar": "x"})
    os.symlink("nothing", os.path.join(root, "dangling"))
    monkeypatch.chdir(root)
    found = run_cli(*about(name, context))
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("ctxguard: ")
    assert message in found.err
    assert found.err.count("\n") == 1


def test_a_folder_named_like_a_url_is_a_folder(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"github.com/a/b": {"f": "x"}}))
    assert run_cli("ls", "-q", "github.com/a/b").out == "f\n"


FLAGS = [
    ("an unknown command", ("nonsense",), "No such command 'nonsense'."),
    ("an unknown option", ("report", "--nonsense"), "No such option '--nonsense'."),
    ("two contexts", ("report", ".", "."), "Got unexpected extra argument"),
    ("an unknown format", ("report", "--format", "xml"), "'xml' is not one of"),
    ("an unknown backend", ("ls", "--backend", "podman"), "'podman' is not one of"),
    ("an unknown tier", ("report", "--fail-on", "error"), "'error' is not one of"),
    ("an unknown property", ("report", "--by", "age"), "'age'"),
    ("no depth", ("report", "--depth", "0"), "--depth"),
    ("a depth that is no number", ("report", "--depth", "x"), "--depth"),
    ("no size", ("report", "--warn", "huge"), '--warn: "huge" is not a size'),
    ("a negative size", ("report", "--critical", "-5"), '--critical: "-5" is not a size'),
    ("none at the top", ("report", "--top", "0"), "--top: it takes a whole number from 1 on"),
    ("a negative count", ("report", "--max-files", "-1"), "--max-files: it takes a whole number"),
    (
        "limits in the wrong order",
        ("report", "--warn", "2", "--critical", "1"),
        "(--warn) lies above",
    ),
    ("a value too few", ("report", "--warn"), "--warn"),
    ("-f names a folder", ("report", "-f", "sub"), "-f sub names a folder"),
    ("raw JSON", ("ls", "-0", "--format", "json"), "-0 goes with --format text only"),
    ("raw JSON lines", ("ls", "-0", "--format", "jsonl"), "-0 goes with --format text only"),
    ("no path", ("why",), "PATH..."),
    ("an empty path", ("why", ""), "a path has no name"),
    ("a path outside", ("why", "../x"), "../x lies outside of the context"),
    ("one of several outside", ("why", "sub", "../x"), "../x lies outside of the context"),
    ("lines of why", ("why", "--format", "jsonl", "sub"), "'jsonl' is not one of"),
    ("no such stage", ("report", "--target", "app"), "none of its stages has a name"),
    ("no such stage, to be listed", ("ls", "--sent", "--target", "app"), "has no such stage"),
    ("no such stage, to be explained", ("why", "--target", "app", "sub"), "has no such stage"),
    ("a stage by its number", ("report", "--target", "0"), "has no such stage"),
    ("an empty stage", ("report", "--target", ""), "--target: it takes the name of a stage"),
    ("an argument without a name", ("ls", "--build-arg", "=1"), '"=1" has no name; write'),
    ("an empty argument", ("why", "--build-arg", "", "sub"), '"" has no name; write'),
    ("no platform", ("why", "--platform", "pdp11", "sub"), '--platform: "pdp11" is no system'),
    ("two platforms", ("ls", "--platform", "amd64,arm64"), "--platform: it takes one platform"),
    ("an empty platform", ("report", "--platform", ""), "--platform: it takes a platform"),
    ("--sent and --all", ("ls", "--sent", "--all"), "--sent goes with neither --all nor"),
    ("--sent and --ignored", ("ls", "--sent", "--ignored"), "--sent goes with neither"),
    ("--sent and legacy", ("ls", "--sent", "--backend", "legacy"), "the classic builder is sent"),
]


@pytest.mark.parametrize(
    ("argv", "message"), [row[1:] for row in FLAGS], ids=[row[0] for row in FLAGS]
)
def test_wrong_usage(
    make_tree: MakeTree,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(make_tree({"Dockerfile": "FROM scratch\n", "sub": {}}))
    found = run_cli(*argv)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("ctxguard: ")
    assert message in found.err


def test_an_error_of_the_command_line_points_to_the_help(run_cli: Run) -> None:
    assert run_cli("report", "--nonsense").err.endswith("\nSee `ctxguard report --help`.\n")
    assert run_cli("nonsense").err.endswith("\nSee `ctxguard --help`.\n")


def test_no_command_at_all_is_wrong_usage(run_cli: Run) -> None:
    found = run_cli()
    assert (found.code, found.out) == (2, "")
    assert found.err == run_cli("--help").out


SYNTAX = 'pattern "{}" is refused by Docker: syntax error in pattern'
REFUSED: list[tuple[str, str, int, str]] = [
    ("eager", "# rules\na[\n", 2, SYNTAX.format("a[")),
    ("eager, though nothing is there", "x/y/[]\n", 1, SYNTAX.format("x/y/[]")),
    ("lazy", "ok\n\n[z-a]\n", 3, SYNTAX.format("[z-a]")),
    (
        "a lone !",
        "\n!\n",
        2,
        'pattern "!" is refused by Docker: illegal exclusion pattern: "!"',
    ),
    (
        "a lone ! and a blank",
        "! \n",
        1,
        'pattern "!" is refused by Docker: illegal exclusion pattern: "!"',
    ),
    ("a line too long", f"ok\n{'a' * 65_536}\n", 2, "bufio.Scanner: token too long"),
]


@pytest.mark.parametrize("backend", ["buildkit", "legacy"])
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("rules", "line", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_rule_that_docker_refuses(
    make_tree: MakeTree,
    run_cli: Run,
    *,
    name: str,
    backend: str,
    rules: str,
    line: int,
    message: str,
) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": rules, "sub": {"f": ""}})
    found = run_cli(*about(name, root, "--backend", backend))
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"ctxguard: .dockerignore:{line}: ")
    assert message in found.err
    assert found.err.count("\n") == 1
    assert run_cli(*about(name, root, "--backend", backend, "-q")).err == found.err


def test_the_refused_rule_of_an_ignore_file_beside_the_dockerfile(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_tree({"docker": {"D": "", "D.dockerignore": "x\n[\n"}}))
    found = run_cli("report", ".", "-f", "docker/D")
    assert found.code == 3
    assert found.err.startswith('ctxguard: docker/D.dockerignore:2: pattern "[" is refused')


def test_a_lazy_rule_without_a_path_to_meet_it_is_no_error(
    make_tree: MakeTree, run_cli: Run
) -> None:
    # An exception is only looked at for what is excluded so far.
    root = make_tree({"Dockerfile": "", ".dockerignore": "gone\n![z-a]\n"})
    assert run_cli("report", root).code == 0
    os.mkdir(os.path.join(root, "gone"))
    assert run_cli("report", root).code == 3


def test_a_context_that_cannot_be_entered(
    make_tree: MakeTree, run_cli: Run, without_rights: Any
) -> None:
    root = make_tree({"closed": {"context": {"f": ""}}})
    closed = os.path.join(root, "closed")
    os.chmod(closed, 0)
    with without_rights():
        found = run_cli("report", os.path.join(closed, "context"))
    os.chmod(closed, 0o755)
    assert found.code in (2, 3)
    assert "internal error" not in found.err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_dockerfile_on_a_standard_input_that_is_closed(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    found = run_cli(*about(name, make_tree({"Dockerfile": ""}), "-f", "-"))
    assert (found.code, found.out) == (2, "")
    assert found.err == "ctxguard: cannot read a Dockerfile: standard input is closed\n"


def test_far_too_much_on_standard_input(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctxguard.context.tree.worktree.MOST_BYTES", 1_000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"#" * 1_001)))
    found = run_cli("report", make_tree({}), "-f", "-")
    assert (found.code, found.out) == (2, "")
    assert "over 1,000 bytes, far too many for a Dockerfile" in found.err


def test_a_current_folder_that_is_gone(
    make_tree: MakeTree, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({})
    monkeypatch.chdir(root)
    os.rmdir(root)
    found = run_cli("report")
    os.chdir("/")
    assert found.code == 2
    assert "current folder cannot be found" in found.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory to go on"),
        (OSError(24, "Too many open files"), "cannot go on: too many open files"),
    ],
    ids=["memory", "descriptors"],
)
def test_what_runs_out_is_no_bug(
    error: Exception,
    said: str,
    make_tree: MakeTree,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("ctxguard.cli.report.measure_all", fail)
    found = run_cli("report", make_tree({"Dockerfile": ""}))
    assert (found.code, found.err) == (3, f"ctxguard: {said}\n")
