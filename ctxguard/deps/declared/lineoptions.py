"""The options of a line in a requirements file.

Source of the meaning: pip, "Requirements File Format" (supported options, per-requirement options),
and `pip/_internal/req/req_file.py` (`break_args_options`, `build_parser`).
"""

from __future__ import annotations

import re

_NAMES = {
    "--requirement": ("-r", True),
    "--constraint": ("-c", True),
    "--editable": ("-e", True),
    "--index-url": ("-i", True),
    "--pypi-url": ("", True),
    "--extra-index-url": ("", True),
    "--no-index": ("", False),
    "--find-links": ("-f", True),
    "--no-binary": ("", True),
    "--only-binary": ("", True),
    "--prefer-binary": ("", False),
    "--require-hashes": ("", False),
    "--no-require-hashes": ("", False),
    "--pre": ("", False),
    "--all-releases": ("", True),
    "--only-final": ("", True),
    "--trusted-host": ("", True),
    "--use-feature": ("", True),
    "--hash": ("", True),
    "--config-settings": ("-C", True),
    "--config-setting": ("", True),
    "--global-option": ("", True),
    "--install-option": ("", True),
}
"""Each option: its short form, and whether it takes a value; the last two are of older versions."""
_SHORT = {short: name for name, (short, _) in _NAMES.items() if short}
_PIECE = re.compile(
    r"""([^ \t\r\n'"\\]+)|'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|\\(.)|([ \t\r\n]+)""", re.DOTALL
)
_ESCAPED = re.compile(r"\\([\\\"])")

Options = tuple[tuple[str, str], ...]
"""Names in their long form, each with its value; "" for one that takes none."""


def parted(text: str) -> tuple[str, str]:
    """The requirement of a line, and its options; "" for what is not there.

    EDGE CASE: only a space parts them, and no quotes are looked at.
    """
    if text.startswith("-"):
        return "", text
    at = text.find(" -")
    return (text, "") if at < 0 else (text[:at].rstrip(" "), text[at + 1 :])


def read_options(text: str) -> Options:
    """The options of a line.

    Raises:
        ValueError: pip would refuse them.
    """
    words = iter(split_words(text))
    found = []
    for word in words:
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            continue
        name, value = _parted_word(word)
        if value is None:
            value = next(words, None) if _NAMES[name][1] else ""
        if value is None:
            raise ValueError(f"{name} wants a value")
        found.append((name, value))
    return tuple(found)


def _parted_word(word: str) -> tuple[str, str | None]:
    if not word.startswith("--"):
        name = _SHORT.get(word[:2])
        if name is None:
            raise ValueError(f"{word[:20]} is no option of a requirements file")
        return name, word[2:] or None
    given, equals, value = word.partition("=")
    name = _whole(given)
    if equals and not _NAMES[name][1]:
        raise ValueError(f"{name} takes no value")
    return name, value if equals else None


def _whole(given: str) -> str:
    """An option may be shortened as long as only one begins like it."""
    if given in _NAMES:
        return given
    names = [name for name in _NAMES if name.startswith(given)]
    if len(names) != 1:
        raise ValueError(f"{given[:40]} is no option of a requirements file")
    return names[0]


def split_words(text: str) -> list[str]:
    """Words as a POSIX shell has them, in linear time.

    Raises:
        ValueError: a quotation mark is not closed, or nothing follows a backslash.
    """
    words: list[str] = []
    parts: list[str] | None = None
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            raise ValueError("a quotation mark is not closed")
        at = found.end()
        if found[5] is not None:
            words += [] if parts is None else ["".join(parts)]
            parts = None
        else:
            parts = [] if parts is None else parts
            parts.append(_piece(found))
    return words if parts is None else [*words, "".join(parts)]


def _piece(found: re.Match[str]) -> str:
    if found[3] is not None:
        return _ESCAPED.sub(r"\1", found[3])
    return found[1] or found[2] or found[4] or ""
