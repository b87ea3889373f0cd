"""The files of an installed package, and what can be imported and run of them; pure.

Sources of the form: PyPA, "Recording installed projects" (RECORD: paths are relative to the folder
that holds the metadata); setuptools, `installed-files.txt` (relative to the metadata itself);
Python, "The import system", "Namespace packages".
"""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping

_MOST_ROWS = 200_000
_MOST_PATH = 4096
_MOST_FOLDERS = 100
_MOST_DEPTH = 32
"""Folders in which a namespace package is looked for."""
_IMPORTABLE = (".py", ".pyc", ".so", ".pyd")
_BESIDE = frozenset({"__pycache__"})
_EDITABLE = "__editable__"
"""How setuptools begins the names of what leads to a project that is installed in place."""
_OF_PROGRAMS = frozenset({"bin", "sbin", "Scripts"})


def recorded(folder: str, texts: Mapping[str, str]) -> frozenset[str]:
    """Paths of all files, relative to the folder that packages lie in, or absolute.

    They may lead anywhere: whoever looks them up has to check. What is no row is passed over.

    Args:
        folder: of the metadata, such as `six-1.16.0.dist-info`.
        texts: its files.
    """
    rows = map(_first, _lines(texts.get("RECORD", "")))
    older = (posixpath.join(folder, row) for row in _lines(texts.get("installed-files.txt", "")))
    return frozenset(posixpath.normpath(path) for path in (*rows, *older) if _is_sane(path))


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n", _MOST_ROWS)[:_MOST_ROWS] if line.strip()]


def _first(line: str) -> str:
    """The path of a row; the line on its own, so that one open quote spoils no other row."""
    if '"' not in line:
        return line.split(",", 1)[0]
    try:
        return next(csv.reader([line]))[0]
    except (csv.Error, StopIteration, IndexError):
        return ""


def _is_sane(path: str) -> bool:
    fits = len(path) <= _MOST_PATH and path.count("/") <= _MOST_FOLDERS
    return fits and bool(path.strip()) and "\0" not in path


def modules(paths: Iterable[str], namespaces: Collection[str]) -> frozenset[str]:
    """What can be imported: the highest packages and modules that nothing else can bring.

    A folder without `__init__` belongs to whoever puts something into it: so of
    `google/cloud/storage/__init__.py` the name is `google.cloud.storage`.

    Args:
        namespaces: packages that have an `__init__` and are shared all the same.
    """
    files = [found for path in paths if (found := _module_file(path)) is not None]
    packages = {folder for folder, stem in files if stem == "__init__"}
    packages -= {name.replace(".", "/") for name in namespaces}
    names = {_highest(folder, stem, packages) for folder, stem in files}
    return frozenset(name for name in names if name and not name.startswith(_EDITABLE))


def _module_file(path: str) -> tuple[str, str] | None:
    """The folder and the name of a module; None for what cannot be imported."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if not name.endswith(_IMPORTABLE) or not stem.isidentifier():
        return None
    above = folder.split("/") if folder else []
    if not all(part.isidentifier() and part not in _BESIDE for part in above):
        return None
    return folder, stem


def _highest(folder: str, stem: str, packages: Collection[str]) -> str:
    """The module as it is imported from outside; "" for what is too deep or shared."""
    parts = folder.split("/") if folder else []
    for depth in range(1, min(len(parts), _MOST_DEPTH) + 1):
        if "/".join(parts[:depth]) in packages:
            return ".".join(parts[:depth])
    if stem == "__init__" or len(parts) > _MOST_DEPTH:
        return ""
    return ".".join([*parts, stem])


def programs(paths: Iterable[str]) -> Iterator[str]:
    """Names of what is put where programs lie, beside the folder of the packages."""
    for path in paths:
        folder, _, name = path.rpartition("/")
        if path.startswith("../") and posixpath.basename(folder) in _OF_PROGRAMS:
            yield name.removesuffix(".exe")
