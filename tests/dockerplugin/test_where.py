"""Where docker looks for its plugins."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.where import Place, usual_place
from tests.conftest import Fifo, File, Symlink, grow

HOMES = [
    ("as it is told", {"HOME": "/h", "DOCKER_CONFIG": "/d"}, "/d"),
    ("below home", {"HOME": "/h"}, "/h/.docker"),
    ("told with nothing", {"HOME": "/h", "DOCKER_CONFIG": ""}, "/h/.docker"),
    ("no home", {}, f"{pwd.getpwuid(os.getuid()).pw_dir}/.docker"),
    ("an empty home", {"HOME": ""}, f"{pwd.getpwuid(os.getuid()).pw_dir}/.docker"),
    ("a tilde is a name", {"HOME": "/h", "DOCKER_CONFIG": "/~"}, "/~"),
]


@pytest.mark.parametrize(
    ("environment", "folder"), [row[1:] for row in HOMES], ids=[row[0] for row in HOMES]
)
def test_the_folder(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], folder: str
) -> None:
    monkeypatch.delenv("HOME")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    place = usual_place()
    assert place.config_folder == folder
    assert place.path == f"{folder}/cli-plugins/docker-ctxguard"


def test_a_relative_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", "x")
    assert usual_place().config_folder == str(tmp_path / "x")


EXTRA = [
    ("a file", {"docker-ctxguard": "x"}, True),
    ("not there", {}, False),
    ("a folder of the name", {"docker-ctxguard": {}}, True),
    ("a link to nowhere", {"docker-ctxguard": Symlink("nowhere")}, False),
    ("a link to itself", {"docker-ctxguard": Symlink("docker-ctxguard")}, True),
]


@pytest.mark.parametrize(
    ("tree", "counts"), [row[1:] for row in EXTRA], ids=[row[0] for row in EXTRA]
)
def test_what_docker_takes_first(place: Place, tmp_path: Path, tree: Any, *, counts: bool) -> None:
    extra = [str(tmp_path / "none"), str(tmp_path / "extra")]
    config = json.dumps({"auths": {}, "cliPluginsExtraDirs": extra})
    grow(str(tmp_path), {"extra": tree, "docker": {"config.json": config}})
    found = f"{tmp_path}/extra/docker-ctxguard"
    assert place.taken_first() == (found if counts else None)


def test_our_own_folder_among_the_extra_ones(place: Place, tmp_path: Path) -> None:
    extra = [str(tmp_path / "link"), str(tmp_path / "extra")]
    grow(
        str(tmp_path),
        {
            "extra": {"docker-ctxguard": "x"},
            "docker": {
                "config.json": json.dumps({"cliPluginsExtraDirs": extra}),
                "cli-plugins": {"docker-ctxguard": "y"},
            },
            "link": Symlink("docker/cli-plugins"),
        },
    )
    assert place.taken_first() is None


DEEP = 100_000
CONFIGS: list[tuple[str, Any, bool]] = [
    ("in any case", b'{"CLIPluginsExtraDIRS": ["%s"]}', True),
    ("among what is none", b'{"cliPluginsExtraDirs": [3, null, "%s"]}', True),
    ("bytes that are no UTF-8", b'{"x": "\xff", "cliPluginsExtraDirs": ["%s"]}', True),
    ("no list", b'{"cliPluginsExtraDirs": "%s"}', False),
    ("no table", b'["%s"]', False),
    ("broken", b'{"cliPluginsExtraDirs": ["%s"]', False),
    ("deep", b'{"cliPluginsExtraDirs": ["%s"], "x": ' + b"[" * DEEP + b"]" * DEEP + b"}", False),
    ("a long number", b'{"cliPluginsExtraDirs": ["%s"], "x": ' + b"9" * 10_000 + b"}", False),
    ("odd names", b'{"cliPluginsExtraDirs": ["\\u0000", "\\ud800", "", "x/../..", "%s"]}', True),
    ("huge", b'{"cliPluginsExtraDirs": ["%s"], "x": "' + b"x" * (1 << 20) + b'"}', False),
    ("empty", b"", False),
    ("a folder", {}, False),
    ("a FIFO", Fifo(), False),
    ("a link to itself", Symlink("config.json"), False),
    ("unlimited", Symlink("/dev/zero"), False),
]


@pytest.mark.parametrize(
    ("config", "counts"), [row[1:] for row in CONFIGS], ids=[row[0] for row in CONFIGS]
)
def test_a_configuration_that_is_odd(
    place: Place, tmp_path: Path, config: Any, *, counts: bool
) -> None:
    if isinstance(config, bytes):
        config = File(config.replace(b"%s", os.fsencode(tmp_path / "extra")))
    grow(
        str(tmp_path),
        {"extra": {"docker-ctxguard": "x"}, "docker": {"config.json": config}},
    )
    assert (place.taken_first() is not None) == counts


def test_only_a_file_is_ours(place: Place) -> None:
    text = Script("/opt/python").text()
    os.makedirs(place.folder)
    plugin = Path(place.path)
    assert place.installed() is None
    plugin.write_text(text, encoding="utf-8")
    assert place.installed() == Script("/opt/python")
    plugin.rename(f"{plugin}.real")
    plugin.symlink_to(f"{plugin}.real")
    assert place.installed() is None
    plugin.unlink()
    os.mkfifo(plugin)
    assert place.installed() is None
