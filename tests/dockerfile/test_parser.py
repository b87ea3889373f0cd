"""Lines, directives, flags, here-documents and the JSON form."""

from __future__ import annotations

import pytest

from ctxguard.dockerfile.parser import parse
from tests.dockerfile.reading import NAME, NOTHING, asked, copied, instructions, refusal

FROM = "FROM scratch\n"

ESCAPES = [
    ("none", "", "\\"),
    ("backquote", "# escape=`\n", "`"),
    ("backslash", "# escape=\\\n", "\\"),
    ("key in capitals", "# ESCAPE=`\n", "`"),
    ("mixed case", "#eScApE=`\n", "`"),
    ("blanks everywhere", " \t#\t escape \t= \t` \t\n", "`"),
    ("CRLF", "# escape=`\r\n", "`"),
    ("after a BOM", "\ufeff# escape=`\n", "`"),
    ("after another directive", "# syntax=x\n# check=skip=all\n# escape=`\n", "`"),
    ("ended by a comment", "# plain\n# escape=`\n", "\\"),
    ("ended by an empty line", "\n# escape=`\n", "\\"),
    ("ended by an unknown key", "# other=x\n# escape=`\n", "\\"),
    ("ended by a key of other characters", "# a-b=x\n# escape=`\n", "\\"),
    ("ended by an instruction", "ARG x\n# escape=`\n", "\\"),
    ("no value ends them too", "# syntax=\n# escape=`\n", "\\"),
]


@pytest.mark.parametrize(("head", "escape"), [c[1:] for c in ESCAPES], ids=[c[0] for c in ESCAPES])
def test_escape_directive(head: str, escape: str) -> None:
    assert parse((head + FROM).encode(), NAME).escape == escape


SYNTAXES = [
    ("none", "", None),
    ("one", "# syntax=docker/dockerfile:1\n", "docker/dockerfile:1"),
    ("with blanks inside", "# Syntax = a b \n", "a b"),
    ("after a comment", "#\n# syntax=x\n", None),
]


@pytest.mark.parametrize(
    ("head", "syntax"), [c[1:] for c in SYNTAXES], ids=[c[0] for c in SYNTAXES]
)
def test_syntax_directive(head: str, syntax: str | None) -> None:
    assert parse((head + FROM).encode(), NAME).syntax == syntax


LINES = [
    ("plain", "COPY a b", "a b"),
    ("no line end", "COPY a b", "a b"),
    ("CRLF", "COPY a b\r\n", "a b"),
    ("several carriage returns", "COPY a b\r\r\n", "a b"),
    ("blanks around", " \t\v\f COPY \t a b \t\n", "a b"),
    ("continued without a blank", "COPY a\\\nb c\n", "ab c"),
    ("blanks after the escape", "COPY a \\ \t\nb\n", "a b"),
    ("indent of the next line stays", "COPY a\\\n  b\n", "a  b"),
    ("CRLF after the escape", "COPY a \\\r\nb\r\n", "a b"),
    ("comment inside", "COPY a \\\n# no \\\n  # nor this\nb\n", "a b"),
    ("blank lines inside", "COPY a \\\n\n \t\nb\n", "a b"),
    ("comment at the end", "COPY a b \\\n# end\n", "a b"),
    ("file ends continued", "COPY a b \\\n", "a b"),
    ("escape before the escape", "COPY a b\\\\\n", "a b\\\\"),
    ("three escapes", "COPY a b\\\\\\\n", "a b\\\\\\"),
    ("escape alone on a line", "COPY a b\\\n\\\n c\n", "a b c"),
    ("escape inside the line", "COPY a\\ b\n", "a\\ b"),
    ("hash inside the line", "COPY a #b\n", "a #b"),
    ("no-break space is part of a word", "COPY a\u00a0b c\n", "a\u00a0b c"),
    ("no-break space around the line", "\u00a0COPY a b\u00a0\n", "a b"),
    ("not UTF-8", "COPY \udcff b\n", "\udcff b"),
]


