"""`ctxguard config`: every value that is in force, and where it comes from."""

from __future__ import annotations

import os

import click

from ctxguard.cli import options, output
from ctxguard.cli.help import help_option
from ctxguard.cli.screen import screen
from ctxguard.config import contexts, find_file, settings
from ctxguard.errors import ExitCode
from ctxguard.place import place
from ctxguard.render import config as render
from ctxguard.render.config import Configured


@click.command("config")
@click.argument("context", default=".")
@options.revision_options
@options.result_options
@help_option
def command(
    *, context: str, rev: str | None, lfs: str | None, format_: str, file: str | None, color: str
) -> int:
    """Show every value that is in force, and where it comes from.

    CONTEXT is where the configuration is looked for; default: the current folder. Flags of other
    commands count more than all that is shown here.

    Exit codes: 0, or 2 if the configuration is wrong.
    """
    found = place(context, rev, lfs)
    source = find_file(found.folders)
    named = [
        (each.name, os.path.relpath(each.folder), each.settings)
        for each in contexts(found.folders, {})
    ]
    configured = Configured(
        None if source is None else source.shown, settings(found.folders, {}), named
    )
    if format_ == "json":
        text = render.render(configured)
    else:
        text = render.text(configured, screen(file=file, color=color, brief=False))
    output.write(text, file)
    return ExitCode.OK
