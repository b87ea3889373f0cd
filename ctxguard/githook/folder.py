"""Where git looks for the hooks of a repository, and what lies there."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxguard.errors import UsageError
from ctxguard.git.program import Git, GitError
from ctxguard.git.repository import Repository
from ctxguard.githook.script import KEPT, NAME, Script, read

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """The folder that git takes hooks from."""

    path: str
    """Absolute."""
    tracked: bool
    """It lies in the work tree, where files are everybody's."""
    shared: bool
    """It lies outside of the repository, and serves others too."""

    @property
    def hook(self) -> str:
        """The file that git runs before a push."""
        return os.path.join(self.path, NAME)

    @property
    def kept(self) -> str:
        """Where another program's hook is kept."""
        return os.path.join(self.path, KEPT)

    def installed(self) -> Script | None:
        """What our hook was made with; None if the hook is none of ours, or not there."""
        try:
            with open(self.hook, "rb") as file:
                return read(os.fsdecode(file.read(_MOST_BYTES)))
        except OSError:
            return None

    @property
    def editable(self) -> str:
        """The file that people edit by hand: husky runs it from a folder of its own."""
        folder, name = os.path.split(self.path)
        return os.path.join(folder, NAME) if name == "_" else self.hook


def hooks_folder(repository: Repository) -> HooksFolder:
    """Find it, as git does.

    Raises:
        UsageError: hooks are switched off.
    """
    top = repository.root
    configured = _configured(repository)
    if not configured:
        return HooksFolder(
            os.path.join(repository.common_dir, "hooks"), tracked=False, shared=False
        )
    path = os.path.realpath(os.path.join(top, configured))
    if os.path.lexists(path) and not os.path.isdir(path):
        raise UsageError(f"core.hooksPath is {configured}, which is no folder, so no hook runs")
    in_git = _is_below(path, repository.common_dir) or _is_below(path, repository.git_dir)
    tracked = not in_git and repository.work_tree is not None and _is_below(path, top)
    return HooksFolder(path, tracked=tracked, shared=not in_git and not tracked)


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
