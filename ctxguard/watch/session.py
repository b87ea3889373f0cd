"""The loop: wait, hear, measure what changed, tell."""

from __future__ import annotations

import gc
import select
import time
from collections.abc import Callable
from dataclasses import replace

from ctxguard.context.again import Again, Changed
from ctxguard.context.course import Request
from ctxguard.errors import CtxguardError
from ctxguard.measurement import Measurement
from ctxguard.report import Report
from ctxguard.watch.deaf import Deaf
from ctxguard.watch.hearing import Watcher
from ctxguard.watch.moment import Hearable, Moment
from ctxguard.watch.surroundings import Surroundings
from ctxguard.watch.telling import Teller

_QUIET_S = 0.2
"""So long nothing more has to be heard before it is measured;"""
_LONGEST_S = 1.0
"""but no later than that."""
_TICK_S = 1.0
_LEAST_BETWEEN_LOOKS_S = 300
_LOOK_SHARE = 200
"""A look at everything comes no sooner than after so many times what the last one took."""
_POLL_SHARE = 10
_LEAST_POLL_S = 2.0
_TIDY_S = 60
_MOST_TURNS = 4
_GONE = "the folder is gone"


class Session:
    """One context, watched.

    Args:
        make_request: what to measure, found anew each time the root is another folder.
        judge: what to make of a measurement.
        poll_s: read everything every so many seconds, and listen to nobody.
    """

    def __init__(
        self,
        make_request: Callable[[], Request],
        judge: Callable[[Measurement], Report],
        poll_s: float | None = None,
    ) -> None:
        self._make_request = make_request
        self._judge = judge
        self._poll_s = poll_s
        self._teller = Teller()
        self._drift: int | None = None
        self._missing: str | None = None
        self._took_s = self._measured_at = self._next_tidying = 0.0
        self._next_look = float("inf")
        self._begin(make_request())

    def _begin(self, request: Request) -> None:
        """The root may be another folder than before."""
        # Nobody watches what the other builder would be sent.
        self._again = Again(replace(request, alone=True))
        self._around = Surroundings(request)
        self._watcher = self._make_watcher(request.source.root)

    def _make_watcher(self, root: str) -> Watcher:
        if self._poll_s is not None or self._around.own_type is not None:
            return Deaf()
        try:
            from ctxguard.watch.inotify import InotifyWatcher

            return InotifyWatcher(root)
        except (ImportError, AttributeError, OSError):
            # Not Linux, or another watchdog than the one we know.
            from ctxguard.watch.stock import StockWatcher

            return StockWatcher(root)

    def start(self) -> Moment:
        """Measure everything for the first time.

        Raises:
            CtxguardError: it cannot be measured.
        """
        self._measure(None)
        self._teller.begin(self._report, self._again.contents)
        self._watcher.follow(self._again.folders)
        return self._moment()

    def run(
        self, tell: Callable[[Moment], None], keys: int | None, stop: Callable[[], bool]
    ) -> None:
        """Watch until it is told to stop.

        Args:
            tell: called with each moment in which something is different.
            keys: a descriptor that can be read once somebody typed.
            stop: asked after each moment, each second, and when somebody typed.
        """
        moment = self._attempt(self.settle)
        while True:
            if moment is not None:
                tell(moment)
                self._tidy()
            if stop():
                return
            typed = self._wait(keys)
            moment = None if typed else self.step()

    def settle(self) -> None:
        """Find out what changed between the first look at a folder and the watch on it."""
        try:
            if self._watcher.watched:
                gc.collect()
                self._measure(None)
                self._follow()
                self._teller.begin_again(self._report, self._again.contents)
                gc.collect()
        finally:
            self._watcher.start()

    def step(self) -> Moment | None:
        """Look at what was heard; the moment, if anything is different."""
        if self._around.is_another:
            return self._begin_again()
        heard = self._watcher.hearing.take()
        return self._attempt(lambda: self._take(heard.changed, lost=heard.lost))

    def close(self) -> None:
        """Nothing is left behind."""
        self._watcher.close()

    def _begin_again(self) -> Moment | None:
        """The root is gone, or another folder."""
        if self._around.is_gone:
            return self._without(_GONE)
        return self._attempt(self._look_at_another)

    def _look_at_another(self) -> None:
        before = self._watcher
        self._begin(self._make_request())
        before.close()
        try:
            self._measure(None)
            self._follow()
        finally:
            self._watcher.start()

    def _attempt(self, what: Callable[[], None]) -> Moment | None:
        """The moment after that, if it is different."""
        try:
            what()
        except CtxguardError as error:
            return self._without(_GONE if self._around.is_gone else str(error))
        if self._teller.has_told(self._report) and self._drift is None:
            return None
        return self._moment()

    def _without(self, why: str) -> Moment | None:
        """Nothing can be measured now."""
        if self._missing == why:
            return None
        self._missing = why
        return self._moment()

    def _wait(self, keys: int | None) -> bool:
        """Until something was heard and it is quiet, or for a second; whether somebody typed."""
        pipe = self._watcher.hearing.pipe
        wanted = [pipe] if keys is None else [pipe, keys]
        left = max(0.05, min(_TICK_S, self._next_poll() - time.monotonic()))
        ready, _, _ = select.select(wanted, [], [], left)
        if keys in ready:
            return True
        if pipe in ready:
            self._until_quiet()
        return False

    def _until_quiet(self) -> None:
        began, heard = time.monotonic(), -1
        while heard != (heard := self._watcher.hearing.count()):
            left = began + _LONGEST_S - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(_QUIET_S, left))

    def _next_poll(self) -> float:
        if not self._watcher.unheard and not self._around.untold:
            return float("inf")
        every = self._poll_s or max(_LEAST_POLL_S, _POLL_SHARE * self._took_s)
        return self._measured_at + every

    def _take(self, changed: Changed, *, lost: bool) -> None:
        """Measure what there is to measure."""
        self._drift = None
        if self._around.have_new_mounts():
            lost = True
            self._watcher.forget_below({""})  # What is watched may lie below a mount now.
        if changed.trees:
            self._watcher.forget_below(changed.trees)
        now = time.monotonic()
        if lost or self._missing is not None:
            self._measure(None)
        elif now >= self._next_look:
            self._look(changed)
        elif changed.folders or self._around.have_new_files():
            self._measure(changed)
        elif now >= self._next_poll():
            self._poll()
        else:
            return
        self._follow()

    def _look(self, changed: Changed) -> None:
        """At everything: has anything changed that nobody told of?"""
        if changed.folders:
            self._measure(changed)
        known = self._report.measurement.size.bytes
        self._measure(None)
        self._drift = (self._report.measurement.size.bytes - known) or None

    def _poll(self) -> None:
        """Ask for what nobody tells of."""
        if isinstance(self._watcher, Deaf):
            self._measure(None)
        else:
            unheard, untold = frozenset(self._watcher.unheard), frozenset(self._around.untold)
            self._measure(Changed(unheard, untold))

    def _measure(self, changed: Changed | None) -> None:
        began = time.monotonic()
        self._around.measured()
        self._report = self._judge(self._again.measure(changed))
        self._missing = None
        self._measured_at = time.monotonic()
        if changed is None:
            self._took_s = self._measured_at - began
            rest = max(_LEAST_BETWEEN_LOOKS_S, _LOOK_SHARE * self._took_s)
            self._next_look = self._measured_at + rest

    def _follow(self) -> None:
        """Watch what there is now; what was not watched before is read once more."""
        for _ in range(_MOST_TURNS):
            new = self._watcher.follow(self._again.folders)
            if not new:
                return
            self._measure(Changed(new))
        # There come more and more; what there is now is to be told first.
        for folder in self._watcher.follow(self._again.folders):
            self._watcher.hearing.tell(folder)

    def _tidy(self) -> None:
        """The command line runs without a collector: what is in circles goes now and then."""
        if time.monotonic() >= self._next_tidying:
            gc.collect()
            self._next_tidying = time.monotonic() + _TIDY_S

    def _moment(self) -> Moment:
        return self._teller.moment(
            self._report,
            self._again.contents,
            Hearable(self._watcher.watched, len(self._again.folders), self._why_unheard()),
            drift=self._drift,
            missing=self._missing,
        )

    def _why_unheard(self) -> str | None:
        if self._poll_s is not None:
            return f"everything is read every {self._poll_s:g} s, as --poll says"
        if self._around.own_type is not None:
            type_ = self._around.own_type
            return f"nobody tells of changes on {type_}, so everything is read now and then"
        if self._watcher.full:
            return "the rest is read now and then; raise fs.inotify.max_user_watches"
        if self._around.untold:
            where = self._around.untold[0]
            return f"nobody tells of changes in {where}, so it is read now and then"
        return None
