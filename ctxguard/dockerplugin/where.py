"""Where docker looks for its plugins, and what lies there."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat as modes
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ctxguard.dockerplugin.script import Script, read
from ctxguard.errors import UsageError

NAME = "docker-ctxguard"
"""The file that docker runs as `docker ctxguard`."""
_MOST_BYTES = 1 << 20
_EXTRA = "clipluginsextradirs"
"""A key of docker's configuration; Go's decoder takes it in any case."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the plugin of this user lies."""

    config_folder: str
    """Docker's own, absolute."""

    @property
    def config(self) -> str:
        """The configuration file of docker."""
        return os.path.join(self.config_folder, "config.json")

    @property
    def folder(self) -> str:
        return os.path.join(self.config_folder, "cli-plugins")

    @property
    def path(self) -> str:
        return os.path.join(self.folder, NAME)

    def installed(self) -> Script | None:
        """What our plugin was made with; None if none of ours lies here."""
        return None if os.path.islink(self.path) else read(os.fsdecode(content(self.path)))

    def taken_first(self) -> str | None:
        """What docker takes in place of this, from a folder that it looks into before.

        The folders of `cliPluginsExtraDirs` come first, then this one, and then those of the
        system. The first thing of the name counts, even if docker cannot run it.

        Semantics: docker/cli 020f3a7, cli-plugins/manager/manager.go, `getPluginDirs` and
        `PluginRunCommand`; docker 28.2.2 does so.
        """
        for folder in _extra_folders(content(self.config)):
            path = os.path.join(folder, NAME)
            if _is_same(path, self.path):
                return None
            if _counts(path):
                return path
        return None


def usual_place() -> Place:
    """Find it, as docker does.

    Raises:
        UsageError: there is no telling, or docker takes no scripts here.

    Semantics: docker/cli 020f3a7, cli/config/config.go, `Dir` and `getHomeDir`.
    """
    if sys.platform == "win32":
        raise UsageError(
            "on Windows docker takes only a docker-ctxguard.exe as a plugin, and there is none "
            "yet; use ctxguard without docker before it"
        )
    given = os.environ.get("DOCKER_CONFIG")
    return Place(os.path.abspath(given or os.path.join(_home(), ".docker")))


def _home() -> str:
    home = os.environ.get("HOME")
    if not home and sys.platform != "win32":
        import pwd

        with contextlib.suppress(KeyError):
            home = pwd.getpwuid(os.getuid()).pw_dir
    if not home:
        raise UsageError("cannot tell where the home folder is; set HOME or DOCKER_CONFIG")
    return home


def content(path: str) -> bytes:
    """The start of a regular file; nothing if it is none, or cannot be read."""
    try:
        # O_NONBLOCK: a FIFO of this name must not hang the run.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return b""
    try:
        if not modes.S_ISREG(os.fstat(handle).st_mode):
            return b""
        with open(handle, "rb", closefd=False) as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _extra_folders(data: bytes) -> Iterator[str]:
    """As a configuration names them; of one that is broken, none."""
    try:
        document: Any = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return
    for key, value in document.items() if isinstance(document, dict) else ():
        if key.lower() == _EXTRA and isinstance(value, list):
            yield from (folder for folder in value if isinstance(folder, str))


def _is_same(path: str, other: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return os.path.samefile(path, other)
    return False


def _counts(path: str) -> bool:
    """Whether docker goes no further; for Go only ENOENT means that there is nothing."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno != errno.ENOENT
    except ValueError:
        return False
    return True
