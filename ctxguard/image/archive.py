"""An archive of images, in one pass: what `docker save` writes, or a tar of an OCI layout.

Which blob is a layer is only known at the end, when the manifest has been met. So each blob is
listed as it passes if it is a tar, kept if it is a short text, and hashed in any case.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ctxguard.image.listing import Listing, Reading, inner_path, listed
from ctxguard.image.streams import CHUNK, Counted, DamagedError, Reader, is_packed, unpacked
from ctxguard.image.tar import TarEntry, TarKind, TarReader

MOST_TEXT = 16 << 20
"""Bytes of a manifest or a configuration."""
_MOST_TEXTS = 64 << 20
_START = 512
_BLOB = "blobs/sha256/"
_MOST_BLOBS = 100_000


@dataclass(frozen=True, slots=True)
class LayerBlob:
    """A layer, as it was met."""

    listing: Listing
    digest: str
    """Of the uncompressed tar."""
    tar_bytes: int
    stored_bytes: int


class Other(Enum):
    """A blob that is neither a layer nor a text."""

    TOO_LONG = "too long"
    """It would be a text."""
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Blobs:
    """What an archive holds, by path."""

    texts: dict[str, bytes] = field(default_factory=dict)
    too_long: set[str] = field(default_factory=set)
    """Texts that were not kept."""
    layers: dict[str, LayerBlob] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """A path that stands for another, as older versions of docker have it."""

    def text(self, path: str, what: str) -> bytes | None:
        """A manifest or configuration; None if there is none.

        Raises:
            DamagedError: it is far too long.
        """
        if path in self.too_long:
            raise DamagedError(f"{path} of {what} is far too long: over {MOST_TEXT:,} bytes")
        return self.texts.get(path)

    def layer(self, path: str) -> LayerBlob | None:
        return self.layers.get(self.links.get(path, path))


def read_archive(pieces: Iterable[bytes], reading: Reading, what: str) -> Blobs:
    """Go through an archive, which may itself be packed.

    Raises:
        DamagedError: it is no archive, or damaged, or comes to far too much.
    """
    reader = Reader(reading.allowance.of(pieces), what)
    outer = Reader(_plain(reader.rest(), reader.peek(_START), reading, what), what)
    blobs = Blobs()
    tar = TarReader(outer, what)
    left = _MOST_TEXTS
    for count, entry in enumerate(tar):
        if count >= _MOST_BLOBS:
            raise DamagedError(f"{what} holds over {_MOST_BLOBS:,} files; it is no image")
        path = inner_path(entry.name, what)
        if entry.kind is TarKind.FILE:
            left -= _take(blobs, tar, (path, entry.size), reading, what)
            if left < 0:
                raise DamagedError(f"{what} holds over {_MOST_TEXTS:,} bytes of manifests")
        elif entry.kind in (TarKind.SYMLINK, TarKind.HARDLINK):
            blobs.links[path] = _linked(path, entry)
    return blobs


def _plain(pieces: Iterable[bytes], start: bytes, reading: Reading, what: str) -> Iterable[bytes]:
    """The bytes themselves, or those that are packed in them."""
    if not is_packed(start):
        return pieces
    return reading.allowance.unpacked(unpacked(pieces, start, what), what)


def _linked(path: str, entry: TarEntry) -> str:
    if entry.kind is TarKind.HARDLINK:
        return posixpath.normpath(entry.link)
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.link))


def _take(blobs: Blobs, tar: TarReader, file: tuple[str, int], reading: Reading, what: str) -> int:
    """Take one file, told by path and size; how many bytes of it were kept as a text."""
    path, size = file
    counted = Counted(tar.pieces())
    name = f"{path} of {what}"
    found = read_blob(counted, size, reading, name)
    for _ in counted:
        pass
    _check_digest(path, counted.digest, what)
    if isinstance(found, bytes):
        blobs.texts[path] = found
        return len(found)
    if isinstance(found, LayerBlob):
        blobs.layers[path] = found
    elif found is Other.TOO_LONG:
        blobs.too_long.add(path)
    return 0


def read_blob(
    pieces: Iterable[bytes], size: int, reading: Reading, what: str
) -> LayerBlob | bytes | Other:
    """A layer; or a short text as it is."""
    reader = Reader(pieces, what)
    start = reader.peek(min(_START, size))
    if _is_layer(start):
        return _layer(reader, size, reading, what)
    if start.lstrip()[:1] not in (b"{", b"["):
        return Other.UNKNOWN
    return b"".join(reader.pieces(size)) if size <= MOST_TEXT else Other.TOO_LONG


def _layer(reader: Reader, size: int, reading: Reading, what: str) -> LayerBlob:
    start = reader.peek(min(_START, size))
    raw = Counted(_plain(reader.rest(), start, reading, what))
    inner = Reader(raw, what)
    listing = listed(TarReader(inner, what), reading, what)
    for _ in inner.rest():
        pass
    return LayerBlob(listing, raw.digest, raw.bytes, size)


def _is_layer(start: bytes) -> bool:
    """It is packed, or a tar: with a magic word, or empty."""
    return (
        is_packed(start) or start[257:262] == b"ustar" or (len(start) == _START and not any(start))
    )


def _check_digest(path: str, digest: str, what: str) -> None:
    """Raises DamagedError if a blob is not what its name says."""
    name = path.rpartition(_BLOB)[2]
    if path.startswith(_BLOB) and len(name) == 64 and digest != f"sha256:{name}":
        raise DamagedError(f"{path} of {what} is damaged: its digest is {digest}")


def file_pieces(path: str) -> Iterator[bytes]:
    """A file from the disk."""
    with open(path, "rb", buffering=0) as stream:
        while piece := stream.read(CHUNK):
            yield piece
