"""`ctxguard rebuilds`: how often each step of the Dockerfile is built again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ctxguard.buildlog import MOST_LINE
from ctxguard.cli import options, output, streams
from ctxguard.cli.progress import Progress
from ctxguard.cli.screen import screen
from ctxguard.config import Settings
from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.tree.naming import STANDARD_INPUT
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode, UsageError
from ctxguard.git.conversing import Objects
from ctxguard.git.repository import Spot, short
from ctxguard.measurement import Backend
from ctxguard.place import Place, in_commit, on_disk
from ctxguard.rebuilds.answer import Question, answer
from ctxguard.rebuilds.past import Past
from ctxguard.rebuilds.replay import Skipped
from ctxguard.rebuilds.times import Seconds, seconds_of
from ctxguard.render import rebuilds as render

_MOST_COMMITS = 100_000
_MOST_LOG = 1 << 30
_MOST_NOTES = 5


@click.command("rebuilds")
@options.context_options
@options.build_options
@click.option(
    "-n",
    "--commits",
    type=click.IntRange(1, _MOST_COMMITS),
    default=200,
    metavar="N",
    help="How many commits to replay; default: 200.",
)
@click.option(
    "--rev",
    default="HEAD",
    metavar="REV",
    help="The last of them, or A..B for those that B has and A has not; default: HEAD.",
)
@click.option(
    "--times",
    metavar="FILE",
    help="What `docker build --progress=rawjson` wrote, to weigh the steps; - for standard input.",
)
@options.result_options
@options.noise_options("No notes, and only the table.")
def command(**given_flags: Any) -> int:
    """Say how often each step of the Dockerfile is built again, by the commits of the past.

    The last commits, of merges only the first parent, are replayed against a cache that forgets
    nothing: a step is built where BuildKit would not find it there. Dockerfile and ignore file are
    those of each commit. Shown are the steps from top to bottom, the paths that break the cache
    most, and what would build less again, replayed on the same commits.

    Exit codes: 0; 2 wrong usage or configuration, 3 could not be measured.
    """
    return _run(**given_flags)


def _run(
    *, context: str, commits: int, rev: str, times: str | None, format_: str, file: str | None,
    color: str, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    spot = spot_of(context)
    place = _today(context, spot, rev)
    settings = options.told_settings(place, flags, quiet=quiet, verbose=verbose)
    _check(settings, times)
    seconds = {} if times is None else _seconds(times)
    with Objects(spot.repository.git) as objects:
        related = RelatedCommits(spot.repository, objects)
        past = Past(spot, related, settings.dockerfile, options.dockerfile_text(settings))
        build = BuildOptions(settings.target, False, settings.build_args, settings.platform)
        question = Question(past, rev, commits, build, seconds)
        with Progress(quiet=quiet, words="replayed {:,} commits") as progress:
            found = answer(question, progress)
    _tell(found.replayed.skipped, quiet=quiet)
    if format_ == "json":
        text = render.render(found)
    else:
        text = render.text(found, screen(file=file, color=color, brief=quiet))
    output.write(text, file)
    return ExitCode.OK


def _today(context: str, spot: Spot, revisions: str) -> Place:
    """Where the configuration of today is; where the folder is gone, that of the last commit."""
    import os

    if spot.repository.work_tree is None or not os.path.isdir(context):
        return in_commit(context, spot, revisions.rpartition("..")[2] or "HEAD")
    return on_disk(context)


def _check(settings: Settings, times: str | None) -> None:
    if settings.backend != Backend.BUILDKIT.value:
        raise UsageError("the classic builder has a cache of another kind; --backend buildkit")
    if times == settings.dockerfile == STANDARD_INPUT:
        raise UsageError("-f - and --times - cannot both read standard input")


def _seconds(file: str) -> Seconds:
    """How long each step took.

    Raises:
        UsageError: the file cannot be read, or is no log of a build.
    """
    name = f"--times {file}"
    if file == STANDARD_INPUT:
        return seconds_of(streams.read_bytes(_MOST_LOG, "a build log").splitlines(), name)
    try:
        with open(file, "rb") as stream:
            return seconds_of(iter(lambda: stream.readline(MOST_LINE), b""), name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{name} cannot be read: {reason}") from error


def _tell(skipped: Sequence[Skipped], *, quiet: bool) -> None:
    for each in skipped[:_MOST_NOTES]:
        options.say(f"{short(each.revision)}: {each.why}; it is passed over", quiet=quiet)
    if len(skipped) > _MOST_NOTES:
        more = len(skipped) - _MOST_NOTES
        options.say(f"and {more:,} more commits are passed over", quiet=quiet)
