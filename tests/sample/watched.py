"""One frame of `ctxguard watch`, as its screen draws it."""

from __future__ import annotations

import time
from pathlib import Path

from rich.text import Text

from ctxguard.context.measure import measure
from ctxguard.guard.budget import Budget, judge
from ctxguard.guard.glance import glance
from ctxguard.place import on_disk
from ctxguard.render.watch import screen
from ctxguard.report import Report
from ctxguard.watch.moment import Delta, Hearable, Moment
from tests.conftest import File, grow

_SHOWN = "/home/you/app"
_BEFORE = 12_000_000
_TAKES = {f"take-{at}.wav": File(size=at * 10_000_000) for at in (1, 2, 3)}
_CAUSE = "Dockerfile:3 COPY . ."


def frame(folder: Path) -> list[Text]:
    """Someone records in a folder that is watched."""
    root = str(folder / "app")
    Path(root).mkdir()
    grow(
        root,
        {
            "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n",
            ".dockerignore": ".git\n",
            "app.py": "print()\n",
            "models": File(size=_BEFORE),
            "recordings": _TAKES,
        },
    )
    moment = _moment(_report(root))
    events = [(_at(seconds), delta) for seconds, delta in enumerate(reversed(moment.grown))]
    lines = screen(moment, events, lambda _: _CAUSE, note="", height=30)
    return [Text(line.plain.replace(root, _SHOWN), line.style) for line in lines]


def _report(root: str) -> Report:
    place = on_disk(root)
    measurement = measure(place.request(place.settings(), overview=True))
    verdict = judge(measurement, Budget(warn=50_000_000, critical=50_000_000))
    return Report(measurement, verdict, glance(measurement, "", ()))


def _moment(report: Report) -> Moment:
    grown = [Delta(f"recordings/{name}", file.size or 0) for name, file in _TAKES.items()]
    sizes = [_BEFORE, *([_BEFORE + 10_000_000] * 5), *([_BEFORE + 30_000_000] * 4)]
    return Moment(
        time=_at(len(grown)),
        report=report,
        delta=30_000_000,
        since_start=60_000_000,
        last_minute=50_000_000,
        changed=(grown[-1],),
        grown=tuple(reversed(grown)),
        history=(*sizes, report.measurement.size.bytes),
        hearable=Hearable(watched=2, folders=2, note=None),
        drift=None,
    )


def _at(seconds: int) -> float:
    """On the clock of whoever draws."""
    return time.mktime((2026, 11, 27, 16, 44, 10 + 20 * seconds, 0, 0, -1))
