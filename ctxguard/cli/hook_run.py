"""`ctxguard hook run`: what git or pre-commit says is pushed, checked; a fault stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ctxguard.cli import streams
from ctxguard.cli.options import say
from ctxguard.context.tree.revision import spot_of
from ctxguard.errors import ExitCode
from ctxguard.git.repository import Spot
from ctxguard.githook.guarding import Checked, Guard
from ctxguard.githook.pushed import Push, by_pre_commit, pushes
from ctxguard.render import hook as render

_MOST_BYTES = 64 * 1024 * 1024


def run(context: str, remote: str | None, *, told: bool, quiet: bool) -> int:
    """Check a push.

    Args:
        told: git tells on standard input what is pushed.

    Returns:
        The exit code; a fault is a warning, unless a configuration says `strict`.
    """
    if "ctxguard" in map(str.strip, os.environ.get("SKIP", "").split(",")):
        say("skipped, as SKIP says", quiet=quiet)
        return ExitCode.OK
    strict = False
    try:
        spot = spot_of(context)
        guard = Guard(context, spot)
        try:
            return _check(guard, list(_pushes(spot, remote, told=told)), quiet=quiet)
        finally:
            strict = guard.strict
    except streams.ReaderGoneError:
        raise
    except Exception as error:
        _complain(error)
        return _after_fault(strict=strict)


def _pushes(spot: Spot, remote: str | None, *, told: bool) -> Iterator[Push]:
    if not told:
        return by_pre_commit(spot.repository, os.environ)
    lines = os.fsdecode(streams.read_bytes(_MOST_BYTES, "what is pushed"))
    return pushes(spot.repository, lines, remote)


def _check(guard: Guard, found: list[Push], *, quiet: bool) -> int:
    checked = _all_checked(guard, found)
    first = next((each for each in checked if each.refused), None)
    if first is not None:
        for text in render.refused(guard.explain(first), checked, guard.notes):
            say(text)
        return ExitCode.TRIPPED
    _say_passed(checked, guard.notes, quiet=quiet)
    return _after_fault(strict=guard.strict) if guard.faults else ExitCode.OK


def _all_checked(guard: Guard, found: list[Push]) -> list[Checked]:
    """What could be measured; that anything could not saves nothing else."""
    checked = [each for push in found for each in guard.check(push)]
    if any(each.found.settings.hook.worktree for each in checked):
        checked += guard.worktree()
    return checked


def _say_passed(checked: list[Checked], notes: list[str], *, quiet: bool) -> None:
    for text in (*render.raised(checked), *render.notes(notes)):
        say(text)
    for each in checked:
        if not each.found.measurement.complete:
            say(f"{each.name}: not everything could be counted")
        say(render.passed(each), quiet=quiet)


def _complain(error: Exception) -> None:
    from ctxguard.cli import explained

    say(explained(error)[0])


def _after_fault(*, strict: bool) -> int:
    if strict:
        say("the push is stopped, for the configuration says strict = true")
        say(render.ONCE)
        return ExitCode.NOT_MEASURED
    say("so this push is not checked in full; it passes")
    return ExitCode.OK
