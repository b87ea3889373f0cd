"""The bytes of an ignore file, read into rules.

Source of the meaning: moby/patternmatcher 5a6d842, `ignorefile.ReadAll`, and the first half of
`patternmatcher.New`, which trims and cleans each pattern once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctxguard.errors import MeasureError
from ctxguard.ignore.gopath import clean

_BOM = b"\xef\xbb\xbf"
_LONGEST_LINE = 65_535
"""`bufio.MaxScanTokenSize` less the line end: a longer line fails the whole file."""

_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Go's `unicode.IsSpace`."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One pattern line of an ignore file."""

    line: int
    """Line in the file, from 1."""
    raw: str
    """The line as it stands, without its line end; bytes that are no UTF-8 as lone surrogates."""
    text: str
    """What Docker's reader hands on and BuildKit sends to the client: trimmed and cleaned."""
    negated: bool
    """An exception, a `!` rule."""
    pattern: str
    """What is matched, without the `!`; empty only for a lone `!`, which Docker refuses."""
    source: str = ""
    """The ignore file, as the user would name it."""


def read_rules(data: bytes, source: str = "") -> tuple[IgnoreRule, ...]:
    """Read an ignore file into rules, in file order.

    Comments and blank lines make no rule, yet line numbers stay the file's own.

    Args:
        data: the whole file; a leading BOM is dropped.
        source: name to show in errors.

    Raises:
        MeasureError: a line of 65,536 bytes or more, for which Docker refuses the file.
    """
    rules = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if len(line) > _LONGEST_LINE:
            raise MeasureError(
                "the line is longer than 65,535 bytes and Docker refuses the file: "
                "bufio.Scanner: token too long",
                path=source,
                line=number,
            )
        text = line.removeprefix(_BOM) if number == 1 else line
        raw = text.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        rule = read_rule(raw, number, source)
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def read_rule(raw: str, line: int = 1, source: str = "") -> IgnoreRule | None:
    """Read one line; None if it holds no rule."""
    text = "" if raw.startswith("#") else _clean_line(raw.strip(_SPACE))
    return pattern_rule(text, raw, line, source)


def pattern_rule(text: str, raw: str = "", line: int = 1, source: str = "") -> IgnoreRule | None:
    """The rule of a pattern that comes from elsewhere than a file, in which `#` means nothing."""
    # `New` trims and cleans again, which matters for `x /`, `!/` and the like.
    again = text.strip(_SPACE)
    if not again:
        return None
    pattern = clean(again)
    negated = pattern.startswith("!")
    return IgnoreRule(line, raw, text, negated, pattern[1:] if negated else pattern, source)


def _clean_line(text: str) -> str:
    bang = "!" if text.startswith("!") else ""
    rest = text[len(bang) :].strip(_SPACE)
    if rest:
        rest = clean(rest)
        if len(rest) > 1:
            rest = rest.removeprefix("/")
    return bang + rest
