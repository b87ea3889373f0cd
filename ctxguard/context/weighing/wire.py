"""What an entry weighs on the wire, for each backend. Exact, to the byte."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Mapping
from functools import cache
from itertools import repeat

from ctxguard.context.tree.source import Stat
from ctxguard.context.walking.plain import PlainFiles, PlainFolders

_TYPES = {
    modes.S_IFDIR: 1 << 31,
    modes.S_IFLNK: 1 << 27,
    modes.S_IFBLK: 1 << 26,
    modes.S_IFCHR: 1 << 26 | 1 << 21,
    modes.S_IFIFO: 1 << 25,
}
"""Go's `fs.FileMode` bits; a socket is sent as a regular file."""
_SPECIAL = {modes.S_ISUID: 1 << 23, modes.S_ISGID: 1 << 22, modes.S_ISVTX: 1 << 20}
FIN_BYTES = 2
"""The packet that ends a transfer."""

BLOCK = 512
"""Of a tar."""
TRAILER_BYTES = 2 * BLOCK
_MOST_OCTAL = 8**11
_NAME_BYTES, _PREFIX_BYTES = 100, 155
_CAPABILITY = b"security.capability"
_MOST_CAPABILITY = 20
"""A version 3 value is cut to version 2 (go-archive, `ReadSecurityXattrToTarHeader`)."""


