"""The wheels that lie in folders which pip was told of: what there is without an index."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from ctxguard.deps.declared.asked import is_name, key_of

_OPTION = "--find-links="
_NO_INDEX = "--no-index"
_WHEEL = ".whl"


def wheels_at(links: Iterable[str]) -> frozenset[str]:
    """The keys of all packages with a wheel in one of these folders."""
    names = {file.partition("-")[0] for link in links for file in _files(_path(link))}
    return frozenset(key_of(name) for name in names if is_name(name))


def are_local(links: Iterable[str]) -> bool:
    """Whether all that pip was told of are folders, and wheels, on the disk."""
    paths = map(_path, links)
    return all(os.path.isdir(path) or path.endswith(_WHEEL) for path in paths)


def has_no_index(settings: Sequence[str], options: Sequence[str]) -> bool:
    """Whether pip was told not to ask any index."""
    told = [line.partition("=") for line in settings]
    values = [_value(value).lower() for name, _, value in told if name.endswith(".no-index")]
    return _NO_INDEX in options or bool({"1", "true", "yes", "on"} & set(values))


def _files(path: str) -> list[str]:
    try:
        names = os.listdir(path) if os.path.isdir(path) else [os.path.basename(path)]
    except OSError:
        return []
    return [name for name in names if name.endswith(_WHEEL)]


def links_in(settings: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """What pip was told of.

    Args:
        settings: as `pip config list` has them, those of the environment among them.
        options: of the command line.
    """
    yield from (each.removeprefix(_OPTION) for each in options if each.startswith(_OPTION))
    for line in settings:
        name, _, value = line.partition("=")
        if name.endswith(".find-links"):
            yield from _value(value).split()


def _value(text: str) -> str:
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ""


def _path(link: str) -> str:
    """A folder on the disk; "" for what lies elsewhere."""
    if link.startswith("file://"):
        return unquote(urlsplit(link).path)
    return "" if "://" in link else link
