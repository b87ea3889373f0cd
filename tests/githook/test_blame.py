"""Which commit is named for what grew: by the bytes it brought, or by the rule it took away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Result
from tests.git.repositories import pointer
from tests.githook.pushing import BIG, GROWING, Pair, guarded, passing, stopped

Run = Callable[..., Result]


@pytest.fixture
def pair(pair: Pair, run_cli: Run) -> Pair:
    """With the hook, and the first commit pushed."""
    return guarded(pair, run_cli)


def brought_by(told: list[str]) -> list[tuple[str, str]]:
    """Bytes and subject of each commit."""
    start = told.index("Brought by:") + 1
    rows = [line.split(None, 2) for line in told[start:] if line.startswith("  ")]
    return [(row[0], row[2].partition(" (")[0]) for row in rows]


def test_it_is_the_one_that_brought_the_bytes(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG}, "The clip")
    pair.local.commit({"clip.mp4": BIG + "12"}, "Two bytes more")
    pair.local.commit({"clip.mp4": BIG + "1"}, "One byte less")
    assert brought_by(stopped(pair)) == [("+2.00MB", "The clip"), ("+2B", "Two bytes more")]


def test_what_came_and_went_and_came_back(pair: Pair) -> None:
    pair.local.commit({"clip.mp4": BIG}, "First")
    pair.local.git("rm", "-q", "clip.mp4")
    pair.local.git("commit", "-q", "-m", "Away")
    pair.local.commit({"clip.mp4": GROWING}, "Again")
    assert brought_by(stopped(pair)) == [("+2.00MB", "First"), ("+200.00kB", "Again")]


@pytest.mark.slow
def test_what_git_lfs_keeps_elsewhere(pair: Pair) -> None:
    pair.local.commit({".gitattributes": "*.bin filter=lfs -text\n"})
    passing(pair)
    pair.local.git("config", "filter.lfs.clean", "cat")
    pair.local.commit({"model.bin": pointer(3_000_000)}, "The model")
    pair.local.commit({"model.bin": pointer(3_000_100)}, "A hundred bytes more")
    told = stopped(pair)
    assert brought_by(told) == [("+3.00MB", "The model"), ("+100B", "A hundred bytes more")]
    assert "(3.00MB of the context in Git LFS), over" in told[0]


@pytest.fixture
def ignored(pair: Pair) -> Pair:
    """The remote has a big file that a rule keeps out."""
    pair.local.commit({"data": {"videos": {"1.mp4": BIG}}}, "Ignored, so harmless")
    passing(pair)
    return pair


@pytest.mark.slow
def test_the_commit_that_took_the_rule_away(ignored: Pair) -> None:
    ignored.local.commit({".dockerignore": "*.log\n"}, "Tidy up")
    ignored.local.commit({".dockerignore": "*.log\n*.tmp\n"}, "Another rule")
    assert brought_by(stopped(ignored)) == [("+2.00MB", "Tidy up")]


@pytest.mark.slow
def test_the_commit_that_brought_an_exception(ignored: Pair) -> None:
    rules = "*.log\ndata/videos\n!data/videos/1.mp4\n"
    ignored.local.commit({".dockerignore": rules}, "Just this one")
    ignored.local.commit({".dockerignore": f"# Hello\n{rules}"}, "A comment")
    assert brought_by(stopped(ignored))[0] == ("+2.00MB", "Just this one")


@pytest.mark.slow
def test_the_ignore_file_is_gone(ignored: Pair) -> None:
    ignored.local.git("rm", "-q", ".dockerignore")
    ignored.local.git("commit", "-q", "-m", "No rules")
    ignored.local.commit({"x": "1"}, "More")
    assert brought_by(stopped(ignored)) == [("+2.00MB", "No rules"), ("+1B", "More")]


@pytest.mark.slow
def test_another_ignore_file_takes_over(ignored: Pair) -> None:
    ignored.local.commit({"Dockerfile.dockerignore": "*.log\n"}, "Rules of its own")
    ignored.local.commit({"x": "1"}, "More")
    told = brought_by(stopped(ignored))
    assert told == [("+2.00MB", "Rules of its own"), ("+1B", "More")]


ON_TRANSFER = 'critical = "1MB"\nmax-growth = "100kB"\nbudget-on = "transfer"\n'


@pytest.fixture
def on_transfer(pair: Pair) -> Pair:
    """The remote has a big file that no instruction asks for."""
    pair.local.commit(
        {"ctxguard.toml": ON_TRANSFER, "Dockerfile": "FROM scratch\nCOPY src /\n", "x.mp4": BIG}
    )
    assert pair.push("--no-verify", "origin", "main").code == 0
    return pair


@pytest.mark.slow
def test_the_transfer_is_judged_and_its_instruction_named(on_transfer: Pair) -> None:
    local = on_transfer.local
    local.commit({"y.mp4": BIG}, "Asked for by nobody")
    assert passing(on_transfer)[0].startswith("main: the transfer is ")
    local.commit({"Dockerfile": "FROM scratch\nCOPY src /\nCOPY *.mp4 /\n"}, "Take the clips")
    local.commit({"src": {"b.py": "12"}}, "Harmless")
    told = stopped(on_transfer)
    assert told[0].startswith("main is stopped: the transfer is 4.00MB, over the critical limit")
    assert told[1].startswith("It grew by 4.00MB since ")
    assert told[2:4] == [
        "What grew, by instruction:", "     +4.00MB Dockerfile:3  COPY *.mp4 /, 0B before",
    ]  # fmt: skip
    assert brought_by(told) == [("+4.00MB", "Take the clips"), ("+2B", "Harmless")]


def test_a_transfer_that_nobody_can_tell(on_transfer: Pair) -> None:
    on_transfer.local.git("rm", "-q", "Dockerfile")
    on_transfer.local.git("commit", "-q", "-m", "No Dockerfile")
    told = passing(on_transfer)
    assert told[-1].endswith("growth not checked: nobody can say what is transferred")
