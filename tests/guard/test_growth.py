"""How much a context may grow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.guard.growth import GrowthLimit


@pytest.mark.parametrize(
    ("text", "base", "most"),
    [
        ("50MB", 7, 50_000_000),
        ("0", 100, 0),
        ("10%", 1000, 100),
        ("10 %", 1009, 100),
        ("0.5%", 1000, 5),
        ("12.5%", 8, 1),
        ("250%", 4, 10),
        ("10%", 0, 0),
    ],
)
def test_what_is_allowed(text: str, base: int, most: int) -> None:
    assert GrowthLimit.parse(text).of(base) == most


@pytest.mark.parametrize(
    "text", ["", "%", "-1%", "ten", "10%%", "1e3%", "10% MB", "٣%", "5 parsecs"]
)
def test_what_is_no_growth(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        GrowthLimit.parse(text)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.fractions(0, 1000, max_denominator=1000))
def test_a_part_is_exact(base: int, growth: int, percent: Fraction) -> None:
    allowed = GrowthLimit(percent=percent).of(base)
    assert (growth > allowed) == (Fraction(growth) > base * percent / 100)
