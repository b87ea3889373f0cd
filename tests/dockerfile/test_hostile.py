"""Dockerfiles of a megabyte that were made to take long: none does."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from ctxguard.errors import DockerfileError
from tests.dockerfile.reading import demanded
from tests.loops import one_loop

MOST_LOOPS = 30
"""What a text may take, in units of a loop that takes about a twelfth of a second."""
MOST_KILOBYTES = 200 << 10
"""More than an interpreter that has read only this module."""
READ = None
"""It is read; all others are refused, with these words."""

TOO_MUCH = "far too much"
HEAD = "FROM scratch\n"
LONG = f"{HEAD}ENV v={'a' * 60_000}\n"


def over_lines(start: str, part: str, end: str = "", lines: int = 16) -> str:
    """One instruction of a megabyte; no line of it is longer than may be."""
    line = part * (60_000 // len(part.encode()))
    return HEAD + start + f"{line}\\\n" * lines + f"{end}\n"


def chain(first: str, following: str, count: int = 10_000) -> str:
    return first + "".join(following.format(i, i + 1) for i in range(count))


SHAPES = {
    "one long line": (f"{HEAD}COPY {'a ' * 500_000}", "65535"),
    "a long directive": (f"# escape={' ' * 1_000_000}\\", "65535"),
    "blanks in a directive": (f"# check=x{' ' * 60_000}y\n{HEAD}", READ),
    "directives without a value": (f"# check={' ' * 60_000}\n{HEAD}", READ),
    "empty lines": ("\n" * 1_000_000, "no instructions"),
    "blank lines": (HEAD + f"{' ' * 60_000}\n" * 16, READ),
    "comments in an instruction": (f"{HEAD}COPY a \\\n{'# x' * 9}\n" * 30_000 + "b", READ),
    "many instructions": (HEAD + "COPY a b\n" * 100_000, READ),
    "many assignments": (HEAD + "ENV a=$a\n" * 50_000, READ),
    "many short continuations": (f"{HEAD}RUN x" + "\\\n" * 400_000, READ),
    "stages by FROM": (chain("FROM x AS s0\n", "FROM s{0} AS s{1}\n"), READ),
    "stages by --from": (
        chain("FROM x AS s0\n", "FROM x AS s{1}\nCOPY --from=s{0} a b\n"),
        READ,
    ),
    "stages by index": (chain("FROM x\n", "FROM x\nCOPY --from={0} a b\n"), READ),
    "stages by mount": (
        chain("FROM x AS s0\n", "FROM x AS s{1}\nRUN --mount=from=s{0} a\n"),
        READ,
    ),
    "doubling": (f"{HEAD}ENV a=xx\n" + "ENV a=$a$a\n" * 1000 + "COPY $a /\n", "more than"),
    "doubling once more": (LONG + "COPY $v$v /\n" * 80_000, TOO_MUCH),
    "wide characters": (
        f"{HEAD}ENV v={chr(0x1F600) * 15_000}\n" + chain("", "ENV b{0}=$v$v$v$v$v$v$v\n"),
        TOO_MUCH,
    ),
    "nested words": (f"{HEAD}COPY {'${a:-' * 9_000}{'}' * 9_000} /\n", "nested too deeply"),
    "nested in quotes": (
        over_lines("COPY a ", '"${a:-'),
        "nested too deeply",
    ),
    "single quotes": (f"{HEAD}COPY {chr(39) * 50_000} /\n", READ),
    "quotes over lines": (over_lines("ENV a=", "'\""), "more than"),
    "dollars": (over_lines("COPY a ", "$", " /"), READ),
    "escapes": (HEAD + "\\ " * 30_000 + "\n", "unknown instruction"),
    "a long heredoc": (f"{HEAD}COPY <<A /\n" + "x\n" * 500_000 + "A\n", READ),
    "many heredocs": (over_lines("COPY ", "<<A ", " /", 8) + "A\n" * 120_000, READ),
    "heredocs without an end": (HEAD + "COPY <<A /\nA\n" * 40_000 + "COPY <<B /\n", "unterminated"),
    "deep JSON": (over_lines("COPY a ", "[").replace("COPY a ", "COPY "), "at least two"),
    "deep JSON of objects": (over_lines("COPY ", '[{"a":'), "at least two"),
    "JSON of many strings": (over_lines("COPY [", '"a", ', '"b"]'), READ),
    "JSON of a long number": (over_lines("COPY [", "1", "]"), "only string type"),
    "stars": (f"{LONG}COPY ${{v//*a*a*a/x}} /\n", READ),
    "stars, many times": (LONG + "COPY ${v//*a*a*a/x} /\n" * 40_000, TOO_MUCH),
    "any character, many times": (LONG + "COPY ${v//?/x} /\n" * 40_000, TOO_MUCH),
    "no match, many times": (LONG + "COPY ${v%%*b*a?c} /\n" * 40_000, TOO_MUCH),
    "many in a word": (LONG + over_lines("COPY ", "${v##a*}", " /")[len(HEAD) :], TOO_MUCH),
    "long patterns": (LONG + chain("ENV w=b\n", "COPY ${{w##{0}${{v}}}} /\n"), TOO_MUCH),
    "a long pattern on a long value": (f"{LONG}COPY ${{v//{'a?' * 9_000}b/x}} /\n", TOO_MUCH),
    "integers in --from": (HEAD + f"COPY --from={'9' * 60_000} a /\n" * 16, "stage name"),
    "zeros in --from": (f"FROM x\nFROM x\nCOPY --from={'0' * 60_000} a /\n", READ),
    "flags": (over_lines("RUN ", "--mount=type=cache,target=m ", "x"), READ),
    "flags of one kind": (over_lines("COPY ", "--exclude=a ", "a /"), READ),
    "fields of a mount": (over_lines("RUN --mount=", "source=a,", "target=/m x"), READ),
    "quoted fields of a mount": (
        over_lines("RUN --mount=", '\\"source=a\\",', "target=/m x"),
        READ,
    ),
    "folders to work in": (HEAD + "WORKDIR a\n" * 100_000 + "COPY a /\n", READ),
    "sources": (over_lines("COPY ", "a ", "/", 10), READ),
    "unset sources": (over_lines("COPY ", "$a ", "/", 8), READ),
    "a path going up": (f"{HEAD}COPY {'a/../' * 12_000} /\n", READ),
    "triggers in many stages": (
        "FROM x AS a\n" + "ONBUILD ENV a=b\n" * 30_000 + "FROM a\n" * 60_000,
        "far too often",
    ),
    "global ARGs": (chain("", "ARG a{1}=$a{0}x\n", 50_000) + HEAD, READ),
    "pairs": (over_lines("ENV ", "a=$a "), READ),
}


def outcome(text: str) -> str | None:
    """Words of the refusal, or None."""
    try:
        found = demanded(text)
    except DockerfileError as error:
        return error.message
    assert found.follow_paths is None or all(found.follow_paths)
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_takes_no_time(name: str) -> None:
    text, words = SHAPES[name]
    unit = one_loop()
    start = time.process_time()
    found = outcome(text)
    taken = time.process_time() - start
    unit = max(unit, one_loop())
    assert (found is None) == (words is None), found
    assert words is None or words in (found or "")
    assert taken < MOST_LOOPS * unit


MEASURE = """
import resource, sys
from tests.dockerfile.test_hostile import SHAPES, outcome
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
outcome(SHAPES[sys.argv[1]][0])
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss differs")
@pytest.mark.parametrize("name", ["sources", "wide characters"])
def test_takes_no_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, name], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MOST_KILOBYTES
