"""What the official actions do, as far as the workflows here use them; another input is refused.

Source of the meaning: the README and action.yml of each action.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.action.machine import MAIN, Cached, Event, Machine, cloned

With = Mapping[str, str]
_OLDEST = (3, 11)


class ActionError(Exception):
    """The action fails its step."""


@dataclass(frozen=True)
class Place:
    """Where a job runs."""

    machine: Machine
    event: Event
    workspace: Path
    home: Path

    def path(self, text: str) -> Path:
        """With the home folder of the job, and below its workspace."""
        if text.startswith("~/"):
            return self.home / text[2:]
        return self.workspace / text


def act(uses: str, given: With, place: Place) -> Path | None:
    """Do it.

    Returns:
        A folder to take programs from, from now on.
    """
    name, _, version = uses.partition("@")
    if name not in _ACTIONS or not re.fullmatch(r"v\d+", version):
        raise ActionError(f"not an official action of a major version: {uses}")
    action, names = _ACTIONS[name]
    unknown = set(given) - names
    if unknown:
        raise ActionError(f"{uses} is not known to take {unknown}")
    return action(given, place)


def _checkout(given: With, place: Place) -> None:
    cloned(place.machine, place.event, place.workspace, int(given.get("fetch-depth", "1")))


def _setup_python(given: With, place: Place) -> Path:
    version = tuple(int(part) for part in given["python-version"].split("."))
    if version < _OLDEST:
        raise ActionError(f"ctxguard needs more than Python {version}")
    return place.machine.tools


def _restore(given: With, place: Place) -> None:
    for key, exact in ((given["key"], True), (given["restore-keys"].strip(), False)):
        for entry in reversed(_readable(given["path"], place)):
            if entry.key == key if exact else entry.key.startswith(key):
                _copy(entry.content, place.path(entry.path))
                return


def _readable(path: str, place: Place) -> list[Cached]:
    refs = (MAIN, place.event.ref)
    return [each for each in place.machine.caches if each.path == path and each.ref in refs]


def _save(given: With, place: Place) -> None:
    """What is not there, or is saved already, is a warning and no more."""
    caches, path, key, ref = place.machine.caches, given["path"], given["key"], place.event.ref
    taken = any((each.ref, each.key, each.path) == (ref, key, path) for each in caches)
    if "," in key or len(key) > 512:
        raise ActionError(f"no key: {key}")
    if place.path(path).exists() and not taken:
        kept = place.machine.root / "caches" / str(len(caches))
        _copy(place.path(path), kept)
        caches.append(Cached(ref, key, path, kept))


def _upload(given: With, place: Place) -> None:
    name, source = (place.machine.runs, given["name"]), place.path(given["path"])
    if name in place.machine.artifacts:
        raise ActionError(f"there is an artifact {name} already")
    if source.exists():
        kept = place.machine.root / "artifacts" / "-".join(map(str, name))
        _copy(source, kept)
        place.machine.artifacts[name] = kept


def _copy(source: Path, to: Path) -> None:
    os.makedirs(to.parent, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, to)
    else:
        shutil.copyfile(source, to)


_ACTIONS: dict[str, tuple[Callable[[With, Place], Path | None], set[str]]] = {
    "actions/checkout": (_checkout, {"fetch-depth", "persist-credentials"}),
    "actions/setup-python": (_setup_python, {"python-version"}),
    "actions/cache/restore": (_restore, {"path", "key", "restore-keys"}),
    "actions/cache/save": (_save, {"path", "key"}),
    "actions/upload-artifact": (_upload, {"name", "path"}),
}
