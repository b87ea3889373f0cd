"""Names that say what something is for."""

from __future__ import annotations

import pytest

from ctxguard.deps.declared.groups import (
    extra_is_development,
    file_is_development,
    group_is_development,
)


@pytest.mark.parametrize(
    ("file", "development"),
    [
        ("requirements.txt", False),
        ("requirements-dev.txt", True),
        ("requirements_test.txt", True),
        ("dev-requirements.txt", True),
        ("requirements/local.txt", True),
        ("requirements/base.txt", False),
        ("requirements/production.txt", False),
        ("docs/requirements.txt", True),
        ("latest/requirements.txt", False),
        ("requirements-device.txt", False),
    ],
)
def test_files(file: str, *, development: bool) -> None:
    assert file_is_development(file) is development


@pytest.mark.parametrize(
    ("name", "extra", "group"),
    [
        ("dev", True, True),
        ("Test", True, True),
        ("lint-all", True, True),
        ("postgres", False, True),
        ("prod", False, False),
        ("main", False, False),
        ("test-server", True, True),
    ],
)
def test_extras_and_groups(name: str, *, extra: bool, group: bool) -> None:
    assert extra_is_development(name) is extra
    assert group_is_development(name) is group
