from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxguard.sizes import LARGEST, format_legacy_size, format_size, parse_size
from tests.data import docker_vectors

UNITS = [
    ("B", 1),
    ("k", 1000),
    ("kB", 1000),
    ("M", 1000**2),
    ("MB", 1000**2),
    ("G", 1000**3),
    ("GB", 1000**3),
    ("T", 1000**4),
    ("TB", 1000**4),
    ("Ki", 1024),
    ("KiB", 1024),
    ("Mi", 1024**2),
    ("MiB", 1024**2),
    ("Gi", 1024**3),
    ("GiB", 1024**3),
    ("Ti", 1024**4),
    ("TiB", 1024**4),
]


@pytest.mark.parametrize(("unit", "factor"), UNITS, ids=[unit for unit, _ in UNITS])
def test_every_unit_in_any_case_with_or_without_a_blank(unit: str, factor: int) -> None:
    for spelled in (unit, unit.lower(), unit.upper(), unit.swapcase()):
        for blank in ("", " "):
            assert parse_size(f"3{blank}{spelled}") == 3 * factor


READ = [
    ("0", 0),
    ("1", 1),
    ("007", 7),
    ("1048576", 1_048_576),
    ("1000000000000", 10**12),
    ("1.5 GB", 1_500_000_000),
    ("1.5G", 1_500_000_000),
    ("0.5KiB", 512),
    ("0.0005MB", 500),
    ("1.2345kB", 1234),
    ("1.2355kB", 1236),
    ("  20 MB\t", 20_000_000),
    ("0.1 TB", 10**11),
    ("9007199254740993", 9007199254740993),
    ("9007199254.740993 MB", 9007199254740993),
]


@pytest.mark.parametrize(("text", "size"), READ, ids=[repr(text) for text, _ in READ])
def test_reads(text: str, size: int) -> None:
    assert parse_size(text) == size


REFUSED = [
    ("empty", ""),
    ("blank", " "),
    ("negative", "-5"),
    ("negative with a unit", "-5MB"),
    ("plus sign", "+5MB"),
    ("a fraction of a byte", "1.5"),
    ("a fraction of a byte with its unit", "1.5 B"),
    ("bits", "10 kbit"),
    ("exponent", "1e9"),
    ("exponent with a unit", "1e3MB"),
    ("no digits", "MB"),
    ("nothing before the point", ".5MB"),
    ("nothing behind the point", "5.MB"),
    ("decimal comma", "1,5MB"),
    ("groups of digits", "1,000,000"),
    ("underscores", "1_000"),
    ("hexadecimal", "0x10"),
    ("i without a power", "5iB"),
    ("unknown unit", "5PB"),
    ("words", "5 megabytes"),
    ("two blanks", "5  MB"),
    ("line end inside", "5\nMB"),
    ("two sizes", "5MB 6MB"),
    ("infinity", "inf"),
    ("not a number", "nan"),
    ("10,000 digits", "1" * 10_000),
    ("10,000 digits of a fraction", f"1.{'1' * 10_000}MB"),
    ("a percentage", "50%"),
]


@pytest.mark.parametrize("text", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size; write it like"):
        parse_size(text)


LOOKALIKES = [
    ("Arabic digits", "\u0663MB"),
    ("fullwidth digits", "\uff15MB"),
    ("Kelvin sign", "5\u212aB"),
    ("dotless i", "5K\u0131B"),
]


@pytest.mark.parametrize("text", [row[1] for row in LOOKALIKES], ids=[row[0] for row in LOOKALIKES])
def test_refuses_what_only_looks_like_a_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


EXACT = [
    ("30 digits", "123456789012345678901234567890", 123456789012345678901234567890),
    ("rounded", "123456789012345678901234567.0019k", 123456789012345678901234567002),
    ("many digits of a fraction", f"1.{'0' * 26}1 GB", 10**9),
    ("the largest", "1000000000000000000T", LARGEST),
]


@pytest.mark.parametrize(
    ("text", "size"), [row[1:] for row in EXACT], ids=[row[0] for row in EXACT]
)
def test_no_digit_is_lost(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["1000000000000000001T", f"{'9' * 30}k"])
def test_refuses_what_no_disk_can_hold(text: str) -> None:
    with pytest.raises(ValueError, match=r"no disk is that large; a size goes up to 1000000\.00YB"):
        parse_size(text)


def test_a_long_value_is_not_repeated_in_full() -> None:
    with pytest.raises(ValueError, match=r'^"9{57}\.\.\." is not a size') as caught:
        parse_size("9" * 10_000)
    assert len(str(caught.value)) < 200


FORMATTED: list[dict[str, Any]] = docker_vectors("size")["format"]


@pytest.mark.parametrize("row", FORMATTED, ids=lambda row: str(row["bytes"]))
def test_shows_what_docker_shows(row: dict[str, Any]) -> None:
    assert format_size(row["bytes"]) == row["buildkit"]
    assert format_legacy_size(row["bytes"]) == row["legacy"]


def test_the_recorded_sizes_are_all_there() -> None:
    assert len(FORMATTED) >= 60


def test_a_negative_size_keeps_its_sign() -> None:
    assert format_size(-4608) == "-4.61kB"


@given(st.integers(min_value=0, max_value=999 * 10**12))
@example(999)
@example(1000)
@example(999_995)
@example(999_999_999_999)
def test_what_is_shown_reads_back_within_rounding(size: int) -> None:
    # Two decimals of a number that is at least 1 are right to half a percent of it.
    assert abs(parse_size(format_size(size)) - size) <= size * 0.005 + 1e-6
    # Four digits are right to half a thousandth.
    assert abs(parse_size(format_legacy_size(size)) - size) <= size * 0.0005 + 1e-6


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_bare_number_is_bytes(size: int) -> None:
    assert parse_size(str(size)) == size
