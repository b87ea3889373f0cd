from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import measure
from ctxguard.context.tree.given import worktree
from ctxguard.errors import MeasureError
from ctxguard.measurement import Backend, Effect, Measurement
from tests.conftest import Fifo, File, Socket, Symlink, Tree
from tests.context.measuring import (
    BOTH,
    NEEDS_ROOT,
    SCRATCH,
    Watched,
    bare_request,
    codes,
    request_for,
    settle,
    tar_bytes,
    wire_bytes,
)

BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Rights = Callable[[], AbstractContextManager[None]]
Make = Callable[..., str]


def watched_measure(
    root: str,
    backend: Backend = BUILDKIT,
    before_listing: Callable[[str], None] = lambda _: None,
    after_listing: Callable[[str], None] = lambda _: None,
) -> tuple[Measurement, Watched]:
    source = Watched(worktree(root), before_listing, after_listing)
    return measure(request_for(root, backend, source=source)), source


# ── what is asked for ──────────────────────────────────────────────────────────────────────────


def test_what_is_excluded_is_never_looked_at(make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": SCRATCH,
            ".dockerignore": "**/*.log\nlib\n*ignore\nDockerfile\nd/e",
            "a.log": "",
            "lib": {"x": {"y": ""}},
            "d": {"b.log": "", "e": Symlink("x"), "f": ""},
        }
    )
    # Nothing is read either: the classic builder forces both files in.
    _, source = watched_measure(root)
    assert source.listed == ["", "d"]
    assert source.looked_at == [".dockerignore", "Dockerfile", "d", "d/f"]


def test_one_walk_serves_both_builders(make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": SCRATCH,
            ".dockerignore": "*\n!a/*",
            "Dockerfile.dockerignore": "*\n!b/*",
            "a": {"f": ""},
            "b": {"f": ""},
            "c": {"f": ""},
        }
    )
    measured, source = watched_measure(root)
    assert source.listed == ["", "a", "b"]
    assert source.looked_at == [".dockerignore", "Dockerfile", "a", "b", "a/f", "b/f"]
    assert measured.copy_all is not None
    assert measured.copy_all.entries == 2
    assert measured.legacy is not None
    assert measured.legacy.entries == 3


def test_a_linked_folder_is_not_entered(make_tree: Make) -> None:
    root = make_tree(
        {"Dockerfile": SCRATCH, "d": {"f": "12"}, "l": Symlink("d"), "up": Symlink("..")}
    )
    measured, source = watched_measure(root)
    assert source.listed == ["", "d"]
    assert (measured.size.bytes, measured.size.symlinks) == (len(SCRATCH) + 2, 2)


# ── far down, long names ───────────────────────────────────────────────────────────────────────


def test_300_levels(make_tree: Make) -> None:
    levels = 300
    root = make_tree({"/".join("d" * levels): {"f": "x"}})
    settle(root)
    paths = [2 * level - 1 for level in range(1, levels + 1)]
    stats = sum(2 + (length > 109) + length + 2 + (length > 127) + 16 for length in paths)
    file = 3 + 601 + 3 + 3 + 2 + 10
    data = 5 + 2 + 1 + 5
    assert wire_bytes(root) == (2 + stats + file + data, 2 + stats + file)
    heaviest = measure(bare_request(root)).heaviest
    assert [row.path.count("/") for row in heaviest.rows] == [levels]


