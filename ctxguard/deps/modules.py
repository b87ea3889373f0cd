"""Which package brings which module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ctxguard.deps.installed.distribution import Installed
from ctxguard.deps.known import commands_of, modules_of

_AFFIXES = (
    *("python-", "py-", "py", "django-", "drf-", "djangorestframework-", "wagtail-", "flask-"),
    *("ipython-", "jupyter-", "apache-", "-python", "-python3", "-py", "-binary", "-headless"),
    *("-client", "-sdk", "-api", "-core", "-lib", "-cpu", "-gpu", "-plugin"),
)
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Brings:
    """What one package brings."""

    modules: frozenset[str]
    commands: frozenset[str]
    certain: bool
    """False if the modules are guessed from its name."""


def brings(key: str, installed: Installed | None) -> Brings:
    """By what is installed, by what is known, or else by the name."""
    found = None if installed is None else installed.found.get(key)
    if found is not None:
        return Brings(found.modules, found.commands | {key}, certain=True)
    known, commands = modules_of(key), commands_of(key)
    programs = frozenset((key,)) if commands is None else commands
    return Brings(_guessed(key) if known is None else known, programs, certain=known is not None)


def _guessed(key: str) -> frozenset[str]:
    """Whatever it may be called: one that is taken for used too much does no harm."""
    names = {key, *(key.removeprefix(each).removesuffix(each) for each in _AFFIXES)}
    return frozenset(spelt for name in names if name for spelt in _spelt(name.split("-")))


def _spelt(parts: list[str]) -> Iterator[str]:
    """`a-b-c` may be imported as `a_b_c`, `abc`, `a.b_c`, `a.bc`, or `a.b.c`."""
    for at in range(min(len(parts), _DEEPEST)):
        for separator in ("_", ""):
            yield ".".join((*parts[:at], separator.join(parts[at:])))


@dataclass(slots=True)
class ModuleIndex:
    """All modules of some packages."""

    of: Mapping[str, Brings]
    _by_first: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, brought in self.of.items():
            for module in brought.modules:
                first = module.partition(".")[0]
                self._by_first.setdefault(first.casefold(), []).append((module, key))

    def is_shared(self, first: str) -> bool:
        """Whether it takes more than the first part of a name to tell the package."""
        return any("." in module for module, _ in self._by_first.get(first.casefold(), ()))

    def keys_of(self, names: Iterable[str]) -> set[str]:
        """The packages that may bring a module.

        Args:
            names: of the module, as deep as it is known; several if it may be one of them.
        """
        return {key for name in names for key in self._keys_of(name)}

    def wholes_of(self, part: Brings) -> set[str]:
        """The packages that bring the module of which all of another package is a part."""
        if not (part.certain and part.modules and all("." in each for each in part.modules)):
            return set()
        firsts = {each.partition(".")[0] for each in part.modules}
        return {
            key
            for first in firsts
            for module, key in self._by_first.get(first.casefold(), ())
            if module == first
        }

    def _keys_of(self, name: str) -> set[str]:
        there = self._by_first.get(name.partition(".")[0].casefold(), ())
        inside = {key for module, key in there if _is_within(name, module)}
        # Of a namespace that is named alone, any part may be meant.
        return inside or {key for module, key in there if _is_within(module, name)}


def _is_within(inner: str, outer: str) -> bool:
    inner, outer = inner.casefold(), outer.casefold()
    return inner == outer or inner.startswith(f"{outer}.")
