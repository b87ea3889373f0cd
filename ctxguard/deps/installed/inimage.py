"""What is installed in an image, from the metadata that was kept while it was read."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ctxguard.deps.installed.distribution import Distribution, Installed
from ctxguard.deps.installed.metadata import ENDINGS, distributions
from ctxguard.image.filesystem import FileSystem
from ctxguard.image.inode import Inode
from ctxguard.image.measuring import ImageRequest, MeasuredImage, measure_image
from ctxguard.image.opening import Named

_MOST_FILES = 500_000
"""Of packages that have no list of them."""


def of_image(named: Named) -> Installed:
    """All Python packages of an image.

    Raises:
        UsageError: there is none of that name.
        MeasureError: it cannot be read.
    """
    return of_measured(measure_image(ImageRequest(named)))


def of_measured(measured: MeasuredImage) -> Installed:
    """The same of an image that was measured already.

    An image can hold several environments. Of two packages with one key that counts which lies in
    the folder with more packages.
    """
    homes = _homes(measured.kept)
    files = _Files(measured.files)
    found: dict[str, Distribution] = {}
    problems: list[str] = []
    for home in sorted(homes, key=lambda each: (-len(homes[each]), each)):
        place = _Place(files, home)
        described = sorted(homes[home].items())
        more, strange = distributions(described, place.weigh, place.below)
        found = {**more, **found}
        problems += strange
    return Installed(
        f"the image {measured.image.reference}",
        dict(sorted(found.items())),
        problems=tuple(problems),
    )


def _homes(kept: Mapping[str, bytes]) -> dict[str, dict[str, dict[str, str]]]:
    """By the folder that packages lie in: folders of metadata, with the texts in them."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for path, data in kept.items():
        above, _, name = path.rpartition("/")
        home, _, folder = above.rpartition("/")
        if folder.endswith(ENDINGS):
            text = data.decode("utf-8", "surrogateescape")
            found[home].setdefault(folder, {})[name] = text
    return found


class _Files:
    """The final file system; each file is weighed once."""

    def __init__(self, files: FileSystem) -> None:
        self.shown = {path: inner for path, inner in files.shown() if inner}
        self._folders: list[str] | None = None
        self._met: set[int] = set()

    def weigh(self, path: str) -> int | None:
        folder, _, name = path.rpartition("/")
        inode: Inode | None = self.shown.get(folder, {}).get(name)
        if inode is None:
            return None
        if id(inode) in self._met:
            return 0
        self._met.add(id(inode))
        return inode.bytes

    def below(self, top: str) -> Iterator[str]:
        """All files below a folder."""
        if self._folders is None:
            self._folders = sorted(self.shown)
        yield from (f"{top}/{name}" for name in self.shown.get(top, ()))
        at = bisect_left(self._folders, f"{top}/")
        while at < len(self._folders) and self._folders[at].startswith(f"{top}/"):
            yield from (f"{self._folders[at]}/{name}" for name in self.shown[self._folders[at]])
            at += 1


class _Place:
    """One folder of packages of an image."""

    def __init__(self, files: _Files, home: str) -> None:
        self._files = files
        self._home = home
        self._left = _MOST_FILES

    def weigh(self, path: str) -> int | None:
        full = posixpath.normpath(posixpath.join("/", self._home, path))
        return self._files.weigh(full.lstrip("/"))

    def below(self, module: str) -> Iterator[str]:
        start = f"{self._home}/" if self._home else ""
        names = self._files.shown.get(self._home, {})
        yield from (name for name in names if name.partition(".")[0] == module)
        for path in self._files.below(start + module):
            self._left -= 1
            if self._left < 0:
                return
            yield path.removeprefix(start)