def test_4000(make_tree: Make) -> None:
    # Fifteen folders of 249 bytes and a file of 250; the name of this test is short for its root.
    root = make_tree({f"{'d' * 249}/" * 15 + "f" * 250: "x"})
    settle(root)
    folders = [250 * level - 1 for level in range(1, 16)]
    stats = sum(1 + 2 + 3 + length + 6 + 10 for length in folders)
    file = 1 + 2 + 3 + 4000 + 3 + 2 + 10
    assert wire_bytes(root) == (2 + stats + file + 4 + 3 + 4, 2 + stats + file)
    # "ddd path=…/\n", with four digits from the fourth folder on.
    records = [length + 1 + (10 if length < 989 else 11) for length in folders] + [4011]
    assert records[0] == len(f"260 path={'d' * 249}/\n")
    pax = sum(512 + -(-record // 512) * 512 for record in records)
    assert tar_bytes(root) == pax + 16 * 512 + 512 + 1024


def test_a_path_that_the_system_does_not_take(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "a": "12"})
    here = os.open(root, os.O_RDONLY)
    for _ in range(17):
        os.mkdir("d" * 249, dir_fd=here)
        inner = os.open("d" * 249, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    measured = measure(request_for(root))
    (problem,) = measured.problems
    assert (problem.code, problem.effect) == ("path-too-long", Effect.BUILD_FAILS)
    assert (measured.complete, measured.size.bytes) == (False, len(SCRATCH) + 2)
    assert measured.legacy is None
    assert measured.legacy_reason == refuses(root)
    assert "file name too long" in (measured.legacy_reason or "").lower()


# ── a tree that changes ────────────────────────────────────────────────────────────────────────


@BOTH
def test_a_file_that_vanishes_before_it_is_looked_at(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "d": {"gone": "12", "stays": "345"}})

    def remove(path: str) -> None:
        if path == "d":
            os.remove(f"{root}/d/gone")

    measured, _ = watched_measure(root, backend, after_listing=remove)
    assert codes(measured) == [("vanished", "d/gone")]
    assert measured.problems[0].effect is Effect.NOT_COUNTED
    assert measured.complete
    assert (measured.size.bytes, measured.size.files) == (len(SCRATCH) + 3, 2)
    assert measured.copy_all is not None
    assert measured.copy_all.entries == 3
    assert measured.legacy is not None
    assert measured.legacy.entries == 3


@BOTH
def test_a_folder_that_vanishes_before_it_is_listed(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "d": {"gone": {"f": "12"}, "stays": "345"}})

    def remove(path: str) -> None:
        if path == "d/gone":
            shutil.rmtree(f"{root}/d/gone")

    measured, _ = watched_measure(root, backend, before_listing=remove)
    assert codes(measured) == [("vanished", "d/gone")]
    # It may have been renamed, with all that is in it.
    assert not measured.complete
    assert (measured.size.bytes, measured.size.directories) == (len(SCRATCH) + 3, 2)


def test_a_folder_that_vanishes_before_it_is_looked_at(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "gone": {"f": "12"}})

    def remove(path: str) -> None:
        if path == "":
            shutil.rmtree(f"{root}/gone")

    measured, source = watched_measure(root, after_listing=remove)
    assert codes(measured) == [("vanished", "gone")]
    assert source.listed == [""]
    assert measured.size.directories == 0


def test_a_folder_that_became_a_file(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "d": {"f": "12"}})

    def replace(path: str) -> None:
        if path == "d":
            shutil.rmtree(f"{root}/d")
            os.close(os.open(f"{root}/d", os.O_CREAT))

    measured, _ = watched_measure(root, before_listing=replace)
    assert codes(measured) == [("vanished", "d")]


def test_what_vanishes_unseen_is_no_trouble(make_tree: Make) -> None:
    tree: Tree = {"Dockerfile": SCRATCH, ".dockerignore": "x*", "x": "", "xd": {"f": ""}}
    root = make_tree(tree)

    def remove(path: str) -> None:
        os.remove(f"{root}/x")
        shutil.rmtree(f"{root}/xd")

    measured, _ = watched_measure(root, after_listing=remove)
    assert codes(measured) == []


