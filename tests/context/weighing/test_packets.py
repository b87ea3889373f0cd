"""The DATA packets, and the index fields that are added where their length is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.context.weighing import wire
from ctxguard.context.weighing.packets import CHUNK, Indexes, packets_in_all, packets_of

BORDERS = (1, 128, 16_384, 2_097_152)
"""The first index that takes one byte more."""
Entry = int | None
"""The size of a file, or None for an entry without content."""


def expected_bytes(index: int, entries: Sequence[Entry]) -> int:
    """Packet by packet: type, index, and a piece of the content or none at the end."""
    total = 0
    for at, size in enumerate(entries, index):
        if size is not None:
            chunks, rest = divmod(size, CHUNK)
            start = 2 + wire.number_bytes(at)
            total += chunks * (start + wire.text_bytes(CHUNK)) + start
            total += start + wire.text_bytes(rest) if rest else 0
    return total


def counts_of(entries: Sequence[Entry]) -> list[int]:
    return [0 if size is None else packets_of([size]).counts[0] for size in entries]


def bytes_after(index: int, entries: Sequence[Entry]) -> int:
    """What these entries take at this index."""
    indexes = Indexes(index)
    indexes.add(counts_of(entries))
    assert indexes.entries == index + len(entries)
    return indexes.bytes + packets_of([size for size in entries if size is not None]).bytes


# (what, index, size, bytes)
PACKETS = [
    ("empty, first: no index", 0, 0, 2),
    ("empty, second", 1, 0, 4),
    ("last index of one byte", 127, 0, 4),
    ("first index of two", 128, 0, 5),
    ("last index of two bytes", 16_383, 0, 5),
    ("first index of three", 16_384, 0, 6),
    ("last index of three", 2_097_151, 0, 6),
    ("first index of four", 2_097_152, 0, 7),
    ("one byte", 0, 1, 2 + 1 + 1 + 1 + 2),
    ("last length of one byte", 0, 127, 2 + 1 + 1 + 127 + 2),
    ("longer length", 0, 128, 2 + 1 + 2 + 128 + 2),
    ("last length of two bytes", 0, 16_383, 2 + 1 + 2 + 16_383 + 2),
    ("first length of three", 0, 16_384, 2 + 1 + 3 + 16_384 + 2),
    ("short of a chunk", 0, 32_767, 2 + 1 + 3 + 32_767 + 2),
    ("one chunk", 0, 32_768, 2 + 1 + 3 + 32_768 + 2),
    ("a chunk and a byte", 0, 32_769, 6 + 32_768 + 4 + 1 + 2),
    ("short of two chunks", 0, 65_535, 6 + 32_768 + 6 + 32_767 + 2),
    ("two chunks, index of two bytes", 200, 65_536, 2 * (5 + 4 + 32_768) + 5),
    ("two chunks, index of four bytes", 2_097_152, 65_536, 2 * (7 + 4 + 32_768) + 7),
]


@pytest.mark.parametrize(
    ("index", "size", "expected"), [row[1:] for row in PACKETS], ids=[row[0] for row in PACKETS]
)
def test_packets_of_one_file(index: int, size: int, expected: int) -> None:
    assert bytes_after(index, [size]) == expected == expected_bytes(index, [size])


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("rows", [[0] * 6, [5, None, 7, 40_000, 0, None], [65_536] * 6])
def test_a_row_of_files_over_a_border(border: int, rows: list[Entry]) -> None:
    index = max(0, border - 3)
    assert bytes_after(index, rows) == expected_bytes(index, rows)


def test_nothing() -> None:
    indexes = Indexes()
    indexes.add([])
    assert (indexes.bytes, indexes.entries) == (0, 0)


def test_what_has_no_content_takes_an_index_all_the_same() -> None:
    assert bytes_after(0, [None] * 200) == 0
    assert bytes_after(0, [*[None] * 128, 0]) == 5


# (index of the next entry, how many come, whether their index fields differ in length)
CROSSING = [
    (0, 0, False),
    (0, 1, False),
    (0, 2, True),
    (1, 127, False),
    (1, 128, True),
    (128, 16_256, False),
    (128, 16_257, True),
    (16_383, 1, False),
    (16_383, 2, True),
    (16_384, 2_080_768, False),
    (16_384, 2_080_769, True),
    (2_097_151, 2, True),
    (2_097_152, 9, False),
]


@pytest.mark.parametrize(("index", "count", "crosses"), CROSSING)
def test_whether_a_border_lies_ahead(index: int, count: int, crosses: bool) -> None:
    assert Indexes(index).crosses(count) == crosses


# ── laws ───────────────────────────────────────────────────────────────────────────────────────

SIZE = st.one_of(
    st.integers(0, 300), st.sampled_from([2**14, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 2**40])
)
ENTRIES: st.SearchStrategy[list[Entry]] = st.one_of(
    st.lists(st.none() | SIZE, max_size=12),
    # Enough of them to come over the first borders.
    st.builds(lambda entry, times: [entry] * times, st.none() | SIZE, st.integers(100, 300)),
)
INDEX = st.one_of(
    st.integers(0, 300),
    st.builds(
        lambda border, before: max(0, border - before), st.sampled_from(BORDERS), st.integers(0, 9)
    ),
)


@given(index=INDEX, parts=st.lists(ENTRIES, max_size=4))
def test_part_by_part_as_the_whole(index: int, parts: list[list[Entry]]) -> None:
    indexes = Indexes(index)
    for part in parts:
        indexes.add(counts_of(part))
    entries = [entry for part in parts for entry in part]
    sizes = [size for size in entries if size is not None]
    assert indexes.bytes + packets_of(sizes).bytes == expected_bytes(index, entries)


@given(index=INDEX, entries=ENTRIES)
def test_between_two_borders_order_does_not_matter(index: int, entries: list[Entry]) -> None:
    alike, ordered = Indexes(index), Indexes(index)
    counts = counts_of(entries)
    ordered.add(counts)
    alike.add_alike(len(counts), sum(counts))
    assert alike.entries == ordered.entries
    if not Indexes(index).crosses(len(entries)):
        assert alike.bytes == ordered.bytes


@given(sizes=st.lists(SIZE, min_size=1))
def test_many_at_once_or_one_by_one(sizes: list[int]) -> None:
    one_by_one = [packets_of([size]) for size in sizes]
    together = packets_of(sizes)
    assert list(together.counts) == [each.counts[0] for each in one_by_one]
    assert together.bytes == sum(each.bytes for each in one_by_one)
    assert packets_in_all(sizes) == (sum(together.counts), together.bytes)
