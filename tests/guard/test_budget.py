from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.dependencies import Dependencies, VerdictBytes
from ctxguard.dependencies import Verdict as Advice
from ctxguard.errors import ExitCode
from ctxguard.guard.budget import Budget, FailOn, exit_code, judge
from ctxguard.measurement import BuildKitTransfer, Measurement, TargetTransfer, Totals
from ctxguard.report import Limit, Status, Tier
from tests.golden.canonical import MEASUREMENT


def measured(size: int, files: int = 1, *, complete: bool = True) -> Measurement:
    return replace(MEASUREMENT, size=Totals(size, files), complete=complete)


BUDGET = Budget(10, 20)
JUDGED = [
    ("nothing", measured(0), Status.OK),
    ("at the warning", measured(10), Status.OK),
    ("over the warning", measured(11), Status.WARNING),
    ("at the critical", measured(20), Status.WARNING),
    ("over the critical", measured(21), Status.CRITICAL),
    ("a part, within", measured(0, complete=False), Status.INCOMPLETE),
    ("a part, over the warning", measured(11, complete=False), Status.INCOMPLETE),
    ("a part, over the critical", measured(21, complete=False), Status.CRITICAL),
]


@pytest.mark.parametrize(
    ("measurement", "status"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED]
)
def test_status(measurement: Measurement, status: Status) -> None:
    assert judge(measurement, BUDGET).status is status


def test_the_limits_tell_what_is_left() -> None:
    verdict = judge(measured(15, files=4), replace(BUDGET, max_files=3))
    assert verdict.limits == (
        Limit("context-size", Tier.WARNING, "bytes", 10, 15),
        Limit("context-size", Tier.CRITICAL, "bytes", 20, 15),
        Limit("files", Tier.CRITICAL, "files", 3, 4),
    )
    assert [limit.headroom for limit in verdict.limits] == [-5, 5, -1]
    assert [limit.status for limit in verdict.limits] == [
        Status.WARNING,
        Status.OK,
        Status.CRITICAL,
    ]
    assert verdict.status is Status.CRITICAL


PACKAGES = Dependencies((), (VerdictBytes(Advice.USED, 3, 15, 0),), ".venv", (), ())


def test_packages_count_where_they_are_weighed() -> None:
    budget = replace(BUDGET, max_dependencies=14)
    assert judge(measured(0), budget, PACKAGES).status is Status.CRITICAL
    assert judge(measured(0), budget, PACKAGES).limits[-1].actual == 15
    assert judge(measured(0), replace(budget, max_dependencies=15), PACKAGES).status is Status.OK
    assert judge(measured(0), budget).status is Status.OK
    assert judge(measured(0), budget, replace(PACKAGES, measured=None)).status is Status.OK


def test_without_a_limit_files_do_not_count() -> None:
    assert judge(measured(0, files=10**9), BUDGET).status is Status.OK
    assert judge(measured(0, files=0), replace(BUDGET, max_files=0)).status is Status.OK
    assert judge(measured(0, files=1), replace(BUDGET, max_files=0)).status is Status.CRITICAL


CODES = [
    # Size, complete, then the exit code for: critical, warning, never.
    (5, True, (0, 0, 0)),
    (15, True, (0, 1, 0)),
    (25, True, (1, 1, 0)),
    (5, False, (3, 3, 3)),
    (15, False, (3, 1, 3)),
    (25, False, (1, 1, 3)),
]


@pytest.mark.parametrize(
    ("size", "complete", "codes"),
    CODES,
    ids=[f"{size} bytes, {'all' if complete else 'a part'}" for size, complete, _ in CODES],
)
def test_exit_code(size: int, complete: bool, codes: tuple[int, int, int]) -> None:
    measurement = measured(size, complete=complete)
    verdict = judge(measurement, BUDGET)
    assert tuple(exit_code(measurement, verdict, fail_on) for fail_on in FailOn) == codes


sizes = st.integers(min_value=0, max_value=2**63)


@given(sizes, sizes, st.booleans())
def test_a_larger_context_is_never_judged_better(one: int, two: int, complete: bool) -> None:
    order = list(Status)
    better, worse = (
        order.index(judge(measured(size, complete=complete), BUDGET).status)
        for size in sorted((one, two))
    )
    assert better <= worse


@given(sizes, st.booleans())
def test_never_never_trips(size: int, complete: bool) -> None:
    measurement = measured(size, complete=complete)
    verdict = judge(measurement, BUDGET)
    assert exit_code(measurement, verdict, FailOn.NEVER) is not ExitCode.TRIPPED


# ── on the transfer ────────────────────────────────────────────────────────────────────────────

ON_TRANSFER = replace(BUDGET, on_transfer=True)


def transferring(*targets: TargetTransfer, size: int = 10**9) -> Measurement:
    return replace(measured(size), targets=targets)


def target(size: int | None, *, chosen: bool = True, reason: str | None = None) -> TargetTransfer:
    sizes = None if size is None else BuildKitTransfer(size, 0, 1)
    return TargetTransfer("t", default=not chosen, chosen=chosen, buildkit=sizes, reason=reason)


TRANSFERS = [
    (0, Status.OK),
    (10, Status.OK),
    (11, Status.WARNING),
    (20, Status.WARNING),
    (21, Status.CRITICAL),
]


@pytest.mark.parametrize(("size", "status"), TRANSFERS)
def test_only_the_transfer_counts(size: int, status: Status) -> None:
    verdict = judge(transferring(target(size)), ON_TRANSFER)
    assert (verdict.status, verdict.unknown) == (status, None)
    assert verdict.limits == (
        Limit("transfer", Tier.WARNING, "bytes", 10, size),
        Limit("transfer", Tier.CRITICAL, "bytes", 20, size),
    )


def test_only_the_chosen_target_counts() -> None:
    others = target(99, chosen=False), target(5), target(99, chosen=False)
    assert judge(transferring(*others), ON_TRANSFER).status is Status.OK


def test_files_are_those_of_the_context_all_the_same() -> None:
    verdict = judge(transferring(target(0)), replace(ON_TRANSFER, max_files=0))
    assert verdict.status is Status.CRITICAL
    assert verdict.limits[-1] == Limit("files", Tier.CRITICAL, "files", 0, 1)


@pytest.mark.parametrize("reason", ["no-dockerfile", "context-unused", "unknown"])
def test_no_transfer_counts_as_nothing(reason: str) -> None:
    verdict = judge(transferring(target(None, reason=reason)), ON_TRANSFER)
    assert (verdict.status, verdict.unknown) == (Status.OK, reason)
    assert {limit.actual for limit in verdict.limits} == {0}
    verdict = judge(transferring(target(None, reason=reason)), BUDGET)
    assert (verdict.status, verdict.unknown) == (Status.CRITICAL, None)


def test_a_part_of_a_transfer_is_not_within_budget() -> None:
    part = replace(transferring(target(0)), complete=False)
    verdict = judge(part, ON_TRANSFER)
    assert verdict.status is Status.INCOMPLETE
    assert exit_code(part, verdict, FailOn.CRITICAL) is ExitCode.NOT_MEASURED
