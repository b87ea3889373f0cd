"""One measurement as it is kept, and as a line of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

_ID = re.compile(r"[0-9a-f]{32}")
TIME = re.compile(
    r"(?:19[7-9]|[2-8][0-9]{2})[0-9]-(?:0[1-9]|1[0-2])-[0-3][0-9]"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)
"""Of a measurement."""
_LONGEST = 4096
"""Characters of a text."""
MOST_INTEGER = (1 << 63) - 1
"""What a database holds."""
_MOST_ROWS = 10_000


def time_of(moment: datetime) -> str:
    """A moment as it is kept."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class RecordedLimit(NamedTuple):
    """A limit, and what was held against it."""

    name: str
    scope: str | None
    tier: str
    unit: str
    limit: int
    actual: int


class Recorded(NamedTuple):
    """One measurement; a tuple, since there are thousands of them."""

    id: str
    """32 hexadecimal digits: the same on every machine that has it."""
    time: str
    """UTC, such as `2026-11-27T16:44:07.000000Z`; of a commit, when it was committed."""
    name: str
    """Of the context, or where it lies in the repository."""
    revision: str | None
    branch: str | None
    dirty: bool | None
    """Whether it was not just what the revision holds."""
    source: str
    """`worktree`, `commit` or `image`."""
    backend: str
    dockerfile: str | None
    target: str | None
    platform: str | None
    bytes: int
    files: int
    directories: int
    copy_all: int | None
    transfer: int | None
    """Bytes for the target on a cold cache, as predicted."""
    warm: int | None
    legacy: int | None
    complete: bool
    status: str
    version: str
    """Of ctxguard."""
    seconds: float | None = None
    """What the build took."""
    transferred: int | None = None
    """Bytes that the build really transferred."""
    dependencies: int | None = None
    """Bytes of all Python packages that the project asks for; None if nobody looked."""
    dependencies_unverified: int | None = None
    dependencies_development: int | None = None
    dependencies_unused: int | None = None
    limits: tuple[RecordedLimit, ...] = ()
    folders: tuple[tuple[str, int], ...] = ()
    """The heaviest, with their bytes."""

    @property
    def series(self) -> tuple[str, str, str, str, str]:
        """What it is to be compared with: the same context, built alike."""
        return (
            self.name,
            self.backend,
            self.dockerfile or "",
            self.target or "",
            self.platform or "",
        )


def plain(text: str) -> str:
    """What a database can hold of a text: bytes that are no UTF-8 are shown."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def to_line(recorded: Recorded) -> str:
    """One line of JSON, in plain ASCII, without its end."""
    return json.dumps(as_mapping(recorded), separators=(",", ":"))


def as_mapping(recorded: Recorded) -> dict[str, Any]:
    """All of it as plain values."""
    found = recorded._asdict()
    found["limits"] = [limit._asdict() for limit in recorded.limits]
    found["folders"] = [list(folder) for folder in recorded.folders]
    return found


def from_line(line: str) -> Recorded:
    """The measurement that a line holds; fields of newer versions are passed over.

    Raises:
        ValueError: it holds none.
    """
    try:
        value = json.loads(line)
    except RecursionError:
        raise ValueError("it is nested far too deeply") from None
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    return from_mapping(value)


def from_mapping(value: Any) -> Recorded:
    """The measurement that plain values stand for.

    Raises:
        ValueError: they stand for none.
    """
    if not isinstance(value, Mapping):
        raise ValueError("it is no object")
    found = {name: _read(value, name, check) for name, check in _FIELDS.items()}
    return Recorded(**found)


def _read(value: Mapping[str, Any], name: str, check: Callable[[Any], Any]) -> Any:
    try:
        return check(value.get(name))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not _is_unicode(value):
        raise ValueError("it takes a text")
    return value


def _is_unicode(text: str) -> bool:
    """Whether there is no half of a pair in it, which no database takes."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"it takes {what}")
        return value

    return read


def _time(value: Any) -> str:
    text = _matching(TIME, "a time such as 2026-11-27T16:44:07.000000Z")(value)
    datetime.fromisoformat(text)
    return text


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"it takes one of {', '.join(choices)}")
        return str(value)

    return read


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_INTEGER:
        raise ValueError("it takes a whole number from 0 on")
    return value


def _seconds(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < 10**9:
        raise ValueError("it takes a number of seconds")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it takes true or false")
    return value


def _or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _rows(value: Any) -> list[Any]:
    value = [] if value is None else value
    if not isinstance(value, list) or len(value) > _MOST_ROWS:
        raise ValueError("it takes a list")
    return value


def read_limits(value: Any) -> tuple[RecordedLimit, ...]:
    """Limits of plain values; raises ValueError if they are none."""
    found = []
    for row in _rows(value):
        if not isinstance(row, Mapping):
            raise ValueError("it takes a list of objects")
        found.append(RecordedLimit(**{name: _read(row, name, of) for name, of in _LIMIT.items()}))
    return tuple(found)


def read_folders(value: Any) -> tuple[tuple[str, int], ...]:
    """Folders of plain values; raises ValueError if they are none."""
    found = []
    for row in _rows(value):
        if not isinstance(row, list) or len(row) != 2:
            raise ValueError("it takes a list of pairs")
        found.append((_text(row[0]), _integer(row[1])))
    return tuple(found)


_STATUS = _one_of("ok", "warning", "incomplete", "critical")
_LIMIT: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "scope": _or_none(_text),
    "tier": _one_of("warning", "critical"),
    "unit": _one_of("bytes", "files"),
    "limit": _integer,
    "actual": _integer,
}
_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "id": _matching(_ID, "32 hexadecimal digits"),
    "time": _time,
    "name": _text,
    "revision": _or_none(_text),
    "branch": _or_none(_text),
    "dirty": _or_none(_flag),
    "source": _one_of("worktree", "commit", "image"),
    "backend": _one_of("buildkit", "legacy"),
    "dockerfile": _or_none(_text),
    "target": _or_none(_text),
    "platform": _or_none(_text),
    "bytes": _integer,
    "files": _integer,
    "directories": _integer,
    "copy_all": _or_none(_integer),
    "transfer": _or_none(_integer),
    "warm": _or_none(_integer),
    "legacy": _or_none(_integer),
    "complete": _flag,
    "status": _STATUS,
    "version": _text,
    "seconds": _or_none(_seconds),
    "transferred": _or_none(_integer),
    "dependencies": _or_none(_integer),
    "dependencies_unverified": _or_none(_integer),
    "dependencies_development": _or_none(_integer),
    "dependencies_unused": _or_none(_integer),
    "limits": read_limits,
    "folders": read_folders,
}
