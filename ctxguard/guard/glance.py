"""The findings that a report can tell from its own walk: what would bring the most.

They are those of lint with the same codes, judged by the weight of folders alone. Whatever needs
more (git, contents, ignored folders) is left to lint.
"""

from __future__ import annotations

import codecs
import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Iterator

from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.guard.checks import broken_rules, comments, derived, files, habits
from ctxguard.guard.checks.names import is_usual
from ctxguard.guard.worth import least_worth
from ctxguard.ignore.editing import line_count
from ctxguard.measurement import Measurement, Overview, RuleLine

MOST = 3
_WILDCARD = re.compile(r"[*?\[\\]")
_GIT = ".git"


def glance(
    measurement: Measurement, file: str, silenced: Collection[str] = ()
) -> tuple[Finding, ...]:
    """The findings that would bring the most, at most three, and broken rules.

    Args:
        measurement: with its overview, or only broken rules are found.
        file: what a command in the current folder calls the ignore file; "" if nothing can be
            written there.
        silenced: codes of checks that do not run.
    """
    broken = broken_rules.check(measurement)
    found: list[Finding] = []
    if measurement.overview is not None and measurement.size.bytes:
        looking = _Looking(measurement, measurement.overview, file)
        least = least_worth(measurement.size.bytes)
        found = [each for each in looking.all() if each.bytes >= least]
        found.sort(key=lambda each: (-each.bytes, each.line or 0))
    heavy = [each for each in found if each.code not in silenced][:MOST]
    return (*heavy, *(each for each in broken if each.code not in silenced))


class _Looking:
    def __init__(self, measurement: Measurement, overview: Overview, file: str) -> None:
        self._overview = overview
        self._ignore_file = measurement.context.ignore_file or ".dockerignore"
        self._file = file
        literal = [rule for rule in overview.rules if not _WILDCARD.search(rule.pattern)]
        self._rules = [rule for rule in literal if not rule.negated]
        self._exceptions = [rule for rule in overview.rules if rule.negated]
        names = {rule.pattern for rule in self._rules if "/" not in rule.pattern}
        self._named = derived.named(overview.folders, {*derived.NAMES, *names})

    def all(self) -> Iterator[Finding]:
        yield from self._commented()
        yield from self._unanchored()
        yield from self._derived()

    def _commented(self) -> Iterator[Finding]:
        for rule in self._rules:
            parts = comments.split(rule.raw)
            if parts is None:
                continue
            pattern, comment = parts
            path = posixpath.normpath(pattern).strip("/")
            weight = self._overview.folders.get(path, 0)
            if not weight or self._is_taken_back(rule, [path]):
                continue
            # What the program cuts off must be the comment and nothing else.
            plain = rule.raw.count("#") == 1
            program = f"{rule.line}s/[[:blank:]]*#.*//" if plain else None
            fix = self._mending(rule, (comment, pattern), program)
            message = f"a comment behind {pattern} is part of the pattern"
            yield self._finding(comments.INLINE, message, weight, fix, rule)

    def _unanchored(self) -> Iterator[Finding]:
        for rule in self._rules:
            named = self._named.get(rule.pattern)
            if named is None or not is_usual(rule.pattern):
                continue
            if self._is_taken_back(rule, named.paths):
                continue
            plain = rule.raw.startswith(rule.pattern) and not self._is_marked(rule)
            program = f"{rule.line}s|^|**/|" if plain else None
            fix = self._mending(rule, (f"**/{rule.pattern}",), program)
            message = habits.message(rule.pattern, named.example)
            yield self._finding(habits.UNANCHORED, message, named.bytes, fix, rule)

    def _derived(self) -> Iterator[Finding]:
        mended = {rule.pattern for rule in self._rules}
        for name, named in self._named.items():
            if name in derived.NAMES and name not in mended:
                code = files.GIT if name == _GIT else derived.CODE
                message = f"{named.example} is sent: {derived.NAMES[name]}"
                fix = self._adding(f"**/{name}")
                yield self._finding(code, message, named.bytes, fix)

    def _finding(
        self, code: str, message: str, weight: int, fix: Fix, rule: RuleLine | None = None
    ) -> Finding:
        severity = Severity.ERROR if code == comments.INLINE else Severity.WARNING
        line = None if rule is None else rule.line
        return Finding(
            code, severity, message, file=self._ignore_file, line=line, bytes=weight, fix=fix
        )

    def _adding(self, line: str) -> Fix:
        text = self._overview.text
        # A line without an end would be joined with the new one.
        start = "\\n" if text and not text.endswith(b"\n") else ""
        command = f"printf '{start}%s\\n' '{line}' >> {shlex.quote(self._file)}"
        edit = Edit(self._ignore_file, line_count(text) + 1, 0, (line,))
        return Fix(f"add {line}", command if self._file else None, (edit,))

    def _mending(self, rule: RuleLine, lines: tuple[str, ...], program: str | None) -> Fix:
        """Args: program: of sed, if that can do it."""
        command = None
        if program is not None and self._file:
            command = f"sed -i {shlex.quote(program)} {shlex.quote(self._file)}"
        edit = Edit(self._ignore_file, rule.line, 1, lines)
        return Fix(f"write {lines[-1]}", command, (edit,))

    def _is_marked(self, rule: RuleLine) -> bool:
        """Whether a mark of the byte order stands before it, which has to stay the first."""
        return rule.line == 1 and self._overview.text.startswith(codecs.BOM_UTF8)

    def _is_taken_back(self, rule: RuleLine, paths: Iterable[str]) -> bool:
        """Whether an exception behind a rule may take back something of these folders."""
        later = [each.pattern for each in self._exceptions if each.line > rule.line]
        if any(_WILDCARD.search(pattern) for pattern in later):
            return True
        return any(
            f"{path}/".startswith(f"{pattern}/") or pattern.startswith(f"{path}/")
            for pattern in later
            for path in paths
        )
