"""Where sizes are going: growth, the days that are left to each limit, and what jumped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from ctxguard.history.recorded import Recorded, RecordedLimit

_MOST_POINTS = 300
"""Every pair of them has a slope."""
_LEAST_DAYS = 1 / 24
"""Within less than an hour nothing is a trend."""
_JUMP = 0.05
"""A step up of this part is a jump, if it is also far more than the usual one."""
_UNUSUAL = 3
_MOST_JUMPS = 3
_MOST_FOLDERS = 3
_EXPLAINS = 0.9
"""A folder is not named if one in it grew by this part of its growth: that one is."""
_DAY_S = 86_400

Point = tuple[float, int]
"""Days, and bytes or files."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a limit will be reached."""

    limit: RecordedLimit
    per_day: float | None
    days: float | None
    """0 if it is reached already; None if it is not reached at this pace."""

    @property
    def broken(self) -> bool:
        """Whether it is more than that now."""
        return self.limit.actual > self.limit.limit


@dataclass(frozen=True, slots=True)
class Jump:
    """A measurement that is far larger than the one before."""

    before: Recorded
    after: Recorded
    folders: tuple[tuple[str, int], ...]
    """What grew, and by how much, as far as that was kept."""

    @property
    def bytes(self) -> int:
        """By how much it grew."""
        return self.after.bytes - self.before.bytes


@dataclass(frozen=True, slots=True)
class Trend:
    """One context over time."""

    measurements: tuple[Recorded, ...]
    """The oldest first; one at least."""
    days: float
    """From the first to the last."""
    per_day: float | None
    """Bytes, the median of all slopes; None where there is too little to tell."""
    outlooks: tuple[Outlook, ...]
    """For each limit of the last measurement."""
    jumps: tuple[Jump, ...]
    """The largest, the oldest first."""

    @property
    def last(self) -> Recorded:
        return self.measurements[-1]


def by_series(measurements: Iterable[Recorded]) -> list[tuple[Recorded, ...]]:
    """Those that can be compared with each other, together; the oldest first."""
    found: defaultdict[tuple[str, ...], list[Recorded]] = defaultdict(list)
    for each in measurements:
        found[each.series].append(each)
    return [tuple(found[series]) for series in sorted(found)]


def trend(measurements: Sequence[Recorded]) -> Trend:
    """Of one series, the oldest first."""
    times = [_days(each.time) for each in measurements]
    points = [(at, each.bytes) for at, each in zip(times, measurements, strict=True)]
    return Trend(
        tuple(measurements),
        times[-1] - times[0],
        slope(points),
        tuple(_outlooks(measurements, times)),
        tuple(_jumps(measurements)),
    )


def _days(time: str) -> float:
    return datetime.fromisoformat(time).timestamp() / _DAY_S


def slope(points: Sequence[Point]) -> float | None:
    """By how much a day it grows: the median of the slopes of all pairs (Theil and Sen).

    A single jump does not bend it, as it would the mean.
    """
    if len(points) < 2 or points[-1][0] - points[0][0] < _LEAST_DAYS:
        return None
    from statistics import median

    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(thinned(points), 2)
        if later[0] > earlier[0]
    ]
    return median(slopes) if slopes else None


def thinned(points: Sequence[Point]) -> list[Point]:
    """The last one of each day, and no more than so many."""
    last_of_day = {int(at): (at, value) for at, value in points}
    found = list(last_of_day.values()) if len(last_of_day) > 1 else list(points)
    step = -(-len(found) // _MOST_POINTS)
    return found[::-1][::step][::-1]


def _outlooks(measurements: Sequence[Recorded], times: Sequence[float]) -> Iterator[Outlook]:
    before: defaultdict[tuple[str | None, ...], list[Point]] = defaultdict(list)
    for at, each in zip(times, measurements, strict=True):
        for limit in each.limits:
            before[_kind(limit)].append((at, limit.actual))
    for limit in measurements[-1].limits:
        per_day = slope(before[_kind(limit)])
        yield Outlook(limit, per_day, _days_left(limit, per_day))


def _kind(limit: RecordedLimit) -> tuple[str | None, ...]:
    """What it is about; how high it is may change."""
    return limit.name, limit.scope, limit.tier, limit.unit


def _days_left(limit: RecordedLimit, per_day: float | None) -> float | None:
    left = limit.limit - limit.actual
    if left < 0:
        return 0
    return left / per_day if per_day is not None and per_day > 0 else None


def _jumps(measurements: Sequence[Recorded]) -> list[Jump]:
    from statistics import median

    steps = list(_steps(measurements))
    sizes = [abs(after.bytes - before.bytes) for before, after in steps]
    usual = median([size for size in sizes if size] or [0])
    if sum(size > 0 for size in sizes) < 3:
        usual = 0  # Of one or two steps none is usual.
    found = [
        (before, after)
        for before, after in steps
        if after.bytes - before.bytes > max(_JUMP * before.bytes, _UNUSUAL * usual)
    ]
    found.sort(key=lambda step: step[0].bytes - step[1].bytes)
    largest = [Jump(before, after, grown(before, after)) for before, after in found[:_MOST_JUMPS]]
    return sorted(largest, key=lambda jump: jump.after.time)


def _steps(measurements: Sequence[Recorded]) -> Iterator[tuple[Recorded, Recorded]]:
    """Each with the one before it on its branch, if the same is kept of both."""
    last: dict[str | None, Recorded] = {}
    for each in measurements:
        before = last.get(each.branch)
        if before is not None:
            yield before, each
        last[each.branch] = each


def grown(before: Recorded, after: Recorded) -> tuple[tuple[str, int], ...]:
    """The folders that grew the most, none inside another."""
    was, now = dict(before.folders), dict(after.folders)
    deltas = {path: size - was.get(path, _unseen(before)) for path, size in now.items()}
    deltas = {path: delta for path, delta in deltas.items() if delta > 0}
    telling = {path: delta for path, delta in deltas.items() if not _explained(path, deltas)}
    rows: list[tuple[str, int]] = []
    for path, delta in sorted(telling.items(), key=lambda row: (-row[1], row[0])):
        if not any(_overlap(path, other) for other, _ in rows):
            rows.append((path, delta))
    return tuple(rows[:_MOST_FOLDERS])


def _unseen(recorded: Recorded) -> int:
    """What a folder that was not kept may have weighed at most: only the heaviest are."""
    return min((size for _, size in recorded.folders), default=0)


def _explained(path: str, deltas: Mapping[str, int]) -> bool:
    """Whether a folder in it grew by nearly as much."""
    return any(
        other.startswith(f"{path}/") and delta >= _EXPLAINS * deltas[path]
        for other, delta in deltas.items()
    )


def _overlap(one: str, other: str) -> bool:
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")
