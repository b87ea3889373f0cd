"""The entries of a tar as they pass by, without their content.

Sources of the form: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar
manual, "Basic Tar Format". What is written into headers is not believed beyond what fits in them:
a name has at most 4 KiB, and the tables that come before an entry at most a mebibyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ctxguard.image.streams import DamagedError, Reader

_BLOCK = 512
_EMPTY = bytes(_BLOCK)
_MOST_TABLE = 1 << 20
_MOST_NAME = 1 << 12
_MOST_HEADERS = 20
_KEYS = frozenset((
    "path", "linkpath", "size", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size",
))  # fmt: skip
_MOST_PADDING = 1 << 20
"""Zeros behind the end; GNU tar fills up to 10 KiB, others to what their block is."""


class TarKind(Enum):
    """What an entry is."""

    FILE = "file"
    HARDLINK = "hardlink"
    SYMLINK = "symlink"
    FOLDER = "folder"
    OTHER = "other"


_KINDS = {
    b"0": TarKind.FILE,
    b"\0": TarKind.FILE,
    b"7": TarKind.FILE,
    b"1": TarKind.HARDLINK,
    b"2": TarKind.SYMLINK,
    b"5": TarKind.FOLDER,
    b"S": TarKind.FILE,
}


@dataclass(slots=True)
class TarEntry:
    """One entry. Its content follows, to be read or passed over."""

    name: str
    """As it stands there, bytes that are no UTF-8 as lone surrogates."""
    kind: TarKind
    size: int
    """Of the content of a file as it is unpacked."""
    link: str
    """What a link leads to."""


class TarReader:
    """Goes through a tar.

    Args:
        what: that is read, for messages.
    """

    def __init__(self, reader: Reader, what: str) -> None:
        self._reader = reader
        self._what = what
        self._left = 0
        """Bytes of the entry that were not read yet, and zeros up to the next block."""
        self._padding = 0

    def __iter__(self) -> Iterator[TarEntry]:
        """Raises DamagedError, while iterating, for what is no tar."""
        extended: dict[str, str] = {}
        headers = 0
        while True:
            self._reader.skip(self._left + self._padding)
            self._left = self._padding = 0
            header = self._reader.read_up_to(_BLOCK)
            if not header or header == _EMPTY:
                self._end(header)
                return
            if len(header) < _BLOCK:
                raise DamagedError(f"{self._what} ends in the midst of a header")
            self._check(header)
            flag, size = header[156:157], self._number(header[124:136])
            if flag in b"xgLK" and flag:
                self._extend(extended, flag, self._table(size))
                headers += 1
                if headers > _MOST_HEADERS:
                    raise DamagedError(f"{self._what}: over {_MOST_HEADERS} headers of one entry")
                continue
            yield self._entry(header, flag, size, extended)
            extended, headers = {}, 0

    def pieces(self) -> Iterator[bytes]:
        """The content of the entry that was given last."""
        left, self._left = self._left, 0
        yield from self._reader.pieces(left)

    def read(self, most: int) -> bytes:
        """As much of it as is wanted."""
        size = min(most, self._left)
        self._left -= size
        return self._reader.read(size)

    def _end(self, header: bytes) -> None:
        if not header:
            return  # Some writers leave the two empty blocks out.
        padding = 0
        for piece in self._reader.rest():
            padding += len(piece)
            if padding > _MOST_PADDING or piece.strip(b"\0"):
                raise DamagedError(f"{self._what} goes on behind its end")

    def _check(self, header: bytes) -> None:
        # The sum of all bytes, with blanks in the place of the sum itself; some used signed bytes.
        told = self._number(header[148:156])
        unsigned = sum(header) - sum(header[148:156]) + 8 * 0x20
        if told == unsigned:
            return
        signed = unsigned - 256 * sum(byte > 127 for byte in header[:148] + header[156:])
        if told != signed:
            raise DamagedError(f"{self._what} is no tar, or damaged: a header has a wrong sum")

    def _number(self, text: bytes) -> int:
        """Octal digits, or GNU's base-256 for what is too large for them."""
        if text[0] & 0x80:
            value = int.from_bytes(text, "big") & ~(0x80 << 8 * (len(text) - 1))
            if text[0] & 0x40:
                raise DamagedError(f"{self._what}: a header holds a negative number")
            return value
        digits = text.strip(b" \0")
        if digits.strip(b"01234567"):
            raise DamagedError(f"{self._what}: a header holds no number")
        return int(digits or b"0", 8)

    def _table(self, size: int) -> bytes:
        if size > _MOST_TABLE:
            raise DamagedError(f"{self._what}: a header of {size:,} bytes; none is that long")
        data = self._reader.read(size)
        self._padding = -size % _BLOCK
        return data

    def _extend(self, extended: dict[str, str], flag: bytes, data: bytes) -> None:
        """Take what a header says of the entry behind it; a global one says nothing of names."""
        if flag == b"L":
            extended["path"] = _text(data.split(b"\0", 1)[0])
        elif flag == b"K":
            extended["linkpath"] = _text(data.split(b"\0", 1)[0])
        elif flag == b"x":
            extended.update((key, value) for key, value in self._records(data) if key in _KEYS)

    def _records(self, data: bytes) -> Iterator[tuple[str, str]]:
        """`27 path=a/very/long/name\\n`, each with its own length before it."""
        at = 0
        while at < len(data) and data[at : at + 1] != b"\0":
            blank = data.find(b" ", at, at + 20)
            length = data[at:blank]
            end = at + int(length) if blank > 0 and length.isdigit() else 0
            if not blank < end <= len(data) or data[end - 1 : end] != b"\n":
                raise DamagedError(f"{self._what}: an extended header is damaged")
            name, _, value = data[blank + 1 : end - 1].partition(b"=")
            yield _text(name), _text(value)
            at = end

    def _entry(self, header: bytes, flag: bytes, size: int, extended: dict[str, str]) -> TarEntry:
        kind = _KINDS.get(flag, TarKind.OTHER)
        stored = self._told_size(extended, "size", size)
        real = stored
        if flag == b"S":
            real = self._number(header[483:495])
            self._skip_map(header)
        for name in ("GNU.sparse.realsize", "GNU.sparse.size"):
            real = self._told_size(extended, name, real)
        has_content = kind in (TarKind.FILE, TarKind.OTHER)
        self._left = stored if has_content else 0
        self._padding = -self._left % _BLOCK
        name = extended.get("GNU.sparse.name") or extended.get("path") or _name(header)
        link = extended.get("linkpath") or _text(header[157:257].split(b"\0", 1)[0])
        if len(name) > _MOST_NAME or len(link) > _MOST_NAME:
            raise DamagedError(f"{self._what}: a name of over {_MOST_NAME:,} bytes")
        return TarEntry(name, kind, real if kind is TarKind.FILE else 0, link)

    def _told_size(self, extended: dict[str, str], name: str, size: int) -> int:
        text = extended.get(name)
        if text is None:
            return size
        if not (text.isdecimal() and text.isascii() and len(text) < 20):
            raise DamagedError(f"{self._what}: an extended header holds no size")
        return int(text)

    def _skip_map(self, header: bytes) -> None:
        """Of an old GNU sparse file: the blocks that go on telling where its holes are."""
        more = header[482]
        while more:
            more = self._reader.read(_BLOCK)[504]


def _name(header: bytes) -> str:
    name = _text(header[:100].split(b"\0", 1)[0])
    # Only ustar has a prefix; GNU keeps times there.
    prefix = b"" if header[257:263] != b"ustar\0" else header[345:500].split(b"\0", 1)[0]
    return f"{_text(prefix)}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
