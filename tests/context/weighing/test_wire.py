from __future__ import annotations

import errno
import os
import stat as modes
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ctxguard.context.measure import measure
from ctxguard.context.weighing import wire
from ctxguard.measurement import BuildKitTransfer, LegacyTransfer
from tests.conftest import Fifo, File, Hardlink, Symlink, Tree
from tests.context.measuring import (
    MTIME,
    NEEDS_ROOT,
    bare_request,
    settle,
    tar_bytes,
    wire_bytes,
)
from tests.data import docker_vectors

MTIME_NS = MTIME * 10**9
SIZES = docker_vectors("size")["sizes"]
GIB = 2**30


@dataclass(frozen=True)
class Facts:
    """What `stat` would say."""

    st_mode: int = modes.S_IFREG | 0o644
    st_size: int = 0
    st_mtime: float = MTIME
    st_mtime_ns: int = MTIME_NS
    st_nlink: int = 1
    st_ino: int = 1
    st_rdev: int = 0


def stat_bytes(
    path: str = "f", link: str = "", xattrs: Mapping[bytes, int] | None = None, **facts: int
) -> int:
    return wire.stat_packet_bytes(
        len(path.encode()), Facts(**facts), len(link.encode()), xattrs or {}
    )


def member_bytes(
    name: str = "f",
    link: str = "",
    size: int = 0,
    xattrs: Mapping[bytes, int] | None = None,
    **facts: int,
) -> int:
    return wire.tar_entry_bytes(name.encode(), Facts(**facts), link.encode(), size, xattrs or {})


# ── numbers ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "length"),
    [
        (0, 1),
        (1, 1),
        (2**7 - 1, 1),
        (2**7, 2),
        (2**14 - 1, 2),
        (2**14, 3),
        (2**31 | 0o755, 5),
        (MTIME_NS, 9),
        (2**63 - 1, 9),
        (2**63, 10),
        (-1, 10),
        (-(2**63), 10),
    ],
)
def test_varint(number: int, length: int) -> None:
    assert wire.varint_bytes(number) == length


def test_every_seven_bits_take_a_byte() -> None:
    for length in range(1, 10):
        assert wire.varint_bytes(2 ** (7 * length) - 1) == length
        assert wire.varint_bytes(2 ** (7 * length)) == length + 1


@pytest.mark.parametrize(("number", "length"), [(0, 0), (1, 2), (128, 3), (-1, 11)])
def test_field_of_a_number(number: int, length: int) -> None:
    assert wire.number_bytes(number) == length


@pytest.mark.parametrize(("text", "length"), [(0, 0), (1, 3), (127, 129), (128, 131)])
def test_field_of_a_text(text: int, length: int) -> None:
    assert wire.text_bytes(text) == length


# ── modes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param(modes.S_IFREG | 0o644, 0o644, id="file"),
        pytest.param(modes.S_IFREG, 0, id="file without rights"),
        pytest.param(modes.S_IFDIR | 0o755, 2**31 | 0o755, id="folder"),
        pytest.param(modes.S_IFLNK | 0o777, 2**27 | 0o777, id="symlink"),
        pytest.param(modes.S_IFIFO | 0o600, 2**25 | 0o600, id="fifo"),
        pytest.param(modes.S_IFSOCK | 0o755, 0o755, id="socket"),
        pytest.param(modes.S_IFCHR | 0o666, 2**26 | 2**21 | 0o666, id="character device"),
        pytest.param(modes.S_IFBLK | 0o660, 2**26 | 0o660, id="block device"),
        pytest.param(modes.S_IFREG | 0o4755, 2**23 | 0o755, id="setuid"),
        pytest.param(modes.S_IFREG | 0o2755, 2**22 | 0o755, id="setgid"),
        pytest.param(modes.S_IFDIR | 0o1777, 2**31 | 2**20 | 0o777, id="sticky folder"),
        pytest.param(modes.S_IFREG | 0o7000, 2**23 | 2**22 | 2**20, id="all three"),
    ],
)
def test_mode_as_go_writes_it(mode: int, expected: int) -> None:
    assert wire.go_mode(mode) == expected


# ── STAT ───────────────────────────────────────────────────────────────────────────────────────

