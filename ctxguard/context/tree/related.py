"""Many commits of one repository: what they have in common is read once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ctxguard.context.tree.checkout import above, look_at_attributes
from ctxguard.context.tree.columns import Columns
from ctxguard.context.tree.commit import Commit, check_names, is_read_ahead
from ctxguard.context.tree.committree import CommitTree
from ctxguard.git.conversing import Objects
from ctxguard.git.objects import FOLDER, SUBMODULE, check_count
from ctxguard.git.repository import Repository

_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True, slots=True)
class _Folder:
    """One tree; the same in each commit that has it."""

    columns: Columns
    folders: tuple[tuple[str, str], ...] = ()
    """Name and id of each folder in it; no id for a submodule, which a clone leaves empty."""
    ahead: tuple[str, ...] = ()
    """Ids of what will be asked for."""


@dataclass(slots=True)
class RelatedCommits:
    """The commits of a repository.

    Args:
        objects: of the repository, by a process of its own.
    """

    repository: Repository
    objects: Objects
    _folders: dict[str, _Folder] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of the objects that were read, by id."""

    def tree(self, id_: str, root: str, path: str) -> CommitTree | None:
        """A folder of a commit; None if there is none.

        Args:
            id_: of the commit, full.
            root: id of its tree.

        Raises:
            GitError: it cannot be read.
        """
        commit = _Related(self, id_, root)
        if not commit.load(path):
            return None
        if not commit.has_attributes(path):
            return CommitTree(commit, path)
        # They can give files other sizes, by where these lie.
        plain = Commit(self.repository, id_)
        plain.load(path)
        look_at_attributes(plain, path, pointers=False)
        return CommitTree(plain, path)

    def are_related(self, tree: CommitTree) -> bool:
        """Whether its folders are shared with others."""
        return isinstance(tree.commit, _Related)

    def changed(self, old: str, new: str, path: str) -> tuple[list[str], list[str]]:
        """What differs below a folder that both have: its own entries, and whole trees.

        Args:
            old: id of the root of one commit's tree.
            new: the same of the other.

        Returns:
            The folders of which entries differ, and those that came or went; relative to the path.
        """
        folders: list[str] = []
        trees: list[str] = []
        waiting = [("", self._at(old, path), self._at(new, path))]
        while waiting:
            full, before, after = waiting.pop()
            if before == after:
                continue
            if not before or not after:
                trees.append(full)
                continue
            was, now = self.folder(before), self.folder(after)
            if _own(was) != _own(now):
                folders.append(full)
            had, has = dict(was.folders), dict(now.folders)
            start = f"{full}/" if full else ""
            waiting += [
                (start + name, had.get(name, ""), has.get(name, "")) for name in {*had, *has}
            ]
        return folders, trees

    def _at(self, root: str, path: str) -> str:
        """The id of a folder; nothing if there is none."""
        id_ = root
        for name in filter(None, path.split("/")):
            id_ = dict(self.folder(id_).folders).get(name, "") if id_ else ""
        return id_

    def folder(self, id_: str) -> _Folder:
        """One tree."""
        found = self._folders.get(id_)
        if found is None:
            found = self._folders[id_] = self._read(id_)
        return found

    def _read(self, id_: str) -> _Folder:
        columns = Columns()
        folders, ahead = [], []
        for entry in self.objects.tree(id_):
            columns.add(entry.path, entry)
            if entry.mode in (FOLDER, SUBMODULE):
                folders.append((entry.path, entry.id if entry.mode == FOLDER else ""))
            elif is_read_ahead(entry, entry.path):
                ahead.append(entry.id)
        columns.settle()
        return _Folder(columns, tuple(folders), tuple(ahead))


def _own(folder: _Folder) -> list[tuple[str, int, str]]:
    """Name, mode and id of what lies in a folder itself; of folders in it, the names."""
    inner = dict(folder.folders)
    columns = folder.columns
    rows = zip(columns.names, columns.found, columns.ids, strict=True)
    return [(name, stat.st_mode, "" if name in inner else id_) for name, stat, id_ in rows]


class _Related(Commit):
    """A commit of which the folders are those of its relatives."""

    def __init__(self, related: RelatedCommits, id_: str, root: str) -> None:
        super().__init__(related.repository, id_)
        self._related = related
        self._root = root
        self._contents = related.contents
        self._with_attributes = False

    def load(self, path: str) -> bool:
        tree = self._tree_id(path) if path else self._root
        if not tree:
            return tree is not None
        waiting = [(path, tree)]
        ahead: list[str] = []
        count, copies = 0, Counter[str]()
        while waiting:
            full, id_ = waiting.pop()
            found = self._related.folder(id_) if id_ else _Folder(Columns())
            self._levels[full] = found.columns
            check_names(full, found.columns)
            count += len(found.columns.names)
            copies.update([id_])
            check_count(count, copies)
            ahead += found.ahead
            start = f"{full}/" if full else ""
            waiting += [(start + name, inner) for name, inner in found.folders]
            self._with_attributes |= found.columns.place(_ATTRIBUTES) is not None
        self._whole.append(path)
        self.read_ahead(ahead)
        return True

    def _level(self, path: str) -> Columns | None:
        if path:
            return super()._level(path)
        return self._related.folder(self._root).columns

    def has_attributes(self, path: str) -> bool:
        """Whether there are any attributes in the folder, below it or above it."""
        names = (f"{folder}/{_ATTRIBUTES}" if folder else _ATTRIBUTES for folder in above(path))
        return self._with_attributes or any(self.find(name) is not None for name in names)
