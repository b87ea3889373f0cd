"""ENV, ARG and what they leave for the instructions after them."""

from __future__ import annotations

import pytest

from ctxguard.dockerfile.platforms import platform_arguments
from tests.dockerfile.reading import ALL, asked, copied, demanded, refusal, transfers

TABLES = [
    ("ENV with a sign", "FROM x\nENV V=a\nCOPY $V /", {}, copied("a")),
    ("ENV with a blank", "FROM x\nENV V a b\nCOPY $V /", {}, copied("a b")),
    ("ENV with a blank keeps signs", "FROM x\nENV V  a=b c=d\nCOPY $V /", {}, copied("a=b c=d")),
    ("ENV with a blank takes off quotes", "FROM x\nENV V 'a  b'\nCOPY $V /", {}, copied("a  b")),
    ("ENV of several", "FROM x\nENV V=a W=b\nCOPY $V $W /", {}, copied("a", "b")),
    ("quotes group", "FROM x\nENV V='a b' W=\"c d\"\nCOPY $V $W /", {}, copied("a b", "c d")),
    ("an escape groups", "FROM x\nENV V=a\\ b W=c\nCOPY $V $W /", {}, copied("a b", "c")),
    ("no-break space parts", "FROM x\nENV V=a\u00a0W=b\nCOPY $V $W /", {}, copied("a", "b")),
    ("ENV over lines", "FROM x\nENV V=a \\\n  W=b\nCOPY $V $W /", {}, copied("a", "b")),
    ("ENV expands", "FROM x\nENV V=a\nENV W=$V/b\nCOPY $W /", {}, copied("a/b")),
    ("ENV of a name that expands", "FROM x\nENV N=V\nENV $N=a\nCOPY $V /", {}, copied("a")),
    ("pairs see the table before", "FROM x\nENV V=a\nENV V=b W=$V\nCOPY $W /", {}, copied("a")),
    ("ENV to nothing", "FROM x\nENV V=a\nENV V=\nCOPY b$V /", {}, copied("b")),
    ("a value is not split", "FROM x\nENV V='a b'\nCOPY $V /", {}, copied("a b")),
    ("globs of a value stay", "FROM x\nENV V='*.py'\nCOPY src/$V /", {}, copied("src/*.py")),
    ("ARG with a default", "FROM x\nARG V=a\nCOPY $V /", {}, copied("a")),
    ("ARG that is given", "FROM x\nARG V=a\nCOPY $V /", {"V": "b"}, copied("b")),
    ("ARG given nothing", "FROM x\nARG V=a\nCOPY b$V /", {"V": ""}, copied("b")),
    ("ARG without a value", "FROM x\nARG V\nCOPY b$V /", {}, copied("b")),
    ("ARG without a value, given", "FROM x\nARG V\nCOPY $V /", {"V": "b"}, copied("b")),
    ("given without an ARG", "FROM x\nCOPY b$V /", {"V": "a"}, copied("b")),
    ("given, ARG comes after", "FROM x\nCOPY b$V /\nARG V", {"V": "a"}, copied("b")),
    ("proxy without an ARG", "FROM x\nCOPY b$HTTP_PROXY /", {"HTTP_PROXY": "a"}, copied("b")),
    ("ARG pair by pair", "FROM x\nARG V=a W=$V/b\nCOPY $W /", {}, copied("a/b")),
    ("ARG pair by pair, given", "FROM x\nARG V=a W=$V/b\nCOPY $W /", {"V": "c"}, copied("c/b")),
    ("ARG in quotes", "FROM x\nARG V='a b'\nCOPY $V /", {}, copied("a b")),
    ("global ARG needs an ARG", "ARG V=a\nFROM x\nCOPY b$V /", {}, copied("b")),
    ("global ARG", "ARG V=a\nFROM x\nARG V\nCOPY $V /", {}, copied("a")),
    ("global ARG, given", "ARG V=a\nFROM x\nARG V\nCOPY $V /", {"V": "b"}, copied("b")),
    ("global ARG, own default", "ARG V=a\nFROM x\nARG V=b\nCOPY $V /", {}, copied("b")),
    ("global ARG of another", "ARG V=a\nARG W=$V/b\nFROM x\nARG W\nCOPY $W /", {}, copied("a/b")),
    ("bare ARG keeps what is set", "FROM x\nENV V=a\nARG V\nCOPY $V /", {}, copied("a")),
    ("ARG after ENV wins", "FROM x\nENV V=a\nARG V=b\nCOPY $V /", {}, copied("b")),
    ("ENV after ARG wins", "FROM x\nARG V=a\nENV V=b\nCOPY $V /", {"V": "c"}, copied("b")),
    ("given after ENV wins", "FROM x\nENV V=a\nARG V\nCOPY $V /", {"V": "c"}, copied("c")),
    ("order counts", "FROM x\nENV V=a\nCOPY $V /\nENV V=b\nCOPY $V /", {}, copied("a", "b")),
    ("base's ENV", "FROM x AS p\nENV V=a\nFROM p\nCOPY $V /", {}, copied("a")),
    ("base's ARG", "FROM x AS p\nARG V=a\nFROM p\nCOPY $V /", {}, copied("a")),
    (
        "base's last value",
        "FROM x AS p\nENV V=a\nCOPY $V /\nENV V=b\nFROM p\nCOPY $V /",
        {},
        copied("a", "b"),
    ),
    (
        "no sibling's ENV",
        "FROM x AS p\nFROM p AS q\nENV V=a\nFROM p AS r\nCOPY b$V /\nFROM r\nCOPY --from=q / /",
        {},
        copied("b"),
    ),
    ("no other stage's ENV", "FROM x AS p\nENV V=a\nFROM x\nCOPY b$V /", {}, copied("b")),
    ("PATH is set", "FROM scratch\nCOPY a${PATH:+b} /", {}, copied("ab")),
    ("platform without an ARG", "FROM x\nCOPY b$TARGETARCH /", {}, copied("b")),
    ("platform with an ARG", "FROM x\nARG TARGETARCH\nCOPY $TARGETARCH /", {}, copied("amd64")),
    (
        "platform of the build, not of FROM",
        "FROM --platform=linux/arm64 x\nARG TARGETARCH\nCOPY $TARGETARCH /",
        {},
        copied("amd64"),
    ),
    (
        "platform given",
        "FROM x\nARG TARGETARCH\nCOPY $TARGETARCH /",
        {"TARGETARCH": "a"},
        copied("a"),
    ),
    ("unset: everything", "FROM x\nCOPY $V /", {}, ALL),
    ("destination does not count", "FROM x\nCOPY a $V/", {}, copied("a")),
]