# 20 = type and length of the packet 2, path 3, mode 3, size 2, time 10.
STATS = [
    ("file of one byte", stat_bytes(st_size=1), 20),
    ("empty file: no size", stat_bytes(), 18),
    ("128 bytes: a longer size", stat_bytes(st_size=128), 21),
    ("no rights: no mode", stat_bytes(st_size=1, st_mode=modes.S_IFREG), 17),
    ("time 0: none", stat_bytes(st_size=1, st_mtime_ns=0), 10),
    ("time 1 ns", stat_bytes(st_size=1, st_mtime_ns=1), 12),
    ("before 1970", stat_bytes(st_size=1, st_mtime_ns=-1), 21),
    ("long path", stat_bytes("n" * 255, st_size=1), 20 + 254 + 1 + 1),
    ("not ASCII: two bytes", stat_bytes("é", st_size=1), 21),
    ("folder: no size, five bytes of mode", stat_bytes("d", st_mode=0o40755, st_size=4096), 21),
    ("symlink: size of its target", stat_bytes("l", "xy", st_mode=0o120777, st_size=2), 26),
    ("later name of an inode: real size", stat_bytes("b", "a", st_size=1), 23),
    ("fifo", stat_bytes("p", st_mode=0o10644), 20),
    ("socket: as a file", stat_bytes("s", st_mode=0o140755), 18),
    ("device 1:3", stat_bytes("n", st_mode=0o20666, st_rdev=os.makedev(1, 3)), 24),
    ("block device 8:0: no minor", stat_bytes("n", st_mode=0o60660, st_rdev=os.makedev(8, 0)), 22),
    ("a number of no device", stat_bytes(st_rdev=os.makedev(1, 3)), 18),
    # 1 + 1, then 2 + 1 + 6 + 1 + 3: key and value with their lengths.
    ("attribute", stat_bytes(xattrs={b"user.k": 3}), 18 + 2 + 13),
    ("two attributes", stat_bytes(xattrs={b"user.k": 3, b"user.l": 3}), 18 + 2 * 15),
    ("empty attribute: fields all the same", stat_bytes(xattrs={b"user.k": 0}), 18 + 2 + 10),
    ("attribute of 128 bytes", stat_bytes(xattrs={b"user.k": 128}), 18 + 1 + 3 + 139),
    ("capability", stat_bytes(xattrs={b"security.capability": 20}), 18 + 2 + 43),
    ("of Apple's: left out", stat_bytes(xattrs={b"com.apple.quarantine": 9}), 18),
    ("almost Apple's", stat_bytes(xattrs={b"com.applet": 1}), 18 + 2 + 15),
]


@pytest.mark.parametrize(
    ("got", "expected"), [row[1:] for row in STATS], ids=[row[0] for row in STATS]
)
def test_stat_packet(got: int, expected: int) -> None:
    assert got == expected


# ── tar ────────────────────────────────────────────────────────────────────────────────────────

N100, N101 = "n" * 100, "n" * 101
SPLIT = f"{'p' * 60}/{'n' * 60}"
CAPABILITY = b"security.capability"
LAST_SECOND = 8**11 - 1

MEMBERS = [
    ("empty file", member_bytes(), 512),
    ("one byte", member_bytes(size=1), 1024),
    ("one block", member_bytes(size=512), 1024),
    ("one byte more", member_bytes(size=513), 1536),
    ("name of 100", member_bytes(N100), 512),
    ("name of 101", member_bytes(N101), 1536),
    ("splits", member_bytes(SPLIT), 512),
    ("not ASCII", member_bytes("é"), 1536),
    ("target of 100", member_bytes("l", N100), 512),
    ("target of 101", member_bytes("l", N101), 1536),
    ("target that would split", member_bytes("l", SPLIT), 1536),
    ("target not ASCII", member_bytes("l", "é"), 1536),
    ("below 8 GiB", member_bytes(size=8 * GIB - 1), 512 + 8 * GIB),
    ("8 GiB", member_bytes(size=8 * GIB), 1536 + 8 * GIB),
    ("time 0", member_bytes(st_mtime_ns=0), 512),
    ("just before 1970: second -1", member_bytes(st_mtime_ns=-1), 1536),
    ("last second", member_bytes(st_mtime_ns=LAST_SECOND * 10**9 + 999_999_999), 512),
    ("a second later", member_bytes(st_mtime_ns=8**11 * 10**9), 1536),
    ("capability", member_bytes(xattrs={CAPABILITY: 20}), 1536),
    ("other attributes", member_bytes(xattrs={b"user.k": 3, b"security.selinux": 9}), 512),
    # One record of 502 + 7 + 3 bytes fills the block; a splittable name brings one only in company.
    ("record of a block", member_bytes("é" * 251), 1536),
    ("record of a byte more", member_bytes("é" * 251 + "x"), 2048),
    ("target alone, short of a block", member_bytes("l", "é" + "x" * 440), 1536),
    ("splits, but the target is long", member_bytes(SPLIT, "é" + "x" * 440), 2048),
    ("short beside a long target", member_bytes("n" * 50, "é" + "x" * 440), 1536),
    # 57 bytes of capability and 455 of path; as version 3 it would be 61.
    (
        "capability of version 3 is cut",
        member_bytes("é" + "x" * 443, xattrs={CAPABILITY: 24}),
        1536,
    ),
    ("a byte more", member_bytes("é" + "x" * 444, xattrs={CAPABILITY: 24}), 2048),
]


