"""A Compose file with all that it takes in: overrides, extended services, included files.

Source of the meaning: compose-spec, `05-services.md` (`extends`), `13-merge.md`, `14-include.md`,
`build.md`; compose-go, `cli/options.go` for the names of files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ctxguard.compose.builds import RESET, Allowance, Reading, ServiceBuild
from ctxguard.compose.dotenv import read_variables
from ctxguard.compose.nodes import Listed, Mapped, Node, Scalar, documents
from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_OVERRIDES = (
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
)
_SERVICE = re.compile(r"[a-zA-Z0-9._-]+")
_MOST_FILES = 100
_TOO_MANY_FILES = f"more than {_MOST_FILES} files are far too many"
_MOST_EXTENDED = 100
"""Services in a row, each of which extends the next."""
_MOST_SERVICES = 1000
_MOST_BYTES = 4 * 1024 * 1024


def find(folder: str) -> list[str]:
    """The Compose file of a folder or of the nearest one above it, and its override.

    Raises:
        UsageError: there is none.
    """
    start = folder
    while True:
        found = [name for name in NAMES if os.path.isfile(os.path.join(folder, name))]
        if found:
            overrides = [name for name in _OVERRIDES if os.path.isfile(os.path.join(folder, name))]
            return [os.path.join(folder, name) for name in (*found[:1], *overrides[:1])]
        above = os.path.dirname(folder)
        if above == folder:
            raise UsageError(
                f"there is no {NAMES[0]} in {start} or above it; name one: --compose FILE"
            )
        folder = above


def services(
    files: Sequence[str], environment: Mapping[str, str], folder: str | None = None
) -> dict[str, ServiceBuild]:
    """How each service of a project is built.

    Args:
        files: one over the other.
        folder: of the project; default: that of the first file.

    Raises:
        UsageError: something in the files is wrong.
    """
    project = _Project(environment)
    return project.load(files, folder or os.path.dirname(os.path.abspath(files[0])))


@dataclass(slots=True)
class _File:
    """One file, read."""

    path: str
    reading: Reading
    services: dict[str, Mapped]
    gone: list[str]
    """Services that are to be removed from the files before."""
    includes: list[Node]


@dataclass(slots=True)
class _Project:
    environment: Mapping[str, str]
    _files: dict[tuple[str, str], _File] = field(default_factory=dict)
    _builds: dict[tuple[str, str, str], ServiceBuild] = field(default_factory=dict)
    _including: list[str] = field(default_factory=list)
    _loads: int = 0
    _allowance: Allowance = field(default_factory=Allowance)

    def load(self, files: Sequence[str], folder: str) -> dict[str, ServiceBuild]:
        variables = variables_of(folder, self.environment)
        found: dict[str, ServiceBuild] = {}
        for path in files:
            self._loads += 1
            if self._loads > _MOST_FILES:
                raise UsageError(_TOO_MANY_FILES, path=os.path.relpath(path))
            file = self._file(path, folder, variables)
            self._include(file, folder, found)
            for name in file.gone:
                found.pop(name, None)
            for name in file.services:
                own = self._service(file, name, ())
                found[name] = own.over(found.get(name, ServiceBuild()))
        return found

    def _file(self, path: str, folder: str, variables: Mapping[str, str]) -> _File:
        key = os.path.realpath(path), folder
        if key not in self._files:
            if len(self._files) >= _MOST_FILES:
                raise UsageError(_TOO_MANY_FILES, path=os.path.relpath(path))
            self._files[key] = _loaded(path, Reading(folder, variables, self._allowance))
        return self._files[key]

    def _service(self, file: _File, name: str, seen: tuple[tuple[str, str], ...]) -> ServiceBuild:
        """One service of a file, over the one that it extends."""
        key = (file.path, file.reading.folder, name)
        if key not in self._builds:
            self._builds[key] = self._read(file, name, seen)
        return self._builds[key]

    def _read(self, file: _File, name: str, seen: tuple[tuple[str, str], ...]) -> ServiceBuild:
        node = file.services[name]
        own = file.reading.build(node)
        extends = node.items.get("extends")
        if extends is None or (isinstance(extends, Scalar) and extends.is_null):
            return own
        here = (os.path.realpath(file.path), name)
        if here in seen:
            raise extends.error(f'the service "{shortened(name)}" extends itself')
        if len(seen) > _MOST_EXTENDED:
            raise extends.error("far too many services extend each other")
        base_file, base = self._extended(file, extends)
        below = self._service(base_file, base, (*seen, here))
        return replace(own.over(below.over(ServiceBuild())), mode=own.mode)

    def _extended(self, file: _File, extends: Node) -> tuple[_File, str]:
        if isinstance(extends, Scalar):
            found, name = file, file.reading.text(extends)
        elif isinstance(extends, Mapped) and "service" in extends.items:
            found, name = file, file.reading.text(extends.items["service"])
            if "file" in extends.items:
                text = file.reading.text(extends.items["file"])
                path = os.path.join(file.reading.folder, text)
                folder = os.path.dirname(os.path.abspath(path))
                found = self._named(extends.items["file"], path, folder, file.reading.variables)
        else:
            raise extends.error("extends takes the name of a service, or service and file")
        if name not in found.services:
            where = "" if found is file else f" in {os.path.relpath(found.path)}"
            raise extends.error(f'there is no service "{shortened(name)}"{where} to extend')
        return found, name

    def _named(self, node: Node, path: str, folder: str, variables: Mapping[str, str]) -> _File:
        """Another file that a file names."""
        if not os.path.isfile(path):
            raise node.error(f"there is no file {shortened(os.path.relpath(path))}")
        return self._file(path, folder, variables)

    def _include(self, file: _File, folder: str, found: dict[str, ServiceBuild]) -> None:
        for node in file.includes:
            paths, inner = self._included(node, file, folder)
            first = os.path.realpath(paths[0])
            if first in self._including:
                raise node.error("this file includes itself")
            self._including.append(first)
            for name, build in self.load(paths, inner).items():
                if name in found:
                    raise node.error(f'the service "{name}" is there already')
                found[name] = build
            self._including.pop()

    def _included(self, node: Node, file: _File, folder: str) -> tuple[list[str], str]:
        """The files of one entry, and the folder of their project."""
        path: Node | None = node
        inner: Node | None = None
        if isinstance(node, Mapped):
            path, inner = node.items.get("path"), node.items.get("project_directory")
        listed = path.items if isinstance(path, Listed) else [path] if path is not None else []
        if not listed:
            raise node.error("include takes a file, or path and project_directory")
        paths = [os.path.join(folder, file.reading.text(each)) for each in listed]
        for each, full in zip(listed, paths, strict=True):
            if not os.path.isfile(full):
                raise each.error(f"there is no file {shortened(os.path.relpath(full))}")
        if inner is not None:
            return paths, os.path.join(folder, file.reading.text(inner))
        return paths, os.path.dirname(os.path.abspath(paths[0]))


def variables_of(folder: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Those of `.env` in the project's folder, and over them the environment's.

    Raises:
        UsageError: `.env` cannot be read.
    """
    path = os.path.join(folder, ".env")
    if not os.path.isfile(path):
        return dict(environment)
    shown = os.path.relpath(path)
    return {**read_variables(_read(path, shown), shown, environment), **environment}


