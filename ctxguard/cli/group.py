"""The command group. A command's module is imported when it is asked for."""

from __future__ import annotations

import importlib

import click

from ctxguard.cli.help import help_option, version_option

_COMMANDS = {
    "comment": "Make the comment of a pull request on what it changes, and post it.",
    "config": "Show every value that is in force, and where it comes from.",
    "deps": "Say which Python packages a project needs, and what the others weigh.",
    "diff": "Say what changed in the context between two commits, or since one.",
    "docker-plugin": "Let docker run ctxguard, as `docker ctxguard`.",
    "history": "Show what was measured before, and where it is going.",
    "hook": "Guard what is pushed, with a git hook.",
    "image": "Measure an image, layer by layer, and hold it against its budget.",
    "init": "Write a first configuration, with budgets a little above what is there.",
    "lint": "Look for what is wrong with the ignore file and the Dockerfile.",
    "ls": "List what the builder is sent.",
    "rebuilds": "Say how often each step of the Dockerfile is built again.",
    "report": "Measure a build context and hold it against its budget.",
    "suggest": "Suggest lines for the ignore file, the most bytes first.",
    "try": "Say what other rules would change, and write nothing.",
    "watch": "Show the size of a build context, and what makes it grow, as it changes.",
    "why": "Say why paths are in the context or not.",
}
"""Name and first help line, so that `--help` and completion load no command."""
_MODULES = {"docker-plugin": "docker_plugin", "try": "trying"}
"""Where the name of a command cannot be that of a module."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = importlib.import_module(f"ctxguard.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    epilog="Exit codes: 0 fine, 1 over budget, 2 wrong usage or configuration, "
    "3 could not be measured, 130 interrupted.",
)
@version_option
@help_option
def ctxguard() -> None:
    """Guard the size of a Docker build context: exact to the byte, as Docker sees it."""