@pytest.mark.parametrize(
    ("got", "expected"), [row[1:] for row in MEMBERS], ids=[row[0] for row in MEMBERS]
)
def test_tar_member(got: int, expected: int) -> None:
    assert got == expected


@pytest.mark.parametrize("ending", ["", "/"], ids=["file", "folder"])
def test_a_long_name_splits_where_prefix_and_name_both_fit(ending: str) -> None:
    for before in (0, 1, 50, 99, 100, 101, 154, 155, 156, 157):
        for after in (1, 50, 98, 99, 100, 101):
            name = ("p" * before + "/" if before else "") + "n" * after + ending
            slashes = [at for at, char in enumerate(name[:-1]) if char == "/"]
            fits = any(1 <= at <= 155 and len(name) - at - 1 <= 100 for at in slashes)
            plain = len(name) <= 100 or fits
            assert member_bytes(name) == (512 if plain else 1536), name


def test_the_last_slash_that_fits_the_prefix_is_taken() -> None:
    assert member_bytes(f"{'a' * 77}/{'b' * 77}/{'n' * 100}") == 512
    assert member_bytes(f"{'a' * 77}/{'b' * 78}/{'n' * 100}") == 1536
    assert member_bytes(f"{'a' * 77}/{'b' * 78}/n") == 512


def pax_record(key: str, value: bytes) -> bytes:
    """A record, its length found by trying."""
    for length in count(len(key) + len(value) + 3):
        record = f"{length} {key}=".encode() + value + b"\n"
        if len(record) == length:
            return record
    raise AssertionError