@pytest.mark.parametrize(
    ("text", "given", "expected"), [c[1:] for c in TABLES], ids=[c[0] for c in TABLES]
)
def test_tables(text: str, given: dict[str, str], expected: list[list[str]]) -> None:
    assert asked(text, given) == expected


REFUSED = [
    ("ENV of one word", "FROM x\nENV V", "ENV must have two arguments"),
    ("ENV of nothing", "FROM x\nENV", "at least one argument"),
    ("ENV, second without a sign", "FROM x\nENV V=a b", "can't find = in"),
    ("ENV without a name", "FROM x\nENV =a", "names can not be blank"),
    ("ARG without a name", "FROM x\nARG =a", "names can not be blank"),
    ("ARG of nothing", "FROM x\nARG", "at least one argument"),
    ("global ARG that fails", "ARG A\nARG V=${U?gone}\nFROM x", "U: gone"),
]


@pytest.mark.parametrize(("text", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(text: str, words: str) -> None:
    line, message = refusal(text)
    assert line == 2
    assert words in message


FORMS_ANYWHERE = [
    ("ENV of one word", "ENV V"),
    ("ENV without a sign", "ENV V=a b"),
    ("ENV without a name", "ENV =a"),
    ("ENV without a name further on", "ENV V=a =b"),
    ("ARG without a name", "ARG =a"),
    ("LABEL of one word", "LABEL V"),
    ("LABEL without a name", "LABEL =a"),
]


@pytest.mark.parametrize("line", [c[1] for c in FORMS_ANYWHERE], ids=[c[0] for c in FORMS_ANYWHERE])
def test_form_counts_where_it_is_not_needed(line: str) -> None:
    assert refusal(f"FROM x\n{line}\nFROM x\nCOPY a /\n")[0] == 2


def test_platform_arguments() -> None:
    values = platform_arguments("linux/arm/v7", "app")
    assert values["TARGETPLATFORM"] == "linux/arm/v7"
    assert values["TARGETOS"] == "linux"
    assert values["TARGETARCH"] == "arm"
    assert values["TARGETVARIANT"] == "v7"
    assert values["TARGETSTAGE"] == "app"
    assert values["BUILDPLATFORM"].startswith("linux/")
    assert platform_arguments(None, None)["TARGETPLATFORM"] == values["BUILDPLATFORM"]


@pytest.mark.parametrize(
    ("target", "expected"), [("APP", copied("APP")), (None, copied("default"))]
)
def test_target_stage(target: str | None, expected: list[list[str]]) -> None:
    found = demanded("FROM x AS app\nARG TARGETSTAGE\nCOPY $TARGETSTAGE /", target=target)
    assert transfers(found) == expected


def test_variables_that_nothing_sets_are_told() -> None:
    found = demanded("FROM x\nARG A\nENV B=b\nCOPY $A$B ${C:-c} d /\nRUN --mount=source=$D true")
    assert [ask.unset for ask in found.asks] == [{"A"}, {"C"}, set(), {"D"}]