def _loaded(path: str, reading: Reading) -> _File:
    shown = os.path.relpath(path)
    roots = [each for each in documents(_read(path, shown), shown) if not _is_nothing(each)]
    found = _File(path, reading, {}, [], [])
    for root in roots:
        if not isinstance(root, Mapped):
            raise root.error(f"a Compose file is a mapping, not {root.what}")
        for name, service in _services(root):
            if service is None:
                found.gone.append(name)
            else:
                found.services[name] = service
        found.includes += _includes(root)
    if not roots:
        raise UsageError("there is nothing in it", path=shown)
    return found


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _services(root: Mapped) -> Iterator[tuple[str, Mapped | None]]:
    """By name; None for one that is to be removed."""
    node = root.items.get("services")
    if node is None or _is_nothing(node):
        return
    if not isinstance(node, Mapped):
        raise node.error(f"services is a mapping, not {node.what}")
    if len(node.items) > _MOST_SERVICES:
        raise node.error(f"more than {_MOST_SERVICES:,} services are far too many")
    for name, service in node.items.items():
        if not _SERVICE.fullmatch(name):
            raise service.error(f'"{shortened(name)}" is no name for a service')
        if service.tag == RESET:
            yield name, None
            continue
        if _is_nothing(service):
            continue
        if not isinstance(service, Mapped):
            raise service.error(f"the service {name} is a mapping, not {service.what}")
        yield name, service


def _includes(root: Mapped) -> list[Node]:
    node = root.items.get("include")
    if node is None or _is_nothing(node):
        return []
    if not isinstance(node, Listed):
        raise node.error(f"include takes a list, not {node.what}")
    return node.items


def _read(path: str, shown: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read it: {reason}", path=shown) from error
