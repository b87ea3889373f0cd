"""Bytes as they come: counted, hashed, unpacked in small pieces, and never more than is sane."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from ctxguard.errors import MeasureError

CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_MOST_MEMBERS = 100_000
_MOST_WINDOW = 1 << 27
"""Bytes that zstd may keep; the largest that its `--ultra --long=27` asks for."""


class DamagedError(MeasureError):
    """What is read is not what it says it is."""


class Readable(Protocol):
    """Where raw bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class Reader:
    """Reads exactly as many bytes as are asked for, from pieces of any length.

    Args:
        pieces: none of them empty.
        what: that is read, for messages.
    """

    def __init__(self, pieces: Iterable[bytes], what: str) -> None:
        self._pieces = iter(pieces)
        self._buffer = b""
        self._at = 0
        self._what = what
        self.position = 0

    def read(self, size: int) -> bytes:
        """Raises DamagedError if there is less."""
        end = self._at + size
        if end <= len(self._buffer):
            found = self._buffer[self._at : end]
            self._at = end
            self.position += size
            return found
        return b"".join(self.pieces(size))

    def read_up_to(self, size: int) -> bytes:
        """The same, or what there is."""
        while len(self._buffer) - self._at < size:
            more = next(self._pieces, b"")
            if not more:
                break
            self._buffer = self._buffer[self._at :] + more
            self._at = 0
        found = self._buffer[self._at : self._at + size]
        self._at += len(found)
        self.position += len(found)
        return found

    def peek(self, size: int) -> bytes:
        """What comes next, which is read again."""
        found = self.read_up_to(size)
        self._at -= len(found)
        self.position -= len(found)
        return found

    def pieces(self, size: int) -> Iterator[bytes]:
        """The same piece by piece."""
        while size:
            if self._at == len(self._buffer):
                self._buffer, self._at = next(self._pieces, b""), 0
                if not self._buffer:
                    raise DamagedError(f"{self._what} ends {size:,} bytes too early")
            piece = self._buffer[self._at : self._at + size]
            self._at += len(piece)
            self.position += len(piece)
            size -= len(piece)
            yield piece

    def skip(self, size: int) -> None:
        """Pass over what is not looked at."""
        end = self._at + size
        if end <= len(self._buffer):
            self._at = end
            self.position += size
            return
        for _ in self.pieces(size):
            pass

    def rest(self) -> Iterator[bytes]:
        """All that is left."""
        if self._at < len(self._buffer):
            piece = self._buffer[self._at :]
            self._at = len(self._buffer)
            self.position += len(piece)
            yield piece
        for piece in self._pieces:
            self.position += len(piece)
            yield piece


class Counted:
    """Passes pieces on, with their number of bytes and their digest."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._sha256 = hashlib.sha256()
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._sha256.update(piece)
            self.bytes += len(piece)
            yield piece

    @property
    def digest(self) -> str:
        """`sha256:...` of what has passed."""
        return f"sha256:{self._sha256.hexdigest()}"


def pieces_of(source: Readable) -> Iterator[bytes]:
    """All of a file or pipe."""
    while piece := source.read(CHUNK):
        yield piece


def is_packed(start: bytes) -> bool:
    """Whether what begins like this is gzip or zstd."""
    return start.startswith((_GZIP, _ZSTD))


def unpacked(pieces: Iterable[bytes], start: bytes, what: str) -> Iterator[bytes]:
    """The bytes behind gzip or zstd, however many there are.

    Args:
        start: how they begin; see `is_packed`.

    Raises:
        DamagedError: while iterating: they cannot be unpacked.
        MeasureError: while iterating: the library for zstd is not there.
    """
    return _gunzipped(pieces, what) if start.startswith(_GZIP) else _unzstd(pieces, what)


def _gunzipped(pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
    """Several members one behind the other are one text (RFC 1952, 2.2)."""
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
    ended = False
    members = 1
    try:
        for piece in pieces:
            data = piece
            while data:
                if ended:
                    inflating, ended = zlib.decompressobj(zlib.MAX_WBITS | 16), False
                    members += 1
                    if members > _MOST_MEMBERS:
                        raise DamagedError(f"{what} has over {_MOST_MEMBERS:,} parts of gzip")
                found = inflating.decompress(data, CHUNK)
                if found:
                    yield found
                ended = inflating.eof
                data = inflating.unused_data if ended else inflating.unconsumed_tail
    except zlib.error as error:
        raise DamagedError(f"{what} is damaged: {error}") from error
    if not ended:
        raise DamagedError(f"{what} ends in the midst of its gzip data")


def _unzstd(pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        raise MeasureError(
            f"{what} is packed with zstd, and zstandard is not installed; "
            'pip install "docker-ctxguard[image]" brings it'
        ) from None
    reader = Reader(pieces, what)
    source = _AsFile(reader)
    unpacking = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
    try:
        with unpacking.stream_reader(source, read_across_frames=True) as stream:  # type: ignore[arg-type]
            while found := stream.read(CHUNK):
                yield found
    except zstandard.ZstdError as error:
        raise DamagedError(f"{what} is damaged: {error}") from error


class _AsFile(io.RawIOBase):
    """A Reader as zstandard wants it."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        return self._reader.read_up_to(CHUNK if size < 0 else size)
