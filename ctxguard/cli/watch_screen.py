"""The live screen: drawn with rich, ended by a key."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from ctxguard.cli.options import say
from ctxguard.cli.streams import is_terminal
from ctxguard.context.course import Request
from ctxguard.context.why import Answer, Explainer
from ctxguard.errors import CtxguardError
from ctxguard.render import watch as render
from ctxguard.render.escape import line, quoted
from ctxguard.watch.moment import Delta, Moment
from ctxguard.watch.telling import MINUTE_S

_MOST_EVENTS = 100


class WatchScreen:
    """Use it as a context manager: the terminal is as it was afterwards.

    Args:
        first: what to show at the beginning.
        make_request: who lets a path in is asked of this.
    """

    def __init__(self, first: Moment, make_request: Callable[[], Request]) -> None:
        self.moment = first
        self._make_request = make_request
        self._events: deque[tuple[float, Delta]] = deque(maxlen=_MOST_EVENTS)
        self._console = Console()
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        self._size = self._console.size
        self._over = False
        self._notes: list[str] = []
        self._before: Any = None
        self.keys = sys.stdin.fileno() if is_terminal(sys.stdin) else None

    def __enter__(self) -> WatchScreen:
        if self.keys is not None:
            import termios
            import tty

            self._before = termios.tcgetattr(self.keys)
            tty.setcbreak(self.keys)
        self._live.start()
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._live.stop()
            for note in self._notes:
                say(note)
        finally:
            if self.keys is not None:
                import termios

                termios.tcsetattr(self.keys, termios.TCSADRAIN, self._before)

    def show(self, moment: Moment) -> None:
        """Draw anew."""
        self._events += [(moment.time, delta) for delta in moment.changed]
        self.moment = moment
        self._draw()

    def note(self, text: str) -> None:
        """Show a note below all else, and say it once the screen is gone."""
        self._notes.append(text)
        self._draw()

    def ended(self) -> bool:
        """Whether somebody typed q; asked often, so the size of the window is looked at too."""
        if self.moment.last_minute and time.time() - self.moment.time > MINUTE_S:
            self.moment = replace(self.moment, last_minute=0)
            self._draw()
        if self._console.size != self._size:
            self._draw()
        if self.keys is not None:
            self._read_keys(self.keys)
        return self._over

    def _read_keys(self, keys: int) -> None:
        import select

        while select.select([keys], [], [], 0)[0]:
            typed = os.read(keys, 64)
            if not typed or b"q" in typed.lower():
                self._over = True
                return

    def _draw(self) -> None:
        self._size = self._console.size
        who = _Who(self._make_request)
        note = self._notes[-1] if self._notes else ""
        height = self._size.height
        lines = render.screen(self.moment, self._events, who.lets_in, note=note, height=height)
        for text in lines:
            text.truncate(self._size.width, overflow="ellipsis")
        self._live.update(Group(*lines), refresh=True)


class _Who:
    """Who lets a path in."""

    def __init__(self, make_request: Callable[[], Request]) -> None:
        self._make_request = make_request
        self._explainer: Explainer | None = None

    def lets_in(self, path: str) -> str:
        """The exception and the instruction, in a few words."""
        try:
            if self._explainer is None:
                self._explainer = Explainer(self._make_request())
            return _words(self._explainer.answer(path.rstrip("/").removeprefix(".")))
        except CtxguardError:
            return ""


def _words(answer: Answer) -> str:
    words = []
    last = answer.trace[-1] if answer.trace else None
    if last is not None and last.rule is not None and last.rule.negated and not last.ignored:
        words.append(f"{quoted(last.rule.source)}:{last.rule.line} {line(last.rule.raw.strip())}")
    for each in answer.brought_by[:1]:
        name = each.file.rpartition("/")[2]
        words.append(f"{quoted(name)}:{each.line} {line(each.text)}")
    return ", ".join(words)
