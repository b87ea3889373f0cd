"""Growth, outlook and jumps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.history.recorded import Recorded
from ctxguard.history.trend import by_series, grown, slope, thinned, trend
from tests.history.recorded import a_limit, a_measurement

MB = 1_000_000


def growing(*sizes: int, step_days: float = 1) -> list[Recorded]:
    return [
        a_measurement(at * step_days, size, limits=(a_limit(100 * MB, size),))
        for at, size in enumerate(sizes)
    ]


def test_steady_growth() -> None:
    found = trend(growing(*(at * MB for at in range(10, 31))))
    assert found.per_day == pytest.approx(MB)
    assert found.days == 20
    (outlook,) = found.outlooks
    assert outlook.days == pytest.approx(70)
    assert found.jumps == ()


def test_one_jump_does_not_bend_it() -> None:
    sizes = [10 * MB + at * 1000 for at in range(20)]
    sizes[17:] = [size + 50 * MB for size in sizes[17:]]
    found = trend(growing(*sizes))
    assert found.per_day is not None
    assert found.per_day < 2000
    (jump,) = found.jumps
    assert jump.bytes == 50 * MB + 1000
    assert jump.after == found.measurements[17]


def test_limits() -> None:
    over, shrinking, flat = growing(10, 200 * MB), growing(20, 10), growing(10, 10)
    assert [trend(each).outlooks[0].days for each in (over, shrinking, flat)] == [0, None, None]
    rows = [
        a_measurement(
            at, 5, limits=(a_limit(10, at, unit="files"), a_limit(40, 4 * at, scope="docs/"))
        )
        for at in range(5)
    ]
    assert [each.days for each in trend(rows).outlooks] == [pytest.approx(6), pytest.approx(6)]


def test_a_limit_that_came_later() -> None:
    rows = [a_measurement(0), a_measurement(1, limits=(a_limit(10, 5),))]
    (outlook,) = trend(rows).outlooks
    assert (outlook.per_day, outlook.days) == (None, None)


@pytest.mark.parametrize("rows", [growing(5), growing(5, 9, step_days=0.01)])
def test_too_little_to_tell(rows: list[Recorded]) -> None:
    found = trend(rows)
    assert found.per_day is None
    assert found.outlooks[0].days is None


def test_each_branch_steps_by_itself() -> None:
    rows = [
        a_measurement(at, 10 * MB if at % 2 else 90 * MB, branch="a" if at % 2 else "b")
        for at in range(10)
    ]
    assert trend(rows).jumps == ()


def test_the_largest_jumps_in_their_order() -> None:
    sizes = [MB]
    for at in range(40):
        sizes.append(sizes[-1] + (at * MB if at in (5, 10, 20, 30) else 1000))
    found = trend(growing(*sizes)).jumps
    assert [jump.bytes // MB for jump in found] == [10, 20, 30]


def test_what_is_compared() -> None:
    rows = [
        a_measurement(0),
        a_measurement(1, target="x"),
        a_measurement(2, backend="legacy"),
        a_measurement(3, name="web"),
        a_measurement(4, dockerfile="D"),
        a_measurement(5),
    ]
    found = by_series(rows)
    assert [len(each) for each in found] == [1, 2, 1, 1, 1]
    assert found[1] == (rows[0], rows[5])


# ── what grew ──────────────────────────────────────────────────────────────────────────────────


def what(before: dict[str, int], after: dict[str, int]) -> list[tuple[str, int]]:
    return list(
        grown(
            a_measurement(folders=tuple(before.items())),
            a_measurement(folders=tuple(after.items())),
        )
    )


def test_the_deepest_folder_that_explains_it() -> None:
    before = {"a": 100, "a/b": 90, "a/b/c": 50, "d": 1}
    after = {"a": 300, "a/b": 290, "a/b/c": 250, "d": 1}
    assert what(before, after) == [("a/b/c", 200)]


def test_several() -> None:
    before = {"a": 100, "a/x": 10, "a/y": 10, "d": 50}
    after = {"a": 300, "a/x": 110, "a/y": 110, "d": 60}
    assert what(before, after) == [("a", 200), ("d", 10)]


def test_a_new_folder() -> None:
    assert what({"a": 5}, {"a": 5, "new": 70}) == [("new", 65)]
    assert what({}, {"new": 70}) == [("new", 70)]
    assert what({"a": 5}, {"a": 3}) == []


# ── laws ───────────────────────────────────────────────────────────────────────────────────────

POINTS = st.lists(
    st.tuples(st.floats(0, 1000), st.integers(0, 10**12)), min_size=2, max_size=30
).map(sorted)


@given(POINTS, st.integers(1, 1000))
def test_a_slope_scales(points: list[tuple[float, int]], factor: int) -> None:
    once = slope(points)
    more = slope([(at, value * factor) for at, value in points])
    assert (once is None) == (more is None)
    if once is not None:
        assert more == pytest.approx(once * factor)


@given(POINTS)
def test_a_slope_lies_between_the_extremes(points: list[tuple[float, int]]) -> None:
    found = slope(points)
    thin = thinned(points)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a in thin for b in thin if b[0] > a[0]]
    if found is not None:
        assert min(slopes) <= found <= max(slopes)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_any_sizes(sizes: list[int]) -> None:
    found = trend(growing(*sizes))
    assert all(jump.bytes > 0 for jump in found.jumps)
    assert len(found.jumps) <= 3
