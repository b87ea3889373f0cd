"""Lines and options for pip, made of checked pieces only: none of them can be another option.

Source of the meaning: pip, "Requirements File Format"; `pip/_internal/req/req_file.py`
(`break_args_options`: a blank and a dash begin an option; `expand_env_variables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"(?:===?|[<>!~]=|[<>])[A-Za-z0-9._+!*-]+"
_INDEXED = re.compile(rf"{_PART}(?:\[{_PART}(?:,{_PART})*\])?(?:{_VERSION}(?:,{_VERSION})*)?")
_ELSEWHERE = re.compile(
    rf"{_PART}(?:\[{_PART}(?:,{_PART})*\])? @ "
    r"(?:git\+)?https://[A-Za-z0-9._~:/?#@!&'()*+,;=%-]+"
)
_HASH = re.compile(r"(?:sha256|sha384|sha512):[0-9a-f]{64,128}")
_VALUED = ("--index-url", "--extra-index-url", "--find-links", "--trusted-host")
_BARE = ("--no-index", "--pre", "--prefer-binary")
_LONGEST = 4_000


def indexed(name: str, extras: Iterable[str], specifiers: Iterable[str]) -> str | None:
    """A requirement that an index has to meet; None if its pieces are not what they should be."""
    versions = ",".join(sorted({part for each in specifiers for part in _versions(each)}))
    line = f"{name}{_bracketed(extras)}{versions}"
    return line if len(line) <= _LONGEST and _INDEXED.fullmatch(line) else None


def elsewhere(name: str, extras: Iterable[str], url: str) -> str | None:
    """A requirement that comes from a URL; None if that is not one of HTTPS, or git over it."""
    line = f"{name}{_bracketed(extras)} @ {url}"
    return line if len(line) <= _LONGEST and _ELSEWHERE.fullmatch(line) else None


def _versions(specifier: str) -> list[str]:
    parts = (re.sub(r"\s+", "", part) for part in specifier.split(","))
    return [part for part in parts if part]


def _bracketed(extras: Iterable[str]) -> str:
    sorted_ = sorted(set(extras))
    return f"[{','.join(sorted_)}]" if sorted_ else ""


def hashed(line: str, hashes: Iterable[str]) -> str:
    """The same line with its hashes; what is none is left out."""
    return " ".join([line, *(f"--hash={each}" for each in hashes if _HASH.fullmatch(each))])


def index_options(options: Sequence[str]) -> tuple[str, ...]:
    """Options that say where packages come from, each with its value in one word.

    Args:
        options: `--index-url=URL`, or `--index-url` and `URL`.

    Raises:
        UsageError: one of them is none of these.
    """
    found = []
    words = iter(options)
    for word in words:
        name, equals, value = word.partition("=")
        if word in _BARE:
            found.append(word)
            continue
        if name not in _VALUED:
            raise UsageError(f'"{shortened(word)}" does not say where packages come from')
        value = value if equals else next(words, "")
        if not value.isprintable() or value.startswith("-") or not value.strip():
            raise UsageError(f'{name} wants a place, not "{shortened(value)}"')
        found.append(f"{name}={value}")
    return tuple(found)
