"""A repository and its remote for each test of a hook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.githook.pushing import Pair, make_pair


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Nothing is pushed yet, and no hook is there."""
    return make_pair(str(tmp_path))
