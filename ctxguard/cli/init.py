"""`ctxguard init`: a first configuration file, with budgets a little above what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace

import click

from ctxguard.cli import options
from ctxguard.cli.help import help_option
from ctxguard.cli.progress import Progress
from ctxguard.config import OURS, find_file
from ctxguard.config.starting import Start, starting_text
from ctxguard.context.measure import measure_all
from ctxguard.errors import CtxguardError, ExitCode, UsageError
from ctxguard.measurement import EntryKind, Measurement
from ctxguard.place import Place, on_disk

_DOCKERFILE = re.compile(r"Dockerfile|Dockerfile\.[^/]+|[^/]+\.Dockerfile", re.IGNORECASE)
_MOST = 20


@click.command("init")
@click.argument("context", default=".")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@help_option
def command(context: str, *, quiet: bool) -> int:
    """Write a first configuration, with budgets a little above what is there.

    CONTEXT is the folder that would be given to docker build; default: the current one. A
    commented ctxguard.toml is written there. With several Dockerfiles in it, each becomes a context
    with a budget of its own.

    Exit codes: 0, or 2 if there is a configuration already, 3 could not be measured.
    """
    found = on_disk(context)
    _check_there_is_none(found)
    names = _dockerfiles(found)
    with Progress(quiet=quiet) as progress:
        requests = [
            found.request(found.settings({"dockerfile": name and os.path.join(context, name)}))
            for name in names
        ]
        results = measure_all(requests, progress)
    starts = _named_apart(list(map(_start, names, results)))
    path = os.path.normpath(os.path.join(context, OURS))
    _write(path, starting_text(starts))
    options.say(f"wrote {path}; ctxguard report holds it against the budget", quiet=quiet)
    return ExitCode.OK


def _check_there_is_none(found: Place) -> None:
    file = find_file(found.folders)
    if file is not None:
        raise UsageError(f"there is a configuration already, {file.shown}; edit that one")


def _dockerfiles(found: Place) -> Sequence[str | None]:
    """Their names in the context root; None for what docker build looks for itself."""
    listing = found.source.listing("")
    try:
        names = [
            name
            for at, name in enumerate(listing.names)
            if _DOCKERFILE.fullmatch(name)
            and not name.endswith(".dockerignore")
            and name.isprintable()
            and listing.kind(at) is EntryKind.FILE
        ]
    finally:
        listing.close()
    if len(names) < 2 or len(names) > _MOST:
        return names if names and names[0].lower() != "dockerfile" and len(names) == 1 else [None]
    return names


def _start(name: str | None, result: Measurement | CtxguardError) -> Start:
    if isinstance(result, CtxguardError):
        raise result
    folders = [row for row in result.heaviest.rows if row.kind is EntryKind.DIRECTORY]
    folders = [row for row in folders if row.path.isprintable()]
    heaviest = (folders[0].path, folders[0].bytes) if folders else None
    size = result.size
    return Start(_short(name or ""), name, size.bytes, size.files, heaviest)


def _short(dockerfile: str) -> str:
    """`dev` for `Dockerfile.dev` and `dev.Dockerfile`."""
    name = re.sub(r"^Dockerfile\.|\.Dockerfile$", "", dockerfile, flags=re.IGNORECASE)
    return "default" if name.lower() in ("", "dockerfile") else name


def _named_apart(starts: list[Start]) -> list[Start]:
    """By their Dockerfiles, if a short name would stand for two of them."""
    if len({start.name for start in starts}) == len(starts):
        return starts
    return [replace(start, name=start.dockerfile or start.name) for start in starts]


def _write(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {(error.strerror or str(error)).lower()}"
        ) from error
