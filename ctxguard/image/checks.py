"""What an image usually need not hold, each with its measured bytes and the layer it came with."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ctxguard.finding import Finding, Fix, Severity
from ctxguard.guard.checks.derived import NAMES
from ctxguard.image.filesystem import FileSystem
from ctxguard.image.ruling import Rules
from ctxguard.layers import Image, InstalledPackage
from ctxguard.sizes import format_size

_LEAST = 100_000
"""Bytes; less is not worth a word."""
_LEAST_WASTED = 1_000_000
_MOST_RELATED = 5
_MOST_TEXT = 80
_COPIES = ("COPY", "ADD")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Folders that are there for the same reason."""

    code: str
    severity: Severity
    what: str
    fix: str
    holds: Callable[[str], bool]
    """Whether a folder is one of them; what lies below it counts with it."""


_SYSTEM_FOLDERS = frozenset((
    "var/lib/apt/lists", "var/cache/apt", "var/cache/apk", "var/cache/dnf", "var/cache/yum",
    "var/cache/zypp", "var/lib/dnf",
))  # fmt: skip
_CACHES = (
    ".cache/pip", ".cache/uv", ".cache/pypoetry", ".cache/yarn", ".cache/go-build",
    ".cache/composer", ".npm", ".cargo/registry", ".m2/repository", ".gradle/caches",
)  # fmt: skip
_OTHER_CACHES = frozenset(("usr/local/share/.cache", "go/pkg/mod/cache"))
_MANUALS = frozenset(f"usr/share/{name}" for name in ("doc", "man", "info", "locale", "help"))


def _is_cache(path: str) -> bool:
    """In the home of root or of another user."""
    home, _, rest = path.partition("/")
    if home == "home":
        rest = rest.partition("/")[2]
    return path in _OTHER_CACHES or (home in ("root", "home") and rest in _CACHES)


def _is_test_suite(path: str) -> bool:
    inside, _, name = path.rpartition("/")
    homes = ("/site-packages/", "/dist-packages/")
    return name in ("test", "tests") and any(home in f"/{inside}/" for home in homes)


_KINDS = (
    _Kind(
        "IMG001", Severity.WARNING, "package lists and downloads of the system's package manager",
        "take them away in the RUN that makes them (rm -rf /var/lib/apt/lists/*, apk add "
        "--no-cache), or keep them out with RUN --mount=type=cache",
        lambda path: path in _SYSTEM_FOLDERS,
    ),
    _Kind(
        "IMG002", Severity.WARNING, "caches of package managers",
        "install without a cache (pip install --no-cache-dir), or keep it out with "
        "RUN --mount=type=cache",
        _is_cache,
    ),
    _Kind(
        "IMG003", Severity.NOTE, "bytecode that Python writes anew",
        "pip install --no-compile and ENV PYTHONDONTWRITEBYTECODE=1, if the start may take longer",
        lambda path: path.rpartition("/")[2] == "__pycache__",
    ),
    _Kind(
        "IMG004", Severity.NOTE, "test suites inside of packages",
        "take them away in the RUN that installs the packages",
        _is_test_suite,
    ),
    _Kind(
        "IMG005", Severity.NOTE, "documentation and translations",
        "leave them out at installation (dpkg's path-exclude, rpm's --nodocs)",
        lambda path: path in _MANUALS,
    ),
)  # fmt: skip
_TOOLS = re.compile(
    r"gcc(?:-\d+)?|g\+\+(?:-\d+)?|cpp(?:-\d+)?|make|cmake|build-essential|build-base|autoconf|automake"
    r"|binutils|git|clang(?:-\d+)?|golang(?:-.+)?|cargo|rustc|openjdk-\d+-jdk.*|.+-dev|linux-headers.*"
)


@dataclass(slots=True)
class _Found:
    bytes: int = 0
    layers: Counter[int] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)

    def add(self, path: str, size: int, layer: int) -> None:
        self.bytes += size
        self.layers[layer] += size
        self.paths[path] += size


def findings(image: Image, files: FileSystem, rules: Rules | None = None) -> tuple[Finding, ...]:
    """What would bring the most first, then by code.

    Args:
        rules: of the context it was built from, if that is known.
    """
    of_context = [_ruled(each, rules) for each in _of_context(image, files)]
    found = [*_of_kinds(image, files), *of_context, *_tools(image), *_wasted(image)]
    return tuple(sorted(found, key=lambda each: (-each.bytes, each.code)))