@pytest.mark.parametrize(("text", "rest"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_logical_lines(text: str, rest: str) -> None:
    (found,) = instructions(text)
    assert (found.keyword, found.rest) == ("COPY", rest)


def test_lines_are_counted_where_instructions_begin() -> None:
    text = "# c\n\nFROM scratch\nCOPY a \\\n\n# c\n b\nRUN <<E\n1\nE\n  copy c d\n"
    assert [(found.line, found.keyword) for found in instructions(text)] == [
        (3, "FROM"),
        (4, "COPY"),
        (8, "RUN"),
        (11, "COPY"),
    ]


def test_the_backquote_continues_and_the_backslash_does_not() -> None:
    head, first, *_ = instructions("# escape=`\nFROM scratch\nCOPY a `\n b\\\nRUN c\n")[0:3]
    assert (head.keyword, first.rest) == ("FROM", "a  b\\")


FLAGS = [
    ("none", "RUN x", (), "x"),
    ("one", "RUN --mount=a x", ("--mount=a",), "x"),
    ("several", "RUN  --a  --b=c \t--d x --e", ("--a", "--b=c", "--d"), "x --e"),
    ("alone", "RUN --a", ("--a",), ""),
    ("ended by two dashes", "RUN --a -- --b x", ("--a",), "--b x"),
    ("one dash is none", "RUN -a --b", (), "-a --b"),
    ("double quotes", 'RUN --a="b c" x', ("--a=b c",), "x"),
    ("single quotes", "RUN --a='b c' x", ("--a=b c",), "x"),
    ("quote in the other quote", "RUN --a='b\"c' x", ('--a=b"c',), "x"),
    ("quoted inside", 'RUN --a=b" "c x', ("--a=b c",), "x"),
    ("escaped blank", "RUN --a=b\\ c x", ("--a=b c",), "x"),
    ("escaped quote", "RUN --a=\\'b x", ("--a='b",), "x"),
    ("escape in single quotes", "RUN --a='\\'b' x", ("--a='b",), "x"),
    ("escaped dollar", "RUN --a=\\$S x", ("--a=$S",), "x"),
    ("open quote", "RUN --a='b c", ("--a=b c",), ""),
    ("escape at the end", "RUN --a=b\\", ("--a=b",), ""),
    ("byte by byte", "RUN --a=é x é", ("--a=Ã©",), "x é"),
    ("a byte that is no UTF-8", "RUN --a=\udcff x", ("--a=ÿ",), "x"),
    ("second byte is a no-break space", "RUN --a=à x", ("--a=Ã",), "x"),
]


@pytest.mark.parametrize(
    ("text", "flags", "rest"), [c[1:] for c in FLAGS], ids=[c[0] for c in FLAGS]
)
def test_flags(text: str, flags: tuple[str, ...], rest: str) -> None:
    (found,) = instructions(text)
    assert (found.flags, found.rest) == (flags, rest)


HEREDOCS = [
    ("COPY", "COPY <<N /\nCOPY no /\nN", NOTHING),
    ("ADD", "ADD <<N /\nCOPY no /\nN", NOTHING),
    ("RUN", "RUN <<N\nCOPY no /\nN", NOTHING),
    ("beside a source", "COPY <<N a /\nCOPY no /\nN", copied("a")),
    ("several", "COPY <<N <<M a /\nM\nCOPY no /\nN\nN\nM", copied("a")),
    ("single quotes", "COPY <<'N' /\nCOPY no /\nN", NOTHING),
    ("double quotes", 'COPY <<"N" /\nCOPY no /\nN', NOTHING),
    ("number of a file", "RUN 3<<N\nCOPY no /\nN", NOTHING),
    ("tabs off", "COPY <<-N /\nCOPY no /\n\t\tN", NOTHING),
    ("tabs stay", "COPY <<N /\nCOPY no /\n\tN\nN", NOTHING),
    ("tabs, not blanks", "COPY <<-N /\n N\nN", NOTHING),
    ("CRLF", "COPY <<N /\r\nCOPY no /\r\nN\r", NOTHING),
    ("comments do not count inside", "COPY <<N /\n# N\n#\nN", NOTHING),
    ("no continuation inside", "COPY <<N /\nx \\\nN", NOTHING),
    ("on a continued line", "COPY \\\n<<N /\nCOPY no /\nN", NOTHING),
    ("after ONBUILD", "ONBUILD COPY <<N /\nCOPY no /\nN", NOTHING),
    ("not after CMD", "CMD <<N\nCOPY a /", copied("a")),
    ("JSON takes no lines", 'COPY ["<<N", "/"]\nCOPY a /', copied("a")),
    ("name of a variable", "COPY <<$N /\nCOPY no /\n\n$N", NOTHING),
    ("name of a substitution", "COPY <<${N:-a} /\nCOPY no /\n${N:-a}", NOTHING),
    ("name with an escape", "COPY <<\\N /\nCOPY no /\nN", NOTHING),
    ("beside a variable", "RUN a=$V ${V:?} ${V//a/b} ${V#a} <<N\nCOPY no /\nN", NOTHING),
    ("no name", 'RUN <<""\nCOPY a /', copied("a")),
    ("spaces before the name", "RUN cat <<  N && x\nCOPY no /\nN", NOTHING),
    ("and before a quoted one", "RUN cat << 'N'\nCOPY no /\nN", NOTHING),
    ("in a sum", "RUN $(( 1 << 2 ))\nCOPY no /\n2", NOTHING),
    ("none in a narrow sum", "RUN $((1<< 2))\nCOPY a /", copied("a")),
    ("a tab before the name", "RUN cat << \t N\nCOPY no /\nN", NOTHING),
    ("a space after the dash", "RUN cat <<- N\nCOPY a /", copied("a")),
    ("the words stay", "COPY << N /\nN", copied("<<", "N")),
    ("quote left open", "RUN echo it's <<N\nCOPY a /", copied("a")),
    ("brace left open", "RUN echo ${V <<N\nCOPY a /", copied("a")),
    ("not in JSON after ONBUILD", 'ONBUILD COPY ["<<N", "/"]\nCOPY a /', copied("a")),
    ("not after a letter", "COPY a<<N /\nCOPY b /", copied("a<<N", "b")),
    ("not in quotes", 'COPY "<<N" /\nCOPY b /', copied("<<N", "b")),
    ("three signs are none", "RUN <<<N\nCOPY b /", copied("b")),
]


@pytest.mark.parametrize(
    ("text", "expected"), [c[1:] for c in HEREDOCS], ids=[c[0] for c in HEREDOCS]
)
def test_heredocs(text: str, expected: list[list[str]]) -> None:
    assert asked(f"{FROM}{text}\n") == expected


ITEMS = [
    ("JSON", '["a", "b c", "/"]', copied("a", "b c")),
    ("JSON on two lines", '["a", \\\n"b", "/"]', copied("a", "b")),
    ("JSON escapes", '["\\u0061\\u00e9", "/"]', copied("aé")),
    ("JSON half of a pair", '["\\ud800", "/"]', copied("\ufffd")),
    ("JSON with a variable", '["$V", "/"]', copied("v")),
    ("JSON quotes vanish", '["\'a b\'", "/"]', copied("a b")),
    ("single quotes are no JSON", "['a', '/x/']", copied("[a,")),
    ("open bracket", "[a /", copied("[a")),
    ("comma at the end", '["a", "/",]', copied("[a,")),
    ("text behind", '["a", "b"] /', copied("[a,", "b]")),
    ("a word of Python", "[NaN /", copied("[NaN")),
    ("quotes do not join", 'a"b" c\\ d /', copied("ab", "c", "d")),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in ITEMS], ids=[c[0] for c in ITEMS])
def test_arguments(text: str, expected: list[list[str]]) -> None:
    assert asked(f"{FROM}ENV V=v\nCOPY {text}\n") == expected


REFUSED = [
    ("empty", "", 1, "no instructions"),
    ("comments only", "# a\n\n# b\n", 3, "no instructions"),
    ("escape twice", "# escape=`\n# escape=`\nFROM scratch\n", 2, "only one escape"),
    ("syntax twice", "# syntax=a\n# SYNTAX=b\nFROM scratch\n", 2, "only one syntax"),
    ("escape of another kind", "# escape=x\nFROM scratch\n", 1, "invalid ESCAPE"),
    ("line too long", f"FROM scratch\nCOPY {'a' * 65_529} /\n", 2, "65535"),
    ("comment too long", f"FROM scratch\n#{'a' * 65_535}\n", 2, "65535"),
    ("no end of a heredoc", "FROM scratch\nCOPY <<N /\nM\n", 2, "unterminated heredoc"),
    ("end with a blank", "FROM scratch\nCOPY <<N /\nN \n", 2, "unterminated heredoc"),
    ("heredoc to a heredoc", "FROM scratch\nCOPY a <<N\nN\n", 2, "heredoc as a destination"),
    ("JSON to a heredoc", 'FROM scratch\nADD ["a", "<<N"]\n', 2, "heredoc as a destination"),
    ("second heredoc open", "FROM scratch\nCOPY <<N <<M /\nN\n", 2, "unterminated heredoc"),
    ("JSON of a number", 'FROM scratch\nCOPY ["a", 1]\n', 2, "only string type"),
    ("JSON of a long number", f"FROM scratch\nCOPY [{'1' * 5000}]\n", 2, "only string type"),
    ("JSON in JSON", 'FROM scratch\nCOPY [["a"], "b"]\n', 2, "only string type"),
    ("JSON of null after RUN", "FROM scratch\nRUN [null]\n", 2, "only string type"),
    ("JSON does not take a tab", 'FROM scratch\nCOPY ["a\tb", "/"]\n', 2, "double-quote"),
    ("empty JSON", "FROM scratch\nCOPY []\n", 2, "at least two arguments"),
]


@pytest.mark.parametrize(
    ("text", "line", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(text: str, line: int, words: str) -> None:
    found, message = refusal(text)
    assert found == line
    assert words in message


def test_the_longest_line() -> None:
    assert asked(f"{FROM}COPY {'a' * 65_528} /\n") == copied("a" * 65_528)
