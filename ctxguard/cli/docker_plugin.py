"""`ctxguard docker-plugin`: `docker ctxguard`, put in its place, taken away and told about."""

from __future__ import annotations

import os
import shutil
import sys

import click

from ctxguard.cli import streams
from ctxguard.cli.help import help_option
from ctxguard.dockerplugin.installing import install, uninstall
from ctxguard.dockerplugin.script import Script
from ctxguard.dockerplugin.trying import is_same, trouble
from ctxguard.dockerplugin.where import Place, usual_place
from ctxguard.errors import ExitCode, UsageError


@click.group("docker-plugin")
@help_option
def command() -> None:
    """Let docker run ctxguard, as `docker ctxguard`.

    It is a small script among the plugins of the docker client, in $DOCKER_CONFIG/cli-plugins or
    ~/.docker/cli-plugins. Arguments, output and exit codes are those of ctxguard.
    """


@command.command("install")
@help_option
def _install() -> int:
    """Put the plugin in its place; a file that is not ours stays."""
    place = usual_place()
    if not sys.executable:
        raise UsageError("cannot tell which Python this is; run ctxguard by one that knows")
    before = place.installed()
    done = install(place, Script(sys.executable))
    _say(f"{'installed' if done else 'already installed'} in {place.path}")
    if before is not None and before.python != sys.executable:
        _say(f"it uses {sys.executable} now, and no longer {before.python}")
    hindrances = _hindrances(place)
    _say(*hindrances or ["try it: docker ctxguard report ."])
    return ExitCode.OK


@command.command("uninstall")
@help_option
def _uninstall() -> int:
    """Take the plugin away; a file that is not ours stays."""
    place = usual_place()
    if uninstall(place):
        _say(f"taken out of {place.folder}")
    elif os.path.lexists(place.path):
        _say(f"{place.path} was not made by ctxguard, and stays")
    else:
        _say(f"there is no plugin of ctxguard in {place.folder}")
    return ExitCode.OK


@command.command("status")
@help_option
def _status() -> int:
    """Say where the plugin is, and whether it works.

    Exit codes: 0 it is installed and docker can run it, 1 it is not.
    """
    place = usual_place()
    script = place.installed()
    if script is None:
        _say(_not_installed(place), *_hindrances(place))
        return ExitCode.TRIPPED
    wrong = trouble(place, script, sys.executable)
    hindrances = _hindrances(place)
    _say(f"installed in {place.path}", wrong or _interpreter(script), *hindrances)
    return ExitCode.TRIPPED if wrong or hindrances else ExitCode.OK


def _not_installed(place: Place) -> str:
    if os.path.lexists(place.path):
        return f"not installed: {place.path} was not made by ctxguard; take it away, then install"
    return f"not installed in {place.folder}; ctxguard docker-plugin install"


def _interpreter(script: Script) -> str:
    if is_same(script.python, sys.executable):
        return f"it works, and uses {script.python}"
    return (
        f"it uses {script.python}, another installation than this one ({sys.executable}), "
        "and was not tried"
    )


def _hindrances(place: Place) -> list[str]:
    """Why docker would not run it, though it were well."""
    found = []
    first = place.taken_first()
    if first is not None:
        found.append(f"docker takes {first} first, as cliPluginsExtraDirs in {place.config} says")
    if shutil.which("docker") is None:
        found.append("there is no docker on the PATH to run it")
    return found


@command.command(
    "run", hidden=True, context_settings={"ignore_unknown_options": True}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _run(arguments: tuple[str, ...]) -> int:
    """Do what docker asks for, as the plugin hands it on."""
    from ctxguard.cli import docker_plugin_run

    return docker_plugin_run.run(arguments)


def _say(*messages: str) -> None:
    from ctxguard.render.escape import line

    streams.write("".join(f"{line(message)}\n" for message in messages))
