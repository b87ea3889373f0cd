"""The parts of a project that declare their packages apart, as the services of a monorepo do."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctxguard.deps.declared.declaration import Requirement

_HOLDS_LISTS = ("requirements", "reqs", "deps")
"""Folders for requirements files; what they list is for the folder above."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One such part."""

    folder: str
    """Relative to the project; "" for all of it."""
    others: tuple[str, ...]
    """Folders of other parts, whose files have no say here."""
    requirements: tuple[Requirement, ...]

    def holds(self, path: str) -> bool:
        """Whether a file has a say: its own, and what is there for all."""
        return not any(path.startswith(f"{folder}/") for folder in self.others)


def scopes(requirements: Iterable[Requirement]) -> list[Scope]:
    """The parts, by the folders of what declares; the top folder has to do with everything."""
    found: dict[str, list[Requirement]] = {}
    for each in requirements:
        found.setdefault(_folder(each.place.file), []).append(each)
    return [
        Scope(folder, _others(folder, list(found)), tuple(some)) for folder, some in found.items()
    ]


def _folder(path: str) -> str:
    folder, name = posixpath.split(posixpath.dirname(path))
    return folder if name in _HOLDS_LISTS else posixpath.join(folder, name)


def _others(folder: str, all_folders: Sequence[str]) -> tuple[str, ...]:
    inside = f"{folder}/" if folder else ""
    return tuple(each for each in all_folders if each != folder and not each.startswith(inside))
