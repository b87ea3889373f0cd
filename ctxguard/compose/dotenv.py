"""`.env`: the variables beside a Compose file.

Source of the meaning: compose-go, `dotenv/parser.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctxguard.compose.interpolation import interpolated
from ctxguard.errors import UsageError
from ctxguard.sizes import shortened

_KEY = re.compile(
    r"[ \t]*(?:export[ \t]+)?([A-Za-z_.-][A-Za-z0-9_.-]*)[ \t]*([=:]|(?=\n|\Z))[ \t]*"
)
_BLANK = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n|[ \t\r]*(?:#[^\n]*)?\Z)")
_COMMENT = re.compile(r"\s#.*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
_MOST_BYTES = 1 << 20


def read_variables(data: bytes, file: str, known: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file.

    Args:
        file: what to call it to a person.
        known: those of the environment, for values that name others.

    Raises:
        UsageError: a line is none.
    """
    if len(data) > _MOST_BYTES:
        raise UsageError(f"it has more than {_MOST_BYTES:,} bytes, far too many", path=file)
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank is not None:
            at = max(blank.end(), at + 1)
            continue
        at = _assignment(text, at, file, found, known)
    return found


def _assignment(
    text: str, at: int, file: str, found: dict[str, str], known: Mapping[str, str]
) -> int:
    """One variable; where the next line begins."""
    line = text.count("\n", 0, at) + 1
    key = _KEY.match(text, at)
    if key is None:
        start = text[at:].partition("\n")[0]
        raise UsageError(
            f'"{shortened(start)}" is no variable; write NAME=value', path=file, line=line
        )
    try:
        if not key[2]:
            # Without a value it is that of the environment.
            if key[1] in known:
                found[key[1]] = known[key[1]]
            return key.end()
        value, end = _value(text, key.end(), {**found, **known})
    except ValueError as error:
        raise UsageError(f"{key[1]}: {error}", path=file, line=line) from None
    found[key[1]] = value
    return end


def _value(text: str, at: int, variables: Mapping[str, str]) -> tuple[str, int]:
    quote = text[at : at + 1]
    if quote not in ("'", '"') or not quote:
        raw, _, _ = text[at:].partition("\n")
        plain = _COMMENT.sub("", f" {raw}", count=1).strip()
        return interpolated(plain, variables), at + len(raw) + 1
    end = at + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" and quote == '"' else 1
    if end >= len(text):
        raise ValueError("its quotation mark is not closed")
    inner = text[at + 1 : end]
    rest = text[end + 1 :].partition("\n")[0]
    if quote == "'":
        return inner, end + len(rest) + 2
    escaped = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), inner)
    return interpolated(escaped, variables), end + len(rest) + 2
