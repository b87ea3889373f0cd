"""`ctxguard docker-plugin`, and `docker ctxguard` by a real client; no engine is asked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ctxguard.dockerplugin.script import Script
from ctxguard.version import __version__
from tests.cli import process
from tests.conftest import Result, Tree, grow

Run = Callable[..., Result]
DOCKER = shutil.which("docker")
needs_docker = pytest.mark.skipif(DOCKER is None, reason="there is no docker client on the PATH")


@dataclass(frozen=True)
class Home:
    """Where docker has its configuration in a test."""

    folder: Path

    @property
    def plugin(self) -> Path:
        return self.folder / "cli-plugins/docker-ctxguard"

    def takes_first(self, extra: Path) -> None:
        """Let docker look elsewhere before."""
        config = json.dumps({"cliPluginsExtraDirs": [str(extra)]})
        (self.folder / "config.json").write_text(config, encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A client is on the PATH, if only by its name."""
    folder = tmp_path / "it's docker's"
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    if DOCKER is None:
        grow(str(tmp_path), {"bin": {"docker": ""}})
        (tmp_path / "bin/docker").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    return Home(folder)


@pytest.fixture
def installed(home: Home, run_cli: Run) -> Home:
    assert run_cli("docker-plugin", "install").code == 0
    return home


def docker(*argv: str) -> Result:
    done = subprocess.run(
        [str(DOCKER), *argv], capture_output=True, env=process.environment(), check=False
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_installed_twice_and_taken_away(home: Home, run_cli: Run) -> None:
    status = run_cli("docker-plugin", "status")
    told = f"not installed in {home.plugin.parent}; ctxguard docker-plugin install\n"
    assert (status.code, status.out) == (1, told)
    first = run_cli("docker-plugin", "install")
    told = f"installed in {home.plugin}\ntry it: docker ctxguard report .\n"
    assert (first.code, first.out, first.err) == (0, told, "")
    assert run_cli("docker-plugin", "install").out == f"already {told}"
    status = run_cli("docker-plugin", "status")
    told = f"installed in {home.plugin}\nit works, and uses {sys.executable}\n"
    assert (status.code, status.out) == (0, told)
    gone = run_cli("docker-plugin", "uninstall")
    assert (gone.code, gone.out) == (0, f"taken out of {home.plugin.parent}\n")
    assert not home.plugin.exists()
    none = run_cli("docker-plugin", "uninstall")
    assert none.code == 0
    assert none.out == f"there is no plugin of ctxguard in {home.plugin.parent}\n"


def test_another_file_of_the_name(home: Home, run_cli: Run) -> None:
    grow(str(home.folder.parent), {home.folder.name: {"cli-plugins": {"docker-ctxguard": "mine"}}})
    found = run_cli("docker-plugin", "install")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"ctxguard: {home.plugin}: there is a file that ctxguard has not")
    assert run_cli("docker-plugin", "uninstall") == Result(
        0, f"{home.plugin} was not made by ctxguard, and stays\n", ""
    )
    status = run_cli("docker-plugin", "status")
    assert status.code == 1
    assert status.out.startswith(f"not installed: {home.plugin} was not made by ctxguard; take it")
    assert home.plugin.read_text(encoding="utf-8") == "mine"


def test_what_another_installation_put_there(installed: Home, run_cli: Run) -> None:
    installed.plugin.write_text(Script("/bin/sh").text(), encoding="utf-8")
    status = run_cli("docker-plugin", "status")
    assert (status.code, status.out.splitlines()[1]) == (
        0, f"it uses /bin/sh, another installation than this one ({sys.executable}), and was not "
        "tried",
    )  # fmt: skip
    again = run_cli("docker-plugin", "install").out.splitlines()
    assert again[:2] == [
        f"installed in {installed.plugin}",
        f"it uses {sys.executable} now, and no longer /bin/sh",
    ]


def test_an_interpreter_that_is_gone(installed: Home, run_cli: Run) -> None:
    installed.plugin.write_text(Script("/gone\x1b[2J/python").text(), encoding="utf-8")
    status = run_cli("docker-plugin", "status")
    told = f"installed in {installed.plugin}\n/gone\\x1b[2J/python is gone; install it again\n"
    assert (status.code, status.out) == (1, told)


def test_what_docker_would_take_first(installed: Home, run_cli: Run, tmp_path: Path) -> None:
    grow(str(tmp_path), {"extra": {"docker-ctxguard": ""}})
    installed.takes_first(tmp_path / "extra")
    told = f"docker takes {tmp_path}/extra/docker-ctxguard first, as cliPluginsExtraDirs in "
    status = run_cli("docker-plugin", "status")
    assert (status.code, status.out.splitlines()[-1][: len(told)]) == (1, told)
    again = run_cli("docker-plugin", "install")
    assert (again.code, told in again.out, "try it" in again.out) == (0, True, False)
    assert told in run_cli("docker-plugin", "status").out


