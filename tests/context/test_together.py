"""Several contexts with the same root by one walk: each as if it were alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.measure import Request, measure, measure_all
from ctxguard.errors import CtxguardError, MeasureError
from ctxguard.measurement import Backend, Measurement
from tests.conftest import Tree
from tests.context.measuring import Watched, request_for, split_early, within
from tests.context.trees import LINKS, ODD_TREES, RULES, fresh_roots, link_across, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
TREE: Tree = {
    ".dockerignore": "logs\n",
    "Dockerfile": "FROM scratch\nCOPY src /\n",
    "all.df": "FROM scratch\nCOPY . /\n",
    "all.df.dockerignore": "src\n",
    "src": {"a": "x" * 10, "b": {"c": "y" * 20}},
    "logs": {"l": "z" * 1000},
}


def alone(request: Request) -> Measurement | str:
    try:
        return measure(request, processes=1)
    except CtxguardError as error:
        return str(error)


def together(requests: list[Request], processes: int = 1) -> list[Measurement | str]:
    found = measure_all(requests, processes=processes)
    return [str(each) if isinstance(each, CtxguardError) else each for each in found]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    tree=ODD_TREES,
    rules=st.lists(RULES, min_size=2, max_size=3),
    backends=st.lists(st.sampled_from(Backend), min_size=3, max_size=3),
    links=LINKS,
)
def test_each_as_if_alone(
    tree: Tree,
    rules: list[list[str]],
    backends: list[Backend],
    links: list[tuple[int, int]],
    fresh_roots: Iterator[str],
) -> None:
    root = plant(next(fresh_roots), tree, rules[0])
    link_across(root, links)
    requests = []
    for at, (backend, lines) in enumerate(zip(backends, rules, strict=False)):
        elsewhere = f"{root}-of-{at}"
        plant(elsewhere, {"D": "FROM scratch\nCOPY . /\n"}, [])
        with open(f"{elsewhere}/D.dockerignore", "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        name = os.path.relpath(f"{elsewhere}/D", root)
        requests.append(request_for(root, backend, file=name, types=True, savings=at == 0))
    expected = list(map(alone, requests))
    assert together(requests) == expected
    with split_early(), within(30):
        assert together(requests) == expected
        assert together(requests, processes=2) == expected


def test_a_shared_folder_is_listed_once(make_tree: Make) -> None:
    root = make_tree(TREE)
    watched = Watched(request_for(root).source)
    requests = [request_for(root, file=name, source=watched) for name in ("Dockerfile", "all.df")]
    with_logs, without = measure_all([requests[1], requests[0]], processes=1)
    assert isinstance(with_logs, Measurement)
    assert isinstance(without, Measurement)
    assert with_logs.size.files == 5
    assert without.size.files == 6
    assert sorted(set(watched.listed)) == ["", "logs", "src", "src/b"]
    assert watched.listed.count("logs") == watched.listed.count("src/b") == 1


def test_other_roots_are_walked_apart(make_tree: Make) -> None:
    root = make_tree(TREE)
    requests = [request_for(root), request_for(f"{root}/src"), request_for(root, file="all.df")]
    assert together(requests) == list(map(alone, requests))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("refused", "[\n"),
        ("refused on the way", "src\n!src/b[\n"),
        ("never looked at", "a/b/[\n"),
    ],
)
def test_a_refusal_is_one_context_s_own(name: str, text: str, make_tree: Make) -> None:
    root = make_tree({**TREE, "all.df.dockerignore": text}, name=name.replace(" ", "-"))
    requests = [request_for(root, file="all.df"), request_for(root), request_for(root)]
    expected = list(map(alone, requests))
    assert together(requests) == expected
    assert isinstance(expected[1], Measurement)


def test_a_root_that_is_not_there(make_tree: Make) -> None:
    root = make_tree(TREE)
    gone = make_tree({"x": "1"}, name="gone")
    requests = [request_for(gone), request_for(gone), request_for(root)]
    os.unlink(f"{gone}/x")
    os.rmdir(gone)
    first, second, third = measure_all(requests, processes=1)
    assert isinstance(first, MeasureError)
    assert str(first) == str(second)
    assert third == measure(requests[2])


def test_progress_goes_on_from_one_root_to_the_next(make_tree: Make) -> None:
    one, other = make_tree(TREE, name="one"), make_tree(TREE, name="other")
    told: list[int] = []
    measure_all([request_for(one), request_for(other)], told.append, processes=1)
    assert told == sorted(told)
    single: list[int] = []
    measure(request_for(one), single.append, processes=1)
    assert told[-1] == 2 * single[-1]


def test_what_one_asks_for_beside_is_its_own(make_tree: Make) -> None:
    root = make_tree(TREE)
    plain = request_for(root)
    rich = replace(plain, types=True, savings=True, overview=True)
    assert together([rich, plain]) == [alone(rich), alone(plain)]
