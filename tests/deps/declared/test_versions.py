"""Poetry's versions; the examples are those of its documentation."""

from __future__ import annotations

import pytest

from ctxguard.deps.declared.versions import specifier_of


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", "<2,>=1.2.3"),
        ("^1.2", "<2,>=1.2"),
        ("^1", "<2,>=1"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0.0", "<0.1,>=0.0"),
        ("^0", "<1,>=0"),
        ("~1.2.3", "<1.3,>=1.2.3"),
        ("~1.2", "<1.3,>=1.2"),
        ("~1", "<2,>=1"),
        ("^2.0.0rc1", "<3,>=2.0.0rc1"),
        ("*", ""),
        ("1.2.*", "==1.2.*"),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        (">= 1.2, < 1.5", "<1.5,>=1.2"),
        (">=1.2 <1.5", "<1.5,>=1.2"),
        ("~=1.2", "~=1.2"),
        ("^1 || ^2", ""),
        ("latest", ""),
        ("^" + "9" * 10_000, ""),
        ("", ""),
    ],
    ids=lambda text: text[:20],
)
def test_what_it_means(constraint: str, specifier: str) -> None:
    assert specifier_of(constraint) == specifier
