"""Measurements as rows of the database, and rows as measurements, if they are any."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from ctxguard.history.recorded import TIME, Recorded, read_limits

PLAIN = Recorded._fields[:-2]
"""The columns; the last two fields have a table of their own, and are kept as JSON."""
_DIRTY, _COMPLETE = PLAIN.index("dirty"), PLAIN.index("complete")
"""What a database has no kind of value for."""
_NUMBERS = frozenset(("bytes", "files", "directories", "complete"))
ADDED = tuple(name for name in PLAIN if name.startswith("dependencies"))
"""The columns that the first version of the tables did not have."""
_MAYBE_NUMBERS = frozenset(
    ("dirty", "copy_all", "transfer", "warm", "legacy", "transferred", *ADDED)
)
_MAYBE_TEXTS = frozenset(("revision", "branch", "dockerfile", "target", "platform"))
_STATUSES = {"ok", "warning", "incomplete", "critical"}


def _kinds(name: str) -> set[type]:
    """Of which kinds the values of a column may be."""
    if name == "seconds":
        return {float, int, type(None)}
    kind = int if name in _NUMBERS | _MAYBE_NUMBERS else str
    return {kind, type(None)} if name in _MAYBE_NUMBERS | _MAYBE_TEXTS else {kind}


def check(rows: Sequence[tuple[Any, ...]]) -> None:
    """A file that came from elsewhere can hold anything.

    Raises:
        ValueError: a value is not of its kind.
    """
    for name, column in zip(PLAIN, zip(*rows, strict=True), strict=False):
        if not set(map(type, column)) <= _kinds(name):
            raise ValueError(name)
        if name in _NUMBERS and min(column) < 0:
            raise ValueError(name)
        if name == "status" and not set(column) <= _STATUSES:
            raise ValueError(name)
        if name == "time":
            _check_times(column)


def _check_times(times: Sequence[str]) -> None:
    if not all(map(TIME.fullmatch, times)):
        raise ValueError("time")
    for day in {each[:10] for each in times}:
        date.fromisoformat(day)


def from_row(row: tuple[Any, ...]) -> Recorded:
    """A row of the plain columns."""
    values = list(row)
    values[_COMPLETE] = bool(values[_COMPLETE])
    if values[_DIRTY] is not None:
        values[_DIRTY] = bool(values[_DIRTY])
    return Recorded(*values)


def whole_from_row(row: tuple[Any, ...]) -> Recorded:
    """The same with limits and folders, behind them as JSON."""
    *plain, limits, folders = row
    found = json.loads(folders)
    if not all(_is_folder(each) for each in found):
        raise ValueError("folders")
    return from_row(tuple(plain))._replace(
        limits=read_limits(json.loads(limits)), folders=tuple(map(tuple, found))
    )


def _is_folder(value: Any) -> bool:
    """Whether it is a path with its bytes; quicker than `read_folders`, for there are many."""
    return type(value) is list and list(map(type, value)) == [str, int]


def details(recorded: Recorded) -> tuple[str, str, str]:
    """The row beside: id, and limits and folders as JSON."""
    limits = json.dumps([limit._asdict() for limit in recorded.limits])
    return recorded.id, limits, json.dumps(recorded.folders)
