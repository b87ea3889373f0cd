"""Names are hostile: one function per medium that makes them harmless there."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

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
_COMMAND = re.compile(r"\s*::")
"""What GitHub's runner takes for a workflow command in the output of a step: `::` at the start of a
line, and the older form anywhere in it (actions/runner, `ActionCommand.TryParseV2`, `TryParse`)."""
_AT_START = re.compile(r"\A(\s*)::")


def quoted(name: str) -> str:
    """A name for a terminal or a plain list, quoted in the manner of git where it has to be.

    `a b` stays; a line end, an escape sequence, a bidirectional mark or a byte that is no UTF-8
    gives `"a\\nb"`, with octal numbers for the bytes.
    """
    if "##[" in name or ("::" in name and _COMMAND.match(name)):
        shown = "".join(map(_quoted_char, name)).replace("##[", "#\\043[")
        return f'"{shown}"'
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

    It stays one line: a name that holds a line end forges no other one. Nor does it hold a workflow
    command, unless it begins with one.
    """
    shown = "".join(_code(char) if unicodedata.category(char) in _UNSEEN else char for char in text)
    return shown.replace("##[", "#\\x23[")


def at_start(text: str) -> str:
    """The same for a message that is the first thing on a line: it begins with no command."""
    return _AT_START.sub(r"\1\\x3a:", line(text))


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
    if not isinstance(value, str) or (_SAFE_CELL.fullmatch(value) and "##[" not in value):
        return value
    text = line(value)
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA else text


_PLAIN_WORD = re.compile(
    r"\(?(?:[A-Za-z]+(?:['-][A-Za-z]+)*|[A-Z]+[0-9]+|[0-9]+(?:[.,][0-9]+)*(?:[kKMGTP]?i?B|%)?)\)?[,;.]?"
)
"""A word in which Markdown and GitHub see nothing: no markup, link, mention or reference."""


def prose(text: str) -> str:
    """A message in Markdown, in which names may stand: every word that is not plain is code.

    To be put behind other text, never at the start of a line.
    """
    parts: list[str] = []
    strange: list[str] = []
    for word in line(text).split(" "):
        if _PLAIN_WORD.fullmatch(word) or not word:
            parts += [_strange(strange)] if strange else []
            parts.append(word)
            strange = []
        else:
            strange.append(word)
    parts += [_strange(strange)] if strange else []
    return " ".join(parts)


def _strange(words: list[str]) -> str:
    """As code, but for a comma behind it."""
    text = " ".join(words)
    return f"{code(text[:-1])}," if len(text) > 1 and text.endswith(",") else code(text)


_APART = re.compile(r"(\||`{4,})")
"""What ends a cell of a table, and many backticks: cmark-gfm takes a run of over 80 for no code."""
_TICKS = re.compile("`+")


def code(text: str) -> str:
    """A name in Markdown, as code, good for a cell of a table too.

    What is unseen becomes `\\u200e`. A `|` is an entity between two pieces of code: what stands in
    a `<code>` element would be searched for links.

    See GitHub Flavored Markdown: 6.3 Code spans, 4.10 Tables, 6.9 Autolinks (extension).
    """
    pieces = enumerate(_APART.split(line(text)))
    shown = "".join(_entities(piece) if at % 2 else _span(piece) for at, piece in pieces)
    return shown or "<code></code>"


def _entities(text: str) -> str:
    return f"<code>{''.join(f'&#{ord(char)};' for char in text)}</code>"


def _span(text: str) -> str:
    """Text without a `|`, between more backticks than it has in a row."""
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, _TICKS.findall(text)), default=0))
    touches = text[0] in " `" or text[-1] in " `"
    room = " " if touches and text.strip(" ") else ""
    return f"{fence}{room}{text}{room}{fence}"


def in_script(value: Any) -> str:
    """JSON for a `<script>` element: nothing in it ends the element, or begins another.

    See HTML, "Restrictions for contents of script elements".
    """
    import json

    return json.dumps(value).replace("<", "\\u003c").replace("##[", "#\\u0023[")
