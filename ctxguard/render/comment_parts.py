"""One context of a comment: its verdict, the tables of what changed, and what is folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ctxguard.comparison import Cause, ChangedInstruction, ChangedPath, ChangedPaths, Sum
from ctxguard.config.raised import Raised
from ctxguard.measurement import Brought, EntryKind, HeavyPath, InstructionLine, Problem
from ctxguard.render.amounts import amount, counted, signed
from ctxguard.render.diff import Diff, effect, figures, growth_text, pointers, what_happened
from ctxguard.render.escape import code, prose
from ctxguard.render.helping import would_help
from ctxguard.render.markdown import table
from ctxguard.render.terminal import verdict_text
from ctxguard.report import Limit, Report, Status
from ctxguard.sizes import format_size

_MOST_NAME = 120
_MOST_VERDICT = 300
_MOST_PROBLEMS = 10
_RowT = TypeVar("_RowT")
_CellsT = TypeVar("_CellsT")


@dataclass(frozen=True, slots=True)
class Part:
    """One context, judged, and held against what it was."""

    report: Report
    diff: Diff | None
    """None if there is nothing to compare with."""
    raised: tuple[Raised, ...] = ()
    fault: str | None = None
    """Why there is nothing to compare with, if it should be there."""

    @property
    def name(self) -> str:
        """Empty if the configuration names no contexts."""
        return self.report.name or ""

    @property
    def bytes(self) -> int:
        """How much it grew; all of it, if there is nothing to compare with."""
        if self.diff is None:
            return self.report.measurement.size.bytes
        return self.diff.comparison.bytes

    @property
    def is_changed(self) -> bool:
        """Whether there is a change to tell of."""
        if self.diff is None:
            return True
        return bool(self.diff.comparison.files or self.diff.comparison.instructions)

    @property
    def grew_too_much(self) -> bool:
        return self.diff is not None and self.diff.growth is not None and self.diff.growth.broken

    @property
    def status(self) -> str:
        """The verdict in a word, that on the growth included."""
        return (Status.CRITICAL if self.grew_too_much else self.report.verdict.status).value

    @property
    def is_seen(self) -> bool:
        """Whether it is told of where everybody looks."""
        return self.is_changed or self.status != Status.OK.value


def cut(text: str, most: int = _MOST_NAME) -> str:
    """The start of a long text."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def cut_start(text: str) -> str:
    """The end of a long path: its front matters least."""
    return text if len(text) <= _MOST_NAME else f"…{text[1 - _MOST_NAME :]}"


def first_of(
    rows: Sequence[_RowT],
    most: int,
    shown: Callable[[_RowT], _CellsT],
    more: Callable[[str], _CellsT],
) -> list[_CellsT]:
    """The first rows, and one that says how many there are still.

    Args:
        shown: makes Markdown of a row; the others cost nothing.
        more: makes a row of the words for them.
    """
    first = [shown(row) for row in rows[:most]]
    left = len(rows) - len(first)
    return [*first, more(f"… {left:,} more")] if left else first


def in_cell(at: int, of: int) -> Callable[[str], tuple[str, ...]]:
    """A row that has words in one cell alone."""
    return lambda words: tuple(words if cell == at else "" for cell in range(of))


def in_list(words: str) -> str:
    """An item of a list."""
    return f"- {words}"


def verdict_line(part: Part, *, bold: bool = False) -> str:
    """Whether it is within its budget."""
    return _verdict(verdict_text(part.report), bold=bold)


def growth_line(part: Part) -> str:
    """Whether it grew too much; "" if there is no limit."""
    if part.diff is None or part.diff.growth is None:
        return ""
    return _verdict(growth_text(part.diff.growth), bold=True)


def _verdict(text: str, *, bold: bool) -> str:
    word, _, rest = text.partition(": ")
    return f"{f'**{word}**' if bold else word}: {prose(cut(rest, _MOST_VERDICT))}"


def changed_tables(part: Part, most: int) -> Iterator[str]:
    """What changed, the greatest change first; and what stands in the way of a build."""
    if part.diff is not None:
        found = part.diff.comparison
        yield _paths(found.grown, found.shrunk, most)
        yield _table("by rule", found.causes, most, _cause)
        yield _table("by instruction", found.instructions, most, _instruction)
        yield _pointers(found.pointers)
    yield _help(part)
    yield _problems(part.report.measurement.problems, min(most, _MOST_PROBLEMS))


def _table(
    what: str, rows: Sequence[_RowT], most: int, shown: Callable[[_RowT], tuple[str, ...]]
) -> str:
    if not rows:
        return ""
    return table(["change:", what, ""], first_of(rows, most, shown, in_cell(1, 3)))


