"""What a setup.cfg asks for.

Source of the meaning: setuptools, "Configuring setuptools using setup.cfg files", and
`setuptools/config/setupcfg.py` (`_parse_list`, `_parse_requirements_list`).
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator

from ctxguard.deps.declared.collecting import Collecting
from ctxguard.deps.declared.groups import extra_is_development
from ctxguard.sizes import shortened

FILE = "setup.cfg"
_MOST_BYTES = 1 << 20
_BLANKS = re.compile(r"[^\S\n]{200}")
_FILES = re.compile(r"file:\s*(.*)", re.DOTALL)
_SECTION = re.compile(r"\[([^\]]+)\]")


def read_setup_cfg(data: bytes, file: str = FILE) -> Collecting:
    """Read the file.

    Args:
        file: relative to the project.

    Returns:
        What it asks for; a file that is not to be understood is a problem.

    Raises:
        UsageError: `packaging` is not installed.
    """
    found = Collecting(file)
    try:
        text = _text(data)
        parser = _parser(text)
    except (ValueError, configparser.Error) as error:
        found.complain(1, f"this is no valid setup.cfg: {shortened(str(error))}")
        return found
    found.call_itself(parser.get("metadata", "name", fallback=None))
    lines = _Lines(text)
    value = parser.get("options", "install_requires", fallback="")
    _ask(found, lines, "options", value, "", development=False)
    for extra, value in _items(parser, "options.extras_require"):
        development = extra_is_development(extra)
        _ask(found, lines, "options.extras_require", value, extra, development=development)
    for group, value in _items(parser, "options.entry_points"):
        for entry in _rows(value):
            name, equals, names = (each.strip() for each in entry.partition("="))
            if equals:
                command = name if group in ("console_scripts", "gui_scripts") else group
                found.command(command, names, lines.of("options.entry_points", entry))
    return found


def _text(data: bytes) -> str:
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes, far too many")
    text = data.decode("utf-8-sig")
    if _BLANKS.search(text):
        # The expressions of configparser would go over them again and again.
        raise ValueError("it has far too many blanks in a row")
    return text


def _parser(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return parser


def _items(parser: configparser.RawConfigParser, section: str) -> list[tuple[str, str]]:
    return parser.items(section) if parser.has_section(section) else []


def _ask(
    found: Collecting, lines: _Lines, section: str, value: str, group: str, *, development: bool
) -> None:
    named = _FILES.match(value.strip())
    if named is not None:
        files = re.split(r"[,\n]", named[1])
        found.files += [(file.strip(), group, development) for file in files if file.strip()]
        return
    for row in _rows(value):
        found.ask(row, group, development=development, line=lines.of(section, row))


def _rows(value: str) -> Iterator[str]:
    """One a line; all on one line are parted by semicolons, so that no marker can stand there."""
    rows = value.split("\n") if "\n" in value else value.split(";")
    bare = (row.strip() for row in rows)
    return (row for row in bare if row and not row.startswith("#"))


class _Lines:
    """Where a value stands: below the header of its section, or at that header."""

    def __init__(self, text: str) -> None:
        self._headers: dict[str, int] = {}
        self._rows: dict[tuple[str, str], int] = {}
        section = ""
        for number, line in enumerate(text.split("\n"), start=1):
            header = _SECTION.match(line)
            if header is not None:
                section = header[1]
                self._headers.setdefault(section, number)
            for row in (line, line.partition("=")[2]):
                self._rows.setdefault((section, row.strip()), number)

    def of(self, section: str, row: str) -> int:
        return self._rows.get((section, row), self._headers.get(section, 1))
