"""Which entries are plain files, and that they weigh the same together as one by one."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.tree.given import worktree
from ctxguard.context.tree.source import Folder, Source
from ctxguard.context.walking.inclusion import EVERYTHING
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.walking.views import FolderView
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.context.weighing.buildkit import BuildKitWire
from ctxguard.context.weighing.heaviest import HeaviestTally
from ctxguard.context.weighing.packets import packets_of
from ctxguard.context.weighing.sent import Sent
from ctxguard.context.weighing.tallies import SizeTally, Tally, TypeTally
from ctxguard.context.weighing.tar import LegacyTar
from ctxguard.measurement import EntryKind
from tests.conftest import Fifo, File, Hardlink, Socket, Symlink, Tree
from tests.context.measuring import MTIME, view_of

Make = Callable[..., str]
Rights = Callable[[], AbstractContextManager[None]]
Shown = list[str | list[str]]
"""Names that come together, and those that come by themselves."""
EIGHT: Tree = {f"f{at}": "x" * at for at in range(9) if at != 4}
BEFORE, AFTER = ["f0", "f1", "f2", "f3"], ["f5", "f6", "f7", "f8"]
SPECIAL: Shown = [BEFORE, "f4", AFTER]
PLAIN: Shown = [[*BEFORE, "f4", *AFTER]]
FIRST_OF_9_BYTES = 2**56 // 10**9 + 1
LAST_IN_A_HEADER = 8**11 - 1


def listing_of(root: str, path: str = "d", rules: str = "") -> tuple[Listing, FolderView]:
    for step in walk(worktree(root), [view_of(rules)]):
        if isinstance(step, Listing) and step.path == path:
            seen = step.views[0]
            assert seen is not None
            return step, seen
    raise AssertionError(path)


def shown(listing: Listing, seen: FolderView, start: int = 0, stop: int | None = None) -> Shown:
    stop = len(listing.names) if stop is None else stop
    return [
        list(one.names) if isinstance(one, PlainFiles) else listing.names[one]
        for one in listing.plain.stretches(start, stop, seen)
    ]


def outcome(root: str, path: str = "d", rules: str = "") -> Shown:
    return shown(*listing_of(root, path, rules))


# (what, what stands among plain files, how they come)
ENTRIES: list[tuple[str, Tree, Shown]] = [
    ("a file", {"f4": "x"}, PLAIN),
    ("an empty file", {"f4": ""}, PLAIN),
    ("any rights", {"f4": File(mode=0o4711)}, PLAIN),
    ("a hole", {"f4": File(size=10**9)}, PLAIN),
    ("a folder", {"f4": {}}, SPECIAL),
    ("a link", {"f4": Symlink("f0")}, SPECIAL),
    ("a FIFO", {"f4": Fifo()}, SPECIAL),
    ("a socket", {"f4": Socket()}, SPECIAL),
    ("one of two names", {"f4": Hardlink("elsewhere")}, SPECIAL),
    ("an extended attribute", {"f4": File(xattrs={"user.k": b"v"})}, SPECIAL),
    ("before 1970", {"f4": File(mtime=-1)}, SPECIAL),
    ("time 0", {"f4": File(mtime=0)}, SPECIAL),
    ("the last time of 8 bytes", {"f4": File(mtime=FIRST_OF_9_BYTES - 1)}, SPECIAL),
    ("the first time of 9 bytes", {"f4": File(mtime=FIRST_OF_9_BYTES)}, PLAIN),
    ("a second before the last in a header", {"f4": File(mtime=LAST_IN_A_HEADER - 1)}, PLAIN),
    ("a second after it", {"f4": File(mtime=LAST_IN_A_HEADER + 1)}, SPECIAL),
    ("a name that is not ASCII", {"f4é": ""}, [BEFORE, "f4é", AFTER]),
    ("a name that is not UTF-8", {"f4\udcff": ""}, [BEFORE, "f4\udcff", AFTER]),
    ("a control character", {"f4\x01\n": ""}, [[*BEFORE, "f4\x01\n", *AFTER]]),
    ("a long name", {"f4" + "n" * 200: ""}, [[*BEFORE, "f4" + "n" * 200, *AFTER]]),
]


@pytest.mark.parametrize(
    ("tree", "expected"), [row[1:] for row in ENTRIES], ids=[row[0] for row in ENTRIES]
)
def test_what_is_plain(tree: Tree, expected: Shown, make_tree: Make) -> None:
    root = make_tree({"d": {**EIGHT, **tree}, "elsewhere": ""})
    (node,) = tree.values()
    mtime = node.mtime if isinstance(node, File) else None
    if mtime is not None and os.stat(f"{root}/d/f4").st_mtime != mtime:
        pytest.skip("the file system does not hold such a time")
    assert outcome(root) == expected


@pytest.mark.parametrize("folder", ["é", "\udcff", "\U00010000"], ids=ascii)
def test_nothing_is_plain_in_a_folder_that_is_not_ascii(folder: str, make_tree: Make) -> None:
    names = sorted(EIGHT)
    assert outcome(make_tree({folder: EIGHT}), folder) == names
    assert outcome(make_tree({folder: {"e": EIGHT}}, "other"), f"{folder}/e") == names


def test_an_unreadable_file(make_tree: Make, without_rights: Rights) -> None:
    root = make_tree({"d": {**EIGHT, "f4": File("x", mode=0)}})
    assert outcome(root) == PLAIN
    with without_rights():
        found = outcome(root)
    assert found == SPECIAL


def test_a_file_that_is_sent_but_refused(make_tree: Make) -> None:
    listing, seen = listing_of(make_tree({"d": {**EIGHT, "f4": "x"}}))
    decisions = list(seen.decisions)
    decisions[4] = replace(decisions[4], documented=True)
    assert shown(listing, replace(seen, decisions=decisions)) == SPECIAL
    # Another builder may see the same folder otherwise.
    assert shown(listing, seen) == PLAIN


def test_files_that_are_sent_but_refused(make_tree: Make) -> None:
    root = make_tree({"d": EIGHT})
    assert outcome(root, rules="d\n!d/f*\nd") == sorted(EIGHT)


def test_what_is_not_sent_is_left_out(make_tree: Make) -> None:
    tree: Tree = {**EIGHT, "f4": "x"}
    assert outcome(make_tree({"d": tree}), rules="d/f4") == [[*BEFORE, *AFTER]]
    assert outcome(make_tree({"d": {**EIGHT, "f4": {}}}, "a folder"), rules="d/f4") == [
        BEFORE,
        AFTER,
    ]
    assert outcome(make_tree({"d": tree}, "nothing"), rules="d/*") == []


def test_a_few_come_one_by_one(make_tree: Make) -> None:
    root = make_tree({"d": {"a": "", "b": "", "c": ""}})
    assert outcome(root) == ["a", "b", "c"]
    assert outcome(make_tree({"d": {"a": "", "b": "", "c": {}, **EIGHT}}, "more")) == [
        "a",
        "b",
        "c",
        [*BEFORE, *AFTER],
    ]


# (start, stop, names that are sent, how they come; f4 is a link)
ALL = [*BEFORE, "f4", *AFTER]
PARTS: list[tuple[int, int, list[str], Shown]] = [
    (0, 9, ALL, SPECIAL),
    (0, 4, ALL, [BEFORE]),
    (0, 5, ALL, [BEFORE, "f4"]),
    (4, 5, ALL, ["f4"]),
    (5, 9, ALL, [AFTER]),
    (4, 9, ALL, ["f4", AFTER]),
    (6, 9, ALL, ["f6", "f7", "f8"]),
    (3, 3, ALL, []),
    (0, 9, ["f0", "f2", "f4", "f8"], [["f0", "f2"], "f4", ["f8"]]),
    (0, 9, ["f0", "f2", "f8"], [["f0", "f2"], ["f8"]]),
    (0, 9, AFTER, [AFTER]),
    (1, 8, ["f0", "f1", "f8"], ["f1"]),
    (0, 9, [], []),
]


@pytest.mark.parametrize(("start", "stop", "sent", "expected"), PARTS)
def test_parts(start: int, stop: int, sent: list[str], expected: Shown, make_tree: Make) -> None:
    listing, seen = listing_of(make_tree({"d": {**EIGHT, "f4": Symlink("f0")}}))
    seen = replace(seen, sent=[name in sent for name in listing.names])
    assert shown(listing, seen, start, stop) == expected


# (what, what else is in the folder, rules, whether the files are all of it that is sent)
WHOLE: list[tuple[str, Tree, str, list[bool]]] = [
    ("files alone", {}, "", [True]),
    ("an ignored file", {"f4": ""}, "d/f4", [True]),
    ("an ignored folder", {"f4": {"x": ""}}, "d/f4", [False, False]),
    ("a link", {"f4": Symlink("x")}, "", [False, False]),
    ("a folder", {"z": {"x": ""}}, "", [False]),
    ("an ignored folder with an exception", {"z": {"x": ""}}, "d/z\n!d/z/x", [False]),
]


@pytest.mark.parametrize(
    ("tree", "rules", "expected"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE]
)
def test_whole_folders(tree: Tree, rules: str, expected: list[bool], make_tree: Make) -> None:
    listing, seen = listing_of(make_tree({"d": {**EIGHT, **tree}}), rules=rules)
    stretches = listing.plain.stretches(0, len(listing.names), seen)
    assert [one.whole for one in stretches if isinstance(one, PlainFiles)] == expected


# ── laws ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Facts:
    """What `stat` would say."""

    st_mode: int = modes.S_IFREG | 0o644
    st_size: int = 0
    st_mtime: float = float(MTIME)
    st_mtime_ns: int = MTIME * 10**9
    st_nlink: int = 1
    st_ino: int = 1
    st_rdev: int = 0


@dataclass
class _NoFolder:
    directories: Sequence[int]


STATS = st.builds(
    Facts,
    st.sampled_from([modes.S_IFREG | 0o644, modes.S_IFREG | 0o755, modes.S_IFDIR | 0o755]),
    st.integers(0, 2**33),
    st_nlink=st.sampled_from([1, 1, 1, 2]),
)


@given(
    rows=st.lists(st.tuples(STATS, st.booleans(), st.booleans()), max_size=30),
    ends=st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
def test_what_is_sent_comes_once_and_in_order(
    rows: list[tuple[Facts, bool, bool]], ends: tuple[int, int]
) -> None:
    names = [f"f{at:02}" for at in range(len(rows))]
    stats = [facts for facts, _, _ in rows]
    seen = _seen(names, [sent for _, sent, _ in rows])
    folder = _NoFolder([at for at, facts in enumerate(stats) if modes.S_ISDIR(facts.st_mode)])
    listing = Listing("d", 1, 0, names, cast("Folder", folder), list(stats), [seen])
    listing.unreadable |= {at for at, (*_, unreadable) in enumerate(rows) if unreadable}
    start, stop = sorted(min(end, len(names)) for end in ends)
    found: list[int] = []
    for one in listing.plain.stretches(start, stop, seen):
        if isinstance(one, int):
            found.append(one)
            continue
        at = [names.index(name) for name in one.names]
        found += at
        assert list(one.sizes) == [stats[index].st_size for index in at]
        assert list(one.modes) == [stats[index].st_mode for index in at]
        assert not listing.unreadable & set(at)
        assert all(modes.S_ISREG(stats[index].st_mode) for index in at)
        assert all(stats[index].st_nlink == 1 for index in at)
        assert one.folder == "d"
    assert found == [at for at in range(start, stop) if seen.sent[at]]


def _seen(names: Sequence[str], sent: list[bool]) -> FolderView:
    view = view_of("")
    return replace(view.look(view.root(), names), sent=sent)


@given(
    rows=st.lists(st.tuples(STATS, st.booleans(), st.booleans()), max_size=30),
    refused=st.sets(st.integers(0, 29)),
    second=st.none() | st.sets(st.integers(0, 29)),
)
def test_everything_comes_once(
    rows: list[tuple[Facts, bool, bool]], refused: set[int], second: set[int] | None
) -> None:
    names = [f"f{at:02}" for at in range(len(rows))]
    stats = [facts for facts, _, _ in rows]
    folders = {at for at, facts in enumerate(stats) if modes.S_ISDIR(facts.st_mode)}
    seen = _seen(names, [sent for _, sent, _ in rows])
    refused &= set(range(len(rows)))
    seen.decisions = [
        replace(decision, documented=at in refused) for at, decision in enumerate(seen.decisions)
    ]
    if second is not None:
        seen.members = [(0, 2) if at in second else (0,) for at in range(len(rows))]
    folder = _NoFolder(sorted(folders))
    listing = Listing("d", 1, 0, names, cast("Folder", folder), list(stats), [seen])
    listing.unreadable |= {at for at, (*_, unreadable) in enumerate(rows) if unreadable}
    special = listing.unreadable | refused
    special |= {at for at in set(range(len(rows))) - folders if stats[at].st_nlink > 1}
    special |= {at for at, facts in enumerate(stats) if facts.st_size >= 8**11} - folders
    found = listing.plain.everything(seen)
    files = [names.index(name) for part in found.files for name in part.names]
    below = [names.index(name) for part in found.folders for name in part.names]
    sent = {at for at in range(len(rows)) if seen.sent[at]}
    assert (set(files), set(below)) == (sent - special - folders, sent & folders - special)
    assert set(found.others) == sent & special
    assert len(files) + len(below) + len(found.others) == len(sent)
    sizes = [size for part in found.files for size in part.sizes]
    assert sizes == [stats[at].st_size for at in files]
    parts: list[PlainFiles | PlainFolders] = [*found.files, *found.folders]
    wanted = [stats[at].st_mode for at in [*files, *below]]
    assert [mode for part in parts for mode in part.modes] == wanted
    for part in parts:
        assert {seen.members_of(names.index(name)) for name in part.names} == {part.members}


TALLIES: list[tuple[str, Callable[[], Tally], Callable[[Tally], object]]] = [
    ("size", SizeTally, lambda tally: cast("SizeTally", tally).totals()),
    ("types", TypeTally, lambda tally: cast("TypeTally", tally).rows()),
    ("heaviest", lambda: HeaviestTally(3), lambda tally: cast("HeaviestTally", tally).heaviest()),
    (
        "BuildKit",
        lambda: BuildKitWire(cast("Source", None)),
        lambda tally: cast("BuildKitWire", tally).transfer(),
    ),
    (
        "tar",
        lambda: LegacyTar(cast("Source", None), None),
        lambda tally: cast("LegacyTar", tally).transfer(),
    ),
    (
        "tar, Dockerfile outside",
        lambda: LegacyTar(cast("Source", None), 77),
        lambda tally: (
            cast("LegacyTar", tally).transfer(),
            cast("LegacyTar", tally).has_ignore_file,
        ),
    ),
]
NAMES = st.one_of(
    st.sampled_from(["a", "b.log", "Makefile", ".dockerignore", "c.LOG"]),
    st.integers(85, 130).map(lambda length: "n" * length),
)
SIZES = st.one_of(
    st.integers(0, 1100),
    st.sampled_from([127, 128, 2**14 - 1, 2**14, 32_768, 32_769, 2**32]),
)
FOLDERS = st.sampled_from(["", "d", "d/e", "p" * 60 + "/" + "q" * 60, "p" * 154, "p" * 160])
BLOCKS = st.tuples(
    FOLDERS,
    st.dictionaries(
        NAMES, st.tuples(SIZES, st.sampled_from([0, 0o644, 0o755, 0o4755])), min_size=1, max_size=6
    ),
)


def plain_files(folder: str, files: dict[str, tuple[int, int]]) -> PlainFiles:
    sizes, rights = [list(column) for column in zip(*files.values(), strict=True)]
    kinds = [modes.S_IFREG | mode for mode in rights]
    return PlainFiles(folder, list(files), sizes, kinds, EVERYTHING, False)


def entries_of(files: PlainFiles) -> list[Sent]:
    start = f"{files.folder}/" if files.folder else ""
    return [
        entry(start + name, EntryKind.FILE, Facts(mode, size), size)
        for name, size, mode in zip(files.names, files.sizes, files.modes, strict=True)
    ]


def entry(path: str, kind: EntryKind, facts: Facts, content: int) -> Sent:
    folder, _, name = path.rpartition("/")
    return Sent(path, folder, name, kind, facts, {}, content, None, EVERYTHING, EVERYTHING)


EACH_TALLY = pytest.mark.parametrize(
    ("make", "sums"), [row[1:] for row in TALLIES], ids=[row[0] for row in TALLIES]
)


@EACH_TALLY
@given(
    folder=FOLDERS,
    rows=st.dictionaries(
        NAMES.filter(".dockerignore".__ne__), st.sampled_from([0o755, 0o700, 0, 0o1777]), min_size=1
    ),
)
def test_folders_together_as_one_by_one(
    make: Callable[[], Tally],
    sums: Callable[[Tally], object],
    folder: str,
    rows: dict[str, int],
) -> None:
    together, single = make(), make()
    stats = [modes.S_IFDIR | mode for mode in rows.values()]
    together.add_folders(PlainFolders(folder, list(rows), stats, EVERYTHING))
    for name, mode in zip(rows, stats, strict=True):
        path = f"{folder}/{name}" if folder else name
        # A file system says what size it likes.
        single.add(entry(path, EntryKind.DIRECTORY, Facts(mode, 4096), 0))
    assert sums(together) == sums(single)


def merge_part(merged: Tally, part: Tally, files: PlainFiles) -> None:
    """Weigh the files apart, in no order, and take them over."""
    if not isinstance(merged, BuildKitWire):
        part.add_plain(files)
        merged.merge(part)
        return
    loose = BuildKitWire(cast("Source", None), loose=True)
    loose.add_plain(files)
    merged.merge(loose)
    # Among so few entries there is a border, the first: one file is walked in order.
    for each in entries_of(files):
        merged.pass_by({EVERYTHING: (1, sum(packets_of([each.content]).counts))})


@pytest.mark.slow
@EACH_TALLY
@settings(max_examples=100)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=3, unique_by=lambda block: block[0]))
def test_together_as_one_by_one(
    make: Callable[[], Tally],
    sums: Callable[[Tally], object],
    blocks: list[tuple[str, dict[str, tuple[int, int]]]],
) -> None:
    together, single, merged = make(), make(), make()
    for folder, rows in blocks:
        files = plain_files(folder, rows)
        together.add_plain(files)
        for each in entries_of(files):
            single.add(each)
        merge_part(merged, make(), files)
    expected = sums(single)
    assert sums(together) == expected
    assert sums(merged) == expected