def _paths(grown: ChangedPaths, shrunk: ChangedPaths, most: int) -> str:
    rows = sorted((*grown.rows, *shrunk.rows), key=lambda row: (-abs(row.bytes), row.path))
    cells = first_of(rows, most, _path, in_cell(1, 3))
    cells += [_rest(each.rest) for each in (grown, shrunk) if each.rest.files]
    return table(["change:", "path", ""], cells) if cells else ""


def _path(row: ChangedPath) -> tuple[str, ...]:
    return signed(row.bytes), _name(row.path, folder=row.folder), what_happened(row)


def _name(path: str, *, folder: bool) -> str:
    return code(cut_start(f"{path}{'/' * folder}"))


def _rest(found: Sum) -> tuple[str, ...]:
    return signed(found.bytes), "everything else", counted(found.files)


def _cause(row: tuple[Cause, Sum]) -> tuple[str, ...]:
    cause, found = row
    place = code(cut_start(f"{cause.rule.file}:{cause.rule.line}"))
    return signed(found.bytes), f"{place} {code(cut(cause.rule.text.strip()))}", effect(row)


def _instruction(row: ChangedInstruction) -> tuple[str, ...]:
    return signed(row.bytes), _line(row.instruction), f"{format_size(row.before)} before"


def _line(instruction: InstructionLine) -> str:
    return (
        f"{code(cut_start(f'{instruction.file}:{instruction.line}'))} {code(cut(instruction.text))}"
    )


def _pointers(found: Sum) -> str:
    return f"Note: {prose(pointers(found))}" if found.files else ""


def _help(part: Part) -> str:
    """The rule that would keep out what grew."""
    if part.diff is None or part.bytes <= 0:
        return ""
    rows = part.diff.comparison.grown.rows
    file = part.report.measurement.context.ignore_file
    text = would_help(part.report.findings, rows[0].path if rows else None, file)
    return f"What would help: {prose(cut(text, _MOST_VERDICT))}" if text else ""


def _problems(found: Sequence[Problem], most: int) -> str:
    if not found:
        return ""
    return "\n".join(["Problems:\n", *first_of(found, most, _problem, in_list)])


def _problem(each: Problem) -> str:
    return f"- **{each.effect.value}** {_place(each)}{prose(cut(each.message))}"


def _place(problem: Problem) -> str:
    if problem.path is None:
        return ""
    number = f":{problem.line}" if problem.line else ""
    return f"{code(cut_start(f'{problem.path}{number}'))} "


def what_is_folded(part: Part, most: int) -> Iterator[str]:
    """Each limit, the totals of both sides, and what is heavy and as before."""
    limits = sorted(part.report.verdict.limits, key=lambda limit: limit.headroom >= 0)
    shown = first_of(limits, most, _limit, in_cell(0, 4))
    yield table(["limit", "at most:", "is:", "left:"], shown)
    if part.diff is None:
        return
    totals = figures(part.diff.comparison)
    yield table(["", "before:", "after:", "change:"], totals)
    same: list[HeavyPath | Brought] = [
        *_unchanged_paths(part),
        *_unchanged_instructions(part),
    ]
    if same:
        rows = first_of(same, most, _as_before, in_cell(1, 2))
        yield table(["size:", "as before"], rows)


def _limit(limit: Limit) -> tuple[str, ...]:
    scope = "" if limit.scope is None else f" {code(cut_start(limit.scope))}"
    numbers = (amount(limit.unit, each) for each in (limit.limit, limit.actual, limit.headroom))
    most, actual, left = numbers
    return f"{limit.tier.value}, {limit.name}{scope}", most, actual, left


def _unchanged_paths(part: Part) -> list[HeavyPath]:
    """The heaviest paths in which no file changed."""
    assert part.diff is not None
    rows = {row.path: row for row in part.report.measurement.heaviest.rows}
    touched = {path for file in part.diff.comparison.files for path in _above(file.path)}
    return [row for path, row in rows.items() if path not in touched]


def _above(path: str) -> Iterator[str]:
    """A path and the folders it lies in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _unchanged_instructions(part: Part) -> list[Brought]:
    assert part.diff is not None
    found = part.report.measurement.instructions
    changed = {row.instruction.text for row in part.diff.comparison.instructions}
    rows = () if found is None else found.rows
    return [row for row in rows if row.bytes and row.instruction.text not in changed]


def _as_before(row: HeavyPath | Brought) -> tuple[str, ...]:
    if isinstance(row, Brought):
        return format_size(row.bytes), _line(row.instruction)
    return format_size(row.bytes), _name(row.path, folder=row.kind is EntryKind.DIRECTORY)
