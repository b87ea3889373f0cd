"""The comment on a pull request: what it changes of its build contexts, in Markdown.

Raised limits come first, then the change in a headline, the verdict, and tables with the greatest
change first; what did not change is folded. All that comes from outside is code (see `escape`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ctxguard.config.raised import Raised
from ctxguard.git.repository import short
from ctxguard.render.amounts import counted, signed
from ctxguard.render.comment_parts import (
    Part,
    changed_tables,
    cut,
    cut_start,
    first_of,
    growth_line,
    in_cell,
    in_list,
    verdict_line,
    what_is_folded,
)
from ctxguard.render.diff import how_much, named
from ctxguard.render.escape import code, prose
from ctxguard.render.markdown import table
from ctxguard.report import Failure
from ctxguard.sizes import format_size

MOST_BYTES = 65_535
"""GitHub takes 65,536 characters; of bytes there are never fewer, nor of UTF-16 units more."""
_MOST_ROWS = (100, 50, 25, 10, 5, 2, 1)
_MOST_PARTS = 20
_MOST_RAISED = 20
_MOST_MESSAGE = 300


def marker(key: str) -> str:
    """What the comment starts with, unseen.

    Args:
        key: of letters, digits, `.`, `_` and `-` alone.
    """
    return f"<!-- ctxguard:{key} -->"


def render(
    parts: Sequence[Part],
    failures: Sequence[Failure] = (),
    gone: Sequence[str] = (),
    *,
    key: str,
) -> str:
    """The comment, in `MOST_BYTES`: of long tables the last rows are dropped.

    Args:
        failures: the contexts that could not be measured.
        gone: those that are guarded no longer.
    """
    ordered = sorted(parts, key=lambda part: (-abs(part.bytes), part.name))
    text = ""
    for most in _MOST_ROWS:
        blocks = [marker(key), *_raised(ordered, gone, most), *_page(ordered, failures, most)]
        text = "\n\n".join(block for block in blocks if block) + "\n"
        if len(text.encode()) <= MOST_BYTES:
            break
    return text


def _raised(parts: Iterable[Part], gone: Iterable[str], most: int) -> Iterator[str]:
    """What a reviewer should see before anything else."""
    rows: list[tuple[Part, Raised] | str] = [
        *((part, each) for part in parts for each in part.raised),
        *gone,
    ]
    if rows:
        yield "**This change raises limits:**"
        yield "\n".join(first_of(rows, min(most, _MOST_RAISED), _lifted, in_list))


def _lifted(row: tuple[Part, Raised] | str) -> str:
    if isinstance(row, str):
        return f"- The configuration no longer names {code(cut(row))}"
    part, each = row
    return f"- {_of(part)}{_raises(each)}"


def _of(part: Part) -> str:
    return f"of {code(cut(part.name))}, " if part.name else ""


def _raises(each: Raised) -> str:
    before, after = prose(cut(each.before)), prose(cut(each.after))
    return f"**{prose(cut(each.name))}** from {before} to {after} ({code(cut_start(each.origin))})"


def _page(parts: Sequence[Part], failures: Sequence[Failure], most: int) -> Iterator[str]:
    if len(parts) == 1 and not failures:
        subject = "Build context" if parts[0].report.image is None else "Image"
        yield f"### {subject}: {_change(parts[0])}"
        yield from _context(parts[0], most)
        return
    yield f"### Build contexts: {_headline(parts, failures)}"
    seen = [part for part in parts if part.is_seen]
    yield _overview(seen, failures, most)
    shown = seen[: min(most, _MOST_PARTS)]
    for part in shown:
        yield f"#### {code(cut(part.name))}: {_change(part)}"
        yield from _context(part, most)
    if len(shown) < len(seen):
        yield f"… {len(seen) - len(shown):,} more in the table alone"
    folded = [part for part in parts if not part.is_seen]
    if folded:
        yield fold(f"{counted(len(folded), 'unchanged context')}", [_overview(folded, (), most)])


def fold(title: str, blocks: Iterable[str]) -> str:
    """Something that is there when it is asked for."""
    inside = "\n\n".join(blocks)
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"


def _headline(parts: Sequence[Part], failures: Sequence[Failure]) -> str:
    changed = [part for part in parts if part.is_changed]
    words = [f"{counted(len(failures), 'context')} not measured"] if failures else []
    if changed:
        others = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
        words.append(f"{_change(changed[0])} in {code(cut(changed[0].name))}{others}")
    return ", ".join(words) or "unchanged"


def _change(part: Part) -> str:
    if part.diff is None:
        return "not compared" if part.fault else "new"
    return signed(part.bytes) if part.is_changed else "unchanged"


def _overview(parts: Sequence[Part], failures: Sequence[Failure], most: int) -> str:
    rows: list[Part | Failure] = [*failures, *parts]
    if not rows:
        return ""
    shown = first_of(rows, most, _row, in_cell(3, 5))
    return table(["change:", "size:", "verdict", "context", ""], shown)


def _row(each: Part | Failure) -> tuple[str, ...]:
    if isinstance(each, Failure):
        return "", "", "**failed**", code(cut(each.name)), prose(cut(each.message, _MOST_MESSAGE))
    size = format_size(each.report.measurement.size.bytes)
    verdict = verdict_line(each).partition(": ")[2]
    return _change(each), size, f"**{each.status}**", code(cut(each.name)), verdict


def _context(part: Part, most: int) -> Iterator[str]:
    yield _sizes(part)
    verdicts = [verdict_line(part, bold=True), growth_line(part)]
    yield from reversed(verdicts) if part.grew_too_much else verdicts
    if part.fault is not None:
        yield f"Nothing can be said of the change: {prose(cut(part.fault, _MOST_MESSAGE))}"
    if part.is_changed or part.diff is None:
        yield from changed_tables(part, most)
        yield fold("Limits, sizes and what did not change", what_is_folded(part, most))


def _sizes(part: Part) -> str:
    measurement = part.report.measurement
    size, revision = measurement.size, measurement.context.revision
    here = "" if revision is None else f" at {code(short(revision))}"
    what = f"{format_size(size.bytes)} in {counted(size.files)}{here}"
    if part.diff is None:
        return what
    base = named(part.diff.base_name, part.diff.comparison.base)
    return f"{what}, {how_much(part.bytes)} {code(cut(base))}"
