"""A folder for docker's configuration for each test of the plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxguard.dockerplugin.where import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Nothing is there yet."""
    return Place(str(tmp_path / "docker"))