@pytest.mark.usefixtures("installed")
def test_without_a_client(run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    status = run_cli("docker-plugin", "status")
    assert status.code == 1
    assert status.out.splitlines()[1:] == [
        f"it works, and uses {sys.executable}",
        "there is no docker on the PATH to run it",
    ]


def test_without_an_interpreter(home: Home, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    found = run_cli("docker-plugin", "install")
    assert (found.code, "cannot tell which Python this is" in found.err) == (2, True)
    assert not home.plugin.exists()


def test_on_windows(home: Home, run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("install", "uninstall", "status"):
        found = run_cli("docker-plugin", name)
        assert (found.code, "docker takes only a docker-ctxguard.exe" in found.err) == (2, True)
    assert not home.folder.exists()


def test_without_docker_around(run_cli: Run) -> None:
    found = run_cli("docker-plugin", "run", "--", "report", ".")
    assert (found.code, "use `docker ctxguard`, or ctxguard itself" in found.err) == (2, True)


FINE: Tree = {"Dockerfile": "FROM scratch\nCOPY . /\n", "a b": "x" * 1000}
CASES: list[tuple[str, Tree, tuple[str, ...], int]] = [
    ("fine", FINE, (), 0),
    ("JSON", FINE, ("--format", "json"), 0),
    ("over budget", FINE, ("--critical", "100B"), 1),
    ("wrong usage", FINE, ("--no-such-option",), 2),
    ("refused by docker", {**FINE, ".dockerignore": "[\n"}, (), 3),
]


@pytest.mark.slow
@needs_docker
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("tree", "options", "code"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_docker_prints_what_ctxguard_prints(
    make_tree: Callable[..., str], tree: Tree, options: tuple[str, ...], code: int
) -> None:
    root = make_tree(tree)
    plain = process.run("report", root, *options)
    found = docker("ctxguard", "report", root, *options)
    assert (found.code, plain.returncode) == (code, code)
    assert found.out == plain.stdout.decode()
    assert found.err == plain.stderr.decode().replace("`ctxguard ", "`docker ctxguard ")


HELP = [
    ("ctxguard --help", "docker ctxguard [OPTIONS] COMMAND [ARGS]..."),
    ("help ctxguard", "docker ctxguard [OPTIONS] COMMAND [ARGS]..."),
    ("--help ctxguard", "docker ctxguard [OPTIONS] COMMAND [ARGS]..."),
    ("ctxguard report --help", "docker ctxguard report [OPTIONS] [CONTEXT]"),
    ("help ctxguard hook install", "docker ctxguard hook install [OPTIONS]"),
    ("--debug --log-level info ctxguard ls -h", "docker ctxguard ls [OPTIONS] [CONTEXT]"),
]


@needs_docker
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("said", "usage"), HELP, ids=[row[0] for row in HELP])
def test_help_by_docker(said: str, usage: str) -> None:
    found = docker(*said.split())
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith(f"Usage: {usage}\n")


@needs_docker
def test_docker_lists_it(installed: Home) -> None:
    listed = [line.split(maxsplit=1) for line in docker("--help").out.splitlines()]
    assert ["ctxguard*", "Guard the size of a build context"] in listed
    found = json.loads(docker("info", "--format", "{{json .ClientInfo.Plugins}}").out)
    assert [each for each in found if each["Name"] == "ctxguard"] == [
        {
            "SchemaVersion": "0.1.0",
            "Vendor": "The ctxguard authors",
            "Version": __version__,
            "ShortDescription": "Guard the size of a build context",
            "Name": "ctxguard",
            "Path": str(installed.plugin),
        }
    ]


@pytest.mark.slow
@needs_docker
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("words", "last"),
    [
        (("rep",), "report\tMeasure a build context"),
        (("report", "--format", "termi"), "terminal"),
        (("report", "--format=termi"), "terminal"),
        (("docker-plugin", "st"), "status\tSay where the plugin is"),
    ],
)
def test_completion(words: tuple[str, ...], last: str) -> None:
    found = docker("__complete", "ctxguard", *words)
    first, *rest = found.out.splitlines()
    assert (found.code, rest) == (0, [":4"])
    assert first.startswith(last)


@needs_docker
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "words", [("report", ""), ("report", "-o", ""), ("report", "--critical", "")]
)
def test_completion_of_names_is_left_to_the_shell(words: tuple[str, ...]) -> None:
    found = docker("__complete", "ctxguard", *words)
    assert found.code == 0
    assert found.out.endswith(":0\n")


@needs_docker
def test_a_fault_is_told_through_docker(installed: Home) -> None:
    installed.plugin.write_text(Script("/gone/python").text(), encoding="utf-8")
    found = docker("ctxguard", "report", ".")
    assert (found.code, found.out) == (3, "")
    assert found.err == (
        "ctxguard: /gone/python is gone, which this plugin ran; run `ctxguard docker-plugin "
        f"install` again, or delete {installed.plugin}\n"
    )
    assert "Guard the size" in docker("--help").out


@needs_docker
def test_docker_takes_what_we_say_first(installed: Home, run_cli: Run, tmp_path: Path) -> None:
    other = tmp_path / "extra/docker-ctxguard"
    other.parent.mkdir()
    text = Script("/gone/python").text()
    for exists in (True, False):
        installed.takes_first(other.parent)
        if exists:
            other.write_text(text, encoding="utf-8")
            other.chmod(0o755)
        else:
            other.unlink()
        status = run_cli("docker-plugin", "status").code
        assert (docker("ctxguard", "--version").code, status) == ((3, 1) if exists else (0, 0))


@needs_docker
def test_status_for_the_configuration_that_docker_is_told(
    installed: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "another"))
    found = docker("--config", str(installed.folder), "ctxguard", "docker-plugin", "status")
    assert (found.code, found.out.splitlines()[0]) == (0, f"installed in {installed.plugin}")


@needs_docker
@pytest.mark.usefixtures("installed")
def test_ctrl_c_reaches_it(make_tree: Callable[..., str]) -> None:
    argv = [str(DOCKER), "ctxguard", "report", make_tree({}), "-f", "-"]
    with process.started(argv, start_new_session=True) as running:
        assert running.stdin
        assert running.stderr
        # More than a pipe holds: it is gone only when it is read.
        running.stdin.write(b"#" * 200_000)
        running.stdin.flush()
        time.sleep(0.5)  # Until it waits for more.
        os.killpg(running.pid, signal.SIGINT)
        err = running.communicate(timeout=60)[1].decode()
    assert (running.returncode, err) == (130, "ctxguard: interrupted\n")
