"""Uses by a name in quotes: settings, loading by name, drivers in a URL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ctxguard.dependencies import Evidence, Place, Why
from ctxguard.deps.files import Kind, SourceFile
from ctxguard.deps.uses.use import Use
from ctxguard.deps.uses.wanted import Wanted

_MOST_TIMES = 200
"""So often one package is noted in a file; what names it more often is data."""
_AROUND = 200
"""Characters before and behind a name, in which other words say what is done with it."""
_LOADS = re.compile(
    r"import_module|__import__|importorskip|find_spec|find_loader|import_string|resolve_name|load_extension"
    r"|autodiscover|include\(|plugin|extension|backend|engine|driver|parser|renderer|storage"
    r"|handler|middleware|worker|subprocess|Popen|check_call|check_output|os\.system|\brun\(",
    re.IGNORECASE,
)
_IS_SETTINGS = re.compile(r"\bINSTALLED_APPS\b|\bMIDDLEWARE\b")
_QUOTED = re.compile(r"""(["'])([A-Za-z_][\w-]*)([.:][A-Za-z_][\w.:]*)?\1""")
_SCHEME = re.compile(r"""["']([a-z][a-z0-9]*\+[a-z0-9_]+)["']""")
_URL = re.compile(r"\b([a-z][a-z0-9]*(?:\+[a-z0-9_]+)?)://")


def strings(file: SourceFile, text: str, wanted: Wanted) -> Iterator[Use]:
    """What the strings of a Python file name; comments say nothing."""
    if file.kind not in (Kind.PYTHON, Kind.NOTEBOOK):
        return
    settings = _IS_SETTINGS.search(text) is not None
    times: Counter[str] = Counter()
    for place, line in lines_with(_QUOTED, file, text):
        for found in _QUOTED.finditer(line):
            name = f"{found[2]}{found[3] or ''}"
            keys = wanted.by_module(name) | wanted.by_command(found[2])
            times.update(keys)
            if keys and min(map(times.__getitem__, keys)) <= _MOST_TIMES:
                sure = bool(found[3]) or settings or _is_loading(found)
                yield from (_use(key, name, place, file, sure=sure) for key in keys)


def _is_loading(found: re.Match[str]) -> bool:
    """Whether words around it tell that something is loaded or run."""
    start = max(0, found.start() - _AROUND)
    return _LOADS.search(found.string, start, found.end() + _AROUND) is not None


def _use(key: str, name: str, place: Place, file: SourceFile, *, sure: bool) -> Use:
    why = Why.SETTING if sure else Why.MENTION
    return Use(key, Evidence(why, f"named as a string, {name}", place), file.development, sure)


def urls(file: SourceFile, text: str, wanted: Wanted) -> Iterator[Use]:
    """The drivers that URLs need."""
    for pattern in (_URL, _SCHEME):
        for place, line in lines_with(pattern, file, text):
            for scheme in set(pattern.findall(line)):
                for key in wanted.by_scheme(scheme):
                    evidence = Evidence(Why.URL, f"needed for {scheme}: URLs", place)
                    yield Use(key, evidence, file.development)


def lines_with(
    pattern: re.Pattern[str], file: SourceFile, text: str
) -> Iterator[tuple[Place, str]]:
    """The lines with a hit that are no comments, each once."""
    line = 1
    counted = 0
    end = -1
    for found in pattern.finditer(text):
        if found.start() < end:
            continue
        start = text.rfind("\n", max(0, end), found.start()) + 1
        line += text.count("\n", counted, start)
        counted = start
        end = text.find("\n", found.start())
        end = len(text) if end < 0 else end
        whole = text[start:end]
        if not whole.lstrip().startswith("#"):
            yield Place(file.path, line), whole
