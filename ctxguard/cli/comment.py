"""`ctxguard comment`: what a pull request changes, as the comment on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import click

from ctxguard.cli import options, output
from ctxguard.cli.posting import key_option, post_option, sum_up
from ctxguard.cli.progress import Progress
from ctxguard.cli.sides import (
    WORKTREE,
    Measured,
    Pair,
    Sides,
    compared,
    growth_options,
    measured,
    sides,
    sides_options,
)
from ctxguard.config.raised import raised
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import CtxguardError, ExitCode, UsageError
from ctxguard.forge.whereabouts import Event, event_of
from ctxguard.git.repository import Repository, short
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.guard.glance import glance
from ctxguard.place import Chosen
from ctxguard.render.comment import marker, render
from ctxguard.render.comment_parts import Part
from ctxguard.report import Failure, Report

_MOST_TOP = 100
"""No reader wants more rows, and each costs a look at every file that changed."""


@click.command("comment")
@sides_options(None)
@growth_options
@options.budget_options("Trip", "What makes the exit code 1")
@post_option
@key_option("context-size")
@click.option("-o", "--output", "file", metavar="FILE", help="Write the comment to a file.")
@options.noise_options("No notes.")
def command(**given_flags: Any) -> int:
    """Make the comment of a pull request on what it changes, and post it.

    BASE and HEAD are as in `ctxguard diff`. In a GitHub job for a pull request, left out, they
    are the commit that this left the base branch at, and HEAD. The comment is Markdown; it is added
    to the job summary, too. With --post it is made, or the one of the same key is updated, with
    the token in GITHUB_TOKEN or GH_TOKEN; where this may only read, the job summary has it.

    Exit codes: 0 the head is within budget, 1 over it or grown too much, 2 wrong usage or
    configuration, or within budget and not posted, 3 could not be measured.
    """
    return _run(**given_flags)


@dataclass(slots=True)
class _Told:
    """What the comment is made of, and what the process says."""

    parts: list[Part] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    code: int = ExitCode.OK

    def fail(self, name: str, error: CtxguardError) -> None:
        """Take up a context that cannot be measured."""
        options.say(f"{name}: {error}")
        self.failures.append(Failure(name, str(error)))
        self.code = max(self.code, error.exit_code)


def _run(
    *, context: str | None, base: str | None, head: str, lfs: str | None, post: bool, key: str,
    file: str | None, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    event = event_of(os.environ) if post or base is None else Event()
    desk = None
    if post:
        from ctxguard.cli.desk import desk_of

        desk = desk_of(os.environ, event)
    found = _sides(context, (base, head), event, lfs, options.by_key(flags))
    options.note_environment(quiet=quiet)
    if verbose:
        for pair in found.pairs:
            options.say_settings(pair.head.settings, pair.head.name)
    told = _told(found, quiet=quiet)
    text = render(told.parts, told.failures, found.gone, key=key)
    summed_up = sum_up(text)
    output.write(text, file)
    if desk is None:
        return told.code
    posted = desk.post(marker(key), text, summed_up=summed_up, quiet=quiet)
    return told.code or posted


def _sides(
    context: str | None,
    named: tuple[str | None, str],
    event: Event,
    lfs: str | None,
    flags: Mapping[str, Any],
) -> Sides:
    spot = spot_of("." if context is None else context)
    base, head = named
    if base is None and event.base is not None and head == WORKTREE:
        both = _left_at(spot.repository, event.base), "HEAD"
    else:
        both = base or "HEAD", head
    return sides(context, spot, both, flags, lfs=lfs)


def _left_at(repository: Repository, base: str) -> str:
    """The commit at which the pull request left its base branch."""
    known = repository.find_commit(base)
    common = None if known is None else repository.merge_base(known, repository.commit("HEAD"))
    if common is None:
        raise UsageError(
            f"this clone does not have the history back to {short(base)}, which the pull request "
            "is based on; fetch-depth: 0 for actions/checkout brings it, or name BASE"
        )
    return common


def _told(found: Sides, *, quiet: bool) -> _Told:
    """All contexts, measured and judged; one that cannot be spoils no other."""
    told = _Told()
    with Progress(quiet=quiet) as progress:
        for each in found.missing:
            told.fail(each.name, each.error)
        for pair in found.pairs:
            try:
                part = _part(found, pair, progress)
            except CtxguardError as error:
                told.fail(pair.head.name or pair.head.place.name, error)
            else:
                told.parts.append(part)
                told.code = max(told.code, _exit_code(pair, part))
    return told


def _part(found: Sides, pair: Pair, progress: Callable[[int], None]) -> Part:
    head = measured(_briefly(pair.head), progress, overview=True)
    report = _judged(pair.head, head)
    if pair.base is None:
        return Part(report, None, fault=found.fault)
    higher = tuple(raised(pair.base.settings, pair.head.settings))
    try:
        base = measured(_briefly(pair.base), progress)
    except CtxguardError as error:
        return Part(report, None, higher, str(error))
    return Part(report, compared(found, pair, base, head), higher)


def _briefly(each: Chosen) -> Chosen:
    settings = each.settings
    return replace(each, settings=replace(settings, top=min(settings.top, _MOST_TOP)))


def _judged(each: Chosen, head: Measured) -> Report:
    verdict = judge(head.measurement, each.settings.budget)
    found = glance(head.measurement, "", each.settings.ignore)
    return Report(head.measurement, verdict, found, name=each.name)


def _exit_code(pair: Pair, part: Part) -> int:
    if part.grew_too_much:
        return ExitCode.TRIPPED
    report = part.report
    fail_on = FailOn(pair.head.settings.fail_on)
    return exit_code(report.measurement, report.verdict, fail_on)
