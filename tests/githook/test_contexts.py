"""Pushes of a repository with several contexts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import File, Result
from tests.githook.pushing import Pair, guarded, passing, stopped

Run = Callable[..., Result]
COPY = "FROM scratch\nCOPY . /\n"
CONTEXTS = """
critical = "1 MB"
max-growth = "100 kB"
[[contexts]]
name = "api"
context = "services/api"
[[contexts]]
name = "web"
dockerfile = "Dockerfile.web"
budgets = { "docs/" = "30 kB" }
"""
BIG = File(b"x" * 2_000_000)


@pytest.fixture
def pair(pair: Pair, run_cli: Run) -> Pair:
    """With the hook, and two contexts pushed."""
    pair.local.commit(
        {
            "ctxguard.toml": CONTEXTS,
            "Dockerfile.web": COPY,
            "Dockerfile.web.dockerignore": "services\n",
            "services": {"api": {"Dockerfile": COPY}},
            "docs": {"a": "1"},
        }
    )
    return guarded(pair, run_cli)


def test_each_is_told(pair: Pair) -> None:
    pair.local.commit({"services": {"api": {"b": "1234"}}})
    first, second = passing(pair)
    assert first == "main, api: the build context is 26B in 2 files, +4B"
    assert second.startswith("main, web: the build context is ")
    assert second.endswith(", as before")


def test_one_that_is_over_budget_stops_the_push(pair: Pair) -> None:
    base = pair.local.id()
    tip = pair.local.commit({"services": {"api": {"clip": BIG}}}, "Add the clip")
    told = stopped(pair)
    assert told[0].startswith("main, api is stopped: the build context is 2.00MB, over the")
    assert told[-2] == f"All of it: ctxguard diff -C services/api {base[:10]} {tip[:10]}"
    assert any("Add the clip (Jane" in line for line in told)
    assert not any(line.startswith("Also stopped") for line in told)


@pytest.mark.slow
def test_one_that_grows_too_much(pair: Pair) -> None:
    pair.local.commit({"media": {"clip": File(b"x" * 200_000)}})
    assert stopped(pair)[0].startswith("main, web is stopped")


def test_a_budget_of_a_path(pair: Pair) -> None:
    pair.local.commit({"docs": {"b": File(b"x" * 40_000)}})
    assert "over the budget of 30.00kB for docs/ by 10.00kB" in stopped(pair)[0]


@pytest.mark.slow
def test_both_of_them(pair: Pair) -> None:
    change = {"clip": BIG}
    pair.local.commit({"services": {"api": change}, "media": change})
    told = stopped(pair)
    assert told[0].startswith("main, api is stopped")
    assert "Also stopped: main, web (2.00MB)" in told


@pytest.mark.slow
def test_a_context_that_is_new(pair: Pair) -> None:
    """It grows against what its folder was."""
    more = f'{CONTEXTS}[[contexts]]\nname = "db"\ncontext = "db"\n'
    pair.local.commit({"db": {"Dockerfile": COPY, "dump": File(b"x" * 90_000)}})
    passing(pair)
    pair.local.commit({"ctxguard.toml": more, "db": {"more": File(b"x" * 300_000)}})
    told = stopped(pair)
    assert told[0].startswith("main, web is stopped") or told[0].startswith("main, db is stopped")
    assert any("main, db" in line for line in told)


@pytest.mark.slow
def test_the_first_configuration_of_contexts(pair: Pair) -> None:
    """What is named now is held against the same folder as it was, by its old limits."""
    pair.local.commit({"ctxguard.toml": 'critical = "1 MB"\nmax-growth = "100 kB"\n'})
    passing(pair)
    pair.local.commit({"ctxguard.toml": CONTEXTS.replace("1 MB", "2 MB")})
    told = passing(pair)
    assert told[0].startswith("main, api raises critical from 1.00MB to 2.00MB")
    assert any(line.startswith("main, api: ") and "as before" in line for line in told)


@pytest.mark.slow
def test_a_budget_of_a_path_that_is_raised(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": CONTEXTS.replace("30 kB", "40 kB")})
    told = passing(pair)
    assert told[0].startswith("main, web raises budget of docs/ from 30.00kB to 40.00kB")


@pytest.mark.slow
def test_one_that_cannot_be_measured_saves_no_other(pair: Pair) -> None:
    pair.local.commit({"Dockerfile.web.dockerignore": "[\n", "services": {"api": {"c": BIG}}})
    told = stopped(pair)
    assert told[0].startswith("main, web cannot be measured: Dockerfile.web.dockerignore:1")
    assert told[1].startswith("main, api is stopped")


@pytest.mark.slow
def test_what_the_remote_has_is_broken(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": "nonsense"})
    passing(pair)
    pair.local.commit({"ctxguard.toml": CONTEXTS})
    told = passing(pair)
    assert told[0].startswith("what the remote has of main cannot be measured")
    assert sum("cannot be measured: " in line for line in told) == 1
    assert sum("growth not checked" in line for line in told) == 2


def test_the_working_tree(pair: Pair) -> None:
    pair.local.commit({"ctxguard.toml": CONTEXTS.replace("[[", "hook.worktree = true\n[[", 1)})
    pair.local.write({"services": {"api": {"untracked": BIG}}})
    told = stopped(pair)
    assert told[0].startswith("the working tree, api is stopped: the build context is 2.00MB")


@pytest.mark.slow
def test_installed_for_one_folder(pair: Pair, run_cli: Run) -> None:
    assert run_cli("hook", "install", "-C", f"{pair.local.root}/services/api").code == 0
    pair.local.commit({"media": {"clip": BIG}})
    assert passing(pair) == ["main, api: the build context is 22B in 1 file, as before"]


def test_one_whose_folder_is_gone_saves_no_other(pair: Pair) -> None:
    gone = '[[contexts]]\nname = "b"\ncontext = "no"\n[[contexts]]'
    text = CONTEXTS.replace("[[contexts]]", gone, 1)
    pair.local.commit({"ctxguard.toml": text, "services": {"api": {"c": BIG}}})
    told = stopped(pair)
    assert told[0].startswith('main, b cannot be measured: contexts: "b": there is no folder no')
    assert told[1].startswith("main, api is stopped")
