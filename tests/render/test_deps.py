"""Packages of a project as a person sees them: on any terminal, whatever their names hold."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ctxguard.dependencies import (
    Dependencies,
    Dependency,
    Evidence,
    Place,
    Undeclared,
    Verdict,
    VerdictBytes,
    Why,
)
from ctxguard.deps.checks import findings
from ctxguard.deps.proof.trial import Outcome, Proof, Trial
from ctxguard.render import deps_remarks
from ctxguard.render.deps import Assessed, render, text
from ctxguard.render.deps_split import diff_text, missed_text, proof_text
from ctxguard.render.look import Terminal
from ctxguard.render.table import cells
from ctxguard.report import Limit, Tier
from tests.cli import documents
from tests.golden.canonical import HOSTILE

PLACE = Place("requirements.txt", 2)
USED = Dependency(
    "flask", Verdict.USED,
    (
        Evidence(Why.IMPORT, "imported as flask", Place("app/web.py", 12)),
        Evidence(Why.IMPORT, "imported as flask", Place("app/views.py", 3)),
    ),
    (PLACE,), version="3.0.3", bytes=337_000, exclusive_bytes=1_750_000, key="flask",
)  # fmt: skip
UNUSED = Dependency(
    "opencv-python-headless", Verdict.UNUSED, (Evidence(Why.IMPORT, "no file imports cv2"),),
    (Place("requirements.txt", 10),), version="4.10.0.84", bytes=141_520_000,
    exclusive_bytes=198_880_000, key="opencv-python-headless",
)  # fmt: skip
QUESTION = "Does a URL from outside of the project name it as broker, cache or store of something?"
DOUBTFUL = Dependency(
    "redis", Verdict.NEEDS_VERIFICATION, (Evidence(Why.PLUGIN, "celery can load it by itself"),),
    (Place("requirements.txt", 15),), QUESTION, key="redis",
)  # fmt: skip
TOOL = Dependency(
    "black", Verdict.DEVELOPMENT, (Evidence(Why.TOOL, "a known tool of developers"),), (PLACE,),
    bytes=5, exclusive_bytes=5, key="black",
)  # fmt: skip


def sums(*rows: Dependency) -> tuple[VerdictBytes, ...]:
    def of(verdict: Verdict) -> VerdictBytes:
        own = [row for row in rows if row.verdict is verdict]
        size = sum(row.exclusive_bytes or 0 for row in own)
        return VerdictBytes(verdict, len(own), size, sum(row.bytes is None for row in own))

    return tuple(map(of, Verdict))


def assessed(
    *rows: Dependency,
    measured: str | None = "the virtual environment .venv",
    undeclared: Sequence[Undeclared] = (),
    problems: tuple[str, ...] = (),
    limit: int | None = None,
) -> Assessed:
    found = Dependencies(rows, sums(*rows), measured, tuple(undeclared), problems)
    held = None
    if limit is not None and found.bytes is not None:
        held = Limit("dependencies", Tier.CRITICAL, "bytes", limit, found.bytes)
    return Assessed("/p", "p", ("requirements.txt",), found, findings(found, "p"), held)


ALL = assessed(UNUSED, TOOL, DOUBTFUL, USED)
PLAIN = Terminal(width=None)


def test_for_a_person() -> None:
    assert text(ALL, PLAIN) == (
        "Dependencies of /p: 4 packages, 200.63MB with what they need\n"
        "  unused                 1   198.88MB\n"
        "  development            1         5B\n"
        "  needs verification     1         0B  1 of unknown size\n"
        "  used                   1     1.75MB\n"
        "  sizes are those in the virtual environment .venv\n"
        "\n"
        "Unused: they can go\n"
        "        own     frees\n"
        "   141.52MB  198.88MB opencv-python-headless 4.10.0.84  requirements.txt:10  "
        "no file imports cv2\n"
        "\n"
        "For development alone\n"
        "        own     frees\n"
        "         5B        5B black  requirements.txt:2  a known tool of developers\n"
        "\n"
        "Needs verification\n"
        "        own     frees\n"
        "          ?         ? redis  requirements.txt:15  celery can load it by itself\n"
        f"    {QUESTION}\n"
        "\n"
        "Used\n"
        "        own     frees\n"
        "   337.00kB    1.75MB flask 3.0.3  app/web.py:12  imported as flask\n"
        "\n"
        "`ctxguard deps split p` shows requirements for production alone\n"
    )


def test_without_sizes() -> None:
    shown = text(assessed(replace(UNUSED, version=None), measured=None), PLAIN)
    assert "Dependencies of /p: 1 package\n  unused                 1\n" in shown
    assert "  opencv-python-headless  requirements.txt:10  no file imports cv2\n" in shown
    assert "?" not in shown
    assert "own" not in shown


def test_only_the_sums() -> None:
    brief = text(ALL, Terminal(width=None, brief=True))
    assert text(ALL, PLAIN).startswith(brief)
    assert len(brief.splitlines()) == 6


def test_all_that_speaks_for_a_verdict() -> None:
    whole = text(ALL, PLAIN, whole=True)
    start = " " * len("   337.00kB    1.75MB flask 3.0.3  ")
    assert f"{start}app/views.py:3  imported as flask\n" in whole
    assert f"{start}declared in requirements.txt:2\n" in whole
    assert "app/views.py" not in text(ALL, PLAIN)


def test_of_many_that_are_used() -> None:
    rows = [replace(USED, name=f"p{at}", key=f"p{at}") for at in range(50)]
    assert "  and 30 more; -v shows all\n" in text(assessed(*rows), PLAIN)
    whole = text(assessed(*rows), PLAIN, whole=True)
    assert " p49 3.0.3 " in whole
    assert "more;" not in whole


@pytest.mark.parametrize("width", [60, 72, 80, 100, 132])
def test_no_line_is_too_long(width: int) -> None:
    long = replace(USED, name="a-name-" * 4 + "x", evidence=(Evidence(Why.URL, "w" * 200, PLACE),))
    rows = (UNUSED, TOOL, DOUBTFUL, USED, long)
    for given in (assessed(*rows), assessed(*rows, measured=None)):
        shown = text(given, Terminal(width=width))
        # A command is never cut.
        *lines, _command = shown.splitlines()
        assert [line for line in lines if cells(line) > width] == []
        # The question is what a person has to answer: nothing of it is cut.
        assert QUESTION in " ".join(shown.split())


def test_colors_only_if_wanted() -> None:
    assert "\x1b[" not in text(ALL, PLAIN)
    colored = text(ALL, Terminal(width=None, color=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text(ALL, PLAIN)
    assert "\x1b[31m\x1b[1mUnused" in colored


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (
            199_000_000,
            "CRITICAL: over the limit of 199.00MB for all packages, by 1.63MB",
        ),
        (
            201_000_000,
            "OK: within budget, 370.00kB left to the limit of 201.00MB for all packages",
        ),
    ],
)
def test_the_verdict(limit: int, words: str) -> None:
    given = assessed(UNUSED, TOOL, DOUBTFUL, USED, limit=limit)
    assert text(given, Terminal(width=None, brief=True)).splitlines()[1] == words
    unknown = replace(given, unweighed=("redis", "celery", "flower", "x"))
    verdict = text(unknown, PLAIN).splitlines()[1]
    assert verdict.startswith("CRITICAL" if "CRITICAL" in words else "INCOMPLETE: 4 packages have")


def test_what_is_missing_in_production() -> None:
    shown = text(assessed(replace(USED, for_production=False)), PLAIN)
    assert (
        "Used, and declared for development alone\n"
        "  flask 3.0.3  app/web.py:12  imported as flask\n"
    ) in shown
    assert "deps split" not in shown


def test_what_does_the_same_job() -> None:
    one = replace(USED, name="httpx", key="httpx", redundant_with=("requests",))
    other = replace(UNUSED, name="requests", key="requests", redundant_with=("httpx",))
    assert "  httpx and requests  used, and unused\n" in text(assessed(one, other), PLAIN)
    both = replace(other, verdict=Verdict.USED)
    assert "  httpx and requests  both used\n" in text(assessed(one, both), PLAIN)


def test_what_is_declared_nowhere() -> None:
    places = [Place(f"app/{at:02}.py", 1) for at in range(12)]
    few = [Undeclared("yaml", place) for place in places]
    assert "  yaml  app/00.py:1 and 11 more\n" in text(assessed(undeclared=few), PLAIN)
    many = [Undeclared(f"m{place.file[4:6]}", place) for place in places]
    shown = text(assessed(undeclared=many, problems=("x cannot be read",)), PLAIN)
    assert "  m09  app/09.py:1\n  and 2 more; -v shows all\n" in shown
    assert "Problems\n  x cannot be read\n" in shown


EVIL = assessed(
    replace(
        UNUSED, name=HOSTILE, version=HOSTILE, question=HOSTILE, key=HOSTILE,
        evidence=(Evidence(Why.IMPORT, HOSTILE, Place(HOSTILE, 1)),), declared=(Place(HOSTILE, 1),),
    ),
    replace(
        USED, name=HOSTILE, key="x", redundant_with=(HOSTILE,),
        evidence=(Evidence(Why.IMPORT, HOSTILE),),
    ),
    measured=HOSTILE, undeclared=[Undeclared(HOSTILE, Place(HOSTILE, 1))],
    problems=(HOSTILE, "::error::x.txt:1: no", " ::error::y"),
)  # fmt: skip
EVIL = replace(EVIL, project=f"/{HOSTILE}", named=HOSTILE, files=(HOSTILE,), unweighed=(HOSTILE,))
BAD = ("\x1b", "\u202e", "\n::error::", "##[error]", "\udcff")


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("width", [None, 60, 80])
def test_hostile_names(width: int | None, whole: bool) -> None:
    shown = text(EVIL, Terminal(width=width), whole=whole)
    assert [each for each in BAD if each in shown] == []
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())


@pytest.mark.parametrize("format_", ["github", "sarif"])
def test_hostile_names_in_lists(format_: str) -> None:
    shown = deps_remarks.render(EVIL, format_, "")
    assert [each for each in BAD if each in shown] == []
    lines = shown.splitlines()
    if format_ == "github":
        assert all(re.match(r"::(error|warning|notice) ", each) for each in lines)
    else:
        assert json.loads(shown)["runs"][0]["results"]


def test_hostile_names_in_json() -> None:
    document = documents.deps(render(EVIL))
    assert document["project_b64"]
    assert document["dependencies"][0]["declared"][0]["file_b64"]


def test_json() -> None:
    document = documents.deps(render(ALL))
    assert document["files"] == ["requirements.txt"]
    assert document["measured"] == "the virtual environment .venv"
    assert document["bytes"] == 200_630_005
    assert document["sums"]["needs-verification"] == {"packages": 1, "bytes": 0, "unknown": 1}
    assert [each["name"] for each in document["dependencies"]] == [
        "opencv-python-headless", "black", "redis", "flask",
    ]  # fmt: skip
    assert document["dependencies"][2] == {
        "name": "redis",
        "verdict": "needs-verification",
        "for_production": True,
        "redundant_with": [],
        "bytes": None,
        "exclusive_bytes": None,
        "version": None,
        "evidence": [
            {
                "kind": "plugin",
                "message": "celery can load it by itself",
                "file": None,
                "line": None,
            }
        ],
        "question": QUESTION,
        "declared": [{"file": "requirements.txt", "line": 15}],
    }
    assert [each["code"] for each in document["findings"]] == ["PKG001", "PKG002", "PKG003"]


def test_json_without_sizes() -> None:
    document = documents.deps(render(assessed(UNUSED, measured=None)))
    assert (document["measured"], document["bytes"]) == (None, None)


def test_annotations() -> None:
    given = assessed(UNUSED, TOOL, limit=1, problems=("x.txt:1: no",))
    shown = deps_remarks.render(given, "github", "sub").splitlines()
    assert shown == [
        "::error file=sub/requirements.txt,title=Packages over budget (critical-dependencies)::"
        "over the limit of 1B for all packages, by 198.88MB",
        "::warning file=sub/requirements.txt,line=10,title=Unused package (PKG001)::"
        "opencv-python-headless is not needed: no file imports cv2, 198.88MB at stake"
        "%0AFix: take it out, or have files written without it, with `ctxguard deps split p`",
        "::warning file=sub/requirements.txt,line=2,"
        "title=Development package in production (PKG002)::"
        "black is for development, and a production install has it: a known tool of developers, "
        "5B at stake%0AFix: move it to the requirements for development, "
        "with `ctxguard deps split p`",
        "::warning file=sub/requirements.txt,title=Packages%2C not looked at (dependencies)::"
        "x.txt:1: no",
    ]


def test_many_annotations() -> None:
    rows = [replace(UNUSED, name=f"p{at}", key=f"p{at}") for at in range(30)]
    shown = deps_remarks.render(assessed(*rows), "github", "").splitlines()
    assert len(shown) == 10
    assert shown[-1].startswith("::warning title=Dependencies::21 more: PKG001;")


def test_sarif() -> None:
    (run,) = json.loads(deps_remarks.render(ALL, "sarif", ""))["runs"]
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == ["PKG001", "PKG002", "PKG003"]
    assert [each["properties"]["bytes"] for each in run["results"]] == [198_880_000, 5, 0]
    lighter = assessed(replace(UNUSED, exclusive_bytes=1, declared=(Place("requirements.txt", 3),)))
    (other,) = json.loads(deps_remarks.render(lighter, "sarif", ""))["runs"]
    prints = [each["results"][0]["partialFingerprints"] for each in (run, other)]
    assert prints[0] == prints[1]


def test_differences_are_harmless() -> None:
    given = "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+# \x1b[31m\u202e ##[error]\n"
    given += "-old\r\n ::error::x\n"
    shown = diff_text(given, Terminal())
    assert shown.splitlines() == [
        "--- /dev/null", "+++ b/x", "@@ -0,0 +1,2 @@", "+# \\x1b[31m\\u202e #\\x23[error]", "-old",
        " \\x3a:error::x",
    ]  # fmt: skip
    colored = diff_text(given, Terminal(color=True))
    assert "\x1b[31m-old\x1b[0m" in colored
    assert "\x1b[31m\u202e" not in colored
    assert diff_text("", Terminal()) == ""


def trial(removed: str | None, outcome: Outcome, code: int | None, *gone: str) -> Trial:
    output = ("first\x1b[2J", "::error::x", "last  ") if outcome is Outcome.FAILED else ()
    return Trial(removed, gone, outcome, code, output)


def test_a_proof() -> None:
    proof = Proof(
        "pytest \x1b[31m",
        (
            trial(None, Outcome.PASSED, 0),
            trial("moviepy", Outcome.PASSED, 0, "decorator", "moviepy"),
            trial("celery", Outcome.UNCHANGED, None),
            trial("redis", Outcome.STOPPED, None, "redis"),
            trial("flask", Outcome.FAILED, 1, "flask"),
            trial("httpx", Outcome.FAILED, -11, "httpx"),
        ),
        ("line 3, \"-e .\", is not installed: it does not come from an index",),
    )  # fmt: skip
    assert proof_text(proof, "requirements-prod.txt", Terminal()).splitlines() == [
        "`pytest \\x1b[31m` with requirements-prod.txt",
        '  line 3, "-e .", is not installed: it does not come from an index',
        "  passes",
        "  passes without moviepy and 1 package that only it needs",
        "  nothing to try without celery: others that are installed need it",
        "  FAILS: it took too long without redis",
        "  FAILS: exit code 1 without flask",
        "    | first\\x1b[2J",
        "    | ::error::x",
        "    | last",
        "  FAILS: signal 11 without httpx",
        "    | first\\x1b[2J",
        "    | ::error::x",
        "    | last",
    ]
    assert missed_text([proof]) == "the command does not do without redis, flask, httpx"


def test_a_proof_that_proves_nothing() -> None:
    proof = Proof("x", (trial(None, Outcome.FAILED, 1),), ())
    assert "even with all" in missed_text([proof])
