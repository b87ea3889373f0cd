"""`ctxguard hook`: the pre-push hook, put in its place, taken away, told about, and run."""

from __future__ import annotations

import os
import shutil
import sys

import click

from ctxguard.cli import options, streams
from ctxguard.cli.help import help_option
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode
from ctxguard.git.repository import Spot
from ctxguard.githook.folder import HooksFolder, hooks_folder
from ctxguard.githook.installing import install, uninstall
from ctxguard.githook.script import Script

_LINE = 'if command -v ctxguard >/dev/null; then ctxguard hook run -- "$@" || exit; fi'


@click.group("hook")
@help_option
def command() -> None:
    """Guard what is pushed, with a git hook.

    The hook measures each pushed commit by its own configuration, and stops a push that is over
    budget, or over max-growth. To pass once: SKIP=ctxguard git push, or git push --no-verify.
    """


@command.command("install")
@options.context_flag
@click.option("--force", is_flag=True, help="Into the work tree too, where hooks are tracked.")
@help_option
def _install(context: str, *, force: bool) -> int:
    """Put the hook in its place; one that is there is kept, and runs first."""
    spot = spot_of(context)
    folder = hooks_folder(spot.repository)
    if folder.tracked and not force:
        _tell_the_line(spot, folder)
        return ExitCode.USAGE
    script = Script(sys.executable, spot.path or ".", made_folder=False)
    done = install(folder, script)
    _say(f"{'installed' if done else 'already installed'} in {folder.hook}")
    if os.path.lexists(folder.kept):
        _say(f"the hook that was there runs first; it is kept as {folder.kept}")
    if folder.shared:
        _say(f"{folder.path} (core.hooksPath) serves all repositories that share this setting")
    if folder.tracked:
        _say(f"{folder.path} lies in the work tree; whether to commit it is yours to say")
    return ExitCode.OK


def _tell_the_line(spot: Spot, folder: HooksFolder) -> None:
    """Files in the work tree are everybody's, and edited by hand."""
    _say(
        f"the hooks of this repository lie in its work tree ({folder.path}); "
        f"add this line to {folder.editable}, or use --force:"
    )
    streams.write(f"{_LINE.replace(' -- ', f' -C {spot.path} -- ') if spot.path else _LINE}\n")


@command.command("uninstall")
@options.context_flag
@help_option
def _uninstall(context: str) -> int:
    """Take the hook away, and put back what was there before."""
    folder = hooks_folder(spot_of(context).repository)
    kept = os.path.lexists(folder.kept)
    if uninstall(folder):
        back = "; the hook that was there before is back" if kept else ""
        _say(f"taken out of {folder.path}{back}")
    else:
        _say(f"there is no hook of ctxguard in {folder.path}")
    return ExitCode.OK


@command.command("status")
@options.context_flag
@help_option
def _status(context: str) -> int:
    """Say where the hook is, and whether it works.

    Exit codes: 0 it is installed, 1 it is not.
    """
    folder = hooks_folder(spot_of(context).repository)
    script = folder.installed()
    if script is None:
        others = "another program's hook is there" if os.path.lexists(folder.hook) else "no hook"
        _say(f"not installed in {folder.path}: {others}; ctxguard hook install")
        return ExitCode.TRIPPED
    _say(f"installed in {folder.hook}")
    _say(_interpreter(script))
    if not os.access(folder.hook, os.X_OK):
        _say("it is not executable, so git passes over it; install it again")
    if os.path.lexists(folder.kept):
        runs = "runs first" if os.access(folder.kept, os.X_OK) else "is not executable"
        _say(f"the hook that was there before {runs}: {folder.kept}")
    if script.context != ".":
        _say(f"the context is {script.context}")
    return ExitCode.OK


def _interpreter(script: Script) -> str:
    """Nothing is run to find out: the file could be anybody's."""
    if os.access(script.python, os.X_OK):
        return f"it uses {script.python}"
    other = shutil.which("ctxguard")
    instead = f"{other} is used instead" if other else "and ctxguard is not on the PATH"
    return f"{script.python} is gone; {instead}"


@command.command("run")
@options.context_flag
@click.argument("remote", required=False)
@click.argument("url", required=False)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of what passes.")
@help_option
def _run(context: str, remote: str | None, url: str | None, *, quiet: bool) -> int:
    """Check what is pushed, as git runs it.

    On standard input git tells what is pushed to REMOTE at URL. Without them, pre-commit's
    environment counts, or else the current commit is checked.

    Exit codes: 0 it may pass, 1 it is stopped, 3 ctxguard failed and strict = true.
    """
    from ctxguard.cli import hook_run

    return hook_run.run(context, remote, told=url is not None, quiet=quiet)


def _say(message: str) -> None:
    from ctxguard.render.escape import line

    streams.write(f"{line(message)}\n")
