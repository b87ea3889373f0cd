"""The text of a first configuration file, with budgets a little above what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.config.settings import Settings
from ctxguard.sizes import format_size

_LEAST = 1_000_000
"""Bytes; a smaller budget would be about nothing."""
_DOWN = 10
"""The budget of a folder is named in an example if the folder is no smaller a part."""


@dataclass(frozen=True, slots=True)
class Start:
    """One context, and what it was measured to be."""

    name: str
    dockerfile: str | None
    """As it is written in the file; None for the one that is found without a name."""
    bytes: int
    files: int
    heaviest: tuple[str, int] | None
    """The heaviest folder below the root, and its bytes."""


def starting_text(found: Sequence[Start]) -> str:
    """A whole `ctxguard.toml`."""
    if len(found) == 1:
        return _HEAD + "".join(_limits(found[0])) + _COMMON + "".join(_single(found[0])) + _LAST
    entries = "".join(_entry(each) for each in found)
    return f"{_HEAD}# What stands up here counts for all contexts.\n\n{_COMMON}{_LAST}{entries}"


def _limits(start: Start) -> Iterator[str]:
    what = "file" if start.files == 1 else "files"
    measured = f"{format_size(start.bytes)} in {start.files:,} {what}"
    default = Settings()
    if start.bytes > default.warn:
        yield f"# Measured: {measured}, which is over these limits; `ctxguard suggest` says what\n"
        yield "# to ignore.\n"
        warn, critical = default.warn, default.critical
    else:
        yield f"# Measured: {measured}. These limits lie a little above.\n"
        warn = a_little_above(start.bytes)
        critical = warn * default.critical // default.warn
    yield f'warn = "{written(warn)}"\ncritical = "{written(critical)}"\n\n'


def a_little_above(size: int) -> int:
    """A fifth more, with two digits."""
    more = max(size * 6 // 5, _LEAST)
    step = int(10 ** (len(str(more)) - 2))
    return -(-more // step) * step


def written(size: int) -> str:
    """A size as people write it, exactly."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor and size * 100 % factor == 0:
            whole, hundredths = divmod(size * 100 // factor, 100)
            part = f".{hundredths:02}".rstrip("0").rstrip(".")
            return f"{whole}{part} {unit}"
    return f"{size} B"


_HEAD = """\
# Limits for Docker build contexts. `ctxguard report` holds them against what a build would be
# sent, `ctxguard config` shows what is in force, `ctxguard hook install` guards each push.
# Sizes: 500 kB, 20 MB, 1.5 GB are powers of 1000; KiB, MiB, GiB of 1024.

"""
_COMMON = """\
# Stop a push or a comparison that lets a context grow by more than this: a size, or a part.
# max-growth = "10%"

# Keep every measurement, to be looked at with `ctxguard history`.
# record = true

"""
_LAST = """\
# [hook]
# worktree = true   # measure the working tree too, not only what is pushed
# strict = true     # stop the push if ctxguard itself fails

"""


def _single(start: Start) -> Iterator[str]:
    if start.dockerfile is not None:
        yield f"dockerfile = {quoted(start.dockerfile)}\n\n"
    yield _COUNT.format(count=2 * start.files)
    yield from _budgets(start, "budgets")


_COUNT = """\
# Stop at more files than this.
# max-files = {count}

"""


def _budgets(start: Start, table: str) -> Iterator[str]:
    """An example with a folder that is there."""
    path, size = start.heaviest or ("docs", 0)
    if size * _DOWN < start.bytes:
        path, size = "docs", _LEAST
    most = written(a_little_above(size))
    yield "# A budget for a single folder or file; the longest path that fits counts.\n"
    yield f"# [{table}]\n"
    yield f'# {quoted(f"{path}/")} = "{most}"\n\n'


def _entry(start: Start) -> str:
    lines = ["[[contexts]]\n", f"name = {quoted(start.name)}\n"]
    lines += [] if start.dockerfile is None else [f"dockerfile = {quoted(start.dockerfile)}\n"]
    return "".join([*lines, *_limits(start), *_budgets(start, "contexts.budgets")])


def quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