def test_pax_records_count_their_own_length() -> None:
    for name_length in (85, 86, 87, 88, 89, 90, 91, 92, 100, 255):
        for link_length in range(380, 500):
            name, link = "é" + "x" * (name_length - 2), "é" + "x" * (link_length - 2)
            data = pax_record("path", name.encode()) + pax_record("linkpath", link.encode())
            assert member_bytes(name, link) == 1024 - (-len(data) // 512 * 512)


@pytest.mark.parametrize(
    ("name", "link", "mtime"),
    [
        ("f", "", MTIME),
        ("é", "", MTIME),
        (N101, "", MTIME),
        ("é" * 300, "", MTIME),
        ("l", "é" * 60, MTIME),
        ("l", "x" * 1000, MTIME),
        ("é", "é", -1),
        ("f", "", 8**11),
        ("f", "", -(10**10)),
    ],
)
def test_headers_are_as_long_as_those_of_tarfile(name: str, link: str, mtime: int) -> None:
    info = tarfile.TarInfo(name)
    info.linkname, info.mtime, info.type = link, mtime, tarfile.SYMTYPE if link else tarfile.REGTYPE
    header = info.tobuf(tarfile.PAX_FORMAT)
    assert member_bytes(name, link, st_mtime_ns=mtime * 10**9) == len(header)


# ── recorded trees ─────────────────────────────────────────────────────────────────────────────


def recorded_tree(entries: list[dict[str, Any]]) -> Tree:
    def node(entry: dict[str, Any]) -> Any:
        match entry["type"]:
            case "dir":
                return {}
            case "symlink":
                return Symlink(entry["link"])
            case "hardlink":
                return Hardlink(entry["link"])
            case "fifo":
                return Fifo()
        return File(size=entry["size"])

    return {entry["path"]: node(entry) for entry in entries}


@pytest.mark.parametrize("row", SIZES, ids=lambda row: row["note"])
def test_recorded_sizes(row: dict[str, Any], make_tree: Callable[..., str]) -> None:
    root = make_tree(recorded_tree(row["entries"]))
    settle(root, row["mtime"])
    assert tar_bytes(root) == row["tar_bytes"]
    assert wire_bytes(root) == (row["wire_bytes_full"], row["wire_bytes_unchanged"])


def test_all_sizes_are_recorded() -> None:
    assert len(SIZES) == 40


# ── real files ─────────────────────────────────────────────────────────────────────────────────


def test_sparse_file_of_8_gib(make_tree: Callable[..., str]) -> None:
    root = make_tree({"f": File(size=8 * GIB)})
    settle(root)
    stat = 2 + 3 + 3 + 6 + 10
    assert tar_bytes(root) == 1024 + 512 + 8 * GIB + 1024
    assert wire_bytes(root) == (2 + stat + 2**18 * (32_768 + 6) + 2, 2 + stat)


@pytest.mark.parametrize(
    ("mtime", "tar", "wire"),
    [
        pytest.param(-0.5, 1536 + 1024, 2 + 19 + 2, id="half a second before 1970"),
        pytest.param(0.5, 512 + 1024, 2 + 8 + 6 + 2, id="half a second after"),
        pytest.param(8**11 + 0.5, 1536 + 1024, 2 + 18 + 2, id="after 8^11 seconds"),
    ],
)
def test_odd_times(mtime: float, tar: int, wire: int, make_tree: Callable[..., str]) -> None:
    root = make_tree({"f": File(mtime=mtime)})
    assert os.stat(f"{root}/f").st_mtime_ns == round(mtime * 10**9)
    assert tar_bytes(root) == tar
    assert wire_bytes(root)[0] == wire


def test_device(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "null", 0o666 | modes.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this user may not make devices")
    os.chmod(tmp_path / "null", 0o666)
    settle(str(tmp_path))
    assert tar_bytes(str(tmp_path)) == 512 + 1024
    assert wire_bytes(str(tmp_path)) == (2 + 27, 2 + 27)


def set_attribute(path: str, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.EPERM):
            raise
        pytest.skip(f"{name} cannot be set here")


def test_attributes_travel_with_files_and_folders(make_tree: Callable[..., str]) -> None:
    root = make_tree({"d": {"f": File(size=1)}, "l": Symlink("d/f")})
    settle(root)
    plain, plain_tar = wire_bytes(root), tar_bytes(root)
    set_attribute(f"{root}/d", "user.k", b"abc")
    set_attribute(f"{root}/d/f", "user.k", b"abc")
    set_attribute(f"{root}/d/f", "user.com.apple.k", b"")
    added = 15 + 15 + (2 + 4 + len("user.com.apple.k"))
    assert wire_bytes(root) == (plain[0] + added, plain[1] + added)
    assert tar_bytes(root) == plain_tar


# A folder and a file in it: their path of 445 bytes and a capability of 20 fill one block.
CAPABLE = f"{'d' * 222}/{'é' * 111}"
VERSION_2 = b"\x01\0\0\x02" + b"\0\x04\0\0" * 2 + bytes(8)
VERSION_3 = b"\x01\0\0\x03" + b"\0\x04\0\0" * 2 + bytes(8) + (1000).to_bytes(4, "little")


@NEEDS_ROOT
@pytest.mark.parametrize("value", [VERSION_2, VERSION_3], ids=["version 2", "version 3, cut"])
def test_capabilities(value: bytes, make_tree: Callable[..., str]) -> None:
    root = make_tree({CAPABLE: ""})
    settle(root)
    without = tar_bytes(root)
    plain = wire_bytes(root)[0]
    set_attribute(f"{root}/{CAPABLE}", "security.capability", value)
    assert without == 1536 + 1536 + 1024
    assert tar_bytes(root) == without
    assert wire_bytes(root)[0] == plain + 2 + 4 + 19 + len(value)
    os.rename(f"{root}/{CAPABLE}", f"{root}/{CAPABLE}x")
    assert tar_bytes(root) == without + 512


@NEEDS_ROOT
def test_a_capability_alone_needs_a_pax_header(make_tree: Callable[..., str]) -> None:
    root = make_tree({"f": ""})
    set_attribute(f"{root}/f", "security.capability", VERSION_2)
    assert tar_bytes(root) == 1536 + 1024


def test_index_of_three_bytes(tmp_path: Path) -> None:
    files = 16_500
    for number in range(files):
        os.close(os.open(tmp_path / f"{number:05}", os.O_CREAT | os.O_WRONLY, 0o644))
    stats = files * (2 + 7 + 3 + 10)
    data = 2 + 127 * 4 + (16_384 - 128) * 5 + (files - 16_384) * 6
    measured = measure(bare_request(str(tmp_path)))
    assert measured.copy_all == BuildKitTransfer(2 + stats + data, 2 + stats, files)
    assert measured.legacy == LegacyTransfer(files * 512 + 1024, files)
