"""The packages that a project asks for, for a person and as JSON (`schema/deps.schema.json`)."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.dependencies import Dependencies, Dependency, Evidence, Place, Verdict, VerdictBytes
from ctxguard.deps.checks import is_missing_in_production, pairs, undeclared
from ctxguard.finding import Finding
from ctxguard.render import document
from ctxguard.render.amounts import counted
from ctxguard.render.escape import at_start, line, quoted
from ctxguard.render.look import COLORS, Terminal
from ctxguard.render.packages import as_json, words
from ctxguard.render.table import Row, cells
from ctxguard.report import Limit, Status
from ctxguard.sizes import format_size
from ctxguard.version import __version__

_ORDER = tuple(reversed(Verdict))
_TITLES = {
    Verdict.UNUSED: "Unused: they can go",
    Verdict.DEVELOPMENT: "For development alone",
    Verdict.NEEDS_VERIFICATION: "Needs verification",
    Verdict.USED: "Used",
}
_COLORS = {
    Verdict.UNUSED: "red",
    Verdict.DEVELOPMENT: "yellow",
    Verdict.NEEDS_VERIFICATION: "cyan",
    Verdict.USED: "green",
}
_MOST_USED = 20
_MOST_LISTED = 10
"""Of what is told at the end; the JSON has all."""
_MOST_NAMED = 3
_WIDEST_NAME = 34
_LEAST_ROOM = 40
"""Cells for what speaks for a verdict; with less it gets a line of its own."""
_INDENT = " " * 4


@dataclass(frozen=True, slots=True)
class Assessed:
    """A project whose packages were looked at."""

    project: str
    """Its folder, absolute."""
    named: str
    """The same as commands have to name it; "" for the current folder."""
    files: tuple[str, ...]
    """What declares packages."""
    found: Dependencies
    findings: tuple[Finding, ...]
    limit: Limit | None = None
    """On the bytes of all packages, if there is one and they were weighed."""
    unweighed: tuple[str, ...] = ()
    """Packages of an unknown size, which keep the limit from being held."""

    @property
    def status(self) -> Status:
        """What the limit says; fine without one."""
        if self.limit is not None and self.limit.headroom < 0:
            return Status.CRITICAL
        return Status.INCOMPLETE if self.unweighed else Status.OK


def text(found: Assessed, terminal: Terminal, *, whole: bool = False) -> str:
    """What all packages come to, then each verdict with its packages.

    Args:
        whole: all that speaks for a verdict, and all packages that are used.
    """
    return _Page(found, terminal, whole).text()


@dataclass(frozen=True, slots=True)
class _Page:
    of: Assessed
    terminal: Terminal
    whole: bool

    def text(self) -> str:
        parts = [self._headline()]
        if not self.terminal.brief:
            parts += [self._table(verdict) for verdict in _ORDER]
            parts += [self._missing(), self._pairs(), self._undeclared(), self._problems()]
            parts.append(self._next_step())
        return "\n".join(part for part in parts if part)

    @property
    def _weighed(self) -> bool:
        return self.of.found.measured is not None

    def _headline(self) -> str:
        found = self.of.found
        number = counted(sum(each.packages for each in found.sums), "package")
        size = "" if found.bytes is None else f", {format_size(found.bytes)} with what they need"
        what = self.terminal.styled(number + size, bold=True)
        lines = [f"Dependencies of {quoted(self.of.project)}: {what}", *self._verdict()]
        by_verdict = {each.verdict: each for each in found.sums}
        lines += [_sum(by_verdict[verdict], weighed=self._weighed) for verdict in _ORDER]
        if found.measured is not None:
            lines.append(f"  sizes are those in {line(found.measured)}")
        return _joined(lines)

    def _verdict(self) -> Iterator[str]:
        told = verdict_text(self.of)
        if told is not None:
            status = self.of.status
            bold = status is Status.CRITICAL or None
            yield self.terminal.styled(told, fg=COLORS[status.value], bold=bold)

    def _heading(self, title: str, **style: object) -> str:
        return self.terminal.styled(title, bold=True, **style)

    def _table(self, verdict: Verdict) -> str:
        rows = [row for row in self.of.found.rows if row.verdict is verdict]
        if not rows:
            return ""
        few = verdict is Verdict.USED and not self.whole
        shown = rows[:_MOST_USED] if few else rows
        lines = [self._heading(_TITLES[verdict], fg=_COLORS[verdict])]
        lines += [f"  {'own':>9} {'frees':>9}"] if self._weighed else []
        width = min(_WIDEST_NAME, max(cells(_name(row)) for row in shown))
        lines += [each for row in shown for each in self._row(row, width)]
        if len(rows) > len(shown):
            lines.append(f"  and {len(rows) - len(shown):,} more; -v shows all")
        return _joined(lines)

    def _row(self, row: Dependency, width: int) -> Iterator[str]:
        """A line, or two where there is little room; a question follows in full."""
        sizes = f"{_size(row.bytes):>9} {_size(row.exclusive_bytes):>9} " if self._weighed else ""
        name = _name(row)
        start = f"  {sizes}{name}{' ' * (width - cells(name))}  "
        first, *others = row.evidence or (None,)
        what = _evidence(first, row)
        room = self.terminal.width
        if room is not None and room - cells(start) < min(cells(what), _LEAST_ROOM):
            yield start.rstrip()
            start = _INDENT
        yield self._fitted(start, what)
        if self.whole:
            more = [*(_evidence(other, row) for other in others), *_declared(row)]
            yield from (self._fitted(" " * cells(start), each) for each in more)
        if row.question is not None:
            yield from self._wrapped(row.question)

    def _fitted(self, start: str, what: str) -> str:
        return Row(0, start, what, "", keep_start=True).fitted(self.terminal.width).rstrip()

    def _wrapped(self, question: str) -> Iterator[str]:
        """Nothing of it is cut."""
        room = self.terminal.width
        if room is None:
            yield _INDENT + at_start(question)
            return
        width = max(room - len(_INDENT), _LEAST_ROOM)
        yield from (_INDENT + at_start(each) for each in textwrap.wrap(line(question), width))

    def _list(self, title: str, lines: Sequence[str], **style: object) -> str:
        if not lines:
            return ""
        shown = list(lines) if self.whole else list(lines[:_MOST_LISTED])
        if len(lines) > len(shown):
            shown.append(f"  and {len(lines) - len(shown):,} more; -v shows all")
        return _joined([self._heading(title, **style), *shown])

    def _missing(self) -> str:
        rows = [row for row in self.of.found.rows if is_missing_in_production(row)]
        lines = [self._fitted(f"  {_name(row)}  ", _evidence(row.evidence[0], row)) for row in rows]
        return self._list("Used, and declared for development alone", lines, fg="red")

    def _pairs(self) -> str:
        lines = [
            f"  {quoted(one.name)} and {quoted(other.name)}  {_pair(one, other)}"
            for one, other in pairs(self.of.found)
        ]
        return self._list("They do the same job", lines)

    def _undeclared(self) -> str:
        lines = []
        for module, places in undeclared(self.of.found).items():
            more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
            lines.append(f"  {quoted(module)}  {_shown(places[0].place)}{more}")
        return self._list("Imported, and declared nowhere", lines)

    def _problems(self) -> str:
        return self._list("Problems", [f"  {at_start(each)}" for each in self.of.found.problems])

    def _next_step(self) -> str:
        if not any(_can_leave(row) for row in self.of.found.rows):
            return ""
        named = f" {shlex.quote(self.of.named)}" if self.of.named else ""
        command = line(f"ctxguard deps split{named}")
        return f"`{command}` shows requirements for production alone\n"


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{each}\n" for each in lines)


def verdict_text(of: Assessed) -> str | None:
    """What the limit comes to, in a line; None without one."""
    if of.limit is None:
        return None
    most = f"limit of {format_size(of.limit.limit)} for all packages"
    if of.status is Status.CRITICAL:
        return f"CRITICAL: over the {most}, by {format_size(-of.limit.headroom)}"
    left = f"{format_size(of.limit.headroom)} left to the {most}"
    if of.status is Status.OK:
        return f"OK: within budget, {left}"
    return f"INCOMPLETE: {unweighed_text(of.unweighed)}; without them {left}"


def unweighed_text(names: Sequence[str]) -> str:
    """How many packages have no known size, and some of them."""
    some = ", ".join(map(quoted, names[:_MOST_NAMED]))
    more = ", ..." if len(names) > _MOST_NAMED else ""
    of = "has no known size" if len(names) == 1 else "have no known size"
    return f"{counted(len(names), 'package')} {of} ({some}{more})"


def _sum(found: VerdictBytes, *, weighed: bool) -> str:
    size = f"  {format_size(found.bytes):>9}" if weighed else ""
    unknown = f"  {found.unknown:,} of unknown size" if weighed and found.unknown else ""
    return f"  {words(found.verdict):<18}{found.packages:>6,}{size}{unknown}"


def _name(row: Dependency) -> str:
    return quoted(f"{row.name} {row.version}" if row.version else row.name)


def _size(size: int | None) -> str:
    return "?" if size is None else format_size(size)


def _evidence(each: Evidence | None, row: Dependency) -> str:
    """Where and what; what has no place of its own stands behind that of the declaration."""
    place = row.declared[0] if row.declared else None
    if each is None:
        return "" if place is None else _shown(place)
    place = each.place or place
    start = "" if place is None else f"{_shown(place)}  "
    return f"{start}{line(each.message)}"


def _declared(row: Dependency) -> Iterator[str]:
    """Where it is asked for, and what else could do its job."""
    places = ", ".join(map(_shown, row.declared))
    yield f"declared in {places}"
    if row.redundant_with:
        yield f"does the same job as {', '.join(map(quoted, row.redundant_with))}"


def _shown(place: Place) -> str:
    return f"{quoted(place.file)}:{place.line}"


def _pair(one: Dependency, other: Dependency) -> str:
    if one.verdict is other.verdict:
        return f"both {words(one.verdict)}"
    return f"{words(one.verdict)}, and {words(other.verdict)}"


def _can_leave(row: Dependency) -> bool:
    """Whether there is anything to be left out of what is installed for production."""
    return row.for_production and row.verdict is not Verdict.USED


def render(of: Assessed) -> str:
    """One JSON document."""
    packages = as_json(of.found)
    rows = packages.pop("rows")
    problems = packages.pop("problems")
    value = {
        "schema_version": document.SCHEMA_VERSION,
        "ctxguard": __version__,
        **document.named_path("project", of.project),
        **document.named_paths("files", of.files),
        "dependencies": rows,
        **packages,
        "findings": list(map(document.finding, of.findings)),
        "problems": problems,
    }
    return document.dumps(value, indent=2) + "\n"
