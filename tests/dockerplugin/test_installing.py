"""The plugin put in its place and taken away; what is not ours stays, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ctxguard.dockerplugin.installing import install, uninstall
from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.where import Place
from ctxguard.errors import UsageError
from tests.conftest import Fifo, Symlink, grow

SCRIPT = Script(sys.executable)


def test_installed_again_and_taken_away(place: Place) -> None:
    assert install(place, SCRIPT)
    assert os.stat(place.config_folder).st_mode & 0o077 == 0
    assert os.access(place.path, os.X_OK)
    assert not install(place, SCRIPT)
    os.chmod(place.path, 0o644)
    assert install(place, SCRIPT)
    assert install(place, Script("/other/python"))
    assert place.installed() == Script("/other/python")
    assert uninstall(place)
    assert os.listdir(place.folder) == []
    assert not uninstall(place)


def test_taken_away_where_nothing_is(place: Place) -> None:
    assert not uninstall(place)
    assert not os.path.lexists(place.config_folder)


def test_an_older_one_is_replaced(place: Place) -> None:
    os.makedirs(place.folder)
    old = SCRIPT.text().replace("version 1\n", "version 0\n").replace("exit 3", "exit 9")
    Path(place.path).write_text(old, encoding="utf-8")
    assert install(place, SCRIPT)
    assert Path(place.path).read_text(encoding="utf-8") == SCRIPT.text()


FOREIGN: list[tuple[str, Any, str]] = [
    ("a plugin of someone else", "#!/bin/sh\n", "a file"),
    ("an empty file", "", "a file"),
    ("a link", Symlink("../ours"), "a symbolic link"),
    ("a link to nowhere", Symlink("nowhere"), "a symbolic link"),
    ("a folder", {"x": "y"}, "a folder"),
    ("a FIFO", Fifo(), "a file"),
]


@pytest.mark.parametrize(
    ("node", "kind"), [row[1:] for row in FOREIGN], ids=[row[0] for row in FOREIGN]
)
def test_what_is_not_ours_stays(place: Place, node: Any, kind: str) -> None:
    os.makedirs(place.config_folder)
    tree: Any = {"ours": SCRIPT.text(), "cli-plugins": {"docker-ctxguard": node}}
    grow(place.config_folder, tree)
    before = state(place.config_folder)
    with pytest.raises(UsageError, match=f"there is {kind} that ctxguard has not made; take it"):
        install(place, SCRIPT)
    assert not uninstall(place)
    assert state(place.config_folder) == before


def state(folder: str) -> list[Any]:
    """All names with what decides what they are."""
    paths = [Path(top, name) for top, dirs, names in os.walk(folder) for name in dirs + names]
    stats = [(path, path.lstat()) for path in sorted(paths)]
    return [(path, stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


ODD = ["it's", 'a "b"', "$(id)", "a b", "line\nend", "\x1b[31m", "-x", "\udcff", "ü"]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_of_folders(tmp_path: Path, name: str) -> None:
    place = Place(str(tmp_path / name))
    assert install(place, SCRIPT)
    done = subprocess.run([place.path, "ctxguard", "--version"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"ctxguard ")
    assert uninstall(place)


def in_the_way(place: Place, kind: str) -> None:
    """A folder that is none."""
    at = {"configuration": place.config_folder, "plugins": place.folder}[kind]
    os.makedirs(os.path.dirname(at), exist_ok=True)
    Path(at).write_text("mine", encoding="utf-8")


@pytest.mark.parametrize("kind", ["configuration", "plugins"])
def test_a_file_where_a_folder_should_be(place: Place, kind: str) -> None:
    in_the_way(place, kind)
    with pytest.raises(UsageError, match=r"put the plugin into .*; mend that, or let"):
        install(place, SCRIPT)
    assert not uninstall(place)


def test_a_folder_that_takes_nothing(
    place: Place, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    install(place, Script("/old/python"))
    os.chmod(place.config_folder, 0o755)
    with without_rights():
        with pytest.raises(UsageError, match=r"put the plugin into .*: permission denied; "):
            install(place, SCRIPT)
        with pytest.raises(UsageError, match=r"take the plugin out of .*: permission denied; "):
            uninstall(place)
    assert place.installed() == Script("/old/python")
    assert os.listdir(place.folder) == ["docker-ctxguard"]


def test_two_at_once(place: Place) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def put(python: str) -> None:
        start.wait()
        try:
            install(place, Script(python))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=put, args=(f"/{at}/python",)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert os.listdir(place.folder) == ["docker-ctxguard"]
    assert place.installed() is not None


def test_what_half_an_installation_left_is_swept(place: Place) -> None:
    install(place, SCRIPT)
    half = Path(f"{place.path}.new-by-ctxguard")
    half.write_text("#!/bin", encoding="utf-8")
    assert uninstall(place)
    assert os.listdir(place.folder) == []


def test_a_full_disk_leaves_the_old_one(place: Place) -> None:
    install(place, Script("/old/python"))
    code = f"""
import resource, signal
from ctxguard.dockerplugin.installing import install
from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.where import Place
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
install(Place({place.config_folder!r}), Script("/new/python"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert b"UsageError: cannot put the plugin into" in done.stderr
    assert place.installed() == Script("/old/python")
    assert os.listdir(place.folder) == ["docker-ctxguard"]
