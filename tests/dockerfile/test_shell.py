"""The commands of a RUN, as a shell would come upon them."""

from __future__ import annotations

import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.dockerfile.installs import install_of
from ctxguard.dockerfile.parser import parse
from ctxguard.dockerfile.shell import Command, commands, of_run
from tests.loops import one_loop

READ = [
    ("and, or, then", "a b && c || d; e", ["a b", "c", "d", "e"]),
    ("a pipe", "curl -s x | tar -xz |& tee y", ["curl -s x", "tar -xz", "tee y"]),
    ("in the background", "a & b", ["a", "b"]),
    ("lines", "a\nb\r\n\n c", ["a", "b", "c"]),
    ("a continued line", "a \\\n  b\\\nc", ["a bc"]),
    ("a comment", "a # b && c\nd#e", ["a", "d#e"]),
    ("quotes", """a 'b && c' "d; e"f""", ["a 'b && c' 'd; ef'"]),
    ("escapes", r'a b\ c \; "\"\$x\n"', [r"""a 'b c' ';' '"$x\n'"""]),
    ("redirections", "a >b 2>&1 <c >>d &>e f", ["a f"]),
    ("a number that is none", "a 2 b2>c", ["a 2 b2"]),
    ("a here-string and a here-document", "a <<< b; cat <<E", ["a", "cat"]),
    ("substitutions", "a $(b && (c)) `d; e` ${f}", ["a '$(b && (c))' '`d; e`' '${f}'"]),
    ("a condition", "if [ -f x ]; then a; else b; fi", ["[ -f x ]", "a", "b"]),
    ("a loop", "for i in 1 2; do a $i; done", ["for i in 1 2", "a '$i'"]),
    ("groups", "(cd /x && a) ; { b; }", ["cd /x", "a", "b"]),
    ("not", "! a", ["a"]),
    ("a variable alone", "A=1; B=2 C+=3", []),
    ("wrappers", "sudo -E env A=b exec a", ["a"]),
    ("a shell", "sh -ec 'a && b'; bash script -c d", ["a", "b", "bash script -c d"]),
    ("shells in shells", """sh -c "sh -c 'a; b'" """, ["a", "b"]),
    ("left open", "a 'b", ["a b"]),
    ("left open, double", 'a "b\\', ["a b"]),
    ("left open, a substitution", "a $(b", ["a '$(b'"]),
    ("an empty word", "a '' b", ["a '' b"]),
    ("nothing", " \n;; # x", []),
]


@pytest.mark.parametrize(("text", "found"), [row[1:] for row in READ], ids=[r[0] for r in READ])
def test_commands(text: str, found: list[str]) -> None:
    assert [list(each.words) for each in commands(text)] == [shlex.split(each) for each in found]


def test_what_is_assigned_for_one_command() -> None:
    (found,) = commands("A=1 B='x y' sudo C=2 /usr/bin/npm --force ci")
    assert found == Command(
        ("/usr/bin/npm", "--force", "ci"), (("A", "1"), ("B", "x y"), ("C", "2"))
    )
    assert (found.name, found.operands) == ("npm", ("ci",))


FORMS = [
    ("shell form", "RUN --network=none a \\\n # no\n && b", ["a", "b"]),
    ("JSON", 'RUN ["a", "b && c"]', ["a 'b && c'"]),
    ("JSON with a shell", 'RUN ["/bin/sh", "-c", "a && b"]', ["a", "b"]),
    ("a here-document", "RUN <<E\na\n b && c\nE", ["a", "b", "c"]),
    ("one without tabs", "RUN <<-'E'\n\ta\n\tE", ["a"]),
    ("one for a shell", "RUN bash <<E\na\nE", ["a"]),
    ("one for another program", "RUN python <<E\na && b\nE", ["python"]),
    ("a script of another language", "RUN <<E\n#!/usr/bin/env python3\na\nE", []),
    ("a script of a shell", "RUN <<E\n#!/usr/bin/env bash\na\nE", ["a"]),
    ("a file", "RUN cat <<E > /x && a\nb && c\nE", ["cat", "a"]),
]


@pytest.mark.parametrize(("text", "found"), [row[1:] for row in FORMS], ids=[r[0] for r in FORMS])
def test_forms_of_run(text: str, found: list[str]) -> None:
    instruction = parse(f"FROM x\n{text}\nUSER y\n".encode(), "Dockerfile").instructions[1]
    assert [list(each.words) for each in of_run(instruction)] == [shlex.split(f) for f in found]
    assert instruction.end == text.count("\n") + 2


INSTALLS = [
    ("apt-get -y install --no-install-recommends a b=1", ("apt", ("a", "b=1"), ())),
    ("apk add --no-cache --virtual .b gcc", ("apk", ("gcc",), ())),
    ("apt-get update", None),
    ("pip3.12 install -r a.txt --requirement=b.txt -i https://x c",
     ("pip", ("c",), ("a.txt", "b.txt"))),
    ("python3 -m pip install -ra.txt", ("pip", (), ("a.txt",))),
    ("python -m build", None),
    ("python", None),
    ("uv pip install x", ("uv", ("x",), ())),
    ("pip freeze", None),
    ("npm run install", None),
    ("npm ci --prefix x", None),
    ("npm i -g pnpm", ("npm", ("pnpm",), ())),
    ("yarn add x", None),
    ("go mod download", ("go", (), ("go.mod", "go.sum"))),
    ("go build", None),
    ("conda env create -f x.yml", ("conda", (), ())),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), INSTALLS, ids=[row[0] for row in INSTALLS])
def test_installs(text: str, found: tuple[str, tuple[str, ...], tuple[str, ...]] | None) -> None:
    install = install_of(commands(text)[0])
    assert (install and (install.tool, install.names, install.lists)) == found


PARTS = (
    *("a", "rm", "-rf", "sh", "-c", "sudo", "A=", "pip", "install", "-r", "-m", "python", "2"),
    *(" ", "\n", "\t", "\r\n", "\\", "\\\n", "'", '"', "`", "$(", ")", "(", "${", "}", "$", "#"),
    *("&&", "||", "|", "&", ";", ";;", "<", ">", "<<", "<<<", ">&", "é", "\x00", "\udcff", "{"),
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PARTS), max_size=60).map("".join))


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    for command in commands(text):
        assert command.words
        install_of(command)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.text("ab -&;'\"\\$#\n", max_size=6), min_size=1, max_size=4), max_size=4)
)
def test_quoted_words_come_back(lists: list[list[str]]) -> None:
    """Whatever is in them, once a shell's own quotes are around them."""
    lists = [["x", *words] for words in lists]
    text = " && ".join(shlex.join(words) for words in lists)
    assert [list(each.words) for each in commands(text)] == lists


PIECES = ("$(", "'", '"\\', "1", "sh -c ", "(", "`", "\\\n", "a;", "2>", "$", "<<a ", "#", "a=")
HOSTILE = [piece * (100_000 // len(piece)) for piece in PIECES]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=map(repr, PIECES))
def test_long_texts_take_no_time(text: str) -> None:
    unit = one_loop()
    before = time.process_time()
    commands(text)
    assert time.process_time() - before < 10 * max(unit, one_loop())
