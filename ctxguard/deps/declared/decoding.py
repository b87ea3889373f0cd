"""The bytes of a requirements file as text, and back.

Source of the meaning: pip, "Requirements File Format" (encoding), and
`pip/_internal/req/req_file.py` (`_decode_req_file`): a byte order mark, else a coding line
(PEP 263), else UTF-8.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    # That of UTF-16 is the start of this one.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_LONGEST_NAME = 40
_NOT_FOR_FILES = frozenset(
    ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape")
)
"""Some take time out of proportion; none of them is an encoding of a file."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text that knows how it was encoded."""

    text: str
    mark: bytes
    """The byte order mark, if there is one."""
    encoding: str
    coding_line: int | None = None
    """The line that names the encoding, from 1."""

    def encoded(self, text: str) -> bytes:
        """A text in the same encoding."""
        return self.mark + text.encode(self.encoding)


def decode(data: bytes) -> Decoded:
    """Read the bytes of a requirements file.

    What is no UTF-8 and says nothing of its encoding is taken as Latin-1.

    Raises:
        ValueError: it is not in the encoding that it names, or in one that is unknown.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], mark, encoding, None)
    for number, line in enumerate(data.split(b"\n", 2)[:2], start=1):
        named = _CODING.search(line) if line.startswith(b"#") else None
        if named is not None:
            return _strictly(data, b"", _known(named[1].decode("ascii", "replace")), number)
    try:
        return Decoded(data.decode(), b"", "utf-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), b"", "latin-1")


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name[:_LONGEST_NAME]).name.replace("-", "_")
    except (LookupError, ValueError):
        found = "undefined"
    if found in _NOT_FOR_FILES:
        raise ValueError(f'its encoding "{name[:_LONGEST_NAME]}" is unknown')
    return name


def _strictly(data: bytes, mark: bytes, encoding: str, line: int | None) -> Decoded:
    """A text that gives the same bytes again."""
    try:
        text = data.decode(encoding)
        same = text.encode(encoding) == data
    except (ValueError, LookupError):
        same = False
    if not same:
        raise ValueError(f"it is not in its encoding, {encoding}")
    return Decoded(text, mark, encoding, line)
