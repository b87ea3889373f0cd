"""The entries of a tar are what the standard library finds in it; damage is a clear error."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.image.streams import DamagedError, Reader
from ctxguard.image.tar import TarEntry, TarKind, TarReader

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=200)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
TYPES = {
    tarfile.REGTYPE: TarKind.FILE,
    tarfile.LNKTYPE: TarKind.HARDLINK,
    tarfile.SYMTYPE: TarKind.SYMLINK,
    tarfile.DIRTYPE: TarKind.FOLDER,
    tarfile.FIFOTYPE: TarKind.OTHER,
    tarfile.CHRTYPE: TarKind.OTHER,
}
FORMATS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])


def entries(data: bytes, piece: int = 1 << 16) -> list[TarEntry]:
    return list(TarReader(Reader(pieces(data, piece), "the tar"), "the tar"))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def made(rows: list[tuple[str, bytes, bytes, str]], format_: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format_) as tar:
        for name, kind, content, link in rows:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            info.linkname = link if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE) else ""
            tar.addfile(info, io.BytesIO(content) if info.size else None)
    return file.getvalue()


ROWS = st.lists(
    st.tuples(PATHS, st.sampled_from(list(TYPES)), st.binary(max_size=1500), PATHS), max_size=8
)


@pytest.mark.slow
@given(rows=ROWS, format_=FORMATS, piece=st.sampled_from([1, 7, 512, 1 << 16]))
def test_it_is_what_was_written(
    rows: list[tuple[str, bytes, bytes, str]], format_: int, piece: int
) -> None:
    found = entries(made(rows, format_), piece)
    assert [each.kind for each in found] == [TYPES[row[1]] for row in rows]
    for each, (name, kind, content, link) in zip(found, rows, strict=True):
        assert each.name.removesuffix("/") == name.rstrip("/")
        if kind == tarfile.REGTYPE:
            assert each.size == len(content)
        if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE):
            assert each.link == link


def test_content_is_read_where_it_is_wanted() -> None:
    data = made([("a", tarfile.REGTYPE, b"1" * 700, ""), ("b", tarfile.REGTYPE, b"22", "")], 2)
    tar = TarReader(Reader([data], "t"), "t")
    found = [(entry.name, tar.read(3), b"".join(tar.pieces())) for entry in tar]
    assert found == [("a", b"111", b"1" * 697), ("b", b"22", b"")]


def test_bytes_that_are_no_text() -> None:
    data = made([("a\udcff", tarfile.REGTYPE, b"", "")], tarfile.GNU_FORMAT)
    assert entries(data)[0].name == "a\udcff"


def test_the_oldest_form_has_a_prefix() -> None:
    info = tarfile.TarInfo(f"{'p' * 90}/{'n' * 90}")
    assert entries(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))[0].name == info.name


def test_a_size_beyond_octal_digits() -> None:
    info = tarfile.TarInfo("a")
    info.size = 9 << 30
    header = info.tobuf(tarfile.GNU_FORMAT)
    tar = iter(TarReader(Reader([header], "t"), "t"))
    assert next(tar).size == 9 << 30


def test_a_sparse_file_is_as_large_as_it_unpacks() -> None:
    header = bytearray(tarfile.TarInfo("s").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[124:136] = b"00000001000\0"
    header[483:495] = b"00010000000\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert entries(bytes(header) + bytes(512) + bytes(1024))[0].size == 0o10000000


GOOD = made([("a", tarfile.REGTYPE, b"x" * 100, ""), ("b" * 150, tarfile.REGTYPE, b"y", "")], 2)


@pytest.mark.parametrize("cut", [1, 300, 511, 513, 600, 1023, 1100, 1500, 2047])
def test_a_tar_that_ends_too_early(cut: int) -> None:
    with pytest.raises(DamagedError, match=r"ends"):
        entries(GOOD[:cut])


def changed(at: int, by: bytes, data: bytes = GOOD) -> bytes:
    return data[:at] + by + data[at + len(by) :]


def summed(header: bytes) -> bytes:
    """The header with the right sum."""
    blank = changed(148, b" " * 8, header)
    return changed(148, b"%06o\0 " % sum(blank[:512]), header)


PAX = made([("n" * 300, tarfile.REGTYPE, b"", "")], tarfile.PAX_FORMAT)
BROKEN = {
    "a wrong sum": (changed(0, b"z"), "wrong sum"),
    "no number": (summed(changed(124, b"99999999999\0")), "no number"),
    "a minus sign": (summed(changed(124, b"-0000001000\0")), "no number"),
    "an underline": (summed(changed(124, b"0000_0001_0\0")), "no number"),
    "a minus sign of a table": (summed(changed(124, b"-0000001000\0", PAX)), "no number"),
    "header after header": (PAX[:1024] * 30 + PAX, "headers of one entry"),
    "a negative number": (summed(changed(124, b"\xff" * 12)), "negative"),
    "a very long table": (summed(changed(124, b"77777777777\0", PAX)), "none is that long"),
    "a record too long": (changed(512, b"999 path=", PAX), "extended header is damaged"),
    "a record without a length": (changed(512, b"path=xxxx", PAX), "extended header is damaged"),
    "something behind the end": (GOOD + b"x" * 10, "goes on behind its end"),
    "no tar": (b"x" * 2048, "no number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_damage(name: str) -> None:
    data, why = BROKEN[name]
    with pytest.raises(DamagedError, match=why):
        entries(data)


@given(data=st.binary(max_size=2048), at=st.integers(0, 3000))
def test_no_bytes_are_an_internal_error(data: bytes, at: int) -> None:
    for each in (data, changed(min(at, len(GOOD)), data), summed(changed(0, data[:148]))):
        with suppress(DamagedError):
            entries(each)


def test_very_many_zeros_behind_the_end() -> None:
    with pytest.raises(DamagedError, match="goes on behind its end"):
        list(TarReader(Reader([GOOD, *[bytes(1 << 20)] * 3], "t"), "t"))
