"""The layers of an image, one on top of the other: what shows in the end, and what is in vain.

A whiteout takes away what lower layers have, never what its own layer brings (OCI image
specification, layer.md, "Whiteouts"). The content of a file with several names is in vain once no
name of it is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ctxguard.image.inode import Inode
from ctxguard.image.listing import Listing
from ctxguard.image.streams import DamagedError
from ctxguard.image.waste import WasteTally
from ctxguard.layers import Wasted

_MOST_AGAIN = 3_000_000
"""Entries of layers that were there before, which take ten seconds. What an image really holds
twice, such as a COPY after what it brought was deleted, comes to far fewer."""


@dataclass(slots=True)
class _Folder:
    files: dict[str, Inode] = field(default_factory=dict)
    folders: dict[str, _Folder] = field(default_factory=dict)


class FileSystem:
    """What the layers so far come to."""

    def __init__(self) -> None:
        self._root = _Folder()
        self._layer = 0
        self._waste = WasteTally()
        self._met: set[int] = set()
        self._again = 0

    def add(self, listing: Listing) -> None:
        """Put the next layer on top, which may be one that is there already.

        Raises:
            DamagedError: the same layers come again and again.
        """
        self._layer += 1
        self._check_repeats(listing)
        for path in sorted(listing.opaque):
            self._empty(path)
        for path in sorted(listing.whiteouts):
            self._remove(path, overwritten=False)
        for path in sorted(listing.directories):
            self._folder(path)
        for index in range(len(listing.names)):
            if index not in listing.links:
                self._put(listing, index, self._inode(listing, index))
        for index in sorted(listing.links):
            self._link(listing, index)

    def _check_repeats(self, listing: Listing) -> None:
        # A manifest names a layer in a few bytes, whatever there is to be merged.
        self._again += listing.entries if id(listing) in self._met else 0
        self._met.add(id(listing))
        if self._again > _MOST_AGAIN:
            raise DamagedError(
                f"layer {self._layer}: the same layers come again and again, with over "
                f"{_MOST_AGAIN:,} entries to be merged once more; no image is built like that"
            )

    def _inode(self, listing: Listing, index: int) -> Inode:
        path = listing.path(index)
        return Inode(path, listing.sizes[index], self._layer, index not in listing.special)

    def _put(self, listing: Listing, index: int, inode: Inode) -> None:
        folder, name = self._folder(listing.folders[index]), listing.names[index]
        self._unname(folder, name, overwritten=True)
        folder.files[name] = inode

    def _link(self, listing: Listing, index: int) -> None:
        """One more name for a file of this layer or a lower one; of nothing it is nothing."""
        folder, _, name = listing.links[index].rpartition("/")
        above = self._find(folder)
        inode = None if above is None else above.files.get(name)
        if inode is None:
            self._put(listing, index, Inode(listing.path(index), 0, self._layer, regular=True))
            return
        inode.names += 1
        self._put(listing, index, inode)

    def _folder(self, path: str) -> _Folder:
        """The folder, made if it is not there; a file in its place is gone."""
        found = self._root
        for name in path.split("/") if path else ():
            inner = found.folders.get(name)
            if inner is None:
                if name in found.files:
                    self._unname(found, name, overwritten=True)
                inner = found.folders[name] = _Folder()
            found = inner
        return found

    def _find(self, path: str) -> _Folder | None:
        found: _Folder | None = self._root
        for name in path.split("/") if path else ():
            found = None if found is None else found.folders.get(name)
        return found

    def _empty(self, path: str) -> None:
        folder = self._find(path)
        if folder is not None:
            self._clear(folder, overwritten=False)

    def _remove(self, path: str, *, overwritten: bool) -> None:
        above, _, name = path.rpartition("/")
        folder = self._find(above)
        if folder is not None:
            self._unname(folder, name, overwritten=overwritten)

    def _unname(self, folder: _Folder, name: str, *, overwritten: bool) -> None:
        """Take away what has this name, whatever it is."""
        inode = folder.files.pop(name, None)
        if inode is not None:
            self._lose(inode, overwritten=overwritten)
        inner = folder.folders.pop(name, None)
        if inner is not None:
            self._clear(inner, overwritten=overwritten)

    def _clear(self, folder: _Folder, *, overwritten: bool) -> None:
        waiting = [folder]
        while waiting:
            each = waiting.pop()
            for inode in each.files.values():
                self._lose(inode, overwritten=overwritten)
            waiting += each.folders.values()
            each.files, each.folders = {}, {}

    def _lose(self, inode: Inode, *, overwritten: bool) -> None:
        inode.names -= 1
        if not inode.names:
            self._waste.add(inode, self._layer, overwritten=overwritten)

    def shown(self) -> Iterator[tuple[str, dict[str, Inode]]]:
        """Each folder with the files in it, a folder before what lies below it."""
        waiting = [("", self._root)]
        while waiting:
            path, folder = waiting.pop()
            yield path, folder.files
            start = f"{path}/" if path else ""
            waiting += [(start + name, inner) for name, inner in folder.folders.items()]

    def wasted_by_layer(self) -> Counter[int]:
        """Bytes of each layer, by its number, that no longer show."""
        return self._waste.by_layer

    def wasted(self, most: int) -> Wasted:
        """All of it, and the heaviest paths."""
        return self._waste.wasted(most)


def merged(listings: Sequence[Listing]) -> FileSystem:
    """The layers, from the bottom up."""
    found = FileSystem()
    for listing in listings:
        found.add(listing)
    return found
