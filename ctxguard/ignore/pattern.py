"""One ignore rule as a pathspec pattern.

Importing this module registers the class with pathspec as `"dockerignore"`.

Source of the meaning: moby/patternmatcher 5a6d842, `New`, `Pattern.compile`, `Pattern.match`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from pathspec import RegexPattern
from pathspec.pattern import Pattern
from pathspec.util import register_pattern

from ctxguard.errors import PatternError
from ctxguard.ignore import gopath, regexp
from ctxguard.ignore.automaton import Automaton
from ctxguard.ignore.charset import ANY, BadRegexpError
from ctxguard.ignore.program import ANYTHING, Folders, Program, literal_items, to_python
from ctxguard.ignore.reader import IgnoreRule, read_rule


class Kind(Enum):
    """How Docker compares a pattern with a path (`matchType`)."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    REGEXP = "regexp"


_SYNTAX_ERROR = "syntax error in pattern"
_LONE_BANG = 'illegal exclusion pattern: "!"'


class DockerIgnorePattern(RegexPattern):
    """A line of an ignore file, with Docker's documented meaning: the path or any parent matches.

    `include` is True for a plain rule (the path is kept out), False for an exception, None for a
    comment or a blank line. Use it with `PathSpec(…, backend="simple")`: the other backends do not
    know `match_file` and may be slow or wrong.

    Args:
        pattern: a line of the file, or a rule that was read from it.

    Raises:
        PatternError: Docker refuses the pattern before it looks at any path. A pattern that it
            refuses only when it gets to evaluate it is `broken`, and raises in `match_file`.
    """

    __slots__ = ("_machine", "_program", "_regex", "broken", "kind", "rule", "text")

    def __init__(self, pattern: str | bytes | IgnoreRule) -> None:
        if isinstance(pattern, bytes):
            pattern = pattern.decode("utf-8", "surrogateescape")
        rule = read_rule(pattern) if isinstance(pattern, str) else pattern
        # The base class would compile a regular expression for each rule, which few ever need.
        Pattern.__init__(self, None if rule is None else not rule.negated)
        self.pattern = pattern.raw if isinstance(pattern, IgnoreRule) else pattern
        self.rule = rule
        self.kind = Kind.EXACT
        self.text = ""
        self._program: Program | None = None
        self.broken: PatternError | None = None
        self._machine: Automaton | None = None
        self._regex: re.Pattern[str] | None = None
        if rule is not None:
            self._compile(rule)

    def _compile(self, rule: IgnoreRule) -> None:
        if rule.negated and not rule.pattern:
            raise _refused(rule, _LONE_BANG)
        try:
            gopath.match(rule.pattern, ".")
        except gopath.BadPatternError as error:
            raise _refused(rule, str(error)) from error
        self.kind, self.text = translate(rule.pattern)
        if self.kind is not Kind.REGEXP:
            return
        try:
            self._program = regexp.parse(self.text)
        except BadRegexpError as error:
            self.broken = _refused(rule, _SYNTAX_ERROR)
            self.broken.__cause__ = error

    @property
    def program(self) -> Program:
        """What the path itself has to match; of no use if the pattern is broken."""
        if self._program is None:
            self._program = _program(self.kind, self.text)
        return self._program

    @property
    def regex(self) -> re.Pattern[str] | None:  # type: ignore[override]  # compiled when asked for
        """The documented meaning as a regular expression; None for a broken pattern.

        It is exact but may backtrack without end; `match_file` does not use it.
        """
        if self._regex is None and self.include is not None and self.broken is None:
            self._regex = re.compile(_documented(self.program))
        return self._regex

    @classmethod
    def pattern_to_regex(cls, pattern: Any) -> tuple[str | None, bool | None]:  # type: ignore[override]
        """The regular expression of a line and whether it keeps paths out (see `regex`)."""
        made = cls(pattern)
        if made.broken is not None:
            raise made.broken
        return (None if made.include is None else _documented(made.program)), made.include

    def match_file(self, file: str) -> Any:
        """True if the path or one of its parents matches, else None.

        Raises:
            PatternError: the pattern is one that Docker cannot compile.
        """
        if self.broken is not None:
            raise self.broken
        if self.include is None:
            return None
        return self._matches_here_or_above(file) or None

    def matches(self, path: str) -> bool:
        """Whether the path itself matches; its parents do not count (`Pattern.match`)."""
        if self.broken is not None:
            raise self.broken
        if self.kind is Kind.EXACT:
            return path == self.text
        return bool(self._start().after(path).hits)

    def _matches_here_or_above(self, path: str) -> bool:
        if self.kind is Kind.EXACT:
            return path == self.text or path.startswith(f"{self.text}/")
        state = self._start()
        for char in path:
            if char == "/" and state.hits:
                return True
            state = state[char]
        return bool(state.hits)

    def _start(self) -> Any:
        if self._machine is None:
            self._machine = Automaton([(0, self.program)])
        return self._machine.start

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DockerIgnorePattern):
            return NotImplemented
        return (self.include, self.kind, self.text) == (other.include, other.kind, other.text)

    __hash__ = None  # type: ignore[assignment]  # as its base class

    def __copy__(self) -> DockerIgnorePattern:
        return type(self)(self.rule or "")


