"""What each entry adds: hard links, sockets, FIFOs, holes, endings."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from ctxguard.context.measure import measure
from ctxguard.context.weighing.tallies import ending_of
from ctxguard.measurement import Backend, GroupRow, Measurement, Totals
from tests.conftest import Fifo, File, Hardlink, Socket, Symlink, Tree
from tests.context.measuring import (
    BOTH,
    SCRATCH,
    bare_request,
    codes,
    entries_of,
    request_for,
    settle,
    tar_bytes,
    wire_bytes,
)

BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]


def measured(root: str, backend: Backend = BUILDKIT) -> Measurement:
    return measure(bare_request(root, backend))


def contents(root: str, backend: Backend = BUILDKIT) -> dict[str, tuple[int, str | None]]:
    """What travels with each entry, and the name it is a hard link of."""
    return {entry.path: (entry.bytes, entry.hardlink_of) for entry in entries_of(root, backend)}


# ── hard links ─────────────────────────────────────────────────────────────────────────────────


@BOTH
def test_the_first_name_carries_the_content(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"c": "12345", "b": {"x": Hardlink("c")}, "a": Hardlink("c")})
    assert contents(root, backend) == {
        "a": (5, None),
        "b": (0, None),
        "b/x": (0, "a"),
        "c": (0, "a"),
    }
    assert measured(root, backend).size == Totals(bytes=5, files=3, directories=1)


@BOTH
def test_if_the_first_name_is_excluded_the_next_carries_it(
    backend: Backend, make_tree: Make
) -> None:
    ignored = {".dockerignore": "a\nb", "b": {"a": Hardlink("a")}}
    root = make_tree(ignored | {"a": "12345", "c": Hardlink("a"), "d": Hardlink("a")})
    found = contents(root, backend)
    assert (found["c"], found["d"]) == ((5, None), (0, "c"))
    assert measured(root, backend).size.bytes == 5 + len("a\nb")


def test_each_builder_has_its_own_first_name(make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": SCRATCH,
            ".dockerignore": "a",
            "Dockerfile.dockerignore": "b",
            "a": "x" * 600,
            "b": Hardlink("a"),
            "c": Hardlink("a"),
        }
    )
    assert contents(root)["c"] == (0, "a")
    assert contents(root, LEGACY)["c"] == (0, "b")


def test_one_name_of_an_inode_is_no_hard_link(make_tree: Make) -> None:
    root = make_tree({"a": "12345", ".dockerignore": "b", "b": Hardlink("a")})
    assert contents(root)["a"] == (5, None)


def test_hard_links_on_the_wire(make_tree: Make) -> None:
    root = make_tree({"a": "12345", "b": Hardlink("a")})
    settle(root)
    first, later = 2 + 3 + 3 + 2 + 10, 2 + 3 + 3 + 2 + 10 + 3
    assert wire_bytes(root) == (2 + first + later + (2 + 1 + 1 + 5 + 2), 2 + first + later)
    assert tar_bytes(root) == 512 + 512 + 512 + 1024


def test_a_later_name_does_not_ask_for_data_even_if_it_is_empty(make_tree: Make) -> None:
    root = make_tree({"a": "", "b": Hardlink("a")})
    settle(root)
    assert wire_bytes(root) == (2 + 18 + 21 + 2, 2 + 18 + 21)


def test_a_hard_linked_symlink(make_tree: Make) -> None:
    long = "n" * 101
    root = make_tree({long: Symlink("x")})
    os.link(f"{root}/{long}", f"{root}/z", follow_symlinks=False)
    settle(root)
    assert contents(root)["z"] == (0, None)
    assert contents(root, LEGACY)["z"] == (0, long)
    # For BuildKit its link is the target; in the tar it is the first name, too long for a header.
    stat = 2 + 5 + 2 + 10 + 3
    assert wire_bytes(root)[0] == 2 + (stat + 103) + (stat + 3)
    assert tar_bytes(root) == 1536 + 1536 + 1024
    assert measured(root).size.symlinks == measured(root, LEGACY).size.symlinks == 2


@BOTH
def test_a_hard_linked_fifo(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"p": Fifo(), "q": Hardlink("p")})
    assert contents(root, backend) == {"p": (0, None), "q": (0, "p")}
    assert tar_bytes(root) == 512 + 512 + 1024


def test_a_hard_linked_socket(make_tree: Make) -> None:
    root = make_tree({"s": Socket(), "t": Hardlink("s")})
    os.chmod(f"{root}/s", 0o755)
    settle(root)
    assert contents(root) == {"s": (0, None), "t": (0, "s")}
    assert contents(root, LEGACY) == {}
    assert wire_bytes(root) == (2 + 18 + 21 + 2, 2 + 18 + 21)


# ── what is no file ────────────────────────────────────────────────────────────────────────────


def test_a_socket_is_an_empty_file_for_buildkit_and_nothing_in_the_tar(make_tree: Make) -> None:
    root = make_tree({"f": "1", "s": Socket()})
    os.chmod(f"{root}/s", 0o755)
    settle(root)
    assert wire_bytes(root) == (2 + 20 + 18 + (2 + 1 + 1 + 1 + 2) + 4, 2 + 20 + 18)
    assert tar_bytes(root) == 1024 + 1024
    assert measured(root).size == Totals(bytes=1, files=1, other=1)
    assert measured(root, LEGACY).size == Totals(bytes=1, files=1)


def test_a_fifo_is_a_header(make_tree: Make) -> None:
    root = make_tree({"p": Fifo()})
    os.chmod(f"{root}/p", 0o644)
    settle(root)
    assert wire_bytes(root) == (2 + 20, 2 + 20)
    assert tar_bytes(root) == 512 + 1024
    assert measured(root).size == measured(root, LEGACY).size == Totals(other=1)


def test_kinds_are_counted_apart(make_tree: Make) -> None:
    root = make_tree(
        {"d": {"e": {}}, "f": "12", "g": File(size=3000), "l": Symlink("f"), "p": Fifo()}
    )
    assert measured(root).size == Totals(bytes=3002, files=2, directories=2, symlinks=1, other=1)


@BOTH
def test_a_hole_counts_in_full(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"f": File("x", size=10**9)})
    assert os.stat(f"{root}/f").st_blocks * 512 < 10**6
    assert measured(root, backend).size.bytes == 10**9
    assert tar_bytes(root) > 10**9


def test_an_empty_context(make_tree: Make) -> None:
    root = make_tree({})
    assert measured(root).size == Totals()
    assert (wire_bytes(root), tar_bytes(root)) == ((2, 2), 1024)


# ── files that travel empty, and names that do not travel ──────────────────────────────────────


def test_what_is_refused_when_it_is_opened_travels_empty(make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": SCRATCH,
            ".dockerignore": "d\n!d/keep\nd",
            "d": {"keep": "x" * 700, "y": ""},
        }
    )
    found = measure(request_for(root))
    assert codes(found) == [("sent-empty", "d/keep")]
    assert contents(root)["d/keep"] == (0, None)
    assert found.size.bytes == len(SCRATCH) + len("d\n!d/keep\nd")
    assert contents(root, LEGACY)["d/keep"] == (700, None)
    assert codes(measure(request_for(root, LEGACY))) == []


# (what, tree, where a build with BuildKit fails)
NO_UTF8: list[tuple[str, Tree, list[str]]] = [
    ("a name", {"b\udcff": "x"}, ["b\udcff"]),
    ("a folder, and so all below it", {"b\udcff": {"f": ""}}, ["b\udcff", "b\udcff/f"]),
    ("the target of a link", {"l": Symlink("b\udcff")}, ["l"]),
    ("excluded", {"b\udcff": "x", ".dockerignore": "b*"}, []),
    ("UTF-8", {"bä": "x", "l": Symlink("ä")}, []),
    ("a surrogate in UTF-8", {"b\udced\udca0\udc80": ""}, ["b\udced\udca0\udc80"]),
]


@pytest.mark.parametrize(
    ("tree", "expected"), [row[1:] for row in NO_UTF8], ids=[row[0] for row in NO_UTF8]
)
def test_names_that_are_no_utf8(tree: Tree, expected: list[str], make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, **tree})
    assert codes(measure(request_for(root))) == [("not-utf8", path) for path in expected]
    assert codes(measure(request_for(root, LEGACY))) == []


# ── endings ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("clip.mp4", ".mp4"),
        ("clip.MP4", ".mp4"),
        ("a.tar.gz", ".gz"),
        ("Makefile", ""),
        (".env", ""),
        ("..env", ""),
        (".env.local", ".local"),
        ("a.", ""),
        ("a..b", ".b"),
        ("...", ""),
        ("x.é", ".é"),
        ("x.\udcff", ".\udcff"),
    ],
)
def test_ending(name: str, ending: str) -> None:
    assert ending_of(name) == ending


def test_types_are_sorted_by_bytes_then_name(make_tree: Make) -> None:
    root = make_tree(
        {
            "a.log": "12345",
            "d": {"b.LOG": "1", "c.py": "12", "e.md": "12"},
            "z": "123456",
            "l.log": Symlink("a.log"),
            "p.log": Fifo(),
            "y.log": Hardlink("a.log"),
        }
    )
    assert measured(root).types is None
    assert measure(bare_request(root, types=True)).types == (
        GroupRow("", 6, 1),
        GroupRow(".log", 6, 3),
        GroupRow(".md", 2, 1),
        GroupRow(".py", 2, 1),
    )
