"""Where git looks for the hooks of a repository, and what lies there."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxguard.errors import UsageError
from ctxguard.git.program import Git, GitError
from ctxguard.git.repository import Repository
from ctxguard.githook.script import KEPT_FOLDER, NAME, Script, read

_MOST_BYTES = 1 << 20
_PRE_COMMIT = b"pre-commit"


@dataclass(frozen=True, slots=True)
class Installed:
    """Our hook, as it lies there."""

    path: str
    """Absolute."""
    script: Script


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """The folder that git takes hooks from."""

    path: str
    """Absolute."""
    in_work_tree: bool
    """Files there are everybody's, and edited by hand."""
    shared: bool
    """It lies outside of the repository, and serves others too."""

    @property
    def hook(self) -> str:
        """The file that git runs before a push."""
        return os.path.join(self.path, NAME)

    @property
    def legacy(self) -> str:
        """Where pre-commit puts a hook that was there before, which its own one runs first."""
        return f"{self.hook}.legacy"

    @property
    def kept_folder(self) -> str:
        """Where another program's hook is kept: under its own name, as far below the top."""
        return f"{self.path}{KEPT_FOLDER}"

    @property
    def kept(self) -> str:
        """Another program's hook, which ours runs first."""
        return os.path.join(self.kept_folder, NAME)

    @property
    def editable(self) -> str:
        """The file that people edit by hand: husky runs it from a folder of its own."""
        folder, name = os.path.split(self.path)
        return os.path.join(folder, NAME) if name == "_" else self.hook

    def installed(self) -> Installed | None:
        """Our hook, if git runs it, or pre-commit's hook does."""
        found = _script_at(self.hook)
        if found is None and _PRE_COMMIT in content(self.hook):
            legacy = _script_at(self.legacy)
            return None if legacy is None else Installed(self.legacy, legacy)
        return None if found is None else Installed(self.hook, found)


def content(path: str) -> bytes:
    """The start of a file; nothing if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def _script_at(path: str) -> Script | None:
    return read(os.fsdecode(content(path)))


def hooks_folder(repository: Repository) -> HooksFolder:
    """Find it, as git does.

    Raises:
        UsageError: hooks are switched off.
    """
    top = repository.root
    configured = _configured(repository)
    if not configured:
        path = os.path.join(repository.common_dir, "hooks")
        return HooksFolder(path, in_work_tree=False, shared=False)
    path = os.path.realpath(os.path.join(top, configured))
    if os.path.lexists(path) and not os.path.isdir(path):
        raise UsageError(f"core.hooksPath is {configured}, which is no folder, so no hook runs")
    in_git = _is_below(path, repository.common_dir) or _is_below(path, repository.git_dir)
    in_work_tree = not in_git and repository.work_tree is not None and _is_below(path, top)
    return HooksFolder(path, in_work_tree, shared=not in_git and not in_work_tree)


def _configured(repository: Repository) -> str:
    """The last value of `core.hooksPath` before the one that we give to every call ourselves."""
    git = Git(environment={"GIT_DIR": repository.git_dir})
    try:
        ask = ("config", "-z", "--type=path", "--get-all", "core.hooksPath")
        values = git.run(*ask, folder=repository.root).split(b"\0")
    except GitError:
        return ""
    return os.fsdecode(values[-3]) if len(values) > 2 else ""


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
