"""`--help` and `--version`, which print by our own door: click's does not know a full disk."""

from __future__ import annotations

import click

from ctxguard.cli import streams
from ctxguard.version import __version__


def _show_help(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        streams.write(f"{context.get_help()}\n")
        context.exit()


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        streams.write(f"ctxguard {__version__}\n")
        context.exit()


help_option = click.help_option("-h", "--help", callback=_show_help)
version_option = click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    help="Show the version and exit.",
    callback=_show_version,
)
