"""Docker's rules spelled out slowly and literally, to compare the fast reading with.

Nothing here is shared with ctxguard's own compiler: the translation goes from the text of the
pattern to a Python regular expression, which may backtrack as long as it likes.

Source of the meaning: moby/patternmatcher 5a6d842, `Pattern.compile`, `Pattern.match`,
`MatchesUsingParentResults`, `MatchesOrParentMatches`; Go 1.24, `regexp/syntax`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ctxguard.ignore import IgnoreRule

Vector = Sequence[bool]

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": r"\t-\r ",
    "punct": r"!-/:-@\[-`{-~",
    "^alpha": r"\x00-@\[-`{-\U0010ffff",
}
_PERL = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": r"\t\n\f\r ",
    "D": r"\x00-/:-\U0010ffff",
    "W": r"\x00-/:-@\[-^`{-\U0010ffff",
    "S": r"\x00-\x08\x0b\x0e-\x1f!-\U0010ffff",
}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PLACES = {"A": r"\A", "z": r"\Z", "b": r"\b", "B": r"\B"}


class BrokenError(Exception):
    """Docker evaluates a rule that it cannot compile."""

    def __init__(self, rule: int | None = None) -> None:
        super().__init__(rule)
        self.rule = rule


def matcher(rule: IgnoreRule) -> Callable[[str], bool] | None:
    """Whether a path itself matches the rule; None if Docker cannot compile the rule."""
    pattern = rule.pattern
    kind, text = _compile(pattern)
    if kind == "exact":
        return lambda path: path == pattern
    if kind == "prefix":
        return lambda path: path.startswith(pattern[:-2])
    if kind == "suffix":
        end = pattern[2:]
        return lambda path: path.endswith(end) or (end[:1] == "/" and path == end[1:])
    try:
        expression = re.compile(_to_python(_read_by_go(text)), re.ASCII)
    except (BrokenError, re.error):
        return None
    return lambda path: expression.search(_read_by_go(path)) is not None


def _read_by_go(text: str) -> str:
    return re.sub("[\udc80-\udcff]", "\ufffd", text)


def _compile(pattern: str) -> tuple[str, str]:
    kind, text, at, first = "exact", "^", 0, True
    while at < len(pattern):
        rest = pattern[at:]
        if rest.startswith("**"):
            at += 3 if rest.startswith("**/") else 2
            if at < len(pattern):
                text += "(.*/)?"
                kind = "regexp"
            elif kind == "exact":
                kind = "prefix"
            else:
                text += ".*"
                kind = "regexp"
            if first:
                kind = "suffix"
        elif rest[0] in "*?":
            text += "[^/]*" if rest[0] == "*" else "[^/]"
            kind = "regexp"
            at += 1
        elif rest[0] in ".+()$":
            text += "\\" + rest[0]
            at += 1
        elif rest[0] == "\\" and len(rest) > 1:
            text += rest[:2]
            kind = "regexp"
            at += 2
        else:
            text += rest[0]
            kind = "regexp" if rest[0] in "[]" else kind
            at += 1
        first = False
    return kind, text + "$"


def _to_python(text: str) -> str:
    done: list[str] = []
    atoms: list[str] = []
    at = 0
    repeated = False
    while at < len(text):
        repeat = re.compile(r"\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}|\*").match(text, at)
        if repeat:
            counts = [int(digits) for digits in re.findall(r"\d+", repeat[0])]
            if repeated or not atoms or counts != sorted(counts) or max(counts, default=0) > 1000:
                raise BrokenError
            atoms.append(f"(?:{atoms.pop()}){repeat[0]}")
            at = repeat.end()
            repeated = True
            continue
        repeated = False
        if text[at] == "|":
            done += [*atoms, "|"]
            atoms = []
            at += 1
        elif text.startswith("(.*/)?", at):
            atoms.append("(?:.*/)?")
            at += 6
            repeated = True
        else:
            atom, at = _atom(text, at)
            atoms.append(atom)
    return "".join(done + atoms)


def _atom(text: str, at: int) -> tuple[str, int]:
    char = text[at]
    if char == "[":
        return _class(text, at + 1)
    if char == "\\" and text[at + 1] in _PLACES:
        return _PLACES[text[at + 1]], at + 2
    if char == "\\" and text[at + 1] in _PERL:
        return f"[{_PERL[text[at + 1]]}]", at + 2
    if char in "^$.":
        return {"^": r"\A", "$": r"\Z", ".": r"[^\n]"}[char], at + 1
    single, at = _single(text, at)
    return re.escape(single), at


def _class(text: str, at: int) -> tuple[str, int]:
    negated = text.startswith("^", at)
    at += negated
    body = ""
    while True:
        if text[at] == "]" and body:
            return f"[{'^' if negated else ''}{body}]", at + 1
        named = re.compile(r"\[:(.*?):\]", re.DOTALL).match(text, at)
        if named:
            if named[1] not in _POSIX:
                raise BrokenError
            body += _POSIX[named[1]]
            at = named.end()
        elif text[at] == "\\" and text[at + 1] in _PERL:
            body += _PERL[text[at + 1]]
            at += 2
        else:
            part, at = _class_range(text, at)
            body += part
        if at >= len(text):
            raise BrokenError


def _class_range(text: str, at: int) -> tuple[str, int]:
    low, at = _single(text, at)
    high = low
    if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("", "]"):
        high, at = _single(text, at + 1)
    if high < low:
        raise BrokenError
    return f"\\U{ord(low):08x}-\\U{ord(high):08x}", at


def _single(text: str, at: int) -> tuple[str, int]:
    if text[at] != "\\":
        return text[at], at + 1
    octal = re.compile(r"[1-7][0-7]{1,2}|0[0-7]{0,2}").match(text, at + 1)
    if octal:
        return chr(int(octal[0], 8)), octal.end()
    char = text[at + 1]
    if char in _CONTROL:
        return _CONTROL[char], at + 2
    if char.isascii() and not char.isalnum():
        return char, at + 2
    raise BrokenError


class Rules:
    """The rules of a file, evaluated as Docker's code does it."""

    def __init__(self, rules: Sequence[IgnoreRule]) -> None:
        self.negated = [rule.negated for rule in rules]
        self.matchers = [matcher(rule) for rule in rules]

    def _hit(self, rule: int, *paths: str) -> bool:
        matches = self.matchers[rule]
        if matches is None:
            raise BrokenError(rule)
        return any(map(matches, paths))

    def using_parent_results(self, path: str, parent: Vector) -> tuple[bool, Vector]:
        """`MatchesUsingParentResults`: excluded or not, and what the children get."""
        excluded = False
        vector = [False] * len(self.negated)
        for at, negated in enumerate(self.negated):
            if not parent[at]:
                if negated != excluded:
                    continue
                if not self._hit(at, path):
                    continue
            vector[at] = True
            excluded = not negated
        return excluded, vector

    def or_parent_matches(self, path: str) -> bool:
        """`MatchesOrParentMatches`."""
        parts = path.split("/")
        here_and_above = ["/".join(parts[:size]) for size in range(len(parts), 0, -1)]
        excluded = False
        for at, negated in enumerate(self.negated):
            if negated == excluded and self._hit(at, *here_and_above):
                excluded = not negated
        return excluded
