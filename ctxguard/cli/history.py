"""`ctxguard history`: what was measured before, and where it is going."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ctxguard.cli import options, output, streams
from ctxguard.cli.help import help_option
from ctxguard.cli.recording import check_apart
from ctxguard.cli.screen import screen
from ctxguard.context.tree.naming import STANDARD_INPUT, check_context_name
from ctxguard.errors import ExitCode, UsageError
from ctxguard.git.repository import Spot
from ctxguard.history import moving
from ctxguard.history.reading import read
from ctxguard.history.recorded import Recorded, plain, time_of
from ctxguard.history.store import Store, Wanted
from ctxguard.history.whereabouts import places, repository_of

_F = TypeVar("_F", bound=Callable[..., Any])
_MOST_BYTES = 1 << 30
_AGO = re.compile(r"([0-9]{1,6}) ?([hdwmy])")
_UNITS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30, "y": 365}


def _decorated(command: _F, *decorators: Callable[[Any], Any]) -> _F:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def _place_options(command: _F) -> _F:
    """Whose history."""
    return _decorated(
        command,
        options.context_flag,
        click.option("--history", "file", metavar="FILE", help="The file that it is kept in."),
    )


def _filters(command: _F) -> _F:
    """Which measurements."""
    return _decorated(
        command,
        click.option(
            "--since",
            metavar="TIME",
            callback=lambda _context, _option, value: _since(value),
            help="From then on: 2026-11-27, 2026-11-27T16:44, or 12h, 30d, 8w ago.",
        ),
        click.option("--branch", metavar="NAME", help="Of this branch."),
        click.option("--name", metavar="NAME", help="Of this context."),
    )


def _since(value: str | None) -> str | None:
    if value is None:
        return None
    ago = _AGO.fullmatch(value.strip())
    try:
        if ago is not None:
            days = float(ago[1]) * _UNITS[ago[2]]
            return time_of(datetime.now(UTC) - timedelta(days=days))
        return time_of(datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f'"{value}" is no time; write it like 2026-11-27, 2026-11-27T16:44 or 30d'
        ) from None


def _output_options(formats: Sequence[str]) -> Callable[[_F], _F]:
    return lambda command: _decorated(
        command,
        click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default="terminal",
            help="Default: terminal.",
        ),
        click.option("-o", "--output", "to", metavar="FILE", help="Write the result to a file."),
        options.color_option,
    )


@click.group("history", invoke_without_command=True)
@_place_options
@_filters
@_output_options(["terminal", "json", "csv"])
@help_option
@click.pass_context
def command(click_context: click.Context, /, **given: Any) -> int | None:
    """Show what was measured before, and where it is going.

    What `ctxguard report --record` kept, or, with `record = true` in the configuration, each
    report. It lies in git's own folder, for all work trees together; where a builder would be sent
    that, and outside of git, in your state folder.

    Exit codes: 0, 2 wrong usage, 3 the history cannot be read.
    """
    if click_context.invoked_subcommand is None:
        return _show(**given)
    _check_none_is_lost(click_context)
    return None


def _check_none_is_lost(click_context: click.Context) -> None:
    """Raises UsageError for an option that stands before the command, where it would not count."""
    for name in click_context.params:
        if click_context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            which = click_context.invoked_subcommand
            raise UsageError(f"options stand behind the command: ctxguard history {which} ...")


def _show(
    *, context: str, file: str | None, since: str | None, branch: str | None, name: str | None,
    format_: str, to: str | None, color: str,
) -> int:  # fmt: skip
    from ctxguard.render import history as render

    found = _read(context, file, _wanted(since, branch, name), to, whole=False)
    if format_ == "json":
        text = render.render(found)
    elif format_ == "csv":
        text = render.render_csv(found)
    else:
        shown_on = screen(file=to, color=color, brief=False)
        text = render.text(found, shown_on, everything=since is not None)
        _note_nothing(found)
    output.write(text, to)
    return ExitCode.OK


def _note_nothing(found: Sequence[Recorded]) -> None:
    if not found:
        options.say(
            "nothing is recorded; ctxguard report --record keeps a measurement, "
            "ctxguard history backfill measures the commits of the past"
        )


@command.command("trend", short_help="Growth, days left to each budget, and what jumped.")
@_place_options
@_filters
@_output_options(["terminal", "json"])
@help_option
def _trend(
    *, context: str, file: str | None, since: str | None, branch: str | None, name: str | None,
    format_: str, to: str | None, color: str,
) -> int:  # fmt: skip
    """Say where sizes are going: growth per day and week, the days that are left to each budget,
    and the measurements at which they jumped, with what grew there.
    """
    from ctxguard.history.trend import by_series, trend
    from ctxguard.render import trend as render

    found = _read(context, file, _wanted(since, branch, name), to, whole=True)
    trends = list(map(trend, by_series(found)))
    if format_ == "json":
        text = render.render(trends)
    else:
        text = render.text(trends, screen(file=to, color=color, brief=False))
        _note_nothing(found)
    output.write(text, to)
    return ExitCode.OK


@command.command("export", short_help="Measurements as lines of JSON.")
@_place_options
@_filters
@click.option("-o", "--output", "to", metavar="FILE", help="Write them to a file.")
@help_option
def _export(
    *, context: str, file: str | None, since: str | None, branch: str | None, name: str | None,
    to: str | None,
) -> int:  # fmt: skip
    """Write measurements as lines of JSON, to be imported elsewhere."""
    found = _read(context, file, _wanted(since, branch, name), to, whole=True)
    output.write(moving.written(found), to)
    return ExitCode.OK


@command.command("import", short_help="Take over what was exported.")
@_place_options
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@help_option
def _import(*, context: str, file: str | None, files: Sequence[str]) -> int:
    """Take over what was exported; - for standard input. What is there already stays as it is."""
    found = [each for name in files for each in moving.read(_bytes_of(name), name)]
    path = _usual_place(context, file)
    with Store(path, writing=True) as store:
        new = store.add(found)
    options.say(f"{new:,} new, {len(found) - new:,} there already, in {path}")
    return ExitCode.OK


def _bytes_of(name: str) -> bytes:
    if name == STANDARD_INPUT:
        return streams.read_bytes(_MOST_BYTES, "measurements")
    try:
        with open(name, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{name} cannot be read: {reason}") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{name} holds over {_MOST_BYTES:,} bytes; split it")
    return data


@command.command("prune", short_help="Drop old measurements.")
@_place_options
@click.option(
    "--before",
    metavar="TIME",
    callback=lambda _context, _option, value: _since(value),
    help="Drop what is older: 2026-01-01, or 365d.",
)
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="Keep so many of each context."
)
@help_option
def _prune(*, context: str, file: str | None, before: str | None, keep: int | None) -> int:
    """Drop old measurements. With both options, what is older and is not among the last N."""
    if before is None and keep is None:
        raise UsageError("say what to drop: --before 365d, or --keep 1000")
    for path in _places(context, file):
        with Store(path, writing=True) as store:
            found = store.measurements(whole=False)
            old = _old(found, before, keep)
            gone = store.forget([each.id for each in old])
        options.say(f"dropped {gone:,} of {len(found):,} in {path}")
    return ExitCode.OK


def _old(found: Sequence[Recorded], before: str | None, keep: int | None) -> list[Recorded]:
    from ctxguard.history.trend import by_series

    kept: set[str] = set()
    if keep is not None:
        kept = {each.id for series in by_series(found) for each in series[-keep:]}
    return [
        each for each in found if each.id not in kept and (before is None or each.time < before)
    ]


@command.command("backfill", short_help="Measure the commits of the past.")
@_place_options
@click.argument("revisions", metavar="REV..REV")
@click.option("-q", "--quiet", is_flag=True, help="No notes.")
@help_option
def _backfill(*, context: str, file: str | None, revisions: str, quiet: bool) -> int:
    """Measure the commits of the past by the configuration of today, each distinct tree once.

    A..B are the commits that B has and A has not, of merges only along the first parent; B alone
    is all that led to B. What is there already is not measured again.
    """
    from ctxguard.cli.backfilling import backfill

    return backfill(context, file, revisions, quiet=quiet)


def _spot(context: str) -> tuple[str, Spot | None]:
    check_context_name(context)
    return os.path.realpath(context), repository_of(context)


def _usual_place(context: str, file: str | None) -> str:
    return places(*_spot(context))[0] if file is None else file


def _places(context: str, file: str | None) -> Iterator[str]:
    """The files that are there.

    Raises:
        UsageError: the one that was named is not.
    """
    if file is not None and not os.path.lexists(file):
        raise UsageError(f"--history {file}: there is no such file")
    found = places(*_spot(context)) if file is None else [file]
    return (path for path in found if os.path.lexists(path))


def _wanted(since: str | None, branch: str | None, name: str | None) -> Wanted:
    return Wanted(since, branch and plain(branch), name and plain(name))


def _read(
    context: str, file: str | None, wanted: Wanted, to: str | None, *, whole: bool
) -> list[Recorded]:
    paths = list(_places(context, file))
    for path in paths:
        check_apart(path, to)
    return read(paths, wanted, whole=whole)
