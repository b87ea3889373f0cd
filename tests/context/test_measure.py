from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ctxguard.context.measure import measure
from ctxguard.measurement import Backend, BuildKitTransfer, Context, LegacyTransfer, Totals
from tests.conftest import File, Symlink, Tree
from tests.context.measuring import BOTH, entries_of, request_for, settle
from tests.loops import one_loop

BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]


@BOTH
def test_all_that_one_walk_finds_out(backend: Backend, make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": "FROM scratch\nCOPY . /\n",
            ".dockerignore": "a?\n",
            "ab": "x",
            "a": {"b": "x"},
            "abc": "x",
        }
    )
    settle(root)
    measured = measure(request_for(root, backend))
    assert measured.context == Context(root, backend, "Dockerfile", ".dockerignore")
    assert measured.size == Totals(bytes=3 + 22 + 1 + 1, files=4, directories=1)
    assert measured.copy_all == BuildKitTransfer(191, 191 - 9 - 32 - 11 - 11, 5)
    assert measured.legacy == LegacyTransfer(5632, 5)
    assert measured.legacy_reason is None
    assert (measured.problems, measured.dormant_rules) == ((), ())
    assert measured.complete


def test_both_figures_whatever_was_asked_for(make_tree: Make) -> None:
    root = make_tree(
        {
            "Dockerfile": "",
            ".dockerignore": "*\n!a",
            "Dockerfile.dockerignore": "*\n!b",
            "a": "12",
            "b": "345",
        }
    )
    buildkit, legacy = (measure(request_for(root, backend)) for backend in Backend)
    assert buildkit.copy_all == legacy.copy_all
    assert buildkit.legacy == legacy.legacy
    assert (buildkit.size.bytes, legacy.size.bytes) == (3, 4 + 2 + 0)
    assert buildkit.context.ignore_file == "Dockerfile.dockerignore"
    assert legacy.context.ignore_file == ".dockerignore"


def test_the_dockerfile_in_the_context_is_named_by_its_place(make_tree: Make) -> None:
    root = make_tree({"sub": {"My.df": ""}})
    context = measure(request_for(root, file="sub/My.df")).context
    assert (context.dockerfile, context.ignore_file) == ("sub/My.df", None)


# (what, rules, content that BuildKit and the classic builder are sent)
FORCED = [
    ("everything excluded", "*", 0, 1 + 7),
    ("by name", ".dockerignore\nDockerfile", 100, 100 + 24 + 7),
    ("not excluded", "f", 1 + 7, 1 + 7),
]


@pytest.mark.parametrize(
    ("rules", "buildkit", "legacy"), [row[1:] for row in FORCED], ids=[row[0] for row in FORCED]
)
def test_the_classic_builder_forces_two_files_in(
    rules: str, buildkit: int, legacy: int, make_tree: Make
) -> None:
    root = make_tree({"Dockerfile": "1234567", ".dockerignore": rules, "f": "x" * 100})
    assert measure(request_for(root, BUILDKIT)).size.bytes == buildkit
    assert measure(request_for(root, LEGACY)).size.bytes == legacy


def test_progress_counts_what_was_sent(make_tree: Make) -> None:
    tree: Tree = {f"d{number}": {"f": "", "x.log": ""} for number in range(5)}
    root = make_tree({"Dockerfile": "", ".dockerignore": "**/*.log"} | dict(tree))
    told: list[int] = []
    measured = measure(request_for(root), told.append)
    assert measured.copy_all is not None
    assert told == sorted(told)
    assert len(told) == 6
    assert measured.copy_all.entries - 3 <= told[-1] <= measured.copy_all.entries


@BOTH
def test_measuring_twice_gives_the_same(backend: Backend, make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", "d": {"f": File(size=9)}, "l": Symlink("d")})
    request = request_for(root, backend)
    assert measure(request) == measure(request)


def test_the_measurement_agrees_with_the_entries(make_tree: Make) -> None:
    root = make_tree({"Dockerfile": "", "d": {"f": "12", "g": "345"}, "l": Symlink("d")})
    for backend in Backend:
        measured, entries = measure(request_for(root, backend)), entries_of(root, backend)
        assert measured.size.bytes == sum(entry.bytes for entry in entries)
        assert measured.copy_all is not None
        assert measured.copy_all.entries == len(entries)


# ── a great many rules ─────────────────────────────────────────────────────────────────────────

MANY = 100_000
# (what, each rule, bytes that are left of the files below, each of which is a bit)
LEFT = {"some/folder/4": 1, "some/folder/99999": 2, "some/folder/x": 4, "d/name4": 8}
LEFT |= {"d/x.ending5": 16, "x.ending5": 32}
KINDS: list[tuple[str, Callable[[int], str], int]] = [
    (
        "mixed",
        lambda at: (f"some/folder/{at}", f"**/name{at}", f"*.ending{at}")[at % 3],
        1 + 4 + 16,
    ),
    ("exceptions", lambda at: f"!some/folder/{at}" if at else "*", 1 + 2),
    ("exceptions anywhere", lambda at: f"!**/name{at}" if at else "*", 8),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "left"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_100_000_rules(rule: Callable[[int], str], left: int, make_tree: Make) -> None:
    files = {path: File(size=size) for path, size in LEFT.items()}
    ignored = "\n".join([*map(rule, range(MANY)), "Dockerfile", ".dockerignore"])
    root = make_tree({**files, "Dockerfile": "", ".dockerignore": ignored})
    unit = one_loop()
    before = time.process_time()
    measured = measure(request_for(root))
    seconds = time.process_time() - before
    assert measured.size.bytes == left
    assert seconds < 180 * max(unit, one_loop())
