"""What each instruction asks for."""

from __future__ import annotations

import pytest

from ctxguard.dockerfile.mounts import Mount, read_mount
from ctxguard.dockerfile.words import WordError
from tests.dockerfile.reading import ALL, NOTHING, asked, copied, demanded, refusal

SOURCES = [
    ("nothing", "RUN true", NOTHING),
    ("one", "COPY a /", copied("a")),
    ("several", "COPY b a c /", copied("a", "b", "c")),
    ("twice", "COPY a /\nADD a /", copied("a")),
    ("one within the other stays", "COPY src src/x /", copied("src", "src/x")),
    ("keyword in small letters", "copy a /", copied("a")),
    ("sorted by bytes", "COPY b B \U0001f600 \uffee /", [["B", "b", "\uffee", "\U0001f600"]]),
    ("wildcards stay", "COPY *.py a?/[x]\\* /", copied("*.py", "a?/[x]*")),
    ("escaped star", "COPY a\\\\* /", copied("a\\*")),
    ("dot", "COPY . /", ALL),
    ("dot and slash", "COPY ./ /", ALL),
    ("slash", "COPY / /", ALL),
    ("two slashes", "COPY // /", ALL),
    ("above the root", "COPY .. /", ALL),
    ("empty string", 'COPY "" /', ALL),
    ("everything beside a path", "COPY a . /", ALL),
    ("leading slash", "COPY /a /", copied("a")),
    ("leading dot", "COPY ./a /", copied("a")),
    ("dot inside", "COPY a/./b /", copied("a/b")),
    ("above inside", "COPY a/../b /", copied("b")),
    ("above and down", "COPY ../../a /", copied("a")),
    ("trailing slash", "COPY a/ /", copied("a")),
    ("trailing dot", "COPY a/. /", copied("a")),
    ("slashes inside", "COPY a//b /", copied("a/b")),
    ("--exclude does not count", "COPY --exclude=b a /", copied("a")),
    ("other flags", "COPY --link --chown=1:1 --chmod=755 a /", copied("a")),
    ("pivot of --parents", "COPY --parents a/./b /", copied("a/b")),
    ("ADD of http", "ADD http://x/y /", NOTHING),
    ("ADD of https", "ADD https://x/y /", NOTHING),
    ("ADD of both", "ADD https://x/y a /", copied("a")),
    ("ADD of a scheme in capitals", "ADD HTTP://x/y /", copied("HTTP:/x/y")),
    ("ADD of a variable URL", "ENV U=http://x\nADD $U/y /", NOTHING),
    ("ADD of git by http", "ADD https://github.com/x/y.git#main /", NOTHING),
    ("git adds a path that is not there", "ADD git@x.y:z.git /\nCOPY a /",
     copied("a", "git@x.y:z.git")),
    ("checksum of a URL", "ADD --checksum=sha256:1 http://x/y /", NOTHING),
    ("URL with --from", "COPY --from=nginx http://x/y /", NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"), [c[1:] for c in SOURCES], ids=[c[0] for c in SOURCES]
)
def test_sources(lines: str, expected: list[list[str]]) -> None:
    assert asked(f"FROM scratch\n{lines}\n") == expected


MOUNTS = [
    ("bind", "type=bind,source=a,target=/m", copied("a")),
    ("bind is the default", "source=a", copied("a")),
    ("src", "src=a", copied("a")),
    ("last one counts", "source=a,src=b", copied("b")),
    ("no source", "target=/m", ALL),
    ("empty source", "source=,target=/m", ALL),
    ("unset source", "source=$U,target=/m", ALL),
    ("keys in any case", "TYPE=Bind,SOURCE=a,Target=/m", copied("a")),
    ("type in any case", "type=CACHE,source=a", NOTHING),
    ("readonly", "source=a,ro,readonly,rw=false", copied("a")),
    ("variable", "source=$V/x", copied("v/x")),
    ("comma of a variable does not split", "source=$C", copied("a,from=b")),
    ("type of a variable", "type=$T,source=a", NOTHING),
    ("quotes", '"source=a b"', copied("a b")),
    ("comma in quotes of its own", "'\"source=a,b\"'", copied("a,b")),
    ("escaped dollar expands still", "source=\\$V", copied("v")),
    ("cleaned", "source=../a/./b/", copied("a/b")),
    ("from a stage", "from=s,source=a", NOTHING),
    ("from an image", "from=nginx,source=a", NOTHING),
    ("from nothing", "from=,source=a", copied("a")),
    ("cache", "type=cache,source=a,target=/m", NOTHING),
    ("secret", "type=secret,id=a", NOTHING),
    ("ssh", "type=ssh", NOTHING),
    ("tmpfs alone", "type=tmpfs,target=/m", NOTHING),
]
MOUNT_STAGE = "FROM x AS s\nFROM x\nENV V=v C='a,from=b' T=cache\n"


@pytest.mark.parametrize(("value", "expected"), [c[1:] for c in MOUNTS], ids=[c[0] for c in MOUNTS])
def test_mounts(value: str, expected: list[list[str]]) -> None:
    assert asked(f"{MOUNT_STAGE}RUN --mount={value} true\n") == expected


TOGETHER = [
    ("two binds", "RUN --mount=source=a --mount=source=b true", copied("a", "b")),
    ("tmpfs takes the filter off COPY", "COPY a /\nRUN --mount=type=tmpfs,target=/m true", ALL),
    ("tmpfs from a stage does not", "COPY a /\nRUN --mount=type=tmpfs,from=y true", copied("a")),
    ("cache does not", "COPY a /\nRUN --mount=type=cache,target=/m true", copied("a")),
    ("bind and COPY", "COPY a /\nRUN --mount=source=b true", copied("a", "b")),
    ("not a flag", "RUN true --mount=source=a", NOTHING),
    ("other flags of RUN", "RUN --network=none --security=insecure true", NOTHING),
]


@pytest.mark.parametrize(
    ("lines", "expected"), [c[1:] for c in TOGETHER], ids=[c[0] for c in TOGETHER]
)
def test_mounts_together(lines: str, expected: list[list[str]]) -> None:
    assert asked(f"FROM x\n{lines}\n") == expected


MOUNTS_REFUSED = [
    ("unknown key", "sauce=a", "unexpected key 'sauce'"),
    ("key without a value", "source", "must be a key=value pair"),
    ("empty field", "source=a,,ro", "unexpected key ''"),
    ("variable in from", "from=$S", "'from' doesn't support variable expansion"),
    ("quote inside a field", '\\"a\\"b', "csv"),
    ("quote in a bare field", 'source=a\\"b', "csv"),
    ("quote that stays open", '\\"source=a', "csv"),
]


@pytest.mark.parametrize(
    ("value", "words"), [c[1:] for c in MOUNTS_REFUSED], ids=[c[0] for c in MOUNTS_REFUSED]
)
def test_mounts_refused(value: str, words: str) -> None:
    line, message = refusal(f"FROM x\nRUN --mount={value} true\nFROM x\nCOPY a /\n")
    assert line == 2
    assert words in message


def test_read_mount_keeps_what_matters() -> None:
    assert read_mount("TYPE=Cache,from=Base,src=$x", str.upper) == Mount("cache", "Base", "$X")
    assert read_mount("type=$t,src=$x", None) == Mount("$t", "", "$x")
    with pytest.raises(WordError, match="unsupported mount type"):
        read_mount("type=$t", str)


def test_asks_know_their_instruction() -> None:
    found = demanded("FROM x AS s\nCOPY a /\nFROM s\nRUN --mount=source=b \\\n true\nADD c d /\n")
    told = [(ask.path, ask.instruction.keyword, ask.instruction.line) for ask in found.asks]
    assert told == [("a", "COPY", 2), ("b", "RUN", 4), ("c", "ADD", 6), ("d", "ADD", 6)]
    assert found.target.number == 1
    assert found.used


def test_names_that_are_not_utf8_keep_their_bytes() -> None:
    found = demanded(b"FROM x\nCOPY \xff\xfe a /\n")
    assert found.follow_paths == ("a", "\udcff\udcfe")
