"""The packages of which no sure use is known yet, by whatever they may be called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ctxguard.deps.known import schemes_of
from ctxguard.deps.modules import Brings, ModuleIndex

_WORD = re.compile(r"\w+")
_NOBODY: frozenset[str] = frozenset()


@dataclass(slots=True)
class Wanted:
    """What to look for."""

    keys: frozenset[str]
    words: frozenset[str]
    """The first word of each name; a text without any of them has nothing to tell, but for URLs."""
    has_schemes: bool
    _modules: ModuleIndex
    _commands: dict[str, frozenset[str]] = field(default_factory=dict)
    _schemes: dict[str, frozenset[str]] = field(default_factory=dict)

    def is_in(self, text: str) -> bool:
        """Whether a text may name any of them."""
        # One pass, however many are looked for.
        return not self.words.isdisjoint(_WORD.findall(text))

    def by_module(self, name: str) -> set[str]:
        """Those that bring a module, or a part of a namespace that is named alone."""
        return self._modules.keys_of([name.replace(":", ".")])

    def by_command(self, name: str) -> frozenset[str]:
        """Those that install a program of this name."""
        return self._commands.get(name, _NOBODY)

    def by_scheme(self, scheme: str) -> frozenset[str]:
        """Those that may be loaded for such a URL."""
        return self._schemes.get(scheme, _NOBODY)

    def by_any(self, name: str) -> set[str]:
        """Those that have this name as a module, a program or their own."""
        return self.by_module(name) | self.by_command(name)


def wanted(keys: Collection[str], of: Mapping[str, Brings]) -> Wanted:
    """Look for these.

    Args:
        of: what each brings.
    """
    commands: list[tuple[str, str]] = []
    schemes: list[tuple[str, str]] = []
    for key in keys:
        commands += ((name, key) for name in of[key].commands)
        schemes += ((scheme, key) for scheme in schemes_of(key))
    modules = {name.partition(".")[0] for key in keys for name in of[key].modules}
    words = {_WORD.findall(name)[0] for name in modules.union(name for name, _ in commands)}
    return Wanted(
        frozenset(keys),
        frozenset(words),
        bool(schemes),
        ModuleIndex({key: of[key] for key in keys}),
        _by_name(commands),
        _by_name(schemes),
    )


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, key in pairs:
        found.setdefault(name, set()).add(key)
    return {name: frozenset(keys) for name, keys in found.items()}
