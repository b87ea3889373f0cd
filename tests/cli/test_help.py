"""What each command says about itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from ctxguard.cli.group import _COMMANDS
from ctxguard.cli.group import ctxguard as group
from ctxguard.version import __version__
from tests.conftest import Result

Run = Callable[..., Result]
COMMANDS: list[tuple[str, ...]] = [(), *((name,) for name in sorted(_COMMANDS))]


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(row) or "ctxguard" for row in COMMANDS])
def test_help(run_cli: Run, snapshot: SnapshotAssertion, command: tuple[str, ...]) -> None:
    found = run_cli(*command, "--help")
    assert (found.code, found.err) == (0, "")
    assert found.out == snapshot
    assert run_cli(*command, "-h").out == found.out


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_the_first_line_of_a_command_is_that_in_the_list(name: str) -> None:
    command = group.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name
    # The list is written apart, so that no command is loaded for it.
    shared = _COMMANDS[name].rstrip(".")
    assert (command.help or "").replace("\n", " ").startswith(shared)


def test_version(run_cli: Run) -> None:
    found = run_cli("--version")
    assert (found.code, found.out, found.err) == (0, f"ctxguard {__version__}\n", "")
