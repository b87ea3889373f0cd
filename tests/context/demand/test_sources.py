"""How paths stand to what the instructions of a Dockerfile ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ctxguard.context.demand.sources import Sources, Standing, sources
from ctxguard.context.measure import look_around
from tests.conftest import Symlink
from tests.context.measuring import request_for

TREE = {
    "src": {"a.py": "1", "pkg": {"b.py": "1", "c": {"d.py": "1"}}},
    "conf": {"x": "1"},
    "link": Symlink("real"),
    "real": {"file": "1"},
}


def sources_of(root: str, dockerfile: str) -> Sources:
    Path(root, "Dockerfile").write_text(dockerfile, encoding="utf-8")
    request = request_for(root)
    return sources(request.source, look_around(request).located, request.build)


def standing(found: Sources, path: str, *, folder: bool = False) -> Standing:
    rules = found.decider.root
    names = path.split("/")
    for name in names[:-1]:
        (decision,) = found.decider.decide(rules, [name])
        rules = found.decider.enter(rules, name, decision)
    (decision,) = found.decider.decide(rules, [names[-1]])
    return found.standing(path, decision, rules.decision, folder=folder)


@pytest.mark.parametrize(
    ("source", "path", "folder", "expected"),
    [
        (".", "src/a.py", False, Standing((), (0,))),
        ("src", "src", True, Standing((0,), ())),
        ("src", "src/pkg/b.py", False, Standing((), (0,))),
        ("src", "conf/x", False, Standing()),
        ("src/*.py", "src/a.py", False, Standing((0,), ())),
        ("src/*.py", "src/pkg/b.py", False, Standing()),
        ("src/*", "src/pkg", True, Standing((), (0,))),
        ("src/*", "src/a.py", False, Standing((0,), ())),
        ("src/p*", "src/pkg", True, Standing((0,), ())),
        ("src/p*", "src/pkg/c/d.py", False, Standing((), (0,))),
        ("src/**", "src/pkg/c/d.py", False, Standing((0,), (0,))),
        ("link", "link", False, Standing((0,), ())),
        ("link", "real", True, Standing((0,), ())),
        ("link", "real/file", False, Standing((), (0,))),
        ("$UNSET/x", "conf/x", False, Standing((), (0,))),
    ],
)
def test_one_source(
    make_tree: Callable[..., str], source: str, path: str, expected: Standing, *, folder: bool
) -> None:
    found = sources_of(make_tree(TREE), f"FROM image\nCOPY {source} /\n")
    got = standing(found, path, folder=folder)
    assert got.itself == expected.itself
    assert set(got.below) - set(got.itself) == set(expected.below) - set(expected.itself)


def test_all_targets_count(make_tree: Callable[..., str]) -> None:
    text = "FROM a AS one\nCOPY conf /\nFROM b\nRUN --mount=type=bind,source=src,target=/x ls\n"
    found = sources_of(make_tree(TREE), text)
    assert {each.line for each in found.instructions if each is not None} == {2, 4}


@pytest.mark.parametrize("text", ["FROM a\nCOPY\n", "FROM a\nCOPY !x /\n"])
def test_where_nobody_knows_everything_is_asked_for(
    make_tree: Callable[..., str], text: str
) -> None:
    found = sources_of(make_tree(TREE), text)
    assert standing(found, "conf/x").below


def test_without_a_dockerfile(make_tree: Callable[..., str]) -> None:
    request = request_for(make_tree(TREE))
    found = sources(request.source, look_around(request).located, request.build)
    assert found.instructions == [None]
    assert standing(found, "conf/x") == Standing((), (0,))


def test_nothing_is_asked_for(make_tree: Callable[..., str]) -> None:
    found = sources_of(make_tree(TREE), "FROM a\nRUN ls\n")
    assert standing(found, "conf/x") == Standing()
