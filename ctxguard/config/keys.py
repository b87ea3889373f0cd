"""The keys of a configuration file, each with what reads its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ctxguard.errors import PatternError
from ctxguard.guard.growth import GrowthLimit
from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.reader import read_rule
from ctxguard.sizes import bounded, parse_size, shortened


@dataclass(frozen=True, slots=True)
class HookSettings:
    """What the git hook does beside measuring what is pushed."""

    worktree: bool = False
    """Measure the working tree too."""
    strict: bool = False
    """Stop the push where ctxguard itself fails."""

    def __str__(self) -> str:
        return f"worktree {str(self.worktree).lower()}, strict {str(self.strict).lower()}"


_CODE = re.compile(r"(?:CTX|PKG)[0-9]{3}")


def _size(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return bounded(value)
    if isinstance(value, str):
        return parse_size(value)
    raise ValueError("it takes a size such as 500MB or 1.5 GB")


def _count(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < least:
            raise ValueError(f"it takes a whole number from {least} on")
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"it takes one of {', '.join(choices)}")
        return str(value)

    return read


def _codes(value: Any) -> tuple[str, ...]:
    """A list, or one text with commas between."""
    codes = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(codes, list) or not all(
        isinstance(code, str) and _CODE.fullmatch(code) for code in codes
    ):
        raise ValueError('it takes codes of checks, such as ["CTX005", "CTX008"]')
    return tuple(codes)


def _patterns(value: Any) -> tuple[str, ...]:
    """A list of lines as in an ignore file, or one text with commas between.

    What Docker would refuse is refused here as well.
    """
    lines = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError('it takes patterns as in an ignore file, such as ["certs/dev.key"]')
    for line in lines:
        rule = read_rule(line)
        if rule is None or "\n" in line:
            raise ValueError(f'"{shortened(line)}" is no pattern')
        try:
            broken = DockerIgnorePattern(rule).broken
        except PatternError as error:
            broken = error
        if broken is not None:
            raise ValueError(f'"{shortened(line)}": {broken.reason}')
    return tuple(lines)


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("it takes a path")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("it takes the name of a stage")
    return value


def _platform(value: Any) -> str:
    from ctxguard.dockerfile.platforms import normalized

    return normalized(value if isinstance(value, str) else "")


def _arguments(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
        return dict(value)
    raise ValueError('it takes a table of strings, such as { VERSION = "1.2" }')


def _budgets(value: Any) -> dict[str, int]:
    """Bytes by path, relative to the context root; that of a folder may end in a slash."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError('it takes a table of paths and sizes, such as { "docs/" = "20 MB" }')
    found = {}
    for path, size in value.items():
        try:
            found[_prefix(path)] = _size(size)
        except ValueError as error:
            raise ValueError(f'"{shortened(path)}": {error}') from None
    return found


def _prefix(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in path:
        raise ValueError("it takes a path below the context root, such as docs/")
    return "/".join(parts) + "/" * path.endswith("/")


def _flag(value: Any) -> bool:
    if value in (True, False) or value in ("true", "false"):
        return value in (True, "true")
    raise ValueError("it takes true or false")


def _growth(value: Any) -> GrowthLimit:
    if isinstance(value, str):
        return GrowthLimit.parse(value)
    return GrowthLimit(bytes=_size(value))


def _hook(value: Any) -> HookSettings:
    table = value if isinstance(value, Mapping) else {"": value}
    for name, each in table.items():
        if name not in HOOK_KEYS or each not in (True, False):
            raise ValueError(
                f"it takes a table of {' and '.join(HOOK_KEYS)}, each true or false, "
                "such as { worktree = true }"
            )
    return HookSettings(**table)


HOOK_KEYS = ("worktree", "strict")
"""Those of the table `hook`."""

KEYS: Mapping[str, Callable[[Any], Any]] = {
    "warn": _size,
    "critical": _size,
    "max-files": _count(0),
    "max-growth": _growth,
    "max-dependencies": _size,
    "fail-on": _one_of("critical", "warning", "never"),
    "backend": _one_of("buildkit", "legacy"),
    "dockerfile": _path,
    "target": _name,
    "platform": _platform,
    "build-args": _arguments,
    "budget-on": _one_of("context", "transfer"),
    "budgets": _budgets,
    "top": _count(1),
    "ignore": _codes,
    "allow-secrets": _patterns,
    "record": _flag,
    "hook": _hook,
}
"""Each key of the configuration file, with what reads its value."""
