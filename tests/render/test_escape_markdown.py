"""Names and messages in Markdown, as GitHub's own parser reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxguard.render.escape import code, line, prose
from tests.render.markdown_reader import page

HOSTILE = [
    ("a backtick", "a`b"),
    ("many backticks", "`" * 200 + "<b>x</b>"),
    ("backticks at the ends", "``x`"),
    ("a pipe", "a|b"),
    ("a pipe and an address", "| www.example.com"),
    ("a pipe and a scheme", "|http://example.com"),
    ("a mail address behind a backtick", "`a@b.example"),
    ("a mail address behind a pipe", "|a@b.example"),
    ("another scheme", "| xmpp:a@b.example/x"),
    ("an element", "<img src=x onerror=alert(1)>"),
    ("the end of a comment", "--> <script>"),
    ("the end of what is folded", "</details></td></table>"),
    ("a link", "[x](https://example.com)"),
    ("an image", "![x](https://example.com/x.png)"),
    ("a mention", "@octocat #1 GH-1"),
    ("a mention behind a pipe", "|@octocat"),
    ("emphasis", "**x** _y_ ~~z~~"),
    ("a backslash at the end", "x\\"),
    ("a backslash before a pipe", "x\\|y"),
    ("a line end", "x\n| y |\n# z"),
    ("an entity", "&lt;b&gt; &#96;"),
    ("blanks", "  "),
    ("blanks at the ends", " x "),
    ("nothing", ""),
    ("a right-to-left mark", "\u202egpj.exe"),
    ("bytes that are no UTF-8", "a\udcffb"),
    ("a command of a job's log", "x ##[error]y"),
    ("math", "$x$ $$y$$ $`z`$"),
]


def in_a_table(markdown: str) -> str:
    return f"| a | b |\n|---|---|\n| x {markdown} | y |\n"


@pytest.mark.parametrize("name", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
@pytest.mark.parametrize("before", ["", "| a | b |\n|---|---|\n"], ids=["text", "table"])
def test_a_name_is_code_and_nothing_else(name: str, before: str) -> None:
    text = f"{before}| x {code(name)} | y |\n" if before else f"x {code(name)} y\n"
    found = page(text)
    assert found.elements <= {"p", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert found.attributes == set()
    assert set(found.rows) <= {2}
    assert "".join(found.codes) == line(name)
    assert found.prose.split() in (["x", "y"], ["a", "b", "x", "y"])


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.text("`|\\ <>@a.#[]:/", max_size=20))
def test_no_name_does_more(name: str) -> None:
    found = page(in_a_table(code(name)))
    assert "".join(found.codes) == line(name).replace("\0", "\ufffd")
    assert (found.rows, found.attributes) == ([2, 2], set())
    assert "##[" not in code(name)


@given(st.text("`|\\ <>@a.#[]:/1-_*", max_size=30))
def test_a_message_has_plain_words_and_code(text: str) -> None:
    found = page(in_a_table(prose(text)))
    assert found.elements <= {"code", "table", "thead", "tbody", "tr", "th", "td"}
    assert (found.rows, found.attributes) == ([2, 2], set())


def test_prose_keeps_what_is_plain() -> None:
    told = prose("over the budget of 1.00MB for docs/a b by 3.00MB (CTX001)")
    assert told == "over the budget of 1.00MB for `docs/a` b by 3.00MB (CTX001)"
    assert prose("add a/b, if not , needed ,,") == "add `a/b`, if not `,` needed `,`,"
