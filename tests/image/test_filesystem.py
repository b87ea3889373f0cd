"""Layers put together, held against folders on paper that are filled one layer after the other."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.image import filesystem as filesystem_
from ctxguard.image import waste
from ctxguard.image.filesystem import FileSystem, merged
from ctxguard.image.inode import Inode
from ctxguard.image.listing import Listing, Reading, inner_path, listed
from ctxguard.image.streams import DamagedError, Reader
from ctxguard.image.tar import TarReader
from ctxguard.image.waste import WasteTally
from tests.image.archives import Entry, Folder, Layer, Link, Symlink, tar_of


def listing_of(layer: Layer) -> Listing:
    data = tar_of(layer)
    return listed(TarReader(Reader([data], "a layer"), "a layer"), Reading(lambda _: 0), "a layer")


def filesystem(*layers: Layer) -> FileSystem:
    return merged([listing_of(each) for each in layers])


def shown(found: FileSystem) -> dict[str, int]:
    return {
        f"{folder}/{name}".lstrip("/"): inode.bytes
        for folder, inner in found.shown()
        for name, inode in inner.items()
    }


CASES: dict[str, tuple[list[Layer], dict[str, int], int]] = {
    "a file deleted": ([{"a": 5, "b": 3}, {".wh.a": b""}], {"b": 3}, 5),
    "a file overwritten": ([{"a": 5}, {"a": 7}], {"a": 7}, 5),
    "a folder deleted": ([{"d/a": 5, "d/e/b": 3}, {".wh.d": b""}], {}, 8),
    "a folder made opaque": (
        [{"d/a": 5, "d/e/b": 3, "c": 1}, {"d/.wh..wh..opq": b"", "d/n": 2}],
        {"d/n": 2, "c": 1},
        8,
    ),
    "an opaque mark behind what its own layer brings": (
        [{"d/a": 5}, {"d/n": 2, "d/.wh..wh..opq": b""}],
        {"d/n": 2},
        5,
    ),
    "a whiteout behind what its own layer brings": (
        [{"a": 5}, {"a": 7, ".wh.a": b""}],
        {"a": 7},
        5,
    ),
    "a whiteout of nothing": ([{"a": 5}, {".wh.b": b"", "x/.wh.y": b""}], {"a": 5}, 0),
    "a file in the place of a folder": ([{"d/a": 5, "d/b": 1}, {"d": 2}], {"d": 2}, 6),
    "a folder in the place of a file": ([{"d": 5}, {"d/a": 2}], {"d/a": 2}, 5),
    "an empty folder in the place of a file": ([{"d": 5}, {"d": Folder()}], {}, 5),
    "a folder once more": ([{"d/a": 5}, {"d": Folder()}], {"d/a": 5}, 0),
    "one of two names deleted": ([{"a": 5, "b": Link("a")}, {".wh.a": b""}], {"b": 5}, 0),
    "both names deleted": ([{"a": 5, "b": Link("a")}, {".wh.a": b"", ".wh.b": b""}], {}, 5),
    "a name for a file of a lower layer": ([{"a": 5}, {"b": Link("a")}], {"a": 5, "b": 5}, 0),
    "a name before the file": ([{"b": Link("a"), "a": 5}], {"a": 5, "b": 5}, 0),
    "a name of nothing": ([{"b": Link("a")}], {"b": 0}, 0),
    "a link overwritten": ([{"l": Symlink("four")}, {"l": 9}], {"l": 9}, 0),
    "in vain twice": ([{"a": 5}, {"a": 7}, {"a": 9}], {"a": 9}, 12),
    "the same entry twice in a layer": ([{"./a": 5, "a": 7}], {"a": 7}, 5),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_left(name: str) -> None:
    layers, left, wasted = CASES[name]
    found = filesystem(*layers)
    assert shown(found) == left
    assert found.wasted(10).bytes == wasted
    assert sum(found.wasted_by_layer()[number + 1] for number in range(len(layers))) == wasted


def test_where_and_how() -> None:
    found = filesystem({"a": 5, "b": 90}, {"x": 1}, {"a": 7, ".wh.b": b""}).wasted(10)
    rows = [
        (each.path, each.bytes, each.written_in, each.gone_in, each.overwritten)
        for each in found.paths
    ]
    assert rows == [("b", 90, 1, 3, False), ("a", 5, 1, 3, True)]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a/b"),
        ("./a", "a"),
        ("/a", "a"),
        ("a//b/", "a/b"),
        ("", ""),
        (".", ""),
        ("a./b", "a./b"),
    ],
)
def test_paths(name: str, path: str) -> None:
    assert inner_path(name, "t") == path


@pytest.mark.parametrize("name", ["..", "../a", "a/../../b", "/../etc/passwd", "a/.."])
def test_paths_that_lead_out(name: str) -> None:
    with pytest.raises(DamagedError, match="leads out of the image"):
        inner_path(name, "t")


# ── held against a second, naive computation ──────────────────────────────────────────────────

PARTS = st.sampled_from(["a", "b", "c", "d"])
FILES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
CHANGES = st.dictionaries(FILES, st.integers(0, 50) | st.none(), max_size=6)
"""None deletes."""


def naive(layers: list[dict[str, int | None]]) -> tuple[dict[str, int], int]:
    """What is left and what is wasted, by a dict of whole paths and nothing else."""
    left: dict[str, int] = {}
    wasted = 0
    for layer in layers:
        for path, size in sorted(layer.items()):
            if size is None:
                for each in [one for one in left if one == path or one.startswith(f"{path}/")]:
                    wasted += left.pop(each)
        for path, size in layer.items():
            if size is None:
                continue
            above = {path[:at] for at, char in enumerate(path) if char == "/"}
            for each in [o for o in left if o == path or o.startswith(f"{path}/") or o in above]:
                wasted += left.pop(each)
            left[path] = size
    return left, wasted


def as_layer(changes: dict[str, int | None]) -> Layer:
    layer: dict[str, Entry] = {}
    for path, size in changes.items():
        folder, _, name = path.rpartition("/")
        if size is None:
            layer[f"{folder}/.wh.{name}".lstrip("/")] = b""
        else:
            layer[path] = size
    return layer


@given(layers=st.lists(CHANGES, max_size=5))
def test_it_is_what_the_naive_way_finds(layers: list[dict[str, int | None]]) -> None:
    found = filesystem(*map(as_layer, layers))
    left, wasted = naive(layers)
    assert shown(found) == left
    assert found.wasted(1).bytes == wasted
    assert sum(left.values()) + wasted == sum(listing_of(as_layer(each)).bytes for each in layers)


def test_a_hundred_layers() -> None:
    found = filesystem(*({"a": at, f"f{at}": 1} for at in range(100)))
    assert shown(found)["a"] == 99
    assert found.wasted(1).bytes == sum(range(99))


def test_the_same_layer_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem_, "_MOST_AGAIN", 100)
    layer, other = listing_of({f"f{at}": 1 for at in range(10)}), listing_of({"f1": 2, "x": 3})
    found = merged([layer, other] * 8)
    assert found.wasted(1).bytes == 10 * 8 + 5 * 8 - sum(shown(found).values())
    with pytest.raises(DamagedError, match="layer 19: the same layers come again and again"):
        merged([layer, other] * 150)


def test_an_empty_layer_may_come_as_often_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem_, "_MOST_AGAIN", 100)
    assert shown(merged([listing_of({"a": 5}), *[listing_of({})] * 900])) == {"a": 5}


@given(sizes=st.lists(st.integers(0, 9), max_size=60), most=st.integers(1, 8))
def test_the_heaviest_of_what_is_gone(sizes: list[int], most: int) -> None:
    """Kept are as many as may be asked for, and they are those of the whole list."""
    tally, limit = WasteTally(), 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waste, "MOST_PATHS", limit)
        for at, size in enumerate(sizes):
            tally.add(Inode(f"{at:02}", size, 1, regular=True), 2, overwritten=False)
        found = tally.wasted(most)
    first = sorted(((-size, f"{at:02}") for at, size in enumerate(sizes) if size))[:most]
    assert [(-each.bytes, each.path) for each in found.paths] == first
    assert (found.bytes, found.files) == (sum(sizes), len(sizes))


def test_very_deep() -> None:
    path = "/".join("d" for _ in range(200))
    assert shown(filesystem({f"{path}/f": 5})) == {f"{path}/f": 5}
    with pytest.raises(DamagedError, match="over 256 folders"):
        filesystem({f"{path}/{path}/f": 5})
    with pytest.raises(DamagedError, match="a name of over"):
        filesystem({"x" * 5000: 5})


def test_an_empty_layer() -> None:
    empty = io.BytesIO(bytes(1024)).getvalue()
    found = listed(TarReader(Reader([empty], "t"), "t"), Reading(lambda _: 0), "t")
    assert (found.bytes, found.files) == (0, 0)
