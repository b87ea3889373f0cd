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
from ctxguard.githook import editing
from ctxguard.githook.folder import HooksFolder, Installed, hooks_folder
from ctxguard.githook.installing import install, uninstall
from ctxguard.githook.script import Script


@click.group("hook")
@help_option
def command() -> None:
    """Guard what is pushed, with a git hook.

    The hook measures each pushed commit by its own configuration, every context that this names,
    and stops a push that is over budget, or over max-growth. With worktree = true below [hook] it
    measures the working tree too, and with strict = true a fault of ctxguard stops the push. To
    pass once: SKIP=ctxguard git push, or git push --no-verify.
    """


@command.command("install", short_help="Put the hook in its place; another one still runs first.")
@options.context_flag
@click.option("--force", is_flag=True, help="Edit a hook of the work tree too, as husky has it.")
@help_option
def _install(context: str, *, force: bool) -> int:
    """Put the hook in its place; one that is there is kept, and runs first.

    Where hooks lie in the work tree, it prints the lines to add, and adds them with --force.
    """
    spot = spot_of(context)
    folder = hooks_folder(spot.repository)
    if not folder.in_work_tree:
        return _install_script(spot, folder)
    if editing.has_lines(folder) and not force:
        _say(f"{folder.editable} runs ctxguard already")
        return ExitCode.OK
    if not force:
        _tell_the_lines(spot, folder)
        return ExitCode.USAGE
    done = editing.add(folder, spot.path)
    _say(f"{'added to' if done else 'there already, in'} {folder.editable}")
    _say("it lies in the work tree; whether to commit it is yours to say")
    return ExitCode.OK


def _install_script(spot: Spot, folder: HooksFolder) -> int:
    before = folder.installed()
    context = spot.path or "."
    done = install(folder, Script(sys.executable, context, made_folder=False))
    found = folder.installed()
    _say(f"{'installed' if done else 'already installed'} in {found.path if found else ''}")
    if before is not None and before.script.context != context:
        _say(f"it guards {context} now, and no longer {before.script.context}")
    _say_who_else(folder, found)
    if folder.shared:
        _say(f"{folder.path} (core.hooksPath) serves all repositories that share this setting")
    return ExitCode.OK


def _tell_the_lines(spot: Spot, folder: HooksFolder) -> None:
    """Files in the work tree are everybody's, and edited by hand."""
    _say(
        f"the hooks of this repository lie in its work tree ({folder.path}); add these lines "
        f"at the start of {folder.editable}, below #!, or use --force:"
    )
    streams.write(editing.lines(spot.path))


def _say_who_else(folder: HooksFolder, found: Installed | None) -> None:
    if found is not None and found.path == folder.legacy:
        _say(f"{folder.hook}, made by pre-commit, runs it first")
    if os.path.lexists(folder.kept):
        runs = "runs first" if os.access(folder.kept, os.X_OK) else "is not executable"
        _say(f"the hook that was there before {runs}; it is kept as {folder.kept}")


@command.command("uninstall")
@options.context_flag
@help_option
def _uninstall(context: str) -> int:
    """Take the hook away, and put back what was there before."""
    folder = hooks_folder(spot_of(context).repository)
    if folder.in_work_tree:
        removed = editing.remove(folder)
        _say(f"taken out of {folder.editable}" if removed else _no_hook(folder, folder.editable))
        return ExitCode.OK
    kept = os.path.lexists(folder.kept)
    if not uninstall(folder):
        _say(_no_hook(folder, folder.path))
        return ExitCode.OK
    back = "; the hook that was there before is back" if kept else ""
    _say(f"taken out of {folder.path}{back}")
    if folder.shared:
        _say(f"no repository that shares {folder.path} (core.hooksPath) is guarded any more")
    return ExitCode.OK


def _no_hook(folder: HooksFolder, place: str) -> str:
    if folder.in_work_tree and editing.has_lines(folder):
        return f"{place} runs ctxguard by a line that someone wrote; take it out by hand"
    return f"there is no hook of ctxguard in {place}"


@command.command("status")
@options.context_flag
@help_option
def _status(context: str) -> int:
    """Say where the hook is, and whether it works.

    Exit codes: 0 it is installed, 1 it is not.
    """
    folder = hooks_folder(spot_of(context).repository)
    if folder.in_work_tree and editing.has_lines(folder):
        _say(f"installed in {folder.editable}, which lies in the work tree")
        _say(_on_the_path())
        if folder.editable == folder.hook and not os.access(folder.hook, os.X_OK):
            _say("it is not executable, so git passes over it; chmod +x makes it so")
        return ExitCode.OK
    found = folder.installed()
    if found is None:
        others = "another program's hook is there" if os.path.lexists(folder.hook) else "no hook"
        _say(f"not installed in {folder.path}: {others}; ctxguard hook install")
        return ExitCode.TRIPPED
    _say(f"installed in {found.path}")
    _say(_interpreter(found.script))
    if not os.access(found.path, os.X_OK):
        _say("it is not executable, so git passes over it; install it again")
    _say_who_else(folder, found)
    if found.script.context != ".":
        _say(f"the context is {found.script.context}")
    return ExitCode.OK


def _interpreter(script: Script) -> str:
    """Nothing is run to find out: the file could be anybody's."""
    if os.access(script.python, os.X_OK):
        return f"it uses {script.python}"
    return f"{script.python} is gone; {_on_the_path()}"


def _on_the_path() -> str:
    program = shutil.which("ctxguard")
    return f"{program} is used" if program else "ctxguard is not on the PATH, so no push is checked"


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
