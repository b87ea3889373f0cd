"""The loop: wait, hear, measure what changed, tell."""

from __future__ import annotations

import gc
import os
import select
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ctxguard.context.again import Again, Changed
from ctxguard.context.course import Request
from ctxguard.context.weighing.heaviest import Contents
from ctxguard.errors import CtxguardError
from ctxguard.measurement import Measurement
from ctxguard.report import Report
from ctxguard.watch import mounts
from ctxguard.watch.deaf import Deaf
from ctxguard.watch.growth import deltas
from ctxguard.watch.hearing import Watcher
from ctxguard.watch.moment import Hearable, Moment

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
_MOST_CHANGED = 10
_MOST_TURNS = 4
_GONE = "the folder is gone"
_TIDY_S = 60
MINUTE_S = 60
_HISTORY = 60
"""Points, of a few seconds each."""
_HISTORY_STEP_S = 5


@dataclass(frozen=True, slots=True)
class Course:
    """How to go about it."""

    poll_s: float | None = None
    """Ask for everything every so many seconds, and listen to nobody."""


class Session:
    """One context, watched.

    Args:
        make_request: what to measure, found anew each time the root is another folder.
        judge: what to make of a measurement.
        course: how to go about it.
    """

    def __init__(
        self,
        make_request: Callable[[], Request],
        judge: Callable[[Measurement], Report],
        course: Course,
    ) -> None:
        self._make_request = make_request
        self._judge = judge
        self._course = course
        self._request = make_request()
        self._root = self._request.source.root
        self._start_contents = self._contents = self._told_contents = Contents({})
        self._start_bytes = 0
        self._last_bytes = 0
        self._report: Report | None = None
        self._told: Report | None = None
        """What was told last, unless that was that nothing can be measured."""
        self._sizes: deque[tuple[float, int]] = deque()
        self._history: deque[int] = deque(maxlen=_HISTORY)
        self._next_history = 0.0
        self._drift: int | None = None
        self._missing: str | None = None
        self._took_s = 0.0
        self._measured_at = 0.0
        self._next_look = float("inf")
        self._next_tidying = 0.0
        self._begin_anew()

    def _begin_anew(self) -> None:
        """The root may be another folder than before."""
        self._again = Again(self._request)
        self._identity = _identity(self._root)
        self._mounts = mounts.mounts_below(self._root)
        self._own_type, self._untold = mounts.untold(self._root)
        self._watcher = self._make_watcher()
        self._files = self._ruling_files()

    def _make_watcher(self) -> Watcher:
        if self._course.poll_s is not None or self._own_type is not None:
            return Deaf()
        try:
            from ctxguard.watch.inotify import InotifyWatcher

            return InotifyWatcher(self._root)
        except (ImportError, AttributeError, OSError):
            # Not Linux, or another watchdog than the one we know.
            from ctxguard.watch.stock import StockWatcher

            return StockWatcher(self._root)

    def start(self) -> Moment:
        """Measure everything for the first time.

        Raises:
            CtxguardError: it cannot be measured.
        """
        self._measure(None)
        self._begin_growth()
        self._watcher.follow(self._again.folders)
        return self._moment()

    def _begin_growth(self) -> None:
        self._start_contents = self._told_contents = self._contents
        self._start_bytes = self._last_bytes = self._bytes()

    def settle(self) -> None:
        """Find out what changed between the first look at a folder and the watch on it."""
        try:
            if self._watcher.watched:
                self._look_twice()
        finally:
            self._watcher.start()

    def _look_twice(self) -> None:
        gc.collect()
        self._measure(None)
        self._follow()
        if self._bytes() == self._start_bytes:
            self._begin_growth()  # Only one of the two is to be kept.
        gc.collect()

    def _measure(self, changed: Changed | None) -> None:
        began = time.monotonic()
        measurement = self._again.measure(changed)
        self._contents = self._again.contents
        self._report = self._judge(measurement)
        self._missing = None
        if changed is None:
            self._took_s = time.monotonic() - began
            self._next_look = time.monotonic() + max(
                _LEAST_BETWEEN_LOOKS_S, _LOOK_SHARE * self._took_s
            )
        self._files = self._ruling_files()

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

    def _bytes(self) -> int:
        assert self._report is not None
        return self._report.measurement.size.bytes

    def run(
        self, tell: Callable[[Moment], None], keys: int | None, stop: Callable[[], bool]
    ) -> None:
        """Watch until it is told to stop.

        Args:
            tell: called with each moment in which something changed.
            keys: a descriptor that can be read once somebody typed.
            stop: asked after each moment, each second, and when somebody typed.
        """
        moment = self._settled()
        if moment is not None:
            tell(moment)
        while not stop():
            if self._wait(keys):
                if stop():
                    return
                continue
            moment = self.step()
            if moment is not None:
                tell(moment)
                self._tidy()

    def _settled(self) -> Moment | None:
        try:
            self.settle()
        except CtxguardError as error:
            return self._without(str(error))
        return None if self._report == self._told else self._moment()

    def _wait(self, keys: int | None) -> bool:
        """Until something was heard and it is quiet, or for a second; whether somebody typed."""
        pipe = self._watcher.hearing.pipe
        wanted = [pipe] if keys is None else [pipe, keys]
        ready, _, _ = select.select(wanted, [], [], min(_TICK_S, self._until_poll()))
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

    def _until_poll(self) -> float:
        return max(0.05, self._next_poll() - time.monotonic())

    def _next_poll(self) -> float:
        if not self._watcher.unheard and not self._untold:
            return float("inf")
        every = self._course.poll_s or max(_LEAST_POLL_S, _POLL_SHARE * self._took_s)
        return self._measured_at + every

    def step(self) -> Moment | None:
        """Look at what was heard; the moment, if anything is different."""
        if _identity(self._root) != self._identity:
            return self._replaced()
        heard = self._watcher.hearing.take()
        try:
            self._take(heard.changed, lost=heard.lost)
        except CtxguardError as error:
            return self._without(str(error))
        if self._report == self._told and self._drift is None:
            return None
        return self._moment()

    def _tidy(self) -> None:
        """The command line runs without a collector: what is in circles goes now and then."""
        if time.monotonic() >= self._next_tidying:
            gc.collect()
            self._next_tidying = time.monotonic() + _TIDY_S

    def _take(self, changed: Changed, *, lost: bool) -> None:
        self._drift = None
        now = time.monotonic()
        new_mounts = mounts.mounts_below(self._root)
        if new_mounts != self._mounts:
            self._mounts, lost = new_mounts, True
            self._own_type, self._untold = mounts.untold(self._root)
            self._watcher.forget_below({""})  # What is watched may lie below a mount now.
        if changed.trees:
            self._watcher.forget_below(changed.trees)
        if lost or self._missing is not None:
            self._measure(None)
        elif now >= self._next_look:
            self._look(changed)
        elif changed.folders or self._ruling_files() != self._files:
            self._measure(changed)
        elif now >= self._next_poll():
            self._poll()
        else:
            return
        self._measured_at = time.monotonic()
        self._follow()

    def _look(self, changed: Changed) -> None:
        """At everything: has anything changed that nobody told of?"""
        if changed.folders:
            self._measure(changed)
        known = self._bytes()
        self._measure(None)
        self._drift = (self._bytes() - known) or None

    def _poll(self) -> None:
        """Ask for what nobody tells of."""
        if isinstance(self._watcher, Deaf):
            self._measure(None)
        else:
            self._measure(Changed(frozenset(self._watcher.unheard), frozenset(self._untold)))

    def _replaced(self) -> Moment | None:
        """The root is gone, or another folder."""
        if _identity(self._root) is None:
            return self._without(_GONE)
        before = self._watcher
        try:
            self._request = self._make_request()
            self._begin_anew()
            before.close()
            self._measure(None)
            self._follow()
        except CtxguardError as error:
            self._identity = None  # To be tried again.
            return self._without(str(error))
        self._watcher.start()
        return self._moment()

    def _without(self, why: str) -> Moment | None:
        """Nothing can be measured now."""
        if _identity(self._root) is None:
            why = _GONE
        if self._missing == why:
            return None
        self._missing = why
        return self._moment()

    def _ruling_files(self) -> object:
        """The state of the files that say what is sent, wherever they lie."""
        return [_state(path) for path in self._ruling_paths()]

    def _ruling_paths(self) -> Collection[str]:
        dockerfile = self._request.dockerfile
        folder = dockerfile.folder.root
        name = dockerfile.name
        paths = [os.path.join(self._root, ".dockerignore")]
        if dockerfile.text is None:
            paths += [os.path.join(folder, each) for each in (name, f"{name}.dockerignore")]
        return paths

    def _moment(self) -> Moment:
        assert self._report is not None
        now = time.time()
        size = self._bytes()
        self._remember(now, size)
        changed = deltas(self._told_contents, self._contents, _MOST_CHANGED)
        grown = deltas(self._start_contents, self._contents, _MOST_CHANGED)
        moment = Moment(
            time=now,
            report=self._report,
            delta=size - self._last_bytes,
            since_start=size - self._start_bytes,
            last_minute=size - self._sizes[0][1],
            changed=tuple(changed),
            grown=tuple(delta for delta in grown if delta.bytes > 0),
            history=(*self._history, size),
            hearable=self._hearable(),
            drift=self._drift,
            missing=self._missing,
        )
        self._last_bytes, self._told_contents = size, self._contents
        self._told = self._report if self._missing is None else None
        return moment

    def _remember(self, now: float, size: int) -> None:
        self._sizes.append((now, size))
        # The first one is what it was a minute ago.
        while len(self._sizes) > 1 and self._sizes[1][0] <= now - MINUTE_S:
            self._sizes.popleft()
        if now >= self._next_history:
            self._history.append(size)
            self._next_history = now + _HISTORY_STEP_S

    def _hearable(self) -> Hearable:
        return Hearable(self._watcher.watched, len(self._again.folders), self._why_unheard())

    def _why_unheard(self) -> str | None:
        if self._course.poll_s is not None:
            return f"everything is read every {self._course.poll_s:g} s, as --poll says"
        if self._own_type is not None:
            return (
                f"nobody tells of changes on {self._own_type}, so everything is read now and then"
            )
        if self._watcher.full:
            return "the rest is read now and then; raise fs.inotify.max_user_watches"
        if self._untold:
            return f"nobody tells of changes in {self._untold[0]}, so it is read now and then"
        return None

    def close(self) -> None:
        """Nothing is left behind."""
        self._watcher.close()


def _identity(path: str) -> tuple[int, int] | None:
    """Which folder it is; None if there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
