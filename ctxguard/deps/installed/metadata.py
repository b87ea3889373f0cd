"""From the metadata of an installed package to what it brings, needs and weighs; pure.

Sources of the form: PyPA, "Core metadata", "Entry points", "Recording installed projects";
setuptools, `PKG-INFO`, `requires.txt`, `top_level.txt` and `namespace_packages.txt` of an egg-info.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ctxguard.deps.declared.asked import is_name, key_of
from ctxguard.deps.installed.distribution import Distribution
from ctxguard.deps.installed.record import modules, programs, recorded

ENDINGS = (".dist-info", ".egg-info")
"""Of the names of folders that hold metadata."""
_MOST_LINES = 20_000
_MOST_VERSION = 100
_OF_PROGRAMS = frozenset({"console_scripts", "gui_scripts"})

Weigh = Callable[[str], "int | None"]
"""Bytes of a file, by its path relative to the folder that packages lie in; None if it is not
there, or not in the environment. 0 for one that was asked for before."""
Below = Callable[[str], Iterable[str]]
"""For a module, the paths of its files, of a package that has no list of them."""
Described = tuple[str, Mapping[str, str]]
"""A folder of metadata, by its name, and the texts in it."""


def distributions(
    described: Iterable[Described], weigh: Weigh, below: Below
) -> tuple[dict[str, Distribution], tuple[str, ...]]:
    """All packages of one folder by their keys, and what was no package.

    Of two with one key the first one counts, as it does for `importlib.metadata`.
    """
    found: dict[str, Distribution] = {}
    problems = []
    for folder, texts in described:
        each = distribution(folder, texts, weigh, below)
        if each is None:
            problems.append(f"{folder}: its name is not that of a package; it is not counted")
        elif each.key not in found:
            found[each.key] = each
    return found, tuple(problems)


def distribution(
    folder: str, texts: Mapping[str, str], weigh: Weigh, below: Below
) -> Distribution | None:
    """One package; None if it has no valid name.

    Args:
        folder: the name of the folder that holds the metadata, `six-1.16.0.dist-info`.
        texts: what lies in it, as far as it is there.
        below: asked only if there is no list of files.
    """
    name, version = named(folder, texts)
    if name is None:
        return None
    headers = _fields(texts)
    tops = _names(texts.get("top_level.txt", ""))
    paths = recorded(folder, texts) or _listed(tops, below)
    plugs = tuple(_entry_points(texts.get("entry_points.txt", "")))
    return Distribution(
        name=name,
        key=key_of(name),
        version=version,
        bytes=sum(size for path in paths if (size := weigh(path)) is not None),
        requires=(*headers.get("requires-dist", ()), *_requires(texts.get("requires.txt", ""))),
        modules=modules(paths, _names(texts.get("namespace_packages.txt", ""))) or tops,
        commands=frozenset(_commands(paths, plugs)),
        plugs=tuple(sorted({each for each in plugs if each[0] not in _OF_PROGRAMS})),
    )


def named(folder: str, texts: Mapping[str, str]) -> tuple[str | None, str]:
    """Name and version, of the metadata or else of the folder; None if the name is not valid."""
    headers = _fields(texts)
    told = folder.rpartition(".")[0].split("-")
    name = _one(headers, "name") or told[0]
    version = _one(headers, "version") or "".join(told[1:2])
    sane = version.isprintable() and len(version) <= _MOST_VERSION
    return (name if is_name(name) else None), (version if sane else "")


def _fields(texts: Mapping[str, str]) -> dict[str, list[str]]:
    return _headers(texts.get("METADATA") or texts.get("PKG-INFO") or "")


def _headers(text: str) -> dict[str, list[str]]:
    """Fields by their names in small letters, up to the empty line that ends them.

    A line that begins with a blank goes on with the one before, even if nothing else is in it.
    """
    found: dict[str, list[list[str]]] = {}
    last: list[str] = []
    for line in _lines(text):
        if not line:
            break
        name, colon, value = line.partition(":")
        if line[0].isspace():
            last.append(line.strip())
        elif colon:
            last = [value.strip()]
            found.setdefault(name.strip().lower(), []).append(last)
    return {name: [" ".join(filter(None, each)) for each in all_] for name, all_ in found.items()}


def _one(headers: Mapping[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _lines(text: str) -> list[str]:
    """By line ends alone, not by what else Unicode calls one."""
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    return [line.removesuffix("\r") for line in lines]


def _names(text: str) -> frozenset[str]:
    """Modules, one on a line."""
    lines = (line.strip() for line in _lines(text))
    return frozenset(line for line in lines if all(part.isidentifier() for part in line.split(".")))


def _listed(tops: Iterable[str], below: Below) -> frozenset[str]:
    return frozenset(path for top in tops for path in below(top))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Lines with the name in brackets above them, as ini files have it; "" before the first."""
    section = ""
    for line in map(str.strip, _lines(text)):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif line and not line.startswith(("#", ";")):
            yield section, line


def _entry_points(text: str) -> Iterator[tuple[str, str]]:
    """Group and name of each; none that could not be typed."""
    for group, line in _sections(text):
        name, equals, _ = line.partition("=")
        if group and equals and name.strip() and (group + name).strip().isprintable():
            yield group, name.strip()


def _commands(paths: Iterable[str], plugs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (name for group, name in plugs if group in _OF_PROGRAMS)
    yield from (name for name in programs(paths) if name.isprintable())


def _requires(text: str) -> Iterator[str]:
    """Requirements of an egg-info in today's form: `[extra:marker]` stands above them there."""
    for section, line in _sections(text):
        extra, _, marker = section.partition(":")
        told = [f"({marker})"] if marker.strip() else []
        told += [f'extra == "{extra.strip()}"'] if extra.strip() else []
        yield f"{line} ; {' and '.join(told)}" if told else line