def _refused(rule: IgnoreRule, reason: str) -> PatternError:
    shown = f"!{rule.pattern}" if rule.negated else rule.pattern
    return PatternError(shown, reason, path=rule.source or None, line=rule.line)


def translate(pattern: str) -> tuple[Kind, str]:
    """How Docker compares the pattern, and with what.

    Returns:
        The kind, and the path, the prefix, the suffix, or the text of Go's regular expression.
    """
    if not any(special in pattern for special in "*?[]\\"):
        return Kind.EXACT, pattern
    translation = _Translation(pattern)
    if translation.kind is Kind.EXACT:
        return Kind.EXACT, pattern
    if translation.kind is Kind.PREFIX:
        return Kind.PREFIX, pattern[:-2]
    if translation.kind is Kind.SUFFIX:
        return Kind.SUFFIX, pattern[2:]
    return Kind.REGEXP, f"^{''.join(translation.parts)}$"


class _Translation:
    """`Pattern.compile`, token by token; it knows nothing of classes, and that shows."""

    def __init__(self, pattern: str) -> None:
        # EDGE CASE: Go's text/scanner drops a BOM at the start.
        self.rest = pattern.removeprefix("\ufeff")
        self.at = 0
        self.parts: list[str] = []
        self.kind = Kind.EXACT
        first = True
        while self.at < len(self.rest):
            self._token(first)
            first = False

    def _token(self, first: bool) -> None:
        char = self._take()
        if char == "*" and self._peek() == "*":
            self._double_star(first)
        elif char == "*":
            self._wildcard("[^/]*")
        elif char == "?":
            self._wildcard("[^/]")
        elif char in ".+()$":
            self.parts.append(f"\\{char}")
        elif char == "\\" and self._peek():
            self._wildcard(char + self._take())
        elif char in "[]":
            self._wildcard(char)
        else:
            self.parts.append(char)

    def _double_star(self, first: bool) -> None:
        self._take()
        if self._peek() == "/":
            self._take()
        if self._peek():
            self._wildcard("(.*/)?")
        elif self.kind is Kind.EXACT:
            self.kind = Kind.PREFIX
        else:
            self._wildcard(".*")
        if first:
            self.kind = Kind.SUFFIX

    def _wildcard(self, part: str) -> None:
        self.parts.append(part)
        self.kind = Kind.REGEXP

    def _peek(self) -> str:
        return self.rest[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self.rest[self.at - 1]


def _program(kind: Kind, text: str) -> Program:
    if kind is Kind.PREFIX:
        return ((*literal_items(text), ANYTHING),)
    if kind is Kind.EXACT:
        return (literal_items(text),)
    if text.startswith("/"):
        return ((Folders(ANY), *literal_items(text[1:])),)
    return ((ANYTHING, *literal_items(text)),)


def _documented(program: Program) -> str:
    return rf"\A(?:{to_python(program)})(?:/|\Z)"


register_pattern("dockerignore", DockerIgnorePattern, override=True)
