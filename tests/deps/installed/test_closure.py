"""What needs what, and what goes: held against a slow and literal computation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.deps.installed.closure import (
    Roots,
    exclusive,
    freed,
    needs,
    only_for,
    reached,
    required_by,
    wanted,
    weight,
)
from ctxguard.deps.installed.distribution import Distribution, Installed
from tests.loops import one_loop

NONE: frozenset[str] = frozenset()


def package(name: str, requires: Iterable[str] = (), size: int = 1) -> Distribution:
    return Distribution(name, name, "1", size, tuple(requires), NONE, NONE)


def installed(
    packages: Mapping[str, Iterable[str]], sizes: Mapping[str, int] | None = None
) -> Installed:
    return Installed(
        "here",
        {
            name: package(name, requires, (sizes or {}).get(name, 1))
            for name, requires in packages.items()
        },
    )


def roots(*names: str) -> Roots:
    found = {}
    for name in names:
        key, _, extras = name.rstrip("]").partition("[")
        found[key] = frozenset(filter(None, extras.split(",")))
    return found


def test_what_only_one_needs_goes_with_it() -> None:
    found = installed({"a": ["b", "c"], "b": [], "c": [], "d": ["c"]}, {"a": 1, "b": 10, "c": 100})
    assert exclusive(found, roots("a", "d")) == {"a": 11, "d": 1}
    assert freed(found, roots("d"), roots("a")) == 11
    assert freed(found, roots(), roots("a", "d")) == 112
    assert freed(found, roots("a", "d"), roots("a")) == 0


def test_what_another_declared_one_needs_stays() -> None:
    found = installed({"a": ["b"], "b": ["c"], "c": []})
    assert only_for(found, roots("a", "b")) == {"a": {"a"}, "b": set()}


def test_a_cycle() -> None:
    found = installed({"a": ["b"], "b": ["c"], "c": ["a"], "d": []})
    assert exclusive(found, roots("a", "d")) == {"a": 3, "d": 1}
    assert exclusive(found, roots("a", "b")) == {"a": 0, "b": 0}
    assert required_by(found) == {"a": {"c"}, "b": {"a"}, "c": {"b"}, "d": set()}


def test_an_extra_keeps_for_whoever_asks_for_it() -> None:
    packages = {"celery": ["kombu", 'redis; extra == "redis"'], "kombu": [], "redis": [],
                "flower": ["celery"], "other": ["celery[redis]"]}  # fmt: skip
    found = installed(packages)
    assert only_for(found, roots("celery[redis]", "flower"))["celery"] == {"redis"}
    assert only_for(found, roots("celery[redis]", "other"))["celery"] == set()
    assert only_for(found, roots("celery", "flower"))["flower"] == {"flower"}
    assert reached(found, roots("flower")) == {"flower", "celery", "kombu"}
    assert needs(found, roots("other"))["celery"] == {"kombu", "redis"}


def test_extras_of_extras_and_their_spelling() -> None:
    found = installed(
        {
            "a": ['a[x_y,z]; extra == "all"', 'b; extra == "X.Y"', 'c; extra == "z"'],
            "b": [],
            "c": [],
        }
    )
    assert reached(found, roots("a[ALL]")) == {"a", "b", "c"}
    assert reached(found, roots("a")) == {"a"}


@pytest.mark.parametrize(
    ("requirement", "holds"),
    [
        ("b", True),
        ('b; sys_platform == "linux"', True),
        ('b; platform_system == "Windows"', False),
        ('b; os_name == "posix" and python_version >= "3"', True),
        ('b; python_version < "3"', False),
        ('b; python_full_version < "x" and nonsense == "1"', False),
        ("b >=1 ; (", False),
        ("-r /etc/passwd", False),
        ("b (>=3.5)", True),
        ("b @ https://example.org/b.whl", True),
        ("\x1b[31m", False),
    ],
)
def test_markers_are_those_of_linux(requirement: str, holds: bool) -> None:
    found = [str(each.name) for each in wanted(package("a", [requirement]))]
    assert found == (["b"] if holds else [])


def test_what_is_not_installed_counts_nothing() -> None:
    found = installed({"a": ["missing"]})
    assert needs(found, roots("a", "gone")) == {"a": frozenset()}
    assert exclusive(found, roots("a", "gone")) == {"a": 1}
    assert weight(found, ["a", "gone"]) == 1


NAMES = [f"p{at}" for at in range(8)]
EXTRAS = ["", "x", "y"]


@st.composite
def systems(draw: st.DrawFn) -> tuple[Installed, dict[str, frozenset[str]]]:
    def requirement() -> str:
        name, asked = draw(st.sampled_from([*NAMES, "gone"])), draw(st.sampled_from(EXTRAS))
        only = draw(st.sampled_from(EXTRAS))
        return f"{name}{f'[{asked}]' if asked else ''}" + (f'; extra == "{only}"' if only else "")

    packages = {name: [requirement() for _ in range(draw(st.integers(0, 3)))] for name in NAMES}
    sizes = {name: draw(st.integers(0, 100)) for name in NAMES}
    extras = st.frozensets(st.sampled_from(EXTRAS[1:]))
    return installed(packages, sizes), draw(st.dictionaries(st.sampled_from(NAMES), extras))


def slowly(system: Installed, asked: Roots) -> set[str]:
    """All that is needed, found by going over everything until nothing is new."""
    active: dict[str, set[str]] = {key: set(extras) for key, extras in asked.items()}
    while True:
        before = {key: set(extras) for key, extras in active.items()}
        for key, extras in before.items():
            for text in system.found[key].requires:
                left, _, marker = text.partition("; ")
                name, _, more = left.rstrip("]").partition("[")
                wants = not marker or marker.split('"')[1] in extras
                if wants and name in system.found:
                    active.setdefault(name, set()).update(filter(None, [more]))
        if active == before:
            return set(active)


@given(systems())
def test_what_goes_is_what_is_no_longer_reached(
    given_: tuple[Installed, dict[str, frozenset[str]]],
) -> None:
    system, declared = given_
    everything = slowly(system, declared)
    assert reached(system, declared) == everything
    for key in declared:
        rest = {each: extras for each, extras in declared.items() if each != key}
        gone = everything - slowly(system, rest)
        assert only_for(system, declared)[key] == gone
        assert exclusive(system, declared)[key] == weight(system, gone)
        assert freed(system, rest, {key: declared[key]}) == weight(system, gone)


@given(systems(), st.data())
def test_a_set_frees_no_less_than_each_of_it(
    given_: tuple[Installed, dict[str, frozenset[str]]], data: st.DataObject
) -> None:
    system, declared = given_
    drop = {key: each for key, each in declared.items() if data.draw(st.booleans())}
    keep = {key: each for key, each in declared.items() if key not in drop}
    alone = exclusive(system, declared)
    assert freed(system, keep, drop) >= sum(alone[key] for key in drop)
    assert freed(system, keep, drop) == weight(
        system, slowly(system, declared) - slowly(system, keep)
    )


@given(systems())
def test_who_is_needed_knows_by_whom(given_: tuple[Installed, dict[str, frozenset[str]]]) -> None:
    system, declared = given_
    above = required_by(system, declared)
    assert set(above) == set(system.found)
    for key, below in needs(system, declared).items():
        assert all(key in above[each] for each in below)


def test_300_declared_of_1000_are_quick() -> None:
    packages = {
        f"p{at}": [f"p{(at * 7 + step) % 1000}>=1,<9" for step in range(1, 9)]
        + [f'p{(at * 3 + step) % 1000}; extra == "dev"' for step in range(20)]
        for at in range(1000)
    }
    found = installed(packages)
    limit = 60 * one_loop()
    start = time.process_time()
    assert len(exclusive(found, roots(*(f"p{at}" for at in range(300))))) == 300
    assert time.process_time() - start < limit
