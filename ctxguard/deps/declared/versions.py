"""Versions as Poetry and Pipenv write them, as PyPA's version specifiers.

Sources of the meaning: Poetry, "Dependency specification" (caret, tilde, wildcard, exact
requirements); PyPA, "Version specifiers" (PEP 440).
"""

from __future__ import annotations

import re

_ABOUT = re.compile(r"([~^])\s*v?(\d{1,18}(?:\.\d{1,18}){0,5})(\S*)")
_EXACT = re.compile(r"v?\d\S*")
_OPERATOR = re.compile(r"(===|==|!=|<=|>=|~=|<|>|=)\s+")
_LONGEST = 1000


def specifier_of(constraint: str) -> str:
    """`^1.2` gives `<2,>=1.2`; "" for any version, and for what PEP 440 cannot say."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if len(constraint) > _LONGEST or "|" in constraint:
        return ""
    pieces = re.split(r"[\s,]+", _OPERATOR.sub(r"\1", constraint.strip()))
    try:
        return str(SpecifierSet(",".join(filter(None, map(_piece, pieces)))))
    except InvalidSpecifier:
        return ""


def _piece(text: str) -> str:
    about = _ABOUT.fullmatch(text)
    if about is not None:
        return f">={about[2]}{about[3]},<{_next(about[1], about[2])}"
    if text in ("", "*"):
        return ""
    if _EXACT.fullmatch(text):
        return f"=={text}"
    return f"={text}" if re.match(r"=(?!=)", text) else text


def _next(sign: str, version: str) -> str:
    """The first version that is no longer meant."""
    numbers = [int(each) for each in version.split(".")]
    last = len(numbers) - 1
    if sign == "~":
        at = min(1, last)
    else:
        at = next((at for at, number in enumerate(numbers) if number), last)
    return ".".join(map(str, [*numbers[:at], numbers[at] + 1]))
