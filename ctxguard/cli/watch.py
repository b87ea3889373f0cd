"""`ctxguard watch`: the size of a context, live."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from ctxguard.cli import options, streams
from ctxguard.cli.alarm import Alarm
from ctxguard.cli.ending import ended_by_signals
from ctxguard.config import Settings
from ctxguard.context.course import Request
from ctxguard.errors import ExitCode
from ctxguard.guard.budget import FailOn, exit_code, judge
from ctxguard.guard.glance import glance
from ctxguard.measurement import Measurement
from ctxguard.place import Place, on_disk
from ctxguard.render import watch as render
from ctxguard.report import Report
from ctxguard.watch.moment import Moment
from ctxguard.watch.session import Session

_ON_OVER = "--on-over"
_MOST_HEAVIEST = 3


class _RestIsAProgram(click.Command):
    """All that follows `--on-over` belongs to the program, dashes or not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if _ON_OVER in args:
            at = args.index(_ON_OVER)
            program = args[at + 1 :]
            if not program:
                raise click.UsageError(f"{_ON_OVER} takes a program.", ctx)
            ctx.meta[_ON_OVER] = program
            args = args[:at]
        return super().parse_args(ctx, args)


@click.command("watch", cls=_RestIsAProgram)
@options.context_options
@options.build_options
@options.budget_options("Ring", "From what on it is over")
@click.option("--until-over", is_flag=True, help="Exit with 1 once it is over budget.")
@click.option(
    _ON_OVER,
    "_program",
    metavar="PROGRAM [ARG]...",
    help="Run it when the budget is crossed, the JSON report on its standard input. To be given "
    "last: the rest of the line is its own.",
)
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Read everything so often, instead of listening.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["screen", "jsonl"]),
    help="Default: screen on a terminal, else jsonl.",
)
@options.noise_options("No notes.")
@click.pass_context
def command(ctx: click.Context, /, context: str, **given: Any) -> int:
    """Show the size of a build context, and what makes it grow, as it changes.

    It rings when a budget is crossed. q or Ctrl-C ends it. Off a terminal it prints a line of JSON
    for each change.

    Exit codes: 0 ended, 1 over budget with --until-over, 2 wrong usage or configuration, 3 could
    not be measured, 130 interrupted.
    """
    del given["_program"]
    return _run(context, tuple(ctx.meta.get(_ON_OVER, ())), **given)


def _run(
    context: str, program: Sequence[str], *, until_over: bool, poll: float | None,
    format_: str | None, quiet: bool, verbose: bool, **flags: Any,
) -> int:  # fmt: skip
    place = on_disk(context)
    settings = options.told_settings(place, flags, quiet=quiet, verbose=verbose)
    if format_ is None:
        format_ = "screen" if streams.is_terminal(sys.stdout) else "jsonl"
    found = _Watch(place, settings, program, until_over=until_over, verbose=verbose, quiet=quiet)
    with ended_by_signals():
        session = Session(found.request, found.judged, poll)
        try:
            return found.on_screen(session) if format_ == "screen" else found.in_lines(session)
        finally:
            session.close()
            found.alarm.close()


class _Watch:
    """What is watched, by which settings, and what to do when it is too much."""

    def __init__(
        self,
        place: Place,
        settings: Settings,
        program: Sequence[str],
        *,
        until_over: bool,
        verbose: bool,
        quiet: bool,
    ) -> None:
        self._quiet = quiet
        self._place = place
        self._settings = settings
        self._until_over = until_over
        self._verbose = verbose
        self._over = False
        self.crossed = False
        self.alarm = Alarm(program)

    def request(self) -> Request:
        """Found anew: the folder may be another one by now."""
        request = on_disk(self._place.name).request(self._settings)
        # What could become one of the heaviest is kept of each folder.
        return replace(request, top=min(request.top, _MOST_HEAVIEST), overview=True)

    def judged(self, measurement: Measurement) -> Report:
        verdict = judge(measurement, self._settings.budget)
        return Report(measurement, verdict, glance(measurement, "", self._settings.ignore))

    def _note(self, moment: Moment) -> None:
        """Ring and run what is to be run, if a budget was crossed; say what is to be said."""
        report = moment.report
        fail_on = FailOn(self._settings.fail_on)
        over = exit_code(report.measurement, report.verdict, fail_on) is ExitCode.TRIPPED
        if over and not self._over:
            self.crossed = True
            self.alarm.ring(report)
        self._over = over
        if self._verbose and moment.drift is not None:
            self.alarm.say(
                f"a look at everything found {moment.drift:+,} bytes that nobody told of"
            )

    def _done(self) -> bool:
        self.alarm.look_after()
        return self._until_over and self.crossed

    def in_lines(self, session: Session) -> int:
        """A line of JSON for each change."""
        heard_how: str | None = None

        def tell(moment: Moment) -> None:
            nonlocal heard_how
            streams.write(render.json_line(moment))
            if moment.hearable.note not in (None, heard_how):
                heard_how = moment.hearable.note
                options.say(render.watched_text(moment), quiet=self._quiet)
            self._note(moment)

        tell(session.start())
        session.run(tell, None, self._done)
        return self._code()

    def _code(self) -> int:
        return ExitCode.TRIPPED if self._until_over and self.crossed else ExitCode.OK

    def on_screen(self, session: Session) -> int:
        """One screen, until somebody has seen enough."""
        from ctxguard.cli.watch_screen import WatchScreen

        began = time.monotonic()
        first = session.start()
        with WatchScreen(first, self.request) as shown:
            self.alarm.say = shown.note
            self._note(first)

            def tell(moment: Moment) -> None:
                shown.show(moment)
                self._note(moment)

            try:
                session.run(tell, shown.keys, lambda: shown.ended() or self._done())
                code = self._code()
            except KeyboardInterrupt:
                code = ExitCode.INTERRUPTED
        self.alarm.say = options.say
        streams.write(f"{render.summary(shown.moment, time.monotonic() - began)}\n")
        return code
