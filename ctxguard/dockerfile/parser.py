"""The text of a Dockerfile, read into instructions.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/parser`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ctxguard.dockerfile.words import (
    BLANK,
    SPACE,
    WordError,
    quoted_words,
    read_unset,
    shortened,
)
from ctxguard.errors import DockerfileError

_BOM = b"\xef\xbb\xbf"
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_LONGEST_LINE = 65_535
_DIRECTIVE = re.compile(r"#[\t\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\f\r ]*=[\t\f\r ]*(.+)")
_FLAG_BLANKS = re.compile(f"[{BLANK}\x85\xa0]*")
_FLAG_PLAIN = re.compile(f"[^{BLANK}\x85\xa0\\\\'\"]+")
_DIRECTIVES = ("escape", "syntax", "check")
_HEREDOC = re.compile(r"\d*<<(-?)([^<]*)")
_TAKE_HEREDOCS = ("ADD", "COPY", "RUN")
KNOWN = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    )
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its continued lines joined."""

    line: int
    """Where it begins, from 1."""
    keyword: str
    """In capitals."""
    flags: tuple[str, ...]
    """`--name=value`, quotes and escapes taken off."""
    rest: str
    """What follows the flags, as written."""
    end: int = field(default=0, compare=False)
    """Its last line, that of its last here-document included; 0 if it was not read from a file."""
    documents: tuple[str, ...] = field(default=(), compare=False)
    """What its here-documents hold."""

    @property
    def text(self) -> str:
        """All of it on one line."""
        return " ".join((self.keyword, *self.flags, self.rest)).rstrip()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole Dockerfile."""

    instructions: tuple[Instruction, ...]
    escape: str
    """`\\` or a backquote."""
    syntax: str | None
    """The image named by a `# syntax=` line, whose own reading counts then."""


def parse(data: bytes, source: str) -> Script:
    """Read a Dockerfile.

    Args:
        source: name to show in errors.

    Raises:
        DockerfileError: BuildKit could not read it either.
    """
    return _Reader(data, source).script()


def frontend(data: bytes) -> str | None:
    """The image named by a `# syntax=` line, whatever else the file holds."""
    reader = _Reader(data, "")
    with contextlib.suppress(DockerfileError):
        reader.read_directives()
    return reader.directives.get("syntax")


class _Reader:
    def __init__(self, data: bytes, source: str) -> None:
        text = data.removeprefix(_BOM).decode("utf-8", "surrogateescape")
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.source = source
        self.at = 0
        self.directives: dict[str, str] = {}

    def script(self) -> Script:
        self.read_directives()
        escape = self.directives.get("escape", "\\")
        continued = re.compile(rf"(?:(?<=[^{re.escape(escape)}])|^){re.escape(escape)}[ \t]*$")
        instructions = tuple(self._instructions(continued))
        if not instructions:
            raise self._error("file with no instructions", max(1, len(self.lines)))
        return Script(instructions, escape, self.directives.get("syntax"))

    def _error(self, message: str, line: int) -> DockerfileError:
        return DockerfileError(shortened(message), path=self.source, line=line)

    def read_directives(self) -> None:
        """The parser directives at the top; the first line that is none ends them."""
        for number, line in enumerate(self.lines, start=1):
            found = _DIRECTIVE.fullmatch(line.lstrip(SPACE).rstrip("\t\f\r "))
            name = found[1].lower() if found else ""
            if found is None or name not in _DIRECTIVES:
                return
            if name in self.directives:
                raise self._error(f"only one {name} parser directive can be used", number)
            if name == "escape" and found[2] not in ("\\", "`"):
                raise self._error(f"invalid ESCAPE '{found[2]}'. Must be ` or \\", number)
            self.directives[name] = found[2]

    def _instructions(self, continued: re.Pattern[str]) -> Iterator[Instruction]:
        while self.at < len(self.lines):
            start = self.at + 1
            text = self._logical_line(continued)
            if text:
                yield self._instruction(text, start)

    def _next_line(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        if len(line.encode("utf-8", "surrogateescape")) > _LONGEST_LINE:
            raise self._error(
                f"dockerfile line greater than maximum allowed size of {_LONGEST_LINE}", self.at
            )
        return line.rstrip("\r")

    def _logical_line(self, continued: re.Pattern[str]) -> str:
        """The next instruction with the lines that continue it; "" for a comment or blank line."""
        line = self._next_line().lstrip(SPACE)
        if line.startswith("#"):
            return ""
        parts: list[str] = []
        while True:
            found = continued.search(line)
            parts.append(line[: found.start()] if found else line)
            if not found:
                break
            following = self._following()
            if following is None:
                break
            line = following
        return "".join(parts).strip(SPACE)

    def _following(self) -> str | None:
        """The next line of a continued instruction: comments and blank lines do not count."""
        while self.at < len(self.lines):
            line = self._next_line()
            bare = line.lstrip(SPACE)
            if bare and not bare.startswith("#"):
                return line
        return None

    def _instruction(self, text: str, line: int) -> Instruction:
        found = instruction_of(text, line)
        try:
            documents = tuple(self._heredocs(found, text))
        except ValueError as error:
            raise self._error(str(error), line) from None
        return replace(found, end=self.at, documents=documents)

    def _heredocs(self, instruction: Instruction, text: str) -> Iterator[str]:
        line = instruction.line
        if instruction.keyword == "ONBUILD":
            instruction = instruction_of(instruction.rest, line)
        if instruction.keyword not in _TAKE_HEREDOCS or "<<" not in text:
            return
        if json_words(instruction.rest) is not None or not _is_whole(text):
            return
        # EDGE CASE: blanks may stand before the name, as in `cat << EOF`.
        for word in quoted_words(re.sub("<<[ \t]+", "<<", text), "\\"):
            found = heredoc_name(word)
            if found is not None:
                name, tabs_off = found
                yield self._heredoc(name, line, tabs_off=tabs_off)

    def _heredoc(self, name: str, line: int, *, tabs_off: bool) -> str:
        lines: list[str] = []
        while self.at < len(self.lines):
            text = self._next_line()
            text = text.lstrip("\t") if tabs_off else text
            if text == name:
                return "\n".join(lines)
            lines.append(text)
        raise self._error(f"unterminated heredoc {name}", line)


def instruction_of(text: str, line: int) -> Instruction:
    """Take a logical line apart."""
    keyword, _, rest = _split_first(text)
    flags, rest = _flags(rest)
    return Instruction(line, keyword.upper(), flags, rest.strip(SPACE))


def _is_whole(text: str) -> bool:
    """EDGE CASE: a quote left open anywhere, as in `echo it's <<N`, and no word opens one."""
    try:
        read_unset(text, "\\")
    except WordError:
        return False
    return True


def heredoc_name(word: str) -> tuple[str, bool] | None:
    """Name of the here-document that the word opens, and whether its lines lose their tabs."""
    found = _HEREDOC.fullmatch(word)
    if found is None:
        return None
    if len(quoted_words(found[2], "\\")) != 1:
        return None
    try:
        name = read_unset(found[2], "\\")
    except WordError:
        return None
    return (name, found[1] == "-") if name else None


def split_words(text: str) -> list[str]:
    """Split at blanks; quotes do not join."""
    return [word for word in _BLANKS.split(text) if word]


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def json_words(text: str) -> list[str] | None:
    """The items of the JSON form; None if this is none.

    Raises:
        ValueError: a JSON array of something else than strings.
    """
    if not text.startswith("["):
        return None
    import json

    try:
        # As strict as Go; numbers may have any length, for what they are does not matter.
        items = json.loads(text, parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(item, str) for item in items):
        raise ValueError("only string type is allowed in JSON format arrays")
    return [re.sub("[\ud800-\udfff]", "\ufffd", item) for item in items]


def _split_first(text: str) -> tuple[str, str, str]:
    found = _BLANKS.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _flags(text: str) -> tuple[tuple[str, ...], str]:
    """The words at the front that begin with `--`, and the rest (`extractBuilderFlags`).

    EDGE CASE: the flags, and only they, are read byte by byte as Latin-1.
    """
    data = text.encode("utf-8", "surrogateescape").decode("latin-1")
    flags = []
    at = 0
    while True:
        at = _end_of(_FLAG_BLANKS, data, at)
        if not data.startswith("--", at):
            break
        word, at = _flag_word(data, at)
        if word == "--":
            break
        flags.append(word)
    return tuple(flags), data[at:].encode("latin-1").decode("utf-8", "surrogateescape")


def _end_of(pattern: re.Pattern[str], data: str, at: int) -> int:
    found = pattern.match(data, at)
    return at if found is None else found.end()


def _flag_word(data: str, at: int) -> tuple[str, int]:
    chars = []
    quote = ""
    while at < len(data) and (quote or _end_of(_FLAG_BLANKS, data, at) == at):
        plain = _end_of(_FLAG_PLAIN, data, at)
        if plain > at:
            chars.append(data[at:plain])
            at = plain
            continue
        char = data[at]
        at += 1
        if char == "\\" and at < len(data):
            chars.append(data[at])
            at += 1
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char != "\\":
            chars.append(char)
    return "".join(chars), at