def test_a_context_that_vanishes(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": SCRATCH})
    request = request_for(root)
    shutil.rmtree(root)
    with pytest.raises(MeasureError, match="cannot list the context: No such file") as caught:
        measure(request)
    assert caught.value.path == root


# ── rights ─────────────────────────────────────────────────────────────────────────────────────

LOCKED = 0
UNSEARCHABLE = 0o444
CANNOT_STAT = "the classic builder refuses the context: checking context: can't stat"

# (what, tree, chmod, problems for BuildKit, complete, why there is no tar)
RIGHTS: list[tuple[str, Tree, int, list[tuple[str, str]], bool, str | None]] = [
    (
        "a folder that would be sent",
        {"locked": {"f": ""}},
        LOCKED,
        [("unreadable-folder", "locked")],
        False,
        f"{CANNOT_STAT} 'locked'",
    ),
    (
        "a folder that is pruned",
        {"locked": {"f": ""}, ".dockerignore": "locked"},
        LOCKED,
        [],
        True,
        f"{CANNOT_STAT} 'locked'",
    ),
    (
        "below a folder that is pruned",
        {"d": {"locked": {"f": ""}}, ".dockerignore": "d"},
        LOCKED,
        [],
        True,
        None,
    ),
    (
        "excluded, but looked into for an exception",
        {"locked": {"f": ""}, ".dockerignore": "*\n!locked/f"},
        LOCKED,
        [("unreadable-folder", "locked")],
        False,
        f"{CANNOT_STAT} 'locked'",
    ),
    (
        "excluded, looked into as any other for a wildcard that cannot reach it",
        {"locked": {"f": ""}, ".dockerignore": "*\n!x/*/f"},
        LOCKED,
        [("unreadable-folder", "locked")],
        False,
        f"{CANNOT_STAT} 'locked'",
    ),
    (
        "excluded, with an exception elsewhere",
        {"locked": {"f": ""}, ".dockerignore": "*\n!x/f"},
        LOCKED,
        [],
        True,
        f"{CANNOT_STAT} 'locked'",
    ),
    (
        "below a folder that only the tar comes to",
        {"d": {"locked": {"f": ""}, "k": ""}, ".dockerignore": "*\n!d/k"},
        LOCKED,
        [],
        True,
        None,
    ),
    (
        "a folder whose names can be read, no more",
        {"locked": {"f": "", "g": {}}},
        UNSEARCHABLE,
        [("unreadable", "locked/f"), ("unreadable", "locked/g")],
        False,
        f"{CANNOT_STAT} 'locked/f'",
    ),
    (
        "such a folder with all in it excluded: only the classic builder looks at each",
        {"locked": {"f": ""}, ".dockerignore": "locked/*"},
        UNSEARCHABLE,
        [],
        True,
        f"{CANNOT_STAT} 'locked/f'",
    ),
    (
        "such a folder with a subfolder that is excluded, but looked into",
        {"locked": {"g": {"k": ""}}, ".dockerignore": "locked/g\n!locked/g/k"},
        UNSEARCHABLE,
        [("unreadable", "locked/g")],
        False,
        f"{CANNOT_STAT} 'locked/g'",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", [row[1:] for row in RIGHTS], ids=[row[0] for row in RIGHTS])
def test_unreadable_folders(
    row: tuple[Tree, int, list[tuple[str, str]], bool, str | None],
    make_tree: Make,
    without_rights: Rights,
) -> None:
    tree, mode, problems, complete, reason = row
    root = make_tree({"Dockerfile": SCRATCH, **tree})
    locked = f"{root}/locked" if "locked" in tree else f"{root}/d/locked"
    os.chmod(locked, mode)
    with without_rights():
        measured = measure(request_for(root))
        entries = EntryStream(request_for(root), everything=False)
        assert len(list(entries)) == (measured.copy_all and measured.copy_all.entries)
        legacy_refuses = refuses(root)
    os.chmod(locked, 0o755)
    assert codes(measured) == problems
    assert all(problem.effect is Effect.BUILD_FAILS for problem in measured.problems)
    assert measured.complete is complete
    assert measured.legacy_reason == reason
    assert legacy_refuses == reason
    assert [(problem.code, problem.path) for problem in entries.problems] == problems
    assert entries.complete is complete


def refuses(root: str) -> str | None:
    """How the classic builder refuses the context when it is the one asked about."""
    try:
        measure(request_for(root, LEGACY))
    except MeasureError as error:
        return str(error)
    return None


def test_an_unreadable_file_is_sent_empty_by_buildkit(
    make_tree: Make, without_rights: Rights
) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "d": {"secret": File("12345", mode=0)}, "f": "12"})
    settle(root)
    with without_rights():
        measured = measure(request_for(root))
        reason = refuses(root)
    assert codes(measured) == [("unreadable-file", "d/secret")]
    assert measured.problems[0].effect is Effect.SENT_EMPTY
    assert measured.complete
    assert (measured.size.bytes, measured.size.files) == (len(SCRATCH) + 2, 3)
    # Its STAT names the real size, and has no mode; its DATA is that of an empty file.
    stats = (2 + 12 + 3 + 2 + 10) + (2 + 3 + 6 + 10) + (2 + 10 + 2 + 10) + (2 + 3 + 3 + 2 + 10)
    assert measured.copy_all is not None
    assert measured.copy_all.bytes == 2 + stats + (2 + 2 + len(SCRATCH) + 2) + 4 + (
        4 + 1 + 1 + 2 + 4
    )
    assert measured.legacy is None
    assert measured.legacy_reason == reason
    assert reason is not None
    assert reason.endswith("checking context: no permission to read from 'd/secret'")


def test_an_unreadable_file_that_is_excluded_is_no_trouble(
    make_tree: Make, without_rights: Rights
) -> None:
    tree = {
        "Dockerfile": SCRATCH,
        ".dockerignore": "secret",
        "secret": File("12345", mode=0),
    }
    root = make_tree(tree)
    with without_rights():
        measured = measure(request_for(root))
    assert codes(measured) == []
    assert measured.legacy is not None


def test_an_unreadable_file_that_only_buildkit_is_not_sent(
    make_tree: Make, without_rights: Rights
) -> None:
    tree = {"Dockerfile.dockerignore": "secret", "secret": File("12345", mode=0)}
    root = make_tree({"Dockerfile": SCRATCH, **tree})
    with without_rights():
        measured = measure(request_for(root))
    assert codes(measured) == []
    assert measured.legacy is None


@NEEDS_ROOT
@pytest.mark.parametrize("node", ["socket", "device"])
def test_the_classic_builder_opens_whatever_is_no_link_and_no_fifo(
    node: str, make_tree: Make, without_rights: Rights
) -> None:
    root = make_tree({"Dockerfile": SCRATCH, "s": Socket(), "p": Fifo(), "l": Symlink("/root")})
    os.chmod(f"{root}/p", 0)
    os.chmod(f"{root}/s", 0)
    if node == "device":
        os.remove(f"{root}/s")
        os.mknod(f"{root}/s", stat.S_IFCHR, os.makedev(1, 3))
    with without_rights():
        measured = measure(request_for(root))
    assert codes(measured) == []
    assert measured.complete
    assert measured.legacy is None
    assert "no permission to read from 's'" in (measured.legacy_reason or "")


def test_an_unreadable_file_that_only_the_tar_comes_to(
    make_tree: Make, without_rights: Rights
) -> None:
    tree = {
        "Dockerfile": SCRATCH,
        ".dockerignore": "*\n!d/k",
        "d": {"k": File("12345", mode=0)},
    }
    root = make_tree(tree)
    with without_rights():
        measured = measure(request_for(root))
    assert codes(measured) == [("unreadable-file", "d/k")]
    assert measured.legacy is None
    assert measured.legacy_reason is not None
    assert measured.legacy_reason.startswith("undefined: 'd/k' cannot be read")


def test_the_context_itself_must_be_readable(make_tree: Make, without_rights: Rights) -> None:
    root = make_tree({"Dockerfile": SCRATCH})
    request = request_for(root)
    os.chmod(root, 0o311)
    try:
        with without_rights(), pytest.raises(MeasureError, match="Permission denied") as caught:
            measure(request)
    finally:
        os.chmod(root, 0o755)
    assert caught.value.path == root