def _of_kinds(image: Image, files: FileSystem) -> Iterator[Finding]:
    sums: defaultdict[int, _Found] = defaultdict(_Found)

    def kind_of(path: str) -> tuple[int, str] | None:
        for at, kind in enumerate(_KINDS):
            if kind.holds(path):
                return at, path
        return None

    _sum_up(files, kind_of, sums)
    for at, kind in enumerate(_KINDS):
        if sums[at].bytes >= _LEAST:
            fix = Fix(kind.fix, None, ())
            yield _finding(image, (kind.code, kind.severity, kind.what), sums[at], fix)


def _sum_up(
    files: FileSystem,
    kind_of: Callable[[str], tuple[int, str] | None],
    sums: defaultdict[int, _Found],
) -> None:
    """Add up what lies in folders of a kind, and below them; the topmost folder decides."""
    decided: dict[str, tuple[int, str] | None] = {}
    for path, inner in files.shown():
        above = decided.get(path.rpartition("/")[0]) if path else None
        kind = decided[path] = above or kind_of(path)
        if kind is not None:
            for inode in inner.values():
                sums[kind[0]].add(kind[1], inode.bytes // inode.names, inode.layer)


def _of_context(image: Image, files: FileSystem) -> Iterator[Finding]:
    """What came with COPY or ADD, and what an ignore file is there to keep out."""
    copied = {layer.number for layer in image.layers if layer.instruction.startswith(_COPIES)}
    sums: defaultdict[int, _Found] = defaultdict(_Found)
    names = list(NAMES)

    def kind_of(path: str) -> tuple[int, str] | None:
        name = path.rpartition("/")[2]
        return (names.index(name), path) if name in NAMES else None

    _sum_up(files, kind_of, sums)
    for at, found in sums.items():
        size = sum(found.layers[layer] for layer in copied)
        if size < _LEAST:
            continue
        found.bytes, name = size, names[at]
        found.layers = Counter({layer: found.layers[layer] for layer in copied})
        fix = Fix(f"write {name} into .dockerignore, or **/{name} for any depth", None, ())
        what = f"{NAMES[name]} from the build context"
        yield _finding(image, ("IMG006", Severity.WARNING, what), found, fix)


def _ruled(found: Finding, rules: Rules | None) -> Finding:
    """The same with the line of the ignore file that decides about its heaviest path."""
    ruling = None if rules is None or found.path is None else rules.about(found.path)
    if ruling is None:
        return found
    message = f"{found.message}; {ruling.words}"
    fix = ruling.fix or found.fix
    return replace(found, message=message, file=ruling.file, line=ruling.line, fix=fix)


def _tools(image: Image) -> Iterator[Finding]:
    """Packages that build other things; the final image seldom runs them."""
    tools = [each for each in image.packages if _is_tool(each)]
    size = sum(each.bytes for each in tools)
    if size < _LEAST:
        return
    named = ", ".join(f"{each.name} {format_size(each.bytes)}" for each in tools[:_MOST_RELATED])
    more = f" and {len(tools) - _MOST_RELATED} more" if len(tools) > _MOST_RELATED else ""
    fix = "build in a stage of its own, and copy from there what it made: COPY --from=build"
    message = f"tools to build with: {named}{more}"
    yield Finding("IMG007", Severity.WARNING, message, bytes=size, fix=Fix(fix, None, ()))


def _is_tool(package: InstalledPackage) -> bool:
    return package.kind != "python" and _TOOLS.fullmatch(package.name) is not None


def _wasted(image: Image) -> Iterator[Finding]:
    if image.wasted.bytes < _LEAST_WASTED:
        return
    first = image.wasted.paths[0]
    message = (
        f"written, and overwritten or deleted later: {first.path}, written in layer "
        f"{first.written_in} and {first.how} in layer {first.gone_in}, weighs most"
    )
    related = tuple(each.path for each in image.wasted.paths[1:_MOST_RELATED])
    fix = Fix("write and delete in one RUN; set owner and mode with COPY --chown --chmod", None, ())
    yield Finding(
        "IMG008", Severity.WARNING, message, path=first.path, related=related,
        bytes=image.wasted.bytes, fix=fix,
    )  # fmt: skip


def _finding(image: Image, kind: tuple[str, Severity, str], found: _Found, fix: Fix) -> Finding:
    code, severity, what = kind
    layer = max(found.layers, key=lambda number: (found.layers[number], -number))
    first, *others = [path for path, _ in found.paths.most_common(_MOST_RELATED)]
    made = image.layers[layer - 1].step
    message = f"{what}, most of it from layer {layer}: {made[:_MOST_TEXT]}"
    return Finding(
        code, severity, message, path=first, related=tuple(others), bytes=found.bytes, fix=fix
    )
