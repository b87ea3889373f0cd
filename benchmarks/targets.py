"""What ctxguard is meant to reach, held against what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.cases import (
    ALL_TARGETS,
    MANY_RULES,
    NO_DOCKERFILE,
    NO_FINDINGS,
    NO_RULES,
    ONE_TARGET,
)
from benchmarks.contenders import COMMIT, CTXGUARD, DOCKER_LIBRARY, DU, HOOK, SUGGEST
from benchmarks.runs import Row, ratio

Results = Mapping[str, list[Row]]
"""By the name of the case."""
_NOTHING = Row("")


@dataclass(frozen=True, slots=True)
class Target:
    about: str
    limit: float
    unit: str
    measure: Callable[[Results], float | None]
    at_least: bool = False

    def told(self, results: Results) -> tuple[str, str, str, str]:
        """What, target, measured, and whether it is met."""
        word = "at least" if self.at_least else "at most"
        target = f"{word} {self.limit:g} {self.unit}"
        measured = self.measure(results)
        if measured is None:
            return self.about, target, "not measured", ""
        met = measured >= self.limit if self.at_least else measured <= self.limit
        digits = 0 if measured >= 50 else 2
        shown = f"{measured:,.{digits}f} {self.unit}"
        return self.about, target, shown, "met" if met else "missed"


def _row(results: Results, case: str, what: str) -> Row:
    return next((row for row in results.get(case, ()) if row.what == what), _NOTHING)


def _wall(case: str, what: str, base: str) -> Callable[[Results], float | None]:
    def measure(results: Results) -> float | None:
        row, other = _row(results, case, what), _row(results, case, base)
        return ratio(row.walls, other.walls, not row.alone)

    return measure


def _cpu(case: str, what: str, base: str) -> Callable[[Results], float | None]:
    def measure(results: Results) -> float | None:
        row, other = _row(results, case, what), _row(results, case, base)
        return ratio(row.cpus, other.cpus, not row.alone)

    return measure


def _wall_s(case: str, what: str) -> Callable[[Results], float | None]:
    return lambda results: _middle(_row(results, case, what).walls)


def _cpu_s(case: str, what: str) -> Callable[[Results], float | None]:
    return lambda results: _middle(_row(results, case, what).cpus)


def _middle(values: list[float]) -> float | None:
    return median(values) if values else None


def _megabytes(case: str, what: str) -> Callable[[Results], float | None]:
    def measure(results: Results) -> float | None:
        memory = _row(results, case, what).memory
        return None if memory is None else memory / 1e6

    return measure


TARGETS = (
    Target("500,000 files, all sent: wall", 2.0, "x du", _wall("all-large", CTXGUARD, DU)),
    Target("500,000 files, all sent: CPU", 3.5, "x du", _cpu("all-large", CTXGUARD, DU)),
    Target("500,000 files, all sent: memory", 100, "MB", _megabytes("all-large", CTXGUARD)),
    Target("500,000 files, 90 % ignored: wall", 0.4, "x du", _wall("ignored-large", CTXGUARD, DU)),
    Target("100,000 files, 90 % ignored: wall", 0.6, "x du", _wall("ignored-small", CTXGUARD, DU)),
    Target(
        "500,000 files, 200 rules: wall",
        1.5,
        "x no rules",
        _wall("rules-large", CTXGUARD + MANY_RULES, CTXGUARD + NO_RULES),
    ),
    Target(
        "500,000 files, a target of a Dockerfile: wall",
        1.2,
        "x no Dockerfile",
        _wall("targets-large", CTXGUARD + ONE_TARGET, CTXGUARD + NO_DOCKERFILE),
    ),
    Target(
        "500,000 files, nine targets: wall",
        1.2,
        "x no Dockerfile",
        _wall("targets-large", CTXGUARD + ALL_TARGETS, CTXGUARD + NO_DOCKERFILE),
    ),
    Target(
        "500,000 files, report: wall",
        1.15,
        "x no findings",
        _wall("advice-large", CTXGUARD, CTXGUARD + NO_FINDINGS),
    ),
    Target(
        "500,000 files, lint and suggest: wall",
        2.5,
        "x no findings",
        _wall("advice-large", SUGGEST, CTXGUARD + NO_FINDINGS),
    ),
    Target("100,000 files, in a commit: wall", 1.5, "s", _wall_s("commit-small", COMMIT)),
    Target("a push of ten commits on 10,000 files: CPU", 0.8, "s", _cpu_s("push-few", HOOK)),
    Target(
        "100,000 files, 200 rules: faster than PyPI docker",
        100,
        "x",
        _wall("rules-small", DOCKER_LIBRARY, CTXGUARD),
        at_least=True,
    ),
)
