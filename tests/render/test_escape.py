from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.render.escape import line, quoted, unicode_text

QUOTED = [
    ("plain", "a/b.c", "a/b.c"),
    ("empty", "", ""),
    ("blanks", " a  b ", " a  b "),
    ("no-break space", "a\xa0b", "a\xa0b"),
    ("other letters", "caf\xe9/\u65e5\u672c", "caf\xe9/\u65e5\u672c"),
    ("emoji", "\U0001f433", "\U0001f433"),
    ("combining", "e\u0301", "e\u0301"),
    ("quotes", 'a"b', r'"a\"b"'),
    ("backslash", r"a\b", r'"a\\b"'),
    ("line end", "a\nb", r'"a\nb"'),
    ("each short one", "\a\b\t\n\v\f\r", r'"\a\b\t\n\v\f\r"'),
    ("escape", "\x1b[31m", r'"\033[31m"'),
    ("NUL", "a\0b", r'"a\000b"'),
    ("delete", "\x7f", r'"\177"'),
    ("C1", "\x9b", r'"\302\233"'),
    ("soft hyphen", "a\xadb", r'"a\302\255b"'),
    ("right to left", "\u202e", r'"\342\200\256"'),
    ("zero width", "\u200b", r'"\342\200\213"'),
    ("byte order mark", "\ufeff", r'"\357\273\277"'),
    ("line separator", "\u2028", r'"\342\200\250"'),
    ("tag", "\U000e0041", r'"\363\240\201\201"'),
    ("no UTF-8", "\udcff\udc80", r'"\377\200"'),
    ("letters stay within quotes", "\u65e5\n", '"\u65e5\\n"'),
]


@pytest.mark.parametrize(
    ("name", "shown"), [row[1:] for row in QUOTED], ids=[row[0] for row in QUOTED]
)
def test_quoted(name: str, shown: str) -> None:
    assert quoted(name) == shown


LINES = [
    ("plain", "a: b", "a: b"),
    ("other letters", "\u65e5", "\u65e5"),
    ("backslash and quotes stay", '\\ "x"', '\\ "x"'),
    ("tab", "a\tb", r"a\x09b"),
    ("line end", "a\nb", r"a\nb"),
    ("carriage return", "a\rb", r"a\x0db"),
    ("escape", "\x1b[2J", r"\x1b[2J"),
    ("C1", "\x9b", r"\x9b"),
    ("right to left", "\u202e", r"\u202e"),
    ("line separator", "\u2028", r"\u2028"),
    ("tag", "\U000e0041", r"\ue0041"),
    ("no UTF-8", "\udcff", r"\xff"),
]


@pytest.mark.parametrize(
    ("text", "shown"), [row[1:] for row in LINES], ids=[row[0] for row in LINES]
)
def test_line(text: str, shown: str) -> None:
    assert line(text) == shown


def seen(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


names = st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(names | st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_shown_can_be_seen(name: str) -> None:
    assert seen(quoted(name))
    assert seen(line(name))


@given(names)
def test_quoting_loses_nothing(name: str) -> None:
    shown = quoted(name)
    if not shown.startswith('"'):
        assert shown == name
        return
    # C's rules, which are Python's for bytes but for letters that are shown as they are.
    unquoted = shown[1:-1].encode().decode("latin-1")
    again = unquoted.encode("latin-1").decode("unicode_escape").encode("latin-1")
    assert again == name.encode("utf-8", "surrogateescape")


@given(st.lists(names, unique=True, min_size=2, max_size=2))
def test_different_names_look_different(pair: list[str]) -> None:
    assert quoted(pair[0]) != quoted(pair[1])


@given(names)
def test_unicode_text_is_valid_and_as_long(name: str) -> None:
    text = unicode_text(name)
    text.encode()
    assert len(text) == len(name)
    assert [new for new, old in zip(text, name, strict=True) if new != old] == ["\ufffd"] * sum(
        "\udc80" <= char <= "\udcff" for char in name
    )
