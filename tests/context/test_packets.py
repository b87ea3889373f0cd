"""The DATA packets, counted before anyone knows at which index they begin."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context import wire
from ctxguard.context.packets import CHUNK, OrderNeededError, Packets

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


def packets_of(entries: Sequence[Entry]) -> Packets:
    packets = Packets()
    add_all(packets, entries)
    return packets


def add_all(packets: Packets, entries: Sequence[Entry]) -> None:
    for size in entries:
        if size is None:
            packets.add_others()
        else:
            packets.add_file(size)


@cache
def _many(entries: int) -> Packets:
    packets = Packets()
    packets.add_files([0] * entries)
    return packets


def after(entries: int) -> Packets:
    """With so many empty files before what comes next."""
    return copy.deepcopy(_many(entries)) if entries else Packets()


def bytes_after(index: int, entries: Sequence[Entry]) -> int:
    """What these entries take at this index."""
    packets = after(index)
    before = packets.bytes()
    add_all(packets, entries)
    return packets.bytes() - before


# (what, index, size, bytes)
PACKETS = [
    ("empty, first: no index", 0, 0, 2),
    ("empty, second", 1, 0, 4),
    ("last index of one byte", 127, 0, 4),
    ("first index of two", 128, 0, 5),
    ("last index of two", 16_383, 0, 5),
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


@pytest.mark.parametrize("border", BORDERS)
def test_many_at_once_over_a_border(border: int) -> None:
    index, sizes = max(0, border - 3), [0, 1, 32_768, 32_768, 9, 0]
    packets = after(index)
    before = packets.bytes()
    packets.add_files(sizes)
    assert packets.bytes() - before == expected_bytes(index, sizes)
    assert packets.entries == index + len(sizes)


def test_nothing() -> None:
    assert (Packets().bytes(), Packets().entries) == (0, 0)


def test_what_has_no_content_takes_an_index_all_the_same() -> None:
    assert packets_of([None] * 200).bytes() == 0
    assert packets_of([None] * 200).entries == 200
    assert packets_of([*[None] * 128, 0]).bytes() == 5


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("before", [4, 1, 0])
def test_a_part_that_lies_over_a_border(border: int, before: int) -> None:
    index = max(0, border - before)
    part: list[Entry] = [3, None, 70_000, 0, 1]
    whole = after(index)
    own = whole.bytes()
    whole.merge(packets_of(part))
    assert whole.bytes() - own == expected_bytes(index, part)
    assert whole.entries == index + len(part)


@pytest.mark.parametrize(
    ("first", "second"),
    [(2_097_152, 2_097_152), (2_097_160, 5), (5, 2_097_160), (2_000_000, 2_000_000)],
)
def test_large_parts(first: int, second: int) -> None:
    merged = after(first)
    merged.merge(after(second))
    add_all(merged, [5])
    whole = after(first + second)
    add_all(whole, [5])
    assert (merged.bytes(), merged.entries) == (whole.bytes(), whole.entries)


# ── laws ───────────────────────────────────────────────────────────────────────────────────────

SIZE = st.one_of(
    st.integers(0, 300), st.sampled_from([2**14, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 2**40])
)
ENTRIES: st.SearchStrategy[list[Entry]] = st.one_of(
    st.lists(st.none() | SIZE, max_size=12),
    # Enough of them to come over the first borders.
    st.builds(lambda entry, times: [entry] * times, st.none() | SIZE, st.integers(100, 300)),
)


@given(parts=st.lists(ENTRIES, max_size=4))
def test_merged_parts_are_the_whole(parts: list[list[Entry]]) -> None:
    merged = Packets()
    for part in parts:
        merged.merge(packets_of(part))
    entries = [entry for part in parts for entry in part]
    whole = packets_of(entries)
    assert merged.bytes() == whole.bytes() == expected_bytes(0, entries)
    assert merged.entries == whole.entries == len(entries)


@settings(max_examples=15, deadline=None)
@given(
    border=st.sampled_from(BORDERS[2:]),
    before=st.integers(0, 8),
    parts=st.lists(st.lists(st.none() | SIZE, max_size=6), min_size=2, max_size=3),
)
def test_merged_parts_are_the_whole_at_the_far_borders(
    border: int, before: int, parts: list[list[Entry]]
) -> None:
    merged, whole = after(border - before), after(border - before)
    own = whole.bytes()
    for part in parts:
        merged.merge(packets_of(part))
        add_all(whole, part)
    entries = [entry for part in parts for entry in part]
    assert merged.bytes() == whole.bytes() == own + expected_bytes(border - before, entries)


def loose(entries: Sequence[Entry]) -> Packets:
    packets = Packets(loose=True)
    add_all(packets, entries)
    return packets


@given(
    head=st.integers(1, 3),
    parts=st.lists(st.lists(st.none() | SIZE, max_size=9), min_size=1, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_between_two_borders_order_does_not_matter(
    head: int, parts: list[list[Entry]], seed: random.Random
) -> None:
    entries = [entry for part in parts for entry in part]
    seed.shuffle(parts)
    packets = packets_of([None] * head)
    for part in parts:
        packets.merge(loose(seed.sample(part, len(part))))
    assert packets.bytes() == expected_bytes(head, entries)
    assert packets.entries == head + len(entries)


# (index of the first entry whose order is not known, how many there are, whether that will do)
LOOSE = [
    (0, 1, True),
    (0, 2, False),
    (1, 127, True),
    (1, 128, False),
    (128, 16_256, True),
    (128, 16_257, False),
    (16_383, 1, True),
    (16_383, 2, False),
    (16_384, 2_080_768, True),
    (16_384, 2_080_769, False),
    (2_097_151, 2, False),
    (2_097_152, 9, True),
]


@pytest.mark.parametrize(("index", "count", "fits"), LOOSE)
def test_over_a_border_order_matters(index: int, count: int, fits: bool) -> None:
    packets, part = after(index), Packets(loose=True)
    before = packets.bytes()
    part.add_files([0] * count)
    packets.merge(part)
    if fits:
        assert packets.bytes() - before == count * (2 + wire.number_bytes(index))
    else:
        with pytest.raises(OrderNeededError):
            packets.bytes()


def test_what_follows_a_loose_part_is_loose() -> None:
    packets = after(127)
    packets.merge(loose([0]))
    packets.add_file(0)
    with pytest.raises(OrderNeededError):
        packets.bytes()


def test_without_content_no_order_matters() -> None:
    packets = Packets(loose=True)
    packets.add_others(20_000)
    assert packets.bytes() == 0


@given(sizes=st.lists(SIZE, min_size=1))
def test_many_at_once_or_one_by_one(sizes: list[int]) -> None:
    together = Packets()
    together.add_files(sizes)
    assert together.bytes() == packets_of(sizes).bytes()
    assert together.entries == len(sizes)
