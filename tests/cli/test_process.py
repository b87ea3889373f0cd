"""What shows only in a process of its own: signals, pipes, encodings, what is imported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard import place
from ctxguard.cli import main, progress
from tests.cli import process
from tests.cli.documents import only_report
from tests.conftest import File

MakeTree = Callable[..., str]


@pytest.fixture
def root(make_tree: MakeTree) -> str:
    return make_tree({"Dockerfile": "", "a": "x", "b": {"c": "x"}, "z": {"y": "x"}})


@pytest.mark.parametrize("name", ["report", "ls"])
def test_ctrl_c_during_the_walk(root: str, name: str) -> None:
    wait = "sys.stderr.write('walking\\n'); sys.stderr.flush(); time.sleep(60)"
    argv = [*process.slow_listing("z", wait), name, root]
    with process.started(argv) as running:
        assert running.stdout
        assert running.stderr
        assert running.stderr.readline() == b"walking\n"
        running.send_signal(signal.SIGINT)
        err = running.stderr.read().decode()
        out = running.stdout.read().decode()
    assert running.returncode == 130
    assert err.strip() == "ctxguard: interrupted"
    assert name == "ls" or out == ""


FORMATS = [
    pytest.param((), b"Dockerfile\n", id="text"),
    pytest.param(("--all",), b"  Dockerfile\n", id="all"),
    pytest.param(("--format", "jsonl"), b'{"path": "Dockerfile",', id="jsonl"),
    pytest.param(("--format", "json"), b'{"path": "Dockerfile",', id="json"),
]


@pytest.mark.parametrize(("flags", "first"), FORMATS)
def test_the_first_entry_of_ls_comes_before_the_walk_ends(
    root: str, flags: tuple[str, ...], first: bytes
) -> None:
    # The walk stops before the last folder until we let it go on.
    argv = [*process.slow_listing("z", "sys.stdin.read()"), "ls", *flags, root]
    with process.started(argv) as running:
        assert running.stdin
        assert running.stdout
        shown = process.read_until(running.stdout, first)
        still_walking = running.poll() is None
        running.stdin.close()
        rest = running.stdout.read()
    assert running.returncode == 0
    assert still_walking
    assert first in shown
    assert b"z/y" in rest


def test_a_document_of_a_walk_that_fails_is_none(make_tree: MakeTree) -> None:
    # The rule is met in the last folder only; what came before is out by then.
    root = make_tree({"Dockerfile": "", ".dockerignore": "z/y\n!z/[z-a]\n", "z": {"y": "x"}})
    found = process.run("ls", "--format", "json", root)
    assert found.returncode == 3
    assert found.stderr.startswith(b"ctxguard: .dockerignore:2: ")


@pytest.mark.slow
@pytest.mark.parametrize("argv", [("ls",), ("ls", "--format", "json"), ("report",)], ids=" ".join)
def test_a_closed_pipe_is_no_failure(make_tree: MakeTree, argv: tuple[str, ...]) -> None:
    # Much more than a pipe holds. A report comes at the end: there, nobody listens from the start.
    root = make_tree({f"{'f' * 100}{number}": "" for number in range(2000)})
    with process.started([*process.CTXGUARD, *argv, "-q", root]) as running:
        assert running.stdout
        assert running.stderr
        if argv[0] == "ls":
            assert running.stdout.readline()
        running.stdout.close()
        err = running.stderr.read()
    assert err == b""
    assert running.returncode == 0


@pytest.mark.parametrize("name", ["report", "ls"])
def test_a_closed_pipe_is_quiet(make_tree: MakeTree, name: str) -> None:
    root = make_tree({f"{'f' * 100}{number}": "" for number in range(2000)})
    with process.started([*process.CTXGUARD, name, "-q", root]) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""


CLOSED = [
    ("report", ("report",)),
    ("report as JSON", ("report", "--format", "json")),
    ("ls", ("ls",)),
    ("help", ("--help",)),
    ("help of a command", ("report", "--help")),
    ("version", ("--version",)),
]
closed = pytest.mark.parametrize("argv", [row[1] for row in CLOSED], ids=[row[0] for row in CLOSED])


@closed
def test_a_full_disk_is_no_bug_of_ours(root: str, argv: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        found = process.run(*argv, root, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert found.returncode == 2
    assert found.stderr == b"ctxguard: cannot write the output: No space left on device\n"


@closed
def test_without_a_standard_output(root: str, argv: tuple[str, ...]) -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *process.CTXGUARD, *argv, root]
    found = subprocess.run(command, check=False, stderr=subprocess.PIPE, env=process.environment())
    assert found.returncode == 2
    assert found.stderr == b"ctxguard: cannot write the output: standard output is closed\n"


def test_a_file_needs_no_standard_output(root: str, tmp_path: Path) -> None:
    argv = [*process.CTXGUARD, "report", root, "-o", str(tmp_path / "report")]
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *argv]
    found = subprocess.run(command, check=False, stderr=subprocess.PIPE, env=process.environment())
    assert (found.returncode, found.stderr) == (0, b"")
    assert (tmp_path / "report").read_text().startswith("Build context")


@pytest.mark.slow
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("name", ["report", "ls"])
def test_without_a_standard_error(root: str, name: str, redirection: str) -> None:
    for context, code in ((f"{root}/nowhere", 2), (root, 0)):
        command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *process.CTXGUARD, name, "-v"]
        found = subprocess.run(
            [*command, context], check=False, stdout=subprocess.PIPE, env=process.environment()
        )
        assert (found.returncode, bool(found.stdout)) == (code, code == 0)


def test_the_verdict_holds_though_nobody_reads_it(root: str) -> None:
    with process.started([*process.CTXGUARD, "report", root, "--critical", "0"]) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


@pytest.mark.parametrize(
    ("instruction", "words", "answer"),
    [
        ("bash_source", "", b"complete -o nosort -F _ctxguard_completion ctxguard"),
        ("bash_complete", "ctxguard rep", b"plain,report\n"),
        ("bash_complete", "ctxguard report --back", b"plain,--backend\n"),
        ("zsh_source", "", b"#compdef ctxguard"),
    ],
)
def test_completion(instruction: str, words: str, answer: bytes) -> None:
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    environment = process.environment(_CTXGUARD_COMPLETE=instruction, **asked)
    found = process.run(env=environment)
    assert (found.returncode, found.stderr) == (0, b"")
    assert answer in found.stdout


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_names_that_standard_output_cannot_show(make_tree: MakeTree, encoding: str) -> None:
    root = make_tree({"Dockerfile": "", "\u65e5\u672c": File(size=5)})
    found = process.run("report", root, env=process.environment(PYTHONIOENCODING=encoding))
    assert (found.returncode, found.stderr) == (0, b"")
    assert b" \\u65e5\\u672c\n" in found.stdout
    listed = process.run("ls", root, env=process.environment(PYTHONIOENCODING=encoding))
    assert (listed.returncode, listed.stdout.decode()) == (0, "Dockerfile\n\u65e5\u672c\n")


def test_bars_are_drawn_with_what_standard_output_can_show(root: str) -> None:
    environment = process.environment(PYTHONIOENCODING="ascii")
    found = process.run("report", root, env=environment)
    assert found.returncode == 0
    assert b"  33.3% #######              a\n" in found.stdout
    assert found.stdout.isascii()


def test_json_and_lists_need_no_encoding(make_tree: MakeTree) -> None:
    root = make_tree({"Dockerfile": "", "\u65e5": File(size=5), "bad\udcff": ""})
    environment = process.environment(PYTHONIOENCODING="ascii")
    document = process.run("report", root, "--format", "json", env=environment).stdout.decode()
    assert only_report(document)["heaviest"][0]["path"] == "\u65e5"
    listed = process.run("ls", "-0", root, env=environment).stdout
    assert listed.split(b"\0") == [b"Dockerfile", b"bad\xff", "\u65e5".encode(), b""]


def test_a_name_of_any_bytes_can_be_the_context(make_tree: MakeTree) -> None:
    root = make_tree({"bad\udcff": {"f": "x"}})
    found = process.run("ls", "-q", os.fsencode(root) + b"/bad\xff")
    assert (found.returncode, found.stdout) == (0, b"f\n")


def test_the_program_is_installed_under_its_name() -> None:
    script = os.path.join(os.path.dirname(sys.executable), "ctxguard")
    found = subprocess.run([script, "--version"], check=True, capture_output=True)
    assert found.stdout == process.run("--version").stdout


# What is imported.

HEAVY = ("rich", "pathspec", "json", "ctxguard.context", "ctxguard.ignore", "ctxguard.render")
LIGHT = [
    (("--version",), HEAVY),
    (("--help",), HEAVY),
    (("report", "--format", "json"), ("rich",)),
    (("report",), ("rich", "json")),
    (("ls",), ("rich",)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("argv", "heavy"), LIGHT, ids=[" ".join(row[0]) for row in LIGHT])
def test_nothing_is_imported_in_vain(
    root: str, argv: tuple[str, ...], heavy: tuple[str, ...]
) -> None:
    code = (
        "import sys\n"
        "from ctxguard.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.stderr.write(' '.join(sys.modules))\n"
        "sys.exit(code)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *argv], cwd=root, check=True, capture_output=True
    )
    loaded = set(found.stderr.decode().split())
    assert "ctxguard.cli.group" in loaded
    assert loaded.isdisjoint(heavy)


# On a terminal.


def shown_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, stream: str, *argv: str, **environment: str
) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with process.terminal() as (ours, theirs):
        with monkeypatch.context() as patch:
            patch.setattr(sys, stream, theirs)
            assert main(list(argv)) == 0
        return process.shown(ours, theirs)


COLORS = [
    ("auto", {"TERM": "xterm"}, (), True),
    ("a dumb terminal", {"TERM": "dumb"}, (), False),
    ("NO_COLOR", {"TERM": "xterm", "NO_COLOR": "1"}, (), False),
    ("NO_COLOR, empty", {"TERM": "xterm", "NO_COLOR": ""}, (), True),
    ("never", {"TERM": "xterm"}, ("--color", "never"), False),
    ("always, on a dumb terminal", {"TERM": "dumb"}, ("--color", "always"), True),
    ("NO_COLOR and always", {"TERM": "xterm", "NO_COLOR": "1"}, ("--color", "always"), True),
]


@pytest.mark.parametrize(
    ("environment", "flags", "colored"), [row[1:] for row in COLORS], ids=[row[0] for row in COLORS]
)
def test_color_on_a_terminal(
    root: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    environment: dict[str, str],
    flags: tuple[str, ...],
    colored: bool,
) -> None:
    shown = shown_on_a_terminal(monkeypatch, "stdout", "report", root, *flags, **environment)
    assert ("\x1b[" in shown) == colored


def test_a_name_too_long_for_the_terminal_is_cut(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({"\u65e5" * 80: File(size=5), f"{'x' * 200}.bin": File(size=5)})
    shown = shown_on_a_terminal(monkeypatch, "stdout", "report", root, COLUMNS="60", NO_COLOR="1")
    rows = [line.rstrip() for line in shown.splitlines() if " 50.0% " in line]
    assert [row[-4:] for row in rows] == [".bin", "\u65e5" * 4]
    assert all("..." in row for row in rows)


@pytest.mark.parametrize(("columns", "cut"), [(60, True), (0, False)])
def test_the_terminal_tells_its_width(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch, columns: int, *, cut: bool
) -> None:
    root = make_tree({"x" * 200: File(size=5)})
    monkeypatch.delenv("COLUMNS")
    with process.terminal() as (ours, theirs):
        termios.tcsetwinsize(theirs, (24, columns))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", theirs)
            assert main(["report", root]) == 0
        assert ("x" * 200 not in process.shown(ours, theirs)) == cut


def test_a_file_is_written_uncut_from_a_terminal_too(
    make_tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, target = make_tree({"x" * 200: File(size=5)}), tmp_path / "report"
    shown = shown_on_a_terminal(
        monkeypatch, "stdout", "report", root, "-o", str(target), COLUMNS="60"
    )
    assert shown == ""
    assert "x" * 200 in target.read_text()


def test_progress_on_a_terminal_comes_and_goes(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0)
    monkeypatch.setattr(progress, "_EVERY", 0)
    shown = shown_on_a_terminal(monkeypatch, "stderr", "report", root)
    assert shown.startswith("\rwalking: ")
    assert " entries so far\rwalking: " in shown
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_an_interruption_is_told_below_what_the_terminal_shows_of_it(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, "settings", interrupt)
    with process.terminal() as (ours, theirs):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", theirs)
            assert main(["report", root]) == 130
        assert process.shown(ours, theirs).splitlines() == ["", "ctxguard: interrupted"]


def test_a_short_walk_shows_no_progress(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on_a_terminal(monkeypatch, "stderr", "report", root) == ""


def test_quiet_shows_no_progress(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0)
    assert shown_on_a_terminal(monkeypatch, "stderr", "report", "-q", root) == ""


def test_no_progress_off_a_terminal(
    root: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0)
    assert main(["report", root]) == 0
    assert capfd.readouterr().err == ""


def test_progress_waits_for_a_second() -> None:
    assert progress._FIRST_AFTER == 1.0
