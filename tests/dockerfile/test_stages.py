"""Which stages there are, how they hang together, and which of them a target needs."""

from __future__ import annotations

import pytest

from tests.dockerfile.reading import (
    ALL,
    NOTHING,
    asked,
    copied,
    demanded,
    linked,
    refusal,
    transfers,
)

NEEDED = [
    ("last stage", "FROM x\nCOPY a /\nFROM x\nCOPY b /", copied("b")),
    ("base", "FROM x AS s\nCOPY a /\nFROM s\nCOPY b /", copied("a", "b")),
    ("base of a base", "FROM x AS s\nCOPY a /\nFROM s AS t\nFROM t\nCOPY b /", copied("a", "b")),
    ("as in small letters", "FROM x as s\nCOPY a /\nfrom s", copied("a")),
    ("base named in capitals", "FROM x AS S\nCOPY a /\nFROM s", copied("a")),
    ("base by number is an image", "FROM x\nCOPY a /\nFROM 0\nCOPY b /", copied("b")),
    ("base before its stage", "FROM s\nCOPY b /\nFROM x AS s\nFROM 0", NOTHING),
    (
        "base of a name used twice",
        "FROM x AS s\nCOPY a /\nFROM x AS s\nCOPY b /\nFROM s\nCOPY c /",
        copied("b", "c"),
    ),
    (
        "base of that name above",
        "FROM x AS s\nCOPY a /\nFROM s AS s\nCOPY b /\nFROM s",
        copied("a", "b"),
    ),
    ("base of a variable", "ARG B=s\nFROM x AS s\nCOPY a /\nFROM $B", copied("a")),
    ("base of a stage's ARG", "FROM x AS s\nARG B=s\nCOPY a /\nFROM ${B:-x}", NOTHING),
    (
        "base of the platform",
        "FROM x AS s-amd64\nCOPY a /\nFROM s-$TARGETARCH",
        copied("a"),
    ),
    ("--from a name", "FROM x AS s\nCOPY a /\nFROM x\nCOPY --from=s b /", copied("a")),
    ("--from, other case", "FROM x AS s\nCOPY a /\nFROM x\nCOPY --from=S b /", copied("a")),
    ("--from an index", "FROM x\nCOPY a /\nFROM x\nCOPY --from=0 b /", copied("a")),
    ("--from +0", "FROM x\nCOPY a /\nFROM x\nCOPY --from=+0 b /", copied("a")),
    ("--from 00", "FROM x\nCOPY a /\nFROM x\nCOPY --from=00 b /", copied("a")),
    ("--from an image", "FROM x\nCOPY a /\nFROM x\nCOPY --from=nginx b /", NOTHING),
    ("--from more than an index", f"FROM x\nCOPY --from={'9' * 30} b /", NOTHING),
    ("--from nothing", "FROM x\nCOPY --from= b /", copied("b")),
    (
        "--from the last of that name",
        "FROM x AS s\nCOPY a /\nFROM x AS s\nCOPY b /\nFROM x\nCOPY --from=s c /",
        copied("b"),
    ),
    (
        "from of a mount",
        "FROM x AS s\nCOPY a /\nFROM x\nRUN --mount=from=S,source=c true",
        copied("a"),
    ),
    ("from of a mount by index", "FROM x\nCOPY a /\nFROM x\nRUN --mount=from=0 true", NOTHING),
    ("from of a cache", "FROM x AS s\nCOPY a /\nFROM x\nRUN --mount=type=cache,from=s true",
     copied("a")),
    (
        "--from of what is not needed",
        "FROM x AS s\nCOPY a /\nFROM x\nCOPY --from=s b /\nFROM x\nCOPY c /",
        copied("c"),
    ),
    (
        "in the order of the file",
        "FROM x AS s\nCOPY a /\nFROM x AS t\nCOPY --from=s . /\nCOPY b /\n"
        "FROM x\nCOPY --from=1 c /",
        copied("a", "b"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in NEEDED], ids=[c[0] for c in NEEDED])
def test_needed_stages(text: str, expected: list[list[str]]) -> None:
    assert asked(text) == expected


THREE = (
    "FROM x AS One\nCOPY a /\nFROM x AS two\nCOPY b /\nFROM x AS one\nCOPY c /\nFROM x\nCOPY d /"
)
TARGETS = [
    ("none", None, copied("d")),
    ("empty", "", copied("d")),
    ("name", "two", copied("b")),
    ("other case", "TWO", copied("b")),
    ("name used twice", "one", copied("c")),
]


@pytest.mark.parametrize(
    ("target", "expected"), [c[1:] for c in TARGETS], ids=[c[0] for c in TARGETS]
)
def test_targets(target: str | None, expected: list[list[str]]) -> None:
    assert transfers(demanded(THREE, target=target)) == expected


@pytest.mark.parametrize("target", ["1", "three", "scratch", "x"])
def test_no_such_target(target: str) -> None:
    assert linked(THREE).stage(target) is None


TRIGGERS = [
    ("in the child", "FROM x AS s\nONBUILD COPY a /\nFROM s", copied("a")),
    ("not in the stage itself", "FROM x AS s\nONBUILD COPY a /", NOTHING),
    ("not in a grandchild", "FROM x AS s\nONBUILD COPY $V /\nFROM s AS t\nENV V=a\nFROM t", ALL),
    ("before the child's own", "FROM x AS s\nONBUILD ENV V=a\nFROM s\nCOPY $V /", copied("a")),
    (
        "with the child's table",
        "FROM x AS s\nENV V=a\nONBUILD ARG V=b\nONBUILD COPY $V /\nFROM s",
        copied("b"),
    ),
    (
        "add stages",
        "FROM x AS s\nCOPY a /\nFROM x AS t\nONBUILD COPY --from=s a /\nFROM t",
        copied("a"),
    ),
    (
        "mounts",
        "FROM x AS s\nONBUILD RUN --mount=source=a true\nFROM s",
        copied("a"),
    ),
    ("in each child", "FROM x AS s\nONBUILD COPY a$V /\nFROM s AS t\nFROM s", copied("a")),
    ("keyword in any case", "FROM x AS s\nonbuild copy a /\nFROM s", copied("a")),
]


@pytest.mark.parametrize(
    ("text", "expected"), [c[1:] for c in TRIGGERS], ids=[c[0] for c in TRIGGERS]
)
def test_triggers(text: str, expected: list[list[str]]) -> None:
    assert asked(text) == expected


def test_a_trigger_does_its_work_once_in_the_child() -> None:
    found = demanded("FROM x AS s\nONBUILD COPY a /\nFROM s AS t\nFROM t")
    assert [ask.path for ask in found.asks] == ["a"]


ANYWHERE = [
    ("unknown instruction", "COPPY a /", "unknown instruction: COPPY"),
    ("FROM of nothing", "FROM", "one or three arguments"),
    ("FROM of two words", "FROM x y", "one or three arguments"),
    ("FROM without AS", "FROM x OS y", "one or three arguments"),
    ("FROM of four words", "FROM x AS y z", "one or three arguments"),
    ("name of a digit", "FROM x AS 1a", "invalid name for build stage"),
    ("name with a sign", "FROM x AS a/b", "invalid name for build stage"),
    ("base that is unset", "FROM $V", "should not be blank"),
    ("base that fails", "FROM ${V?gone}", "V: gone"),
    ("COPY of one word", "COPY a", "at least two arguments"),
    ("ADD of one word", "ADD a", "at least two arguments"),
    ("COPY of one JSON string", 'COPY ["a"]', "at least two arguments"),
    ("unknown flag", "COPY --form=a b /", "unknown flag: --form"),
    ("a flag of another instruction", "ADD --from=a b /", "unknown flag: --from"),
    ("flag twice", "COPY --chown=1 --chown=2 a /", "duplicate flag specified: --chown"),
    ("--from twice", "COPY --from=a --from=b a /", "duplicate flag specified: --from"),
    ("--from its own index", "COPY --from=1 a /", "no such stage"),
    ("--from a later index", "COPY --from=2 a /", "no such stage"),
    ("--from a negative index", "COPY --from=-1 a /", "no such stage"),
    ("--from a long index", "COPY --from=4294967296 a /", "no such stage"),
    ("--from itself", "COPY --from=me a /", "circular dependency"),
    ("from itself in a mount", "RUN --mount=from=Me true", "circular dependency"),
    ("unknown key of a mount", "RUN --mount=sauce=a true", "unexpected key 'sauce'"),
    ("ONBUILD of nothing", "ONBUILD", "at least one argument"),
    ("ONBUILD of ONBUILD", "ONBUILD ONBUILD COPY a /", "isn't allowed as an ONBUILD trigger"),
    ("ONBUILD of FROM", "ONBUILD FROM x", "isn't allowed as an ONBUILD trigger"),
    ("ONBUILD of MAINTAINER", "ONBUILD MAINTAINER x", "isn't allowed as an ONBUILD trigger"),
    ("ONBUILD of numbers", "ONBUILD COPY [1, 2]", "only string type is allowed"),
    ("SHELL of nothing", "SHELL", "at least one argument"),
    ("SHELL of an empty list", "SHELL []", "at least one argument"),
    ("SHELL without JSON", "SHELL sh -c", "to be in JSON form"),
    ("HEALTHCHECK of nothing", "HEALTHCHECK", "at least one argument"),
    ("HEALTHCHECK NONE with more", "HEALTHCHECK NONE true", "takes no arguments"),
    ("HEALTHCHECK of another kind", "HEALTHCHECK curl x", 'unknown type "CURL"'),
    ("HEALTHCHECK CMD alone", "HEALTHCHECK --retries=1 cmd", "missing command"),
    ("HEALTHCHECK CMD of an empty list", "HEALTHCHECK CMD []", "missing command"),
    ("HEALTHCHECK CMD of a number", "HEALTHCHECK CMD [1]", "only string type"),
    ("CMD of a number", "CMD [1]", "only string type"),
    ("WORKDIR of nothing", "WORKDIR", "exactly one argument"),
]


@pytest.mark.parametrize(("line", "words"), [c[1:] for c in ANYWHERE], ids=[c[0] for c in ANYWHERE])
def test_errors_of_form_count_anywhere(line: str, words: str) -> None:
    text = f"FROM x AS first\nFROM x AS me\n\n{line}\nFROM x\nCOPY a /\n"
    found, message = refusal(text)
    assert found == 4
    assert words in message


REPEATED = ["COPY --exclude=a --exclude=b c /", "RUN --mount=source=c --mount=source=c true"]


@pytest.mark.parametrize("line", REPEATED)
def test_flags_that_may_be_repeated(line: str) -> None:
    assert asked(f"FROM x\n{line}\n") == copied("c")


WHERE_NEEDED = [
    ("source", "COPY ${V?gone} /", "V: gone"),
    ("destination", "COPY a ${V?gone}", "V: gone"),
    ("open quote", "COPY 'a /", "single-quote"),
    ("bad substitution", "COPY ${} /", "bad substitution"),
    ("ENV", "ENV A=${V?gone}", "V: gone"),
    ("ARG", "ARG A=${V?gone}", "V: gone"),
    ("mount", "RUN --mount=source=${V?gone} true", "V: gone"),
    ("mount of an unknown type", "RUN --mount=type=blind true", 'mount type "blind"'),
    ("URL in COPY", "COPY https://x/y /", "source can't be a URL for COPY"),
    ("checksum of a file", "ADD --checksum=sha256:1 a /", "checksum can't be specified"),
    ("--from a later stage", "COPY --from=late a /", "needs to be defined before"),
    ("from a later stage", "RUN --mount=from=late true", "needs to be defined before"),
]


@pytest.mark.parametrize(
    ("line", "words"), [c[1:] for c in WHERE_NEEDED], ids=[c[0] for c in WHERE_NEEDED]
)
def test_errors_of_expansion_count_where_needed(line: str, words: str) -> None:
    text = f"FROM x AS bad\n{line}\nFROM x AS late\nCOPY a /\n"
    assert asked(text) == copied("a")
    found, message = refusal(text, target="bad")
    assert found == 2
    assert words in message


IMAGES = [
    ("base in capitals", "FROM x AS s\nCOPY a /\nFROM S\nCOPY b /", 3, "must be lowercase"),
    ("unreachable base in capitals", "FROM S\nFROM x\nCOPY b /", 1, "must be lowercase"),
    ("no image's name", "FROM a::b", 1, "invalid reference format"),
    ("capitals in the domain", "FROM Foo/bar", None, ""),
    ("capitals in the tag", "FROM x:Tag", None, ""),
    ("a port", "FROM localhost:5000/a", None, ""),
    ("two underscores", "FROM a__b", None, ""),
    ("three underscores", "FROM a___b", 1, "invalid reference format"),
    ("a short digest", "FROM a@sha256:abc", 1, "invalid reference format"),
    ("a digest", f"FROM a@sha256:{'1' * 64}", None, ""),
    ("64 digits", f"FROM {'a' * 64}", 1, "invalid repository name"),
    ("scratch in capitals", "FROM Scratch", 1, "must be lowercase"),
    ("variable in --from", "ARG S=s\nFROM x AS s\nCOPY --from=t$S a /", 3, "invalid reference"),
    ("image of --from", "FROM x\nCOPY --from=Y a /\nFROM x\nCOPY b /", 2, "must be lowercase"),
    ("image of a mount", "FROM x\nRUN --mount=from=Y true", 2, "must be lowercase"),
    ("platform", "FROM --platform=a/b/c/d x", 1, "failed to parse platform"),
    ("empty platform", "FROM --platform=$NO x\nFROM x", 1, "empty platform value"),
    ("a platform", "FROM --platform=$BUILDPLATFORM x", None, ""),
]


@pytest.mark.parametrize(
    ("text", "line", "words"), [c[1:] for c in IMAGES], ids=[c[0] for c in IMAGES]
)
def test_names_of_images_count_anywhere(text: str, line: int | None, words: str) -> None:
    if line is None:
        asked(text)
        return
    found, message = refusal(text)
    assert found == line
    assert words in message


CIRCLES = [
    (
        "by name and number",
        "FROM x AS s\nFROM s\nCOPY --from=S . /\nFROM s AS s\nCOPY --from=1 / /",
        3,
    ),
    ("by a mount", "FROM x AS a\nRUN --mount=from=b true\nFROM a AS b", 2),
]


@pytest.mark.parametrize(("text", "line"), [c[1:] for c in CIRCLES], ids=[c[0] for c in CIRCLES])
def test_circles_count_anywhere(text: str, line: int) -> None:
    found, message = refusal(f"{text}\nFROM x\nCOPY b /\n")
    assert found == line
    assert "circular dependency" in message


def test_a_name_means_the_last_stage_of_it_and_so_no_circle() -> None:
    text = "FROM x AS d\nCOPY --from=d a /\nFROM x AS d\nFROM x\nCOPY b /\n"
    assert asked(text) == copied("b")


FORMS_OF_TRIGGERS = [
    ("unknown", "COPPY a /", "unknown instruction: COPPY"),
    ("one word", "COPY a", "at least two arguments"),
    ("flag", "COPY --foo=1 a /", "unknown flag"),
    ("mount", "RUN --mount=sauce=a true", "unexpected key 'sauce'"),
    ("ENV of nothing", "ENV", "at least one argument"),
]


@pytest.mark.parametrize(
    ("line", "words"), [c[1:] for c in FORMS_OF_TRIGGERS], ids=[c[0] for c in FORMS_OF_TRIGGERS]
)
def test_the_form_of_a_trigger_counts_where_it_is_triggered(line: str, words: str) -> None:
    text = f"FROM x AS s\nONBUILD {line}\nFROM s AS t\nFROM x AS u\nCOPY b /\n"
    assert asked(text) == copied("b")
    found, message = refusal(text, target="t")
    assert found == 2
    assert words in message


# (what, base, instructions, whether BuildKit refuses them; checked on Docker 28.5.2)
MOUNT_TARGETS = [
    ("none", "scratch", "RUN --mount=source=a x", True),
    ("none, in a folder", "scratch", "WORKDIR /w\nRUN --mount=source=a x", False),
    ("none, on an image", "x", "RUN --mount=source=a x", False),
    ("the root", "x", "RUN --mount=source=a,target=/ x", True),
    ("the root by another name", "x", "RUN --mount=source=a,dst=// x", False),
    ("the folder above", "scratch", "WORKDIR w\nRUN --mount=source=a,target=.. x", True),
    ("a cache", "scratch", "RUN --mount=type=cache x\nCOPY a /", True),
    ("another stage's", "scratch", "RUN --mount=from=y x\nCOPY a /", True),
    ("ssh", "scratch", "RUN --mount=type=ssh x\nCOPY a /", False),
    ("a secret by its id", "scratch", "RUN --mount=type=secret,id=s x\nCOPY a /", False),
]


@pytest.mark.parametrize(
    ("base", "text", "refused"), [c[1:] for c in MOUNT_TARGETS], ids=[c[0] for c in MOUNT_TARGETS]
)
def test_a_mount_on_the_root(base: str, text: str, refused: bool) -> None:
    whole = f"FROM {base} AS s\n{text}\nFROM x\nCOPY b /\n"
    assert asked(whole) == copied("b")
    if refused:
        assert "invalid mount target" in refusal(whole, target="s")[1]
    else:
        assert demanded(whole, target="s").follow_paths == ("a",)


def test_a_secret_without_a_name_counts_anywhere() -> None:
    text = "FROM x\nRUN --mount=type=secret,env=E x\nFROM x\nCOPY b /\n"
    assert "invalid secret mount" in refusal(text)[1]


ORIGINS_OF_TRIGGERS = ["COPY --from=1 a /", "COPY --from=-1 a /", "COPY --from=7 a /"]


@pytest.mark.parametrize("line", ORIGINS_OF_TRIGGERS)
def test_a_trigger_takes_from_no_later_stage(line: str) -> None:
    assert "needs to be defined" in refusal(f"FROM x AS s\nONBUILD {line}\nFROM s\n")[1]


BEFORE_FROM = [
    ("instruction first", "COPY a /\nFROM x\n", 1, "no build stage"),
    ("after an ARG", "ARG V\nRUN a\nFROM x\n", 2, "no build stage"),
    ("no FROM at all", "ARG V\n", 1, "no stages to build"),
]


@pytest.mark.parametrize(
    ("text", "line", "words"), [c[1:] for c in BEFORE_FROM], ids=[c[0] for c in BEFORE_FROM]
)
def test_before_the_first_from(text: str, line: int, words: str) -> None:
    found, message = refusal(text)
    assert found == line
    assert words in message


FINE = [
    *("HEALTHCHECK NONE", "healthcheck --interval=5s cmd true", 'HEALTHCHECK CMD ["a", "b"]'),
    *('SHELL ["sh", "-c"]', "CMD [ -f a ]", "CMD", "VOLUME /a", 'VOLUME ["/a"]', "USER a"),
    *("LABEL a=b c='d e'", "LABEL a b", "EXPOSE 80", "STOPSIGNAL 9", "MAINTAINER me", "WORKDIR /"),
    *("ENTRYPOINT a", "ONBUILD RUN a", "RUN", "ADD --unpack --keep-git-dir http://x /"),
]


@pytest.mark.parametrize("line", FINE)
def test_instructions_that_ask_for_nothing(line: str) -> None:
    assert asked(f"FROM x\n{line}\n") == NOTHING


LONG = "a" * 60_000
LONG_TEXTS = [
    ("instruction", f"FROM x\n{LONG} b\n"),
    ("directive", f"# escape={LONG}\nFROM x\n"),
    ("heredoc", f"FROM x\nRUN <<{LONG}\n"),
    ("stage", f"FROM x AS s\nCOPY --from={LONG} a /\nFROM x AS {LONG}\nFROM s\n"),
    ("pattern", f"FROM x\nCOPY ${{a#{LONG}\\a}} /\n"),
]


@pytest.mark.parametrize("text", [c[1] for c in LONG_TEXTS], ids=[c[0] for c in LONG_TEXTS])
def test_a_message_stays_short(text: str) -> None:
    assert len(refusal(text)[1]) <= 201


SYNTAX = "# syntax=docker/dockerfile:1\n"


@pytest.mark.parametrize("line", ["COPPY a /", "COPY --form=x a /", "RUN --mount --new=a b"])
def test_another_syntax_may_know_more(line: str) -> None:
    assert refusal(f"FROM x\n{line}\nCOPY a /\n")[0] == 2
    if "--mount" not in line:
        assert asked(f"{SYNTAX}FROM x\n{line}\nCOPY a /\n") == copied("a")
