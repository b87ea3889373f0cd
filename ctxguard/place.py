"""Where a context is, on the disk or in a commit: source, Dockerfile, configuration, request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ctxguard.config import (
    ContextSettings,
    Folders,
    InCommit,
    OnDisk,
    Settings,
    contexts,
    settings,
)
from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.measure import Request
from ctxguard.context.tree import given, revision
from ctxguard.context.tree.committree import CommitTree
from ctxguard.context.tree.locate import Dockerfile
from ctxguard.context.tree.worktree import WorkTree
from ctxguard.errors import CtxguardError, UsageError
from ctxguard.git.repository import Repository, Spot
from ctxguard.measurement import Backend


@dataclass(frozen=True, slots=True)
class Place:
    """A context that was found."""

    name: str
    """As the user gave it."""
    source: WorkTree | CommitTree
    folders: Folders
    """Where its configuration may lie."""

    def settings(self, flags: Mapping[str, Any] | None = None) -> Settings:
        """All settings in force; flags by the name of the key.

        If the configuration names one context with this folder, these are its own.
        """
        flags = flags or {}
        entries = self.entries(flags)
        if len(entries) > 1 and flags.get("dockerfile"):
            named = self._with_dockerfile(flags["dockerfile"])
            entries = [each for each in entries if each.name in named]
        return entries[0].settings if len(entries) == 1 else settings(self.folders, flags)

    def _with_dockerfile(self, file: str) -> set[str]:
        """The names of the entries that the configuration gives this Dockerfile."""
        full = os.path.abspath(file)
        return {each.name for each in self.entries({}) if each.settings.dockerfile == full}

    def entries(self, flags: Mapping[str, Any]) -> list[ContextSettings]:
        """What the configuration says of contexts with this folder."""
        here = self.folders.real(self.source.root)
        named = contexts(self.folders, flags)
        return [each for each in named if self.folders.real(each.folder) == here]

    def request(
        self,
        chosen: Settings,
        text: bytes = b"",
        *,
        depth: int | None = None,
        types: bool = False,
        savings: bool = False,
        all_targets: bool = False,
        overview: bool = False,
        outline: bool = False,
    ) -> Request:
        """What to measure, as the settings have it.

        Args:
            text: what came by standard input, if the Dockerfile does.
        """
        return Request(
            source=self.source,
            dockerfile=self._dockerfile(chosen.dockerfile, text),
            backend=Backend(chosen.backend),
            top=chosen.top,
            depth=depth,
            types=types,
            savings=savings,
            overview=overview,
            outline=outline,
            weighed=tuple(chosen.budgets),
            build=BuildOptions(chosen.target, all_targets, chosen.build_args, chosen.platform),
        )

    def _dockerfile(self, file: str | None, text: bytes) -> Dockerfile:
        if isinstance(self.source, CommitTree):
            return revision.dockerfile_in(self.source, file, text)
        return given.dockerfile(self.source, file, text)

    def inside(self, path: str) -> str:
        """See `given.inside`."""
        return given.inside(self.source, path, self.name)


@dataclass(frozen=True, slots=True)
class Built:
    """How a context is built, as far as settings cannot say it."""

    contexts: frozenset[str] = frozenset()
    """Names of additional contexts."""
    of: str | None = None
    """Which of them this is; None for the build's own context."""
    text: bytes | None = None
    """A Dockerfile that does not lie in the context."""
    shown: str = ""
    """What to call that one."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A context to measure, with the settings that are in force for it."""

    place: Place
    settings: Settings
    name: str | None = None
    """As the configuration, or the Compose file, has it."""
    built: Built | None = None

    def request(self, text: bytes = b"", **more: Any) -> Request:
        """What to measure; see `Place.request`."""
        found = self.place.request(self.settings, text, **more)
        if self.built is None:
            return found
        built, dockerfile = self.built, found.dockerfile
        if built.text is not None:
            source = found.source
            dockerfile = Dockerfile(source, built.shown, "", None, len(built.text), built.text)
        build = replace(found.build, contexts=built.contexts, of=built.of)
        alone = found.alone or built.of is not None
        backend = found.backend if built.of is None else Backend.BUILDKIT
        return replace(found, dockerfile=dockerfile, build=build, alone=alone, backend=backend)


