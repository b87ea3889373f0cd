"""Names are hostile: one function per medium that makes them harmless there."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control and format characters (bidirectional marks and zero-width ones are among them), lone
surrogates, which stand for bytes that are no UTF-8, and the Unicode line ends."""
_SHORT = {
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")


def quoted(name: str) -> str:
    """A name for a terminal or a plain list, quoted in the manner of git where it has to be.

    `a b` stays; a line end, an escape sequence, a bidirectional mark or a byte that is no UTF-8
    gives `"a\\nb"`, with octal numbers for the bytes.
    """
    if _PLAIN.fullmatch(name) or not any(map(_needs_quotes, name)):
        return name
    return f'"{"".join(map(_quoted_char, name))}"'


def _needs_quotes(char: str) -> bool:
    return char in '"\\' or unicodedata.category(char) in _UNSEEN


def _quoted_char(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if unicodedata.category(char) not in _UNSEEN:
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def line(text: str) -> str:
    """A message for a terminal, in which a name may stand: what is unseen becomes `\\u200e`.

    It stays one line: a name that holds a line end forges no other one.
    """
    return "".join(_code(char) if unicodedata.category(char) in _UNSEEN else char for char in text)


def _code(char: str) -> str:
    if char == "\n":
        return "\\n"
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def unicode_text(name: str) -> str:
    """The name as valid Unicode: each byte that is no UTF-8 becomes U+FFFD."""
    return re.sub("[\udc80-\udcff]", "\ufffd", name)


_SAFE_CELL = re.compile(r"[0-9A-Za-z_.][ -~]*")
_FORMULA = frozenset("=+-@|%")


def cell(value: object) -> object:
    """A value for a field of CSV: what a spreadsheet would run as a formula is a text there."""
    if not isinstance(value, str) or _SAFE_CELL.fullmatch(value):
        return value
    text = line(value)
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA else text
