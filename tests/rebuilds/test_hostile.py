"""Histories that were made to take long: the work grows as they do, and no faster."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ctxguard.context.demand.targets import NO_OPTIONS
from ctxguard.git.program import GitError
from ctxguard.git.repository import find
from ctxguard.rebuilds import contents as contents_module
from ctxguard.rebuilds.aligning import aligned
from ctxguard.rebuilds.commits import changes
from ctxguard.rebuilds.contents import Contents
from ctxguard.rebuilds.environment import Variables
from ctxguard.rebuilds.latest import Latest
from ctxguard.rebuilds.selection import Selection
from ctxguard.rebuilds.steps import steps_of
from ctxguard.rebuilds.tree import Change, Files
from tests.git.repositories import Repo, make_repo
from tests.rebuilds.replaying import replaying
from tests.rebuilds.test_contents import sending

Work = Callable[[int], Callable[[], object]]
ENTRY = ("644", "1")


def lines_run(work: Callable[[], object]) -> int:
    """Lines of Python that it runs."""
    count = 0

    def trace(_frame: FrameType, _event: str, _value: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Work, size: int) -> float:
    """How much more there is to do for four times the size."""
    return lines_run(work(4 * size)) / lines_run(work(size))


def growth_of_time(work: Work, size: int) -> float:
    """The same by processor time, where the work is done by what is not Python."""
    return _seconds(work, 4 * size) / _seconds(work, size)


def _seconds(work: Work, size: int) -> float:
    taken = []
    for _ in range(3):
        run = work(size)
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return min(taken)


def _contents(paths: Sequence[str], selections: Sequence[str]) -> Contents:
    found = Contents(sending(""), Files())
    found.apply([Change(path, None, ENTRY) for path in paths])
    for selection in selections:
        found.of(Selection(selection))
    return found


def _many_selections(count: int) -> Callable[[], object]:
    found = _contents(["x/a"], [f"d{at}" for at in range(count)])
    return lambda: found.apply([Change(f"x/{at}", None, ENTRY) for at in range(50)])


def _many_new_selections(count: int) -> Callable[[], object]:
    found = _contents([f"d{at}/a" for at in range(50)], [])
    return lambda: [found.of(Selection(f"e{at}")) for at in range(count)]


def _deep(depth: int) -> Callable[[], object]:
    folder = "/".join("d" * depth)
    found = _contents([f"{folder}/a"], [""])
    return lambda: found.apply([Change(f"{folder}/{at}", None, ENTRY) for at in range(50)])


def _other_rules(count: int) -> Callable[[], object]:
    found = _contents([f"d{at % 20}/{at}" for at in range(count)], [""])
    return lambda: found.govern(sending("x\n"))


def _commands(count: int, value: int) -> bytes:
    rows = (f"ENV V{at}={value}\nRUN x\n" for at in range(count))
    return f"FROM busybox\n{''.join(rows)}".encode()


def _variables(count: int) -> Callable[[], object]:
    return lambda: steps_of(_commands(count, 1), "Dockerfile", NO_OPTIONS)


def _aligning(count: int) -> Callable[[], object]:
    one, other = (steps_of(_commands(count, at), "Dockerfile", NO_OPTIONS) for at in (1, 2))
    return lambda: aligned(one, other)


@pytest.mark.parametrize(
    ("work", "size", "most"),
    [
        pytest.param(_many_selections, 50, 1.5, id="selections that nothing changes in"),
        pytest.param(_many_new_selections, 20, 6, id="selections that nothing is in"),
        pytest.param(_other_rules, 100, 1.5, id="other rules that change nothing"),
    ],
)
def test_grows_no_faster(
    work: Callable[[int], Callable[[], object]], size: int, most: float
) -> None:
    assert growth(work, size) < most


@pytest.mark.parametrize(
    ("work", "size"),
    [
        pytest.param(_deep, 500, id="deep folders"),
        pytest.param(_variables, 225, id="variables"),
        pytest.param(_aligning, 40, id="commands that are alike"),
    ],
)
def test_takes_no_longer_than_it_grows(work: Work, size: int) -> None:
    """Quadratic work would take 16 times as long; it took 9 to 60 times."""
    assert growth_of_time(work, size) < 7


def test_many_variables_are_seen_by_many_commands() -> None:
    assert len(steps_of(_commands(1_200, 1), "Dockerfile", NO_OPTIONS)) == 2_401


def test_only_the_latest_answers_are_kept() -> None:
    latest: Latest[int, int] = Latest(2)
    first = [latest.get(key, lambda: 0) for key in (1, 2, 1, 3)]
    assert first == [0, 0, 0, 0]
    assert [latest.get(key, lambda: 1) for key in (1, 3, 2)] == [0, 0, 1]


def test_selections_that_nobody_asks_for_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents_module, "_MOST_KEPT", 3)
    found = _contents(["a", "b"], ["a", "b", "c", "d"])
    found.forget_changes()
    kept = found.of(Selection("a"))
    found.forget_changes()
    assert found.of(Selection("a")) is kept
    found.apply([Change("b", ENTRY, None)])
    assert found.of(Selection("b")).count == 0


def test_variables_are_told_apart_by_their_order() -> None:
    def digest(*names: str) -> int:
        found = Variables({})
        for name in names:
            found[name] = "1"
        return found.digest

    assert digest("a", "b", "c", "a") == digest("b", "c", "a")
    assert digest("a", "b", "c", "b") == digest("a", "c", "b")
    assert len({digest("a", "b"), digest("b", "a"), digest("a"), digest("ab"), digest()}) == 5
    one = Variables({"a": "1"})
    other = one.copy()
    other["a"] = "2"
    assert one.digest == Variables({"a": "1"}).digest != other.digest


def _bomb(repo: Repo, depth: int) -> None:
    """A commit of a few trees that stand for many files."""

    def tree(rows: str) -> str:
        return repo.git("mktree", data=rows.encode()).strip()

    blob = repo.git("hash-object", "-w", "--stdin", data=b"x").strip()
    inner = tree("".join(f"100644 blob {blob}\tf{at}\n" for at in range(10)))
    for _ in range(depth):
        inner = tree("".join(f"040000 tree {inner}\td{at}\n" for at in range(10)))
    file = repo.id("HEAD:Dockerfile")
    top = tree(f"100644 blob {file}\tDockerfile\n040000 tree {inner}\tbomb\n")
    repo.git("reset", "-q", "--soft", repo.git("commit-tree", top, "-p", "HEAD", "-m", "b").strip())


def test_a_few_trees_that_stand_for_billions_of_files(tmp_path: Path) -> None:
    """It is refused before git would have been through them, which takes it hours."""
    repo = make_repo(str(tmp_path / "repository"), {"Dockerfile": "FROM scratch\nCOPY . .\n"})
    _bomb(repo, 12)
    git = find(repo.root).repository.git
    pairs = [(repo.id("HEAD~1^{tree}"), repo.id("HEAD^{tree}"))]
    with pytest.raises(GitError, match="far too many"):
        list(changes(git, pairs))


def test_a_path_that_no_system_takes(tmp_path: Path) -> None:
    repo = make_repo(str(tmp_path / "repository"), {"Dockerfile": "FROM scratch\nCOPY . .\n"})
    path = f"{'d/' * 2500}f"
    data = "commit refs/heads/main\ncommitter J <j@example.com> 1700000000 +0000\ndata 1\nc\n"
    data += f"from {repo.id()}\nM 100644 inline {path}\ndata 1\nx\n"
    repo.git("fast-import", "--quiet", data=data.encode())
    with replaying(repo.root) as replay, pytest.raises(GitError, match="too long a path"):
        list(replay.commits())
