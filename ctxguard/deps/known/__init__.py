"""What is known of packages without looking at them, as data beside this file."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_FEWEST = 3
_ESCAPE = re.compile(r"\\.")
_WORD = re.compile(rf"\w{{{_FEWEST},}}")


@dataclass(frozen=True, slots=True)
class Signs:
    """What in a text shows that a package is of use."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]
    """Without any of them there is nothing to be found."""

    def found_in(self, text: str) -> re.Match[str] | None:
        if self.words and not any(word in text for word in self.words):
            return None
        return self.pattern.search(text)


@dataclass(frozen=True, slots=True)
class Plugin:
    """A package that others load by themselves."""

    hosts: frozenset[str]
    """Any of them must be used."""
    signs: Signs | None
    asks: str | None
    """What to find out where no sign is seen; None if it is then of no use."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A package that does nothing by being imported."""

    signs: Signs
    asks: str


@functools.cache
def _read(name: str) -> Any:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def modules_of(key: str) -> frozenset[str] | None:
    """What a package installs to import; None if that is not known."""
    found = _read("modules").get(key)
    if found is not None:
        return frozenset(found)
    if key in _same():
        return frozenset((key.replace("-", "_"),))
    return next((frozenset((name,)) for name in _of_families(key)), None)


def _of_families(key: str) -> Iterator[str]:
    for family, modules in _read("families").items():
        if _is_meant(family, key):
            yield modules.replace("*", key.removeprefix(family[:-1]).replace("-", "."))


@functools.cache
def _same() -> frozenset[str]:
    return frozenset(_read("same")["same"])


def is_known(module: str) -> bool:
    """Whether it is known which package brings it: no other one does."""
    first = module.partition(".")[0]
    return first.casefold().replace("_", "-") in _same() or first in _firsts()


@functools.cache
def _firsts() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for some in _read("modules").values() for name in some)


def needs() -> Mapping[str, Sequence[str]]:
    """By package: those that it cannot be without, whatever its version and extras."""
    found: Mapping[str, Sequence[str]] = _read("needs")
    return found


def commands_of(key: str) -> frozenset[str] | None:
    """The programs that a package installs; None if that is not known."""
    found = _read("commands").get(key)
    return None if found is None else frozenset(found)


@functools.cache
def schemes_of(key: str) -> frozenset[str]:
    """The URLs that a package may be loaded for."""
    return frozenset(scheme for scheme, keys in _read("drivers").items() if key in keys)


def is_of_system(program: str) -> bool:
    """Whether a program comes with a base image or the system."""
    return program in _read("programs")["system"]


def is_tool(key: str) -> bool:
    """Whether it is for people who develop."""
    return _is_among("tools", key) or _is_among("stubs", key)


def is_stub(key: str) -> bool:
    """Whether it is for type checkers alone."""
    return _is_among("stubs", key)


def _is_among(table: str, key: str) -> bool:
    return any(_is_meant(name, key) for name in _read("tools")[table])


def _is_meant(name: str, key: str) -> bool:
    if name.startswith("*"):
        return key.endswith(name[1:])
    return key.startswith(name[:-1]) if name.endswith("*") else key == name


def same_job(key: str) -> frozenset[str]:
    """Other packages that do the job of this one."""
    rows = [row for row in _read("pairs")["pairs"] if key in row]
    return frozenset(name for row in rows for name in row) - {key}


@functools.cache
def plugins(key: str) -> tuple[Plugin, ...]:
    """The ways in which a package is loaded by others."""
    rows = _read("plugins")["plugin"]
    return tuple(
        Plugin(frozenset(row["hosts"]), _signs(row.get("when", ()), key), row.get("asks"))
        for row in rows
        if any(_is_meant(name, key) for name in row["names"])
    )


@functools.cache
def frameworks() -> Mapping[str, Framework]:
    """By name."""
    return dict(_frameworks())


def _frameworks() -> Iterator[tuple[str, Framework]]:
    for row in _read("frameworks")["framework"]:
        signs = _signs(row["signs"], row["name"])
        assert signs is not None
        yield row["name"], Framework(signs, row["asks"])


def _signs(patterns: list[str], name: str) -> Signs | None:
    if not patterns:
        return None
    exact = [pattern.replace("{name}", re.escape(name)) for pattern in patterns]
    words = [_WORD.findall(_ESCAPE.sub(" ", each)) for each in exact]
    # A pattern that has no word of its own could be found anywhere.
    hints = tuple({word for some in words for word in some}) if all(words) else ()
    return Signs(re.compile("|".join(exact), re.MULTILINE), hints)
