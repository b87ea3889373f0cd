"""Packages that are installed in an image, with what their files weigh there.

Sources of the form: PyPA, "Recording installed projects" (RECORD); dpkg(1), `/var/lib/dpkg/info`;
apk, `/lib/apk/db/installed` (P: name, V: version, F: folder, R: file).
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping

from ctxguard.layers import InstalledPackage

_RECORD = re.compile(r"(?:.+/)?([^/]+?)-([^/-]+)\.dist-info/RECORD")
_LIST = re.compile(r"var/lib/dpkg/info/([^/:]+)(?::[a-z0-9]+)?\.list")
_APK = "lib/apk/db/installed"
_MOST_LIST = 1 << 20
_MOST_APK = 16 << 20
_MOST_ROWS = 200_000

PYTHON_METADATA = {
    "METADATA": 128 << 10,
    "PKG-INFO": 128 << 10,
    "RECORD": 4 << 20,
    "entry_points.txt": 64 << 10,
    "installed-files.txt": 1 << 20,
    "namespace_packages.txt": 16 << 10,
    "requires.txt": 64 << 10,
    "top_level.txt": 16 << 10,
}
"""What is read of a folder of metadata, with the most bytes of each; descriptions come last."""

Weigh = Callable[[str], "int | None"]
"""Bytes of a file of the final image; None if it is not there."""


def wanted(path: str) -> int:
    """How many bytes of a file's content tell of packages; 0 for none."""
    folder, _, name = path.rpartition("/")
    if name in PYTHON_METADATA:
        is_metadata = folder.endswith((".dist-info", ".egg-info"))
        return PYTHON_METADATA[name] if is_metadata else 0
    if path.endswith(".list"):
        return _MOST_LIST if _LIST.fullmatch(path) else 0
    return _MOST_APK if path == _APK else 0


def packages(kept: Mapping[str, bytes], weigh: Weigh) -> tuple[InstalledPackage, ...]:
    """All that can be told, the heaviest first.

    Args:
        kept: contents of files of the final image, as `wanted` asks for.
    """
    found = [*_python(kept, weigh), *_dpkg(kept, weigh), *_apk(kept.get(_APK, b""), weigh)]
    return tuple(sorted(found, key=lambda each: (-each.bytes, each.kind, each.name)))


def _python(kept: Mapping[str, bytes], weigh: Weigh) -> Iterator[InstalledPackage]:
    for path, data in kept.items():
        named = _RECORD.fullmatch(path)
        if named is not None:
            home = posixpath.dirname(posixpath.dirname(path))
            rows = csv.reader(_lines(data))
            files = {posixpath.normpath(posixpath.join(home, row[0])) for row in _sane(rows)}
            yield _package(named[1], named[2], "python", files, weigh)


def _sane(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows with a name, up to one that is no CSV."""
    try:
        yield from (row for row in rows if row and row[0])
    except csv.Error:
        return


def _dpkg(kept: Mapping[str, bytes], weigh: Weigh) -> Iterator[InstalledPackage]:
    for path, data in kept.items():
        named = _LIST.fullmatch(path)
        if named is not None:
            files = {each.lstrip("/") for each in _lines(data)}
            yield _package(named[1], "", "dpkg", files, weigh)


def _apk(data: bytes, weigh: Weigh) -> Iterator[InstalledPackage]:
    name, version, folder = "", "", ""
    files: set[str] = set()
    for line in [*_lines(data), ""]:
        key, _, value = line.partition(":")
        if not line and name:
            yield _package(name, version, "apk", files, weigh)
            name, version, folder, files = "", "", "", set()
        elif key == "P":
            name = value
        elif key == "V":
            version = value
        elif key == "F":
            folder = value
        elif key == "R":
            files.add(posixpath.join(folder, value))


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").split("\n")[:_MOST_ROWS]


def _package(name: str, version: str, kind: str, files: set[str], weigh: Weigh) -> InstalledPackage:
    sizes = [size for size in map(weigh, files) if size is not None]
    return InstalledPackage(name, version, kind, sum(sizes), len(sizes))