def on_disk(context: str) -> Place:
    """The folder that was named.

    Raises:
        UsageError: it is none.
    """
    return Place(context, given.worktree(context), OnDisk(context))


def in_commit(context: str, spot: Spot, rev: str, lfs: str | None = None) -> Place:
    """The same folder as a commit has it.

    Args:
        spot: where it lies in its repository.
        lfs: `pointer` to count the pointers of LFS, not what they point to.

    Raises:
        UsageError: there is no such commit, or no such folder in it.
        GitError: git cannot read it.
    """
    tree = revision.committed(spot, rev, pointers=lfs == "pointer")
    return Place(context, tree, InCommit(tree))


def place(context: str, rev: str | None, lfs: str | None) -> Place:
    """A context that was named, in a commit if that was named too; see the others."""
    if rev is None:
        if lfs is not None:
            raise UsageError("--lfs is about a commit; name one with --rev")
        return on_disk(context)
    return in_commit(context, revision.spot_of(context), rev, lfs)


@dataclass(frozen=True, slots=True)
class NotThere:
    """A context that is named, and cannot be found."""

    name: str
    error: CtxguardError


def chosen(context: str | None, found: Place, flags: Mapping[str, Any]) -> list[Chosen]:
    """The contexts that are meant.

    Args:
        context: as the user named it; None for all that the configuration names.
        found: that folder, or the current one.
        flags: by the name of the key.

    Raises:
        UsageError: a value is wrong, or there is no such folder.
    """
    picked = picks(context, found, flags)
    for each in picked:
        if isinstance(each, NotThere):
            raise each.error
    return [each for each in picked if isinstance(each, Chosen)]


def picks(context: str | None, found: Place, flags: Mapping[str, Any]) -> list[Chosen | NotThere]:
    """The same, where one that is not there leaves the others as they are; see `chosen`."""
    entries = contexts(found.folders, flags) if context is None else found.entries(flags)
    if not entries:
        return [Chosen(found, settings(found.folders, flags))]
    return [_pick(found, each) for each in entries]


def _pick(found: Place, entry: ContextSettings) -> Chosen | NotThere:
    try:
        return Chosen(_place_of(found, entry), entry.settings, entry.name)
    except CtxguardError as error:
        message = f'contexts: "{entry.name}": {error} (named in {entry.place})'
        return NotThere(entry.name, UsageError(message))


def folder_before(now: Place, sides: tuple[Place, Place]) -> Place | None:
    """The folder of a context on the first of two sides, which is a commit; None without it."""
    before, after = sides
    assert isinstance(before.source, CommitTree)
    folder = os.path.relpath(now.folders.real(now.source.root), _top(after))
    try:
        root = before.source.commit.repository.root
        tree = revision.another_folder(before.source, os.path.join(root, folder))
    except UsageError:
        return None
    return Place(now.name, tree, InCommit(tree))


def _top(found: Place) -> str:
    """The top of the repository that it lies in."""
    return found.folders.paths[-1]


def as_before(now: Settings, before: Place) -> Settings:
    """What is in force for the folder of a context where the configuration does not name it yet.

    It is built by the same Dockerfile and target, and has the limits that it had there.
    """
    return replace(
        before.settings(),
        dockerfile=now.dockerfile,
        target=now.target,
        build_args=now.build_args,
        platform=now.platform,
        backend=now.backend,
        budget_on=now.budget_on,
    )


def spot_in(found: Place, repository: Repository) -> Spot:
    """Where a context lies in its repository."""
    path = os.path.relpath(found.folders.real(found.source.root), repository.root)
    return Spot(repository, "" if path == "." else path.replace(os.sep, "/"))


def _place_of(found: Place, entry: ContextSettings) -> Place:
    if not isinstance(found.source, CommitTree):
        shown = os.path.relpath(entry.folder)
        return Place(shown, given.worktree(entry.folder), OnDisk(entry.folder))
    tree = revision.another_folder(found.source, found.folders.real(entry.folder))
    return Place(entry.folder, tree, InCommit(tree))