def varint_bytes(number: int) -> int:
    """Length of a protobuf varint; a negative one is sent as 64 bits."""
    return 10 if number < 0 else max(1, (number.bit_length() + 6) // 7)


def number_bytes(number: int) -> int:
    """A field that holds a number; zero is left out."""
    return 1 + varint_bytes(number) if number else 0


def text_bytes(length: int) -> int:
    """A field that holds `length` bytes; an empty one is left out."""
    return 1 + varint_bytes(length) + length if length else 0


@cache
def go_mode(mode: int) -> int:
    """Go's FileMode for a `st_mode`."""
    special = sum(bit for flag, bit in _SPECIAL.items() if mode & flag)
    return mode & 0o777 | special | _TYPES.get(modes.S_IFMT(mode), 0)


def stat_packet_bytes(
    path_length: int, stat: Stat, link_length: int, xattrs: Mapping[bytes, int]
) -> int:
    """The STAT packet of one entry.

    Args:
        path_length: bytes of the path relative to the context root.
        link_length: bytes of a symlink's target, or of the first name of a hard link; else 0.
        xattrs: names, with the length of each value.

    Source of the meaning: tonistiigi/fsutil 6d9dc2e, `types/stat.proto`, `stat.go`.
    """
    mode = stat.st_mode
    size = 0 if modes.S_ISDIR(mode) else stat.st_size
    length = (
        text_bytes(path_length)
        + number_bytes(go_mode(mode))
        + number_bytes(size)
        + number_bytes(stat.st_mtime_ns)
        + text_bytes(link_length)
    )
    if modes.S_ISCHR(mode) or modes.S_ISBLK(mode):
        length += _device_bytes(stat.st_rdev)
    for name, value_length in xattrs.items():
        if not name.startswith(b"com.apple."):
            length += _xattr_bytes(len(name), value_length)
    return 1 + varint_bytes(length) + length


def _device_bytes(device: int) -> int:
    return number_bytes(os.major(device)) + number_bytes(os.minor(device))


def _xattr_bytes(name_length: int, value_length: int) -> int:
    entry = 2 + varint_bytes(name_length) + name_length + varint_bytes(value_length) + value_length
    return 1 + varint_bytes(entry) + entry


_USUAL_TIME_BYTES = 10
_SIZE_FIELD = [number_bytes(1 << bits >> 1) for bits in range(65)]
"""By the bits of the size."""
_ONE_BYTE = 1 << 7
_MOST_USUAL_PATH = (1 << 14) - 100
"""A longer path makes a packet whose length takes three bytes."""


def plain_stats_bytes(files: PlainFiles) -> int:
    """The STAT packets of plain files, together."""
    paths = _path_lengths(files)
    sizes = [_SIZE_FIELD[bits] for bits in map(int.bit_length, files.sizes)]
    mode = _one_mode_bytes(files)
    if mode is None or min(paths) < _ONE_BYTE <= max(paths) or max(paths) > _MOST_USUAL_PATH:
        return sum(map(_plain_stat_bytes, paths, files.modes, sizes))
    # All path lengths take as many bytes, and so the sums can be taken column by column.
    same = 1 + varint_bytes(paths[0]) + mode + _USUAL_TIME_BYTES
    lengths = [path + size + same for path, size in zip(paths, sizes, strict=True)]
    longer = sum([length >= _ONE_BYTE for length in lengths])
    return sum(lengths) + 2 * len(lengths) + longer


def plain_folder_stats_bytes(folders: PlainFolders) -> int:
    """The STAT packets of plain folders, together; they have no size."""
    return sum(map(_plain_stat_bytes, _path_lengths(folders), folders.modes, repeat(0)))


def _plain_stat_bytes(path: int, mode: int, size_field: int) -> int:
    length = text_bytes(path) + number_bytes(go_mode(mode)) + size_field + _USUAL_TIME_BYTES
    return 1 + varint_bytes(length) + length


def _path_lengths(entries: PlainFiles | PlainFolders) -> list[int]:
    start = len(entries.folder) + 1 if entries.folder else 0
    return [start + length for length in map(len, entries.names)]


def _one_mode_bytes(files: PlainFiles) -> int | None:
    """Bytes of the mode, if all have the same."""
    mode = files.modes[0]
    return number_bytes(go_mode(mode)) if files.modes.count(mode) == len(files.modes) else None


def plain_tar_bytes(files: PlainFiles) -> int:
    """The members of plain files, together."""
    blocks = sum([(size + BLOCK - 1) // BLOCK for size in files.sizes]) + len(files.sizes)
    return blocks * BLOCK + _long_names_bytes(files, "")


def plain_folder_tar_bytes(folders: PlainFolders) -> int:
    """The members of plain folders, together."""
    return len(folders.names) * BLOCK + _long_names_bytes(folders, "/")


def _long_names_bytes(entries: PlainFiles | PlainFolders, end: str) -> int:
    """PAX headers for names that do not fit."""
    start = f"{entries.folder}/" if entries.folder else ""
    if len(start) + max(map(len, entries.names)) + len(end) <= _NAME_BYTES:
        return 0
    names = [f"{start}{name}{end}".encode() for name in entries.names]
    long = [name for name in names if len(name) > _NAME_BYTES and not _splits(name)]
    return sum(BLOCK + blocks_bytes(_record_bytes("path", len(name))) for name in long)


def tar_entry_bytes(
    name: bytes, stat: Stat, link: bytes, size: int, xattrs: Mapping[bytes, int]
) -> int:
    """One member of the tar: PAX header where one is needed, header, content.

    Args:
        name: as in the tar, so a folder's ends in `/`.
        link: a symlink's target or the first name of a hard link; else empty.
        size: bytes of content that follow.

    Source of the meaning: moby/go-archive ae9e219, `FileInfoHeader`; Go's `archive/tar`,
    `Header.allowedFormats`, `splitUSTARPath`, `formatPAXRecord`.
    """
    records = _pax_records(name, stat, link, size, xattrs)
    pax = BLOCK + blocks_bytes(records) if records else 0
    return pax + BLOCK + blocks_bytes(size)


def blocks_bytes(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _pax_records(
    name: bytes, stat: Stat, link: bytes, size: int, xattrs: Mapping[bytes, int]
) -> int:
    """Bytes of all PAX records; 0 if the plain header holds everything."""
    records = 0
    if not link.isascii() or len(link) > _NAME_BYTES:
        records += _record_bytes("linkpath", len(link))
    if size >= _MOST_OCTAL:
        records += _record_bytes("size", len(str(size)))
    seconds = stat.st_mtime_ns // 1_000_000_000
    if not 0 <= seconds < _MOST_OCTAL:
        records += _record_bytes("mtime", len(str(seconds)))
    if _CAPABILITY in xattrs:
        length = min(xattrs[_CAPABILITY], _MOST_CAPABILITY)
        records += _record_bytes("SCHILY.xattr.security.capability", length)
    long = len(name) > _NAME_BYTES
    if not name.isascii() or (long and (records or not _splits(name))):
        records += _record_bytes("path", len(name))
    return records


def _record_bytes(key: str, value_length: int) -> int:
    """`"<length> <key>=<value>\\n"`, the length counting itself."""
    body = len(key) + value_length + 3
    total = body + len(str(body))
    return body + len(str(total))


def _splits(name: bytes) -> bool:
    """Whether a long name fits into prefix and name of a USTAR header."""
    cut = len(name) > _PREFIX_BYTES + 1
    head = name[: _PREFIX_BYTES + 1] if cut else name.removesuffix(b"/")
    slash = head.rfind(b"/")
    return 1 <= slash <= _PREFIX_BYTES and 1 <= len(name) - slash - 1 <= _NAME_BYTES
