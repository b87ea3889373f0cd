"""What changed between two contexts, for a person and as JSON (`schema/diff.schema.json`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ctxguard.comparison import (
    Cause,
    Change,
    ChangedFile,
    ChangedInstruction,
    ChangedPath,
    ChangedPaths,
    Class,
    Comparison,
    Sum,
)
from ctxguard.git.repository import short
from ctxguard.guard.growth import Growth
from ctxguard.measurement import Measurement, TargetTransfer
from ctxguard.render import document
from ctxguard.render.amounts import counted, signed
from ctxguard.render.escape import line, quoted
from ctxguard.render.look import Terminal
from ctxguard.render.table import Row, cells
from ctxguard.render.terminal import WITHOUT_TRANSFER, problems
from ctxguard.report import Status
from ctxguard.sizes import format_size
from ctxguard.version import __version__

_SIGNED_CELLS = 10
_LEFT = _SIGNED_CELLS + 3
_LEAST_NAME = 10
_ID_DIGITS = 40
_SIZE = {"image": "layers"}
_TOTALS = 28
"""Cells of a row of totals without its two sides."""
_CLASSES = {
    Class.TRACKED: "tracked by git",
    Class.SUBMODULE: "of submodules",
    Class.UNTRACKED: "not tracked by git: here, but in no clone",
    Class.GIT: "in .git, git's own folder",
}


@dataclass(frozen=True, slots=True)
class Diff:
    """A comparison with the names of its sides, and held against a limit."""

    comparison: Comparison
    base_name: str
    """As the user gave it."""
    head_name: str
    growth: Growth | None
    """None if there is no limit."""
    name: str | None = None
    """Of the context, if the configuration names several."""


def text(diffs: Sequence[Diff], terminal: Terminal) -> str:
    """A screen each: change and verdict first, then paths, rules and instructions.

    Of several, a table leads.
    """
    pages = [_page(diff, terminal) for diff in diffs]
    return joined(pages if len(diffs) == 1 else [_table(diffs), *pages])


def _page(diff: Diff, terminal: Terminal) -> str:
    return joined([_headline(diff) + _verdict(diff, terminal), *body(diff, terminal)])


def _table(diffs: Sequence[Diff]) -> str:
    rows = [f"  {'change':>{_SIGNED_CELLS}} {'size':>9}  name\n"]
    for diff in diffs:
        found = diff.comparison
        grew, size = signed(found.bytes), format_size(found.head.size.bytes)
        rows.append(f"  {grew:>{_SIGNED_CELLS}} {size:>9}  {quoted(diff.name or '')}\n")
    return f"{counted(len(diffs), 'context')}\n{''.join(rows)}"


def joined(parts: Iterable[str]) -> str:
    """Parts of a page with blank lines between them."""
    return "\n".join(part for part in parts if part)


def body(diff: Diff, terminal: Terminal) -> list[str]:
    """All but the first lines."""
    found = diff.comparison
    parts = []
    if not terminal.brief:
        parts = [
            _totals(diff, terminal.width),
            _paths("Grew", found.grown, terminal),
            _paths("Shrank", found.shrunk, terminal),
            _list("By rule", map(cause_row, found.causes), terminal),
            _list("By instruction", map(instruction_row, found.instructions), terminal),
            _list("By class", map(_class_row, found.classes), terminal),
        ]
    return [*parts, _line(pointers(found.pointers)), problems(found.head.problems, terminal)]


def _headline(diff: Diff) -> str:
    found = diff.comparison
    head, base = found.head, found.base
    root = quoted(head.context.root)
    here = "" if head.context.revision is None else f" at {named(diff.head_name, head)}"
    what = f"{format_size(head.size.bytes)} in {counted(head.size.files)}"
    than = f"{how_much(found.bytes)} {named(diff.base_name, base)}"
    name = "" if diff.name is None else f"{quoted(diff.name)}: "
    subject = "Image" if head.context.source == "image" else "Build context"
    return f"{name}{subject} {root}{here}: {what}, {than}\n"


def how_much(growth: int) -> str:
    """`3.00MB more than`."""
    if not growth:
        return "as much as"
    return f"{format_size(abs(growth))} {'more' if growth > 0 else 'less'} than"


def named(name: str, measurement: Measurement) -> str:
    """A side as the user gave it, with the commit that this is."""
    revision = measurement.context.revision
    if revision is None or revision.startswith(name):
        return short_name(name)
    return f"{short_name(name)} ({short(revision)})"


def _verdict(diff: Diff, terminal: Terminal) -> str:
    if diff.growth is None:
        return ""
    words = growth_text(diff.growth)
    if diff.growth.limit is None:
        return f"{words}\n"
    return terminal.styled(words, fg="red" if diff.growth.broken else "green") + "\n"


def growth_text(growth: Growth) -> str:
    """The verdict on the growth, in a line."""
    limit = growth.limit
    allowed = f"growth limit of {growth.allowed}"
    if limit is None:
        why = WITHOUT_TRANSFER[growth.unknown or "unknown"].partition("; ")[2]
        return f"NOT JUDGED: there is no transfer to hold against the {allowed} ({why})"
    if growth.allowed.percent is not None:
        allowed += f" ({format_size(limit.limit)})"
    if limit.headroom < 0:
        return f"CRITICAL: over the {allowed} by {format_size(-limit.headroom)}"
    return f"OK: {format_size(limit.headroom)} left to the {allowed}"


def _totals(diff: Diff, width: int | None) -> str:
    found = diff.comparison
    if not (found.files or found.instructions or found.head.problems):
        return ""
    most = None if width is None else max(_LEAST_NAME, (width - _TOTALS) // 2)
    base, head = (_cut(short_name(name), most) for name in (diff.base_name, diff.head_name))
    rows = [("", base, head, ""), *figures(found)]
    widths = [max(cells(row[at]) for row in rows) for at in (1, 2)]
    return "".join(
        f"  {name:<10}  {_right(one, widths[0])}  {_right(other, widths[1])}  {change:>10}".rstrip()
        + "\n"
        for name, one, other, change in rows
    )


def figures(found: Comparison) -> list[tuple[str, str, str, str]]:
    """Each total: its name, before, after, and the change."""
    base, head = found.base, found.head
    rows = [
        _size_row(_SIZE.get(head.context.source, "context"), base.size.bytes, head.size.bytes),
        ("files", f"{base.size.files:,}", f"{head.size.files:,}",
         f"{head.size.files - base.size.files:+,}"),
    ]  # fmt: skip
    if base.lfs is not None or head.lfs is not None:
        rows.append(("in LFS", _lfs_size(base), _lfs_size(head), ""))
    if base.copy_all is not None and head.copy_all is not None:
        rows.append(_size_row("copy all", base.copy_all.bytes, head.copy_all.bytes))
    return [*rows, *_transfer_row(base.chosen_target, head.chosen_target)]


def short_name(name: str) -> str:
    """As the user gave it; `A...B` has become a whole id."""
    return short(name) if len(name) == _ID_DIGITS and name.isalnum() else line(name)


def _cut(name: str, most: int | None) -> str:
    return Row(0, "", name, "").fitted(most)


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _size_row(name: str, before: int, after: int) -> tuple[str, str, str, str]:
    return name, format_size(before), format_size(after), signed(after - before)


def _lfs_size(measurement: Measurement) -> str:
    """What the pointers of a commit stand for; of a work tree nobody can say."""
    if measurement.context.revision is None:
        return "-"
    return format_size(0 if measurement.lfs is None else measurement.lfs.bytes)


def _transfer_row(
    before: TargetTransfer, after: TargetTransfer
) -> Iterator[tuple[str, str, str, str]]:
    if before.buildkit is None and after.buildkit is None:
        return
    change = ""
    if before.buildkit is not None and after.buildkit is not None:
        change = signed(after.buildkit.bytes - before.buildkit.bytes)
    yield "transfer", _transfer_text(before), _transfer_text(after), change


def _transfer_text(target: TargetTransfer) -> str:
    if target.buildkit is not None:
        return format_size(target.buildkit.bytes)
    return "nothing" if target.reason == "context-unused" else "no figure"


def _line(words: str) -> str:
    return f"{words}\n" if words else ""


def pointers(found: Sum) -> str:
    """What the work tree has only as pointers of Git LFS, in a line; "" for nothing."""
    if not found.files:
        return ""
    are = "is a pointer" if found.files == 1 else "are pointers"
    return (
        f"{counted(found.files)} here {are} of Git LFS, without {format_size(-found.bytes)} that "
        "a commit counts; git lfs pull brings them"
    )


def _paths(title: str, found: ChangedPaths, terminal: Terminal) -> str:
    rows = [path_row(row) for row in found.rows]
    if found.rest.files:
        rest = f"everything else, {counted(found.rest.files)}"
        rows.append(Row(found.rest.bytes, "", "", rest, rest=True))
    return _list(title, rows, terminal)


def path_row(row: ChangedPath) -> Row:
    """A path that changed, and how."""
    what = what_happened(row)
    counts = f", {what}" if what else ""
    return Row(row.bytes, "", quoted(row.path), f"{'/' * row.folder}{counts}")


def what_happened(row: ChangedPath) -> str:
    """`3 files entered`; "" for a file that is there on both sides."""
    kinds = (("entered", row.entered), ("left", row.left), ("changed", row.changed))
    counts = [f"{counted(number)} {what}" for what, number in kinds if number]
    if not row.folder:
        counts = [what for what, number in kinds if number and what != "changed"]
    return ", ".join(counts)


def cause_row(row: tuple[Cause, Sum]) -> Row:
    """A rule for which files came or went: its place, the rule, and what it does."""
    cause, found = row
    place = f"{quoted(cause.rule.file)}:{cause.rule.line}  "
    what = f": {effect(row)}"
    return Row(found.bytes, place, line(cause.rule.text.strip()), what)


def effect(row: tuple[Cause, Sum]) -> str:
    """`3 files, which it lets in now`."""
    cause, found = row
    return f"{counted(found.files)}, {_CAUSES[cause.of_head, cause.lets_in]}"


_CAUSES = {
    (True, True): "which it lets in now",
    (False, True): "which it kept out before",
    (True, False): "which it keeps out now",
    (False, False): "which it let in before",
}


def instruction_row(row: ChangedInstruction) -> Row:
    """An instruction that brings more or less than before."""
    place = f"{quoted(row.instruction.file.rpartition('/')[2])}:{row.instruction.line}  "
    what = f", {format_size(row.before)} before"
    return Row(row.bytes, place, line(row.instruction.text), what, keep_start=True)


def _class_row(row: tuple[Class, Sum]) -> Row:
    class_, found = row
    return Row(found.bytes, "", "", f"{counted(found.files)} {_CLASSES[class_]}")


def _list(title: str, rows: Iterator[Row] | Sequence[Row], terminal: Terminal) -> str:
    rows = list(rows)
    if not rows:
        return ""
    room = None if terminal.width is None else terminal.width - _LEFT
    lines = [terminal.styled(title, bold=True)]
    lines += [f"  {signed(row.bytes):>{_SIGNED_CELLS}} {row.fitted(room)}" for row in rows]
    return "\n".join(lines) + "\n"


def render(diffs: Sequence[Diff]) -> str:
    """One JSON document; that of several contexts is a list of such documents."""
    found = [whole(diff) for diff in diffs]
    if len(found) == 1:
        return document.dumps(found[0], indent=2) + "\n"
    broken = any(diff["status"] != Status.OK.value for diff in found)
    value = {
        **_VERSION,
        "status": (Status.CRITICAL if broken else Status.OK).value,
        "complete": all(diff["complete"] for diff in found),
        "diffs": found,
    }
    return document.dumps(value, indent=2) + "\n"


_VERSION = {"schema_version": document.SCHEMA_VERSION, "ctxguard": __version__}


def whole(diff: Diff) -> dict[str, Any]:
    """One comparison; used by other documents too."""
    found = diff.comparison
    limit = None if diff.growth is None else diff.growth.limit
    status = Status.OK if limit is None else limit.status
    return {
        **_VERSION,
        **document.named_path("name", diff.name),
        "status": status.value,
        "complete": found.base.complete and found.head.complete,
        "base": _side(diff.base_name, found.base),
        "head": _side(diff.head_name, found.head),
        "growth": {
            "bytes": found.bytes,
            "files": found.head.size.files - found.base.size.files,
            "limit": None if limit is None else document.limit(limit),
        },
        "changes": {change.value: _sum(each) for change, each in found.changes},
        "classes": {class_.value: _sum(each) for class_, each in found.classes},
        "lfs_pointers": _sum(found.pointers),
        "rules": [{**_cause(cause), **_sum(each)} for cause, each in found.causes],
        "instructions": [
            {
                "instruction": document.instruction(row.instruction),
                "before": row.before,
                "after": row.after,
                "bytes": row.bytes,
            }
            for row in found.instructions
        ],
        "paths": [_path(row) for row in (*found.grown.rows, *found.shrunk.rows)],
        "files": [_file(file) for file in found.files],
    }


def _side(name: str, measurement: Measurement) -> dict[str, Any]:
    return {
        **document.named_path("name", name),
        "context": document.context(measurement.context),
        "complete": measurement.complete,
        "size": document.size(measurement.size),
        "transfer": document.transfer(measurement),
        "problems": [document.problem(problem) for problem in measurement.problems],
    }


def _sum(found: Sum) -> dict[str, int]:
    return {"bytes": found.bytes, "files": found.files}


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "rule": document.rule_line(cause.rule.file, cause.rule.line, cause.rule.text),
        "of": "head" if cause.of_head else "base",
        "effect": "lets-in" if cause.lets_in else "keeps-out",
    }


def _path(row: ChangedPath) -> dict[str, Any]:
    return {
        **document.named_path("path", row.path),
        "kind": "directory" if row.folder else "file",
        "bytes": row.bytes,
        Change.ENTERED.value: row.entered,
        Change.LEFT.value: row.left,
        "changed": row.changed,
    }


def _file(file: ChangedFile) -> dict[str, Any]:
    return {
        **document.named_path("path", file.path),
        "change": file.change.value,
        "before": file.before,
        "after": file.after,
        "bytes": file.bytes,
        "class": file.class_.value,
        "cause": None if file.cause is None else _cause(file.cause),
        "brought_by": [document.instruction(each) for each in file.brought_by],
    }
