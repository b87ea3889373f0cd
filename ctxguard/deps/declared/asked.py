"""One requirement as somebody wrote it: a name with versions, a URL, a path.

Sources of the meaning: PyPA, "Dependency specifiers" (PEP 508), read by `packaging`; pip, "VCS
Support" (`#egg=`), and `pip/_internal/req/constructors.py` (`parse_req_from_line`,
`parse_editable`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_LONGEST = 65_536
_VERSION_CONTROL = frozenset(("git", "hg", "svn", "bzr", "ssh", "sftp"))
_SCHEMES = _VERSION_CONTROL | {"http", "https", "ftp", "file"}
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_EGG = re.compile(r"[#&]egg=([^&]*)")
_WHEEL = re.compile(r"([A-Za-z0-9._]{1,200})-[^-/]+(?:-[^-/]+)?-[^-/]+-[^-/]+-[^-/]+\.whl")
_ARCHIVE = re.compile(
    r"\.(?:whl|zip|tgz|tbz|txz|tlz|tar(?:\.(?:gz|bz2|xz|lz|lzma))?)(?:\[[^\[\]]*\])?$",
    re.IGNORECASE,
)
_EXTRAS = re.compile(r"\[([^\[\]]*)\]$")


class NamelessError(ValueError):
    """A path or URL that does not say which package it is."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f'"{shortened(where)}" does not say which package it is; write "name @ URL"'
        )
        self.where = where
        """Without its extras."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; nothing of where."""

    name: str
    """As it is written."""
    key: str
    """The same, normalized (PEP 503)."""
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str | None = None
    url: str | None = None
    """A URL or a path."""
    applies: bool = True
    """See `holds`."""

    def __str__(self) -> str:
        """As a line of a requirements file; a path keeps no name there."""
        after = f" ; {self.marker}" if self.marker else ""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        if self.url is None:
            return f"{self.name}{extras}{self.specifier}{after}"
        if scheme_of(self.url) is None:
            return f"{self.url}{extras}{after}"
        return f"{self.name}{extras} @ {self.url}{after}"


def read_asked(text: str, *, editable: bool = False) -> Asked:
    """Read one requirement; variables of the environment in it stay as they are.

    Raises:
        NamelessError: a path or URL without a name.
        ValueError: it is none.
        UsageError: `packaging` is not installed.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"a requirement of {len(text):,} characters is far too long")
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") and char != "\t" for char in text):
        raise ValueError("there are control characters in it")
    if scheme_of(text) is not None or (editable and " @ " not in text):
        return _elsewhere(text)
    if "@" not in text and _ARCHIVE.search(text.partition(";")[0].strip()):
        return _elsewhere(text)
    try:
        return _of(parsed(text))
    except ValueError:
        if text.startswith(".") or "/" in text.partition(";")[0].partition("@")[0]:
            return _elsewhere(text)
        raise


def scheme_of(url: str) -> str | None:
    """Of a URL that pip knows as one; None for anything else."""
    scheme, colon, _ = url.partition(":")
    scheme = scheme.lower()
    known = scheme in _SCHEMES or scheme.partition("+")[0] in _VERSION_CONTROL
    return scheme if colon and known else None


def parsed(text: str) -> Requirement:
    """By PyPA's own parser.

    Raises:
        ValueError: it is no requirement.
        UsageError: `packaging` is not installed.
    """
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        raise missing() from None
    try:
        return Requirement(text)
    except (InvalidRequirement, RecursionError):
        why = "depends on the environment" if "${" in text else "is no requirement (PEP 508)"
        raise ValueError(f'"{shortened(text)}" {why}') from None


def missing() -> UsageError:
    """What to say where `packaging` is not installed."""
    return UsageError(
        "requirements are read with packaging, which is not installed; "
        'pip install "docker-ctxguard[deps]" brings it'
    )


def key_of(name: str) -> str:
    """What tells packages from each other (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_name(text: str) -> bool:
    """Whether a package can be called so (PEP 508)."""
    return _NAME.fullmatch(text) is not None


def holds(marker: str | None) -> bool:
    """Whether a marker holds on Linux, with the Python that runs this; what cannot be told does."""
    if marker is None:
        return True
    from packaging.markers import Marker

    linux = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "extra": ""}
    try:
        return Marker(marker).evaluate({**linux})
    except (ValueError, KeyError, RecursionError):
        return True


def _of(found: Requirement) -> Asked:
    marker = str(found.marker) if found.marker else None
    return Asked(
        name=found.name,
        key=key_of(found.name),
        extras=tuple(sorted(found.extras)),
        specifier=str(found.specifier),
        marker=marker,
        url=found.url,
        applies=holds(marker),
    )


def _elsewhere(text: str) -> Asked:
    """A URL or a path, which may say in some way how the package is called."""
    where, marker = _without_marker(text)
    egg = _EGG.search(where) if scheme_of(where) is not None else None
    if egg is not None:
        found = _of(parsed(unquote(egg[1])))
        if found != Asked(found.name, found.key, found.extras):
            raise ValueError(f'"{shortened(egg[1])}" is more than the name of a package')
        return replace(found, marker=marker, url=where, applies=holds(marker))
    bracket = _EXTRAS.search(where)
    bare = where if bracket is None else where[: bracket.start()]
    name = _wheel_name(bare)
    if name is None:
        raise NamelessError(bare)
    extras = [each.strip() for each in bracket[1].split(",")] if bracket else []
    known = tuple(sorted(filter(is_name, extras)))
    return Asked(name, key_of(name), known, "", marker, bare, holds(marker))


def _without_marker(text: str) -> tuple[str, str | None]:
    """EDGE CASE: a `;` may be part of a URL, so that a blank has to stand beside it."""
    found = re.search(r"\s;|;\s", text)
    if found is None:
        return text.strip(), None
    from packaging.markers import InvalidMarker, Marker

    try:
        marker = str(Marker(text[found.end() :].strip()))
    except (InvalidMarker, RecursionError):
        raise ValueError(f'"{shortened(text)}" has a marker that is none (PEP 508)') from None
    return text[: found.start()].strip(), marker


def _wheel_name(where: str) -> str | None:
    file = unquote(re.split("[?#]", where, maxsplit=1)[0]).rpartition("/")[2]
    found = _WHEEL.fullmatch(file) if len(file) < 1000 else None
    return found[1] if found and is_name(found[1]) else None
