"""The Dockerfile and the ignore rules of each commit, read once for all that share them."""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.context.tree.columns import Columns
from ctxguard.context.tree.commit import Commit, check_names
from ctxguard.context.tree.committree import CommitTree
from ctxguard.context.tree.locate import Governing, locate
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.context.tree.revision import dockerfile_in
from ctxguard.context.walking.views import BuildKitView
from ctxguard.errors import MeasureError
from ctxguard.git.repository import Spot
from ctxguard.measurement import Effect
from ctxguard.rebuilds.commits import Moment
from ctxguard.rebuilds.sending import Sending


@dataclass(frozen=True, slots=True)
class Setting:
    """What governs a commit."""

    tree: CommitTree
    dockerfile: str
    """As it is shown."""
    text: bytes
    governing: Governing

    @property
    def rules(self) -> tuple[str | None, bytes]:
        """What tells these rules from others."""
        return self.governing.ignore_file, self.governing.text


@dataclass(slots=True)
class Past:
    """Reads what governs a commit.

    Args:
        file: the Dockerfile that was named; None for the default.
        text: what came by standard input, if that was named.
    """

    spot: Spot
    related: RelatedCommits
    file: str | None = None
    text: bytes = b""

    def sending(self, setting: Setting) -> Sending:
        """What is sent under the rules of a commit."""
        return Sending(BuildKitView(setting.governing))

    def setting(self, moment: Moment) -> Setting:
        """What governs this commit.

        Raises:
            MeasureError: there is no context, or no Dockerfile that can be read, or Docker refuses
                the ignore file.
            UsageError: what was named is a folder, or lies outside of the repository.
        """
        commit = _Lazy(self.related, moment)
        tree = CommitTree(commit, self.spot.path)
        if moment.tree is None or commit.folder(self.spot.path) is None:
            folder = f"there is no folder {self.spot.path}" if self.spot.path else "it has no tree"
            raise MeasureError(f"{folder}; it came later, or was not fetched")
        located = locate(tree, dockerfile_in(tree, self.file, self.text))
        if located.text is None or located.dockerfile is None:
            fatal = [each for each in located.problems if each.effect is Effect.BUILD_FAILS]
            raise MeasureError(fatal[0].message if fatal else "", path=fatal[0].path)
        if not isinstance(located.buildkit, Governing):
            raise located.buildkit
        return Setting(tree, located.dockerfile, located.text, located.buildkit)


class _Lazy(Commit):
    """A commit of which only the folders that are asked for are read, each once for all commits."""

    def __init__(self, related: RelatedCommits, moment: Moment) -> None:
        super().__init__(related.repository, moment.commit.id)
        self._related = related
        self._root = moment.commit.tree
        self._contents = related.contents

    def _level(self, path: str) -> Columns | None:
        tree = self._tree_id(path) if path else self._root
        if not tree:
            return None if tree is None else Columns()
        level = self._related.folder(tree).columns
        check_names(path, level)
        return level
