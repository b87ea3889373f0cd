"""Names of what is loaded or run, and that nothing which is known brings: a package of which nobody
knows what it brings may be meant.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ctxguard.dependencies import Place, Undeclared
from ctxguard.deps.files import Kind, SourceFile
from ctxguard.deps.known import is_known, is_of_system
from ctxguard.deps.modules import Brings, ModuleIndex
from ctxguard.deps.uses.commands import started_in
from ctxguard.deps.uses.strings import lines_with
from ctxguard.dockerfile.shell import Command

_LIST = re.compile(
    r"\b[A-Z_]{0,40}(?:APPS|MIDDLEWARE)[A-Z_]{0,40}\s{0,9}"
    r"(?:\+?=|\.(?:append|extend|insert)\()[^\])]{0,20000}"
)
_LISTED = re.compile(r"""["']([A-Za-z_][\w.]*)["']""")
_CLASS = r"([a-z_]\w*(?:\.[a-z_]\w*)*\.[A-Z][A-Z0-9_]*+[a-z]\w*+)"
_CALL = re.compile(
    r"""(?:import_module|import_string|__import__|find_spec|load_extension)\(\s*["']([A-Za-z_][\w.]*)"""
)
_QUOTED = re.compile(rf"""["']{_CLASS}["']""")
_MAGIC = re.compile(r"%load_ext[ \t]+([A-Za-z_][\w.]*)")
_VALUE = re.compile(rf"""(?:["'\s:=]|^){_CLASS}(?=["'\s,]|$)""", re.MULTILINE)
_MODULE = re.compile(r"[A-Za-z_][\w.]*")
_PROGRAM = re.compile(r"[a-z][a-z0-9_-]*")
_OF_IPYTHON = frozenset(("autoreload", "storemagic"))
_PATTERNS = {
    Kind.PYTHON: (
        (_CALL, ("import_", "__import__", "find_spec", "load_extension")),
        (_QUOTED, (".",)),
    ),
    Kind.NOTEBOOK: ((_CALL, ("import_module", "__import__")), (_MAGIC, ("%load_ext",))),
    Kind.SETTINGS: ((_VALUE, (".",)),),
}
"""Each with parts of a text without which it finds nothing."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What is no riddle."""

    own: Collection[str]
    """Modules, folders and commands of the project."""
    modules: ModuleIndex
    programs: Collection[str]

    def module(self, name: str) -> bool:
        first = name.partition(".")[0]
        is_ours = first in self.own or first in sys.stdlib_module_names or first in _OF_IPYTHON
        return is_ours or is_known(first) or bool(self.modules.keys_of([name]))

    def program(self, name: str) -> bool:
        return name in self.own or name in self.programs or is_of_system(name)


def explained(own: Collection[str], of: Mapping[str, Brings]) -> Explained:
    """What is no riddle in a project with these packages."""
    programs = frozenset(name for each in of.values() for name in each.commands)
    return Explained(own, ModuleIndex(of), programs)


def loaded(file: SourceFile, text: str, known: Explained) -> Iterator[Undeclared]:
    """The names in a file that are to be explained."""
    for place, name in (*_named(file, text), *_listed(file, text)):
        if not known.module(name):
            yield Undeclared(name.partition(".")[0], place)
    for place, command in started_in(file, text):
        yield from _run(command, place, known)


def _named(file: SourceFile, text: str) -> Iterator[tuple[Place, str]]:
    for pattern, hints in _PATTERNS.get(file.kind, ()):
        if any(hint in text for hint in hints):
            for place, line in lines_with(pattern, file, text):
                yield from ((place, name) for name in pattern.findall(line))


def _listed(file: SourceFile, text: str) -> Iterator[tuple[Place, str]]:
    """What settings of Django list."""
    if file.kind is not Kind.PYTHON or not ("APPS" in text or "MIDDLEWARE" in text):
        return
    line = 1
    counted = 0
    for some in _LIST.finditer(text):
        line += text.count("\n", counted, some.start())
        counted = some.start()
        for more, row in enumerate(some[0].split("\n")):
            if not row.lstrip().startswith("#"):
                yield from ((Place(file.path, line + more), name) for name in _LISTED.findall(row))


def _run(command: Command, place: Place, known: Explained) -> Iterator[Undeclared]:
    words = command.words
    if "-m" in words[1:3]:
        module = words[words.index("-m") + 1 :][:1]
        names = [name for name in module if _MODULE.fullmatch(name)]
        yield from (Undeclared(name, place) for name in names if not known.module(name))
    elif _PROGRAM.fullmatch(words[0]) and not known.program(words[0]):
        yield Undeclared(words[0], place)
