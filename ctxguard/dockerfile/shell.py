"""The simple commands in the text of a RUN, read without a shell.

Source of the meaning: POSIX.1-2017, Shell Command Language, 2.2, 2.3, 2.7 and 2.10. It is read for
advice and never run: variables and substitutions stay as written, and of conditions and loops the
commands in them are taken as if they ran one after the other.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctxguard.dockerfile.parser import Instruction, heredoc_name, json_words

_PIECE = re.compile(
    r"""
    (?P<blank>[ \t\r]+)
  | (?P<joined>\\\r?\n)
  | (?P<end>\|\||&&|;;|\|&|[;()\n]|&(?!>)|\|)
  | (?P<redirect>&>>?|<<<|<<-?|>>|<>|[<>]&|>\||[<>])
  | '(?P<single>[^']*)(?:'|\Z)
  | "(?P<double>(?:[^"\\]|\\.)*+)(?:"|\\?\Z)
  | (?P<back>`[^`]*(?:`|\Z))
  | (?P<opened>\$\()
  | \\(?P<escaped>.|\Z)
  | (?P<plain>[^\s'"`\\$;&|()<>#]+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBERED = re.compile(r"\d+(?=[<>])")
_COMMENT = re.compile(r"[^\n]*")
_PARENTHESIS = re.compile(r"[()]")
_IN_QUOTES = re.compile(r'\\(["$`\\])|\\\r?\n')
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=(.*)", re.DOTALL)
_RESERVED = frozenset(
    ("!", "{", "}", "if", "then", "else", "elif", "fi", "while", "until", "do", "done")
)
_WRAPPERS = frozenset(("sudo", "env", "exec", "command", "time", "nice", "nohup"))
_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh"))
_DEEPEST = 3
"""So many shells may be started by each other."""


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command."""

    words: tuple[str, ...]
    """Quotes taken off; never empty."""
    variables: tuple[tuple[str, str], ...] = ()
    """What is assigned for it alone, in front of it."""

    @property
    def name(self) -> str:
        """Without its folder."""
        return posixpath.basename(self.words[0])

    @property
    def operands(self) -> tuple[str, ...]:
        """What follows its name and is no option."""
        return tuple(word for word in self.words[1:] if not word.startswith("-"))


def of_run(instruction: Instruction) -> tuple[Command, ...]:
    """The commands of a RUN: in shell form, in JSON form, or in a here-document."""
    words = json_words(instruction.rest)
    if words is not None:
        return tuple(_simple(words, 0))
    document = _script(instruction)
    return commands(instruction.rest if document is None else document)


def commands(text: str) -> tuple[Command, ...]:
    """The simple commands in a script, in order; what cannot be read as one is left out."""
    return tuple(_commands(text, 0))


def _script(instruction: Instruction) -> str | None:
    """The here-document that a RUN consists of, which is a script; None if it is fed to others."""
    words = instruction.rest.split()
    alone = len(words) == 1 and heredoc_name(words[0]) is not None
    fed = len(words) == 2 and words[0] in _SHELLS and heredoc_name(words[1]) is not None
    if not instruction.documents or not (alone or fed):
        return None
    text = instruction.documents[0]
    is_foreign = text.startswith("#!") and not _names_a_shell(text.partition("\n")[0])
    return "" if is_foreign else text


def _names_a_shell(line: str) -> bool:
    return posixpath.basename(line.removeprefix("#!").split(" -")[0].split()[-1:][0]) in _SHELLS


def _commands(text: str, depth: int) -> Iterator[Command]:
    for words in _Lexer(text).lists():
        yield from _simple(words, depth)


def _simple(words: Sequence[str], depth: int) -> Iterator[Command]:
    variables: list[tuple[str, str]] = []
    at = 0
    wrapped = False
    while at < len(words):
        word = words[at]
        assigned = _ASSIGNMENT.fullmatch(word)
        if assigned is not None:
            variables.append((assigned[1], assigned[2]))
        elif word in _WRAPPERS:
            wrapped = True
        elif not (word in _RESERVED or (wrapped and word.startswith("-"))):
            break
        at += 1
    left = words[at:]
    script = _inner(left)
    if script is not None and depth < _DEEPEST:
        yield from _commands(script, depth + 1)
    elif left:
        yield Command(tuple(left), tuple(variables))


def _inner(words: Sequence[str]) -> str | None:
    """The script of `sh -c`."""
    if not words or posixpath.basename(words[0]) not in _SHELLS:
        return None
    for at, word in enumerate(words[1:-1], start=1):
        if not word.startswith("-"):
            return None
        if not word.startswith("--") and word.endswith("c"):
            return words[at + 1]
    return None


class _Lexer:
    """Takes a script apart in one pass; what is left open ends with the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._words: list[str] = []
        self._word: list[str] | None = None
        self._dropping = False
        """The next word says where to redirect."""

    def lists(self) -> Iterator[list[str]]:
        """The words of each simple command."""
        while self._at < len(self._text):
            if self._word is None and self._skip_start_of_word():
                continue
            found = _PIECE.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            if self._take(str(found.lastgroup), found):
                yield from self._ended()
        self._end_word()
        yield from self._ended()

    def _ended(self) -> Iterator[list[str]]:
        self._dropping = False
        if self._words:
            yield self._words
            self._words = []

    def _skip_start_of_word(self) -> bool:
        """A comment, or the number of what is redirected."""
        pattern = _COMMENT if self._text[self._at] == "#" else _NUMBERED
        found = pattern.match(self._text, self._at)
        self._at = self._at if found is None else found.end()
        return found is not None

    def _take(self, kind: str, found: re.Match[str]) -> bool:
        """Whether a command ends here."""
        if kind in ("blank", "end", "redirect"):
            self._end_word()
            self._dropping = self._dropping or kind == "redirect"
        elif kind != "joined":
            self._add(self._piece(kind, found))
        return kind == "end"

    def _piece(self, kind: str, found: re.Match[str]) -> str:
        if kind == "opened":
            return self._substitution()
        if kind == "double":
            return _IN_QUOTES.sub(lambda each: each[1] or "", found["double"])
        return found[kind]

    def _substitution(self) -> str:
        """`$(…)`, as written."""
        start, depth = self._at - 2, 1
        while depth:
            found = _PARENTHESIS.search(self._text, self._at)
            self._at = len(self._text) if found is None else found.end()
            if found is None:
                break
            depth += 1 if found[0] == "(" else -1
        return self._text[start : self._at]

    def _add(self, piece: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(piece)

    def _end_word(self) -> None:
        if self._word is None:
            return
        if not self._dropping:
            self._words.append("".join(self._word))
        self._dropping = False
        self._word = None
