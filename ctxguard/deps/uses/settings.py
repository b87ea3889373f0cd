"""Uses by a name in the settings of something: a class, a plugin, the settings of a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxguard.dependencies import Evidence, Place, Why
from ctxguard.deps.files import Kind, SourceFile
from ctxguard.deps.uses.strings import lines_with
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted

_PATH = re.compile(r"(?<![\w./@-])([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)+)(?![\w./-])")
_CLASS = re.compile(r"(?:\.[A-Za-z_]\w*)*\.[A-Z]\w*")
_VALUE = re.compile(r"""(?<![\w./@-])["']?([A-Za-z_][\w-]*)["']?\s*(?:,|\]|\}|$)""", re.MULTILINE)
_TOOL = re.compile(r"^[ \t]*\[+tool\.[\"']?([\w-]+)", re.MULTILINE)


def settings(file: SourceFile, text: str, wanted: Wanted) -> Iterator[Use]:
    """What a file with settings names."""
    if file.kind is not Kind.SETTINGS:
        return
    yield from _tools(file, text, wanted)
    for place, line in lines_with(_PATH, file, text):
        for found in _PATH.finditer(line):
            for key in wanted.by_module(found[0]):
                is_class = _CLASS.fullmatch(found[2]) is not None
                yield _use(key, found[0], place, file, sure=is_class)
    for place, line in lines_with(_VALUE, file, text):
        for found in _VALUE.finditer(line):
            for key in wanted.by_module(found[1]):
                yield _use(key, found[1], place, file, sure=False)


def _use(key: str, name: str, place: Place, file: SourceFile, *, sure: bool) -> Use:
    why = Why.SETTING if sure else Why.MENTION
    development = file.development or file.path.endswith("pyproject.toml")
    return Use(key, Evidence(why, f"named as {name}", place), development, sure)


def _tools(file: SourceFile, text: str, wanted: Wanted) -> Iterator[Use]:
    """`[tool.NAME]` in pyproject.toml: what has settings there is meant to be run."""
    if not file.path.endswith("pyproject.toml"):
        return
    for place, line in lines_with(_TOOL, file, text):
        name = "".join(_TOOL.findall(line)[:1])
        for key in wanted.by_any(name):
            yield Use(key, Evidence(Why.TOOL, f"it has settings, [tool.{name}]", place), True)
