"""What Compose makes of values, and of variables in them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.compose.dotenv import read_variables
from ctxguard.compose.interpolation import interpolated
from ctxguard.compose.nodes import Listed, Mapped, Scalar, documents
from ctxguard.compose.scalars import text_of
from ctxguard.errors import UsageError

TEXTS: list[tuple[str, str | None]] = [
    ("abc", "abc"),
    ("no", "no"),
    ("yes", "yes"),
    ("on", "on"),
    ("22:22", "22:22"),
    ("1.10", "1.1"),
    ('"1.10"', "1.10"),
    ("'1.10'", "1.10"),
    ("1.0", "1"),
    ("3.14", "3.14"),
    ("1_000", "1000"),
    ("010", "8"),
    ("0o10", "8"),
    ("0x1F", "31"),
    ("0b11", "3"),
    ("+7", "7"),
    ("-7", "-7"),
    ("089", "89"),
    ("1e3", "1000"),
    ("1e6", "1e+06"),
    ("123456.5", "123456.5"),
    ("1234567.5", "1.2345675e+06"),
    ("0.0001", "0.0001"),
    ("0.00001", "1e-05"),
    ("1e400", "+Inf"),
    (".5", "0.5"),
    ("5.", "5"),
    ("0.0", "0"),
    ("true", "true"),
    ("True", "true"),
    ("FALSE", "false"),
    ("~", None),
    ("null", None),
    ("", None),
    ('""', ""),
    ("2026-11-27", "2026-11-27"),
    ("1.2.3", "1.2.3"),
    ("0x", "0x"),
    ("9" * 60, "9" * 60),
    ("99999999999999999999", "1e+20"),
    ("|-\n  a\n  b", "a\nb"),
]


@pytest.mark.parametrize(("written", "expected"), TEXTS)
def test_a_value_as_text(written: str, expected: str | None) -> None:
    (root,) = documents(f"k: {written}\n".encode(), "f")
    assert isinstance(root, Mapped)
    node = root.items["k"]
    assert isinstance(node, Scalar)
    assert text_of(node) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_stays_that_number(number: float) -> None:
    node = Scalar("f", 1, "", repr(number), plain=True)
    found = text_of(node)
    assert found is not None
    assert float(found) == number


VARIABLES = {"A": "1", "EMPTY": "", "LONG": "x" * 50}
INTERPOLATED = [
    ("$A ${A}", "1 1"),
    ("$$A", "$A"),
    ("${NONE}", ""),
    ("$NONE-", "-"),
    ("${NONE:-d}", "d"),
    ("${NONE-d}", "d"),
    ("${EMPTY:-d}", "d"),
    ("${EMPTY-d}", ""),
    ("${A:-d}", "1"),
    ("${A:+y}${NONE:+n}", "y"),
    ("${EMPTY+y}${EMPTY:+n}", "y"),
    ("${NONE:-${ALSO:-$A}}", "1"),
    ("${NONE:-a$$b}", "a$b"),
    ("${A:?e}", "1"),
    ("no", "no"),
]


@pytest.mark.parametrize(("text", "expected"), INTERPOLATED)
def test_variables(text: str, expected: str) -> None:
    assert interpolated(text, VARIABLES) == expected


MALFORMED = [
    ("${", "malformed"),
    ("${A", "malformed"),
    ("$", "malformed"),
    ("a $ b", "malformed"),
    ("${1}", "malformed"),
    ("${A:x}", "malformed"),
    ("${A:}", "malformed"),
    ("${A!}", "malformed"),
    ("${NONE:-a", "malformed"),
    ("${NONE:?it is needed}", "NONE has to be set: it is needed"),
    ("${EMPTY:?}", "EMPTY has to be set: it is required"),
    ("${NONE?}", "NONE has to be set"),
    ("${N:-" * 50 + "}" * 50, "far too deeply"),
    ("$LONG" * 2000, "far too long"),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_malformed(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        interpolated(text, VARIABLES)
    assert len(str(caught.value)) < 250


DOTENV = """\
# a comment

A=1
export B = two words  # a comment
C='single $A # no comment'
D="double ${A} \\n \\"q\\" \\$A"
E=${A}-${NONE:-x}
F=
G="over
lines"
KNOWN
H: yaml
I=a#b
"""


def test_a_dotenv_file() -> None:
    found = read_variables(DOTENV.encode(), ".env", {"KNOWN": "k", "A": "from outside"})
    assert found == {
        "A": "1",
        "B": "two words",
        "C": "single $A # no comment",
        "D": 'double from outside \n "q" $A',
        "E": "from outside-x",
        "F": "",
        "G": "over\nlines",
        "KNOWN": "k",
        "H": "yaml",
        "I": "a#b",
    }
    assert read_variables(b"\xef\xbb\xbfA=1\r\nB=2", ".env", {}) == {"A": "1", "B": "2"}
    assert read_variables(b"", ".env", {}) == {}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("A=1\nnonsense here\n", 2, "write NAME=value"),
        ("A=1\n\n=x", 3, "write NAME=value"),
        ("A='x", 1, "A: its quotation mark is not closed"),
        ("A=${", 1, "A: "),
        ("\x1b[31m", 1, "write NAME=value"),
    ],
)
def test_no_dotenv_file(text: str, line: int, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_variables(text.encode(), ".env", {})
    assert message in caught.value.message
    assert (caught.value.path, caught.value.line) == (".env", line)


def test_a_dotenv_file_that_grows() -> None:
    text = f"A={'x' * 60_000}\n" + "".join(f"a{n}=x$A\n" for n in range(5000))
    with pytest.raises(UsageError, match="far too long in all"):
        read_variables(text.encode(), ".env", {})


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_variables(text.encode("utf-8", "replace"), ".env", {})
        interpolated(text, {})
    except (UsageError, ValueError):
        return


def test_nodes_know_their_lines() -> None:
    (root,) = documents(b"a: &x\n  - 1\n  - {b: 2}\nc: *x\n", "f")
    assert isinstance(root, Mapped)
    listed = root.items["a"]
    assert isinstance(listed, Listed)
    assert [node.line for node in listed.items] == [2, 3]
    assert root.items["c"] is listed
