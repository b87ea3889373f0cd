"""The plugin put in its place and taken away; a file that is not ours stays as it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.where import Place, content
from ctxguard.errors import UsageError
from ctxguard.replacing import alone, replacing, unfinished


def install(place: Place, script: Script) -> bool:
    """Put the plugin in its place, or in that of an older one of ours.

    Returns:
        Whether anything had to be done.

    Raises:
        UsageError: it cannot be done, or what lies there is not ours.
    """
    data = os.fsencode(script.text())
    with _told(f"put the plugin into {place.folder}"):
        # Docker keeps passwords beside it, and lets nobody else in either.
        os.makedirs(place.config_folder, 0o700, exist_ok=True)
        os.makedirs(place.folder, exist_ok=True)
        with alone(place.folder):
            _refuse_foreign(place)
            if content(place.path) == data and os.access(place.path, os.X_OK):
                return False
            with replacing(place.path, data):
                pass
    return True


def _refuse_foreign(place: Place) -> None:
    if os.path.lexists(place.path) and place.installed() is None:
        raise UsageError(
            f"there is {_kind(place.path)} that ctxguard has not made; take it away, then "
            "install again",
            path=place.path,
        )


def _kind(path: str) -> str:
    if os.path.islink(path):
        return "a symbolic link"
    return "a folder" if os.path.isdir(path) else "a file"


def uninstall(place: Place) -> bool:
    """Take the plugin away, and what an interrupted installation left.

    Returns:
        Whether our plugin was there.

    Raises:
        UsageError: it cannot be done.
    """
    if not os.path.isdir(place.folder):
        return False
    with _told(f"take the plugin out of {place.folder}"), alone(place.folder):
        found = place.installed()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished(place.path))
        if found is not None:
            os.unlink(place.path)
    return found is not None


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """An error of the system, in words."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"cannot {what}: {reason}; mend that, or let DOCKER_CONFIG name another folder"
        ) from error
