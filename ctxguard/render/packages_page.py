"""The Python packages on the page of a report: each verdict in a line, and the heaviest to go."""

from __future__ import annotations

from collections.abc import Iterator

from ctxguard.dependencies import Dependencies, Dependency, Verdict, VerdictBytes
from ctxguard.render.amounts import counted
from ctxguard.render.escape import line, quoted
from ctxguard.render.look import Terminal
from ctxguard.render.packages import UNKNOWN, in_all, size_text, words
from ctxguard.render.table import Row

_MOST = 5
"""Packages; a page is to stay one screen."""
_MOST_PROBLEMS = 3
_SIZE = 9
"""Cells of a size."""


def packages_part(found: Dependencies, terminal: Terminal) -> str:
    """What a page says of them; no sizes where nothing was measured."""
    lines = [terminal.styled(_title(found, terminal), bold=True)]
    sums = [each for each in found.sums if each.packages]
    lines += [_behind_size(found, each, _sum_text(found, each)) for each in sums]
    lines += _problems(found, terminal)
    return "\n".join(lines) + "\n" + _to_go(found, terminal)


def _title(found: Dependencies, terminal: Terminal) -> str:
    title = f"Dependencies: {in_all(found)}"
    if found.measured is None:
        return title
    return Row(0, f"{title} (", quoted(found.measured), ")").fitted(terminal.width)


def _sum_text(found: Dependencies, each: VerdictBytes) -> str:
    """With how many are of unknown size, where the size in front does not say it of all."""
    text = f"{words(each.verdict)}, {counted(each.packages, 'package')}"
    some = found.measured is not None and 0 < each.unknown < each.packages
    return f"{text}, {each.unknown:,} of {UNKNOWN} size" if some else text


def _behind_size(found: Dependencies, each: VerdictBytes | Dependency, text: str) -> str:
    size = "" if found.measured is None else f"{size_text(each):>{_SIZE}} "
    return f"  {size}{text}"


def _problems(found: Dependencies, terminal: Terminal) -> Iterator[str]:
    """What could not be looked at; it may be why a size is unknown."""
    for text in found.problems[:_MOST_PROBLEMS]:
        yield Row(0, "  not looked at: ", line(text), "", keep_start=True).fitted(terminal.width)
    if len(found.problems) > _MOST_PROBLEMS:
        yield f"  and {len(found.problems) - _MOST_PROBLEMS:,} more problems; --format json has all"


def _to_go(found: Dependencies, terminal: Terminal) -> str:
    """The heaviest packages that may not be needed in production."""
    rows = [each for each in found.rows if each.verdict is not Verdict.USED]
    if not rows:
        return ""
    measured = found.measured is not None
    title = "Not found in use" + ", with what only they need" * measured
    heaviest = sorted(rows, key=_heaviest_first)[:_MOST]
    lines = [terminal.styled(title, bold=True)]
    lines += [_behind_size(found, each, _fitted(each, terminal, measured)) for each in heaviest]
    if len(rows) > _MOST:
        lines.append(f"  and {len(rows) - _MOST:,} more; --format json lists all")
    return "\n" + "\n".join(lines) + "\n"


def _heaviest_first(each: Dependency) -> int:
    return 1 if each.exclusive_bytes is None else -each.exclusive_bytes


def _fitted(each: Dependency, terminal: Terminal, measured: bool) -> str:
    """The name and the verdict, in the room of a line."""
    row = Row(0, "", quoted(each.name), f", {words(each.verdict)}")
    left = 2 + (_SIZE + 1) * measured
    return row.fitted(None if terminal.width is None else terminal.width - left)
