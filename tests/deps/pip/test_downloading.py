"""Wheels weighed by a real pip, which knows nothing but what a test lays out for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from ctxguard.dependencies import Place
from ctxguard.deps.declared.asked import read_asked
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.pip.downloading import of_index
from ctxguard.errors import UsageError
from tests.deps.wheels import keep_to, metadata, without_settings, write_wheel


def asked(*texts: str) -> list[Requirement]:
    found = []
    for line, text in enumerate(texts, start=1):
        each = read_asked(text)
        found.append(
            Requirement(
                each.name, each.key, each.extras, each.specifier, each.marker, each.url, "",
                development=False, place=Place("requirements.txt", line), applies=each.applies,
            )
        )  # fmt: skip
    return found


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and all that pip knows; what is left in the temporary folder fails."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    keep_to(folder, monkeypatch)
    return folder


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield
    assert os.listdir(temporary) == []


@pytest.mark.slow
def test_all_that_is_needed(wheels: Path) -> None:
    write_wheel(
        wheels, "app", requires=["Lib_One>=1", 'web; extra == "x"', 'win; os_name == "nt"'],
        extras=["x"], files={"app/__init__.py": 1000, "app-1.0.data/scripts/run-app": 5},
        scripts=["app = app:main"],
    )  # fmt: skip
    write_wheel(wheels, "lib-one", "1.5", requires=["app"])
    write_wheel(wheels, "web", requires=['deep; sys_platform == "linux"'])
    write_wheel(wheels, "deep", "2.0")
    write_wheel(wheels, "deep", "3.0")
    write_wheel(wheels, "win")
    told: list[str] = []
    found = of_index(asked("app[x]", "deep<3", 'gone; os_name == "nt"'), progress=told.append)
    assert set(found.found) == {"app", "lib-one", "web", "deep"}
    assert (found.unknown, found.problems) == ({}, ())
    app = found.found["app"]
    assert app.modules == {"app"}
    assert app.commands == {"app", "run-app"}
    assert 1005 < app.bytes < 3000
    assert found.found["deep"].version == "2.0"
    assert told == ["asking pip for 2 packages", "asking pip for 2 packages"]


@pytest.mark.slow
def test_what_cannot_be_had_spoils_nothing(wheels: Path) -> None:
    for name in ("a", "b", "c"):
        write_wheel(wheels, name, "1.0", requires=["sub"] if name == "c" else ())
    (wheels / "source-1.0.tar.gz").write_bytes(b"no wheel")
    write_wheel(wheels, "other", tag="py2-none-any")
    broken = wheels / "broken-1.0-py3-none-any.whl"
    broken.write_bytes(b"PK no zip")
    found = of_index(
        asked("a==1.0", "b==7", "c", "source", "other", "missing", "broken", "a",
              "d @ https://example.org/d-1-py3-none-any.whl")
    )  # fmt: skip
    assert set(found.found) == {"a", "c"}
    assert set(found.unknown) == {"b", "source", "other", "missing", "broken", "sub", "d"}
    assert "URL" in found.unknown["d"]
    assert found.unknown["b"] == "no version that is asked for has a wheel for this Python"
    for key in ("source", "other", "missing", "sub"):
        assert found.unknown[key] == "there is no wheel of it for this Python"
    assert found.problems == ()


@pytest.mark.slow
def test_versions_that_do_not_go_together(wheels: Path) -> None:
    for version in ("1.0", "2.0"):
        write_wheel(wheels, "a", version)
    write_wheel(wheels, "b", requires=["a>=2"])
    found = of_index(asked("a==1.0", "a==2.0", "b"))
    assert found.found["a"].version == "1.0"
    assert set(found.found) == {"a", "b"}


@pytest.mark.slow
def test_hostile_wheels(wheels: Path, tmp_path: Path) -> None:
    write_wheel(wheels, "good")
    write_wheel(wheels, "evil", about=metadata("../../evil", "1.0"))
    write_wheel(
        wheels, "asks", requires=["x @ file:///etc/passwd", "good", 'z; "-r /x" != os_name']
    )
    write_wheel(wheels, "odd", requires=["-r /etc/passwd", "y --pre", "good"])
    path = write_wheel(wheels, "leads", files={"leads.py": 10})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../../escaped.py", "x")
    found = of_index(asked("good", "evil", "asks", "leads", "odd"))
    assert set(found.found) == {"good", "asks"}
    assert set(found.unknown) == {"evil", "leads", "odd", "x", "z"}
    assert not list(tmp_path.rglob("escaped.py"))


def unreachable(monkeypatch: pytest.MonkeyPatch, links: Path | None) -> None:
    without_settings(monkeypatch)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    if links is not None:
        monkeypatch.setenv("PIP_FIND_LINKS", str(links))


@pytest.mark.slow
def test_an_index_out_of_reach_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable(monkeypatch, None)
    start = time.monotonic()
    found = of_index(asked(*(f"p{at}" for at in range(100))))
    assert time.monotonic() - start < 30
    assert found.found == {}
    assert set(found.unknown) == {f"p{at}" for at in range(100)}
    assert set(found.unknown.values()) == {"the package index cannot be reached"}
    (problem,) = found.problems
    assert problem.startswith("the package index cannot be reached; ")


@pytest.mark.slow
def test_wheels_at_hand_come_without_the_index(
    monkeypatch: pytest.MonkeyPatch, wheels: Path
) -> None:
    unreachable(monkeypatch, wheels)
    for name in ("a", "b", "c", "d"):
        write_wheel(wheels, name, requires=["sub", "gone"])
    write_wheel(wheels, "sub")
    found = of_index(asked("a", "b", "c", "d", "missing"))
    assert set(found.found) == {"a", "b", "c", "d", "sub"}
    assert set(found.unknown) == {"missing", "gone"}
    assert len(found.problems) == 1


@pytest.mark.slow
def test_without_an_index_what_is_missing_is_not_asked_for_one_by_one(wheels: Path) -> None:
    write_wheel(wheels, "a", requires=[f"q{at}" for at in range(100)])
    told: list[str] = []
    found = of_index(asked("a", *(f"p{at}" for at in range(100))), progress=told.append)
    assert set(found.found) == {"a"}
    assert len(found.unknown) == 200
    assert len(told) == 2


@pytest.mark.slow
def test_the_options_of_a_project_only_if_asked(
    monkeypatch: pytest.MonkeyPatch, wheels: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    write_wheel(more, "a")
    assert set(of_index(asked("a")).unknown) == {"a"}
    assert set(of_index(asked("a"), options=[f"--find-links={more}"]).found) == {"a"}
    with pytest.raises(UsageError):
        of_index(asked("a"), options=["--target=/"])


@pytest.mark.slow
def test_a_pip_that_fails_for_all(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(40):
        write_wheel(wheels, f"p{at}")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "none.txt"))
    told: list[str] = []
    found = of_index(asked(*(f"p{at}" for at in range(40))), progress=told.append)
    assert len(found.unknown) == 40
    (problem,) = found.problems
    assert "none.txt" in problem
    assert len(told) < 16


def test_no_time_left(wheels: Path) -> None:
    found = of_index(asked("a"), most_s=0)
    assert found.unknown == {"a": "there was no time left for it"}


def test_a_settings_variable_installs_nothing_elsewhere(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(wheels, "a")
    for name in ("TARGET", "PREFIX", "ROOT", "SRC", "LOG"):
        monkeypatch.setenv(f"PIP_{name}", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_REQUIREMENT", str(tmp_path / "no-such-file"))
    assert set(of_index(asked("a")).found) == {"a"}
    assert not (tmp_path / "elsewhere").exists()


def test_no_pip(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    found = of_index(asked("a", "b"))
    assert set(found.unknown) == {"a", "b"}
    (problem,) = found.problems
    assert "pip is not installed" in problem


_RUN = """
import sys
from tests.deps.pip.test_downloading import asked
from ctxguard.deps.pip.downloading import of_index
of_index(asked("a", "b"), progress=lambda text: print(text, flush=True))
"""


def test_ctrl_c_leaves_nothing(
    tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index takes connections, and never answers."""
    without_settings(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.getsockname()[1]}/simple")
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        with process:
            assert process.stdout.readline() == b"asking pip for 2 packages\n"
            server.settimeout(30)
            connection, _ = server.accept()
            with connection:
                assert len(os.listdir(tmp_path / "temporary")) == 1
                process.send_signal(signal.SIGINT)
                assert b"KeyboardInterrupt" in process.stderr.read()
                connection.settimeout(10)
                while connection.recv(4096):
                    pass
    assert process.returncode != 0
