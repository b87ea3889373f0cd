"""A machine for each test, with a server for the comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.action.machine import Machine, make_machine
from tests.action.wheels import make_wheels
from tests.conftest import Tree, grow
from tests.forge.server import serving

Making = Callable[[Tree], Machine]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheels(tmp_path_factory.mktemp("pip") / "wheels")


@pytest.fixture
def machine(tmp_path: Path, wheels: Path) -> Iterator[Making]:
    """Make a machine whose repository begins with a tree."""
    with serving() as forge:

        def make(tree: Tree) -> Machine:
            (tmp_path / "tree").mkdir()
            grow(str(tmp_path / "tree"), tree)
            return make_machine(tmp_path, forge, wheels, tmp_path / "tree")

        yield make
