"""Every check, on the examples of its page: found, not found, and gone once its fix is followed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ctxguard.context.drafting import scene_of
from ctxguard.context.evidence.files import MANY
from ctxguard.context.evidence.gather import Looking, evidence
from ctxguard.context.measure import measure
from ctxguard.context.tracking import tracking_of
from ctxguard.errors import MeasureError
from ctxguard.finding import Finding, Severity
from ctxguard.guard.checks import secrets
from ctxguard.guard.lint import CHECKS, Check, lint
from ctxguard.guard.secrets import suspects
from ctxguard.ignore.editing import edited
from ctxguard.measurement import Backend
from tests.conftest import File, Tree
from tests.context.measuring import BOTH, request_for, sent_paths
from tests.context.trees import RULES, TREES, fresh_roots, plant
from tests.git.repositories import make_repo
from tests.loops import one_loop

__all__ = ["fresh_roots"]

MakeTree = Callable[..., str]
PAGES = Path(__file__).parents[2] / "docs" / "checks"
BY_HAND = {f"CTX{number:03}" for number in (1, 9, 10, 11, 18, 19, 21, *range(28, 34), 35)}
"""Checks that name no change of a file: somebody has to decide."""
FEWER = 100
"""Where a page has so many files, the test has one."""
_NAMED = re.compile(r"`([^`]+)`(?: of (\d+) MB)?(?: with ([\d,]+) files)?")
_FENCED = re.compile(r"`([^`\n]+)`:\n\n```\n(.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """What a page says."""

    title: str
    severity: str
    found: str
    not_found: str


def page(code: str) -> Page:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    head = re.match(r"# (.*)\n\nSeverity: (\w+)\.\n", text)
    assert head is not None
    title, severity = head.groups()
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(sections) == ["Found", "Not found", "Mend it"]
    return Page(title, severity, sections["Found"], sections["Not found"])


def tree(section: str) -> Tree:
    """The files of an example; those that only have a name hold a kilobyte."""
    found: dict[str, Any] = {"Dockerfile": "FROM scratch\nCOPY . /\n"}
    listed = re.search(r"^Files: ([^;\n]*)", section, re.MULTILINE)
    assert listed is not None
    for path, megabytes, many in _NAMED.findall(listed[1]):
        here = found
        *folders, name = path.split("/")
        for folder in folders:
            here = here.setdefault(folder, {})
        if many:
            here |= {f"{at}.txt": "x" for at in range(int(many.replace(",", "")) // FEWER)}
        else:
            here[name] = File(size=int(megabytes) * 1_000_000) if megabytes else "x" * 1000
    return {**found, **dict(_FENCED.findall(section))}


def planted(said: str, make_tree: MakeTree, name: str) -> str:
    """The example on the disk, in git if it says so."""
    root = make_tree(tree(said), name)
    in_git = re.search(r"; in git: (.*)$", said, re.MULTILINE)
    if in_git is not None:
        repo = make_repo(root)
        repo.git("add", "--", *re.findall(r"`([^`]+)`", in_git[1]))
    return root


def linted(root: str) -> list[Finding]:
    scene = scene_of(request_for(root))
    tracking = tracking_of(scene.request.source)
    return lint(evidence(scene, Looking(suspects, tracking, twins=True)), scene)


def codes(root: str) -> list[str]:
    return [finding.code for finding in linted(root)]


@pytest.fixture(autouse=True)
def _fewer_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctxguard.context.evidence.files.MANY", MANY // FEWER)


EVERY = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)


@EVERY
def test_its_page(check: Check, make_tree: MakeTree) -> None:
    said = page(check.code)
    assert said.title == f"{check.code}: {check.title}"
    assert said.severity == check.severity.value
    root = planted(said.found, make_tree, "found")
    found = [finding for finding in linted(root) if finding.code == check.code]
    assert found
    assert {finding.severity for finding in found} == {check.severity}
    assert check.code not in codes(planted(said.not_found, make_tree, "other"))


@EVERY
def test_its_fix_makes_it_silent(check: Check, make_tree: MakeTree) -> None:
    root = planted(page(check.code).found, make_tree, "found")
    before = measure(request_for(root)).size.bytes
    for finding in linted(root):
        if finding.code != check.code or finding.fix is None or not finding.fix.edits:
            continue
        ignore = Path(root, finding.fix.edits[0].file)
        text = ignore.read_bytes()
        ignore.write_bytes(edited(text, finding.fix.edits))
        assert check.code not in codes(root)
        if ignore.name == "Dockerfile":
            return  # The bytes are those of the image: see `test_steps`.
        saved = before - measure(request_for(root)).size.bytes
        if check.code == secrets.CODE:
            saved += len(ignore.read_bytes()) - len(text)
        if check.severity is not Severity.NOTE:
            assert max(0, saved) == finding.bytes
        return
    assert check.code in BY_HAND


def test_the_list_of_checks() -> None:
    listed = (PAGES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \| (.*) \|", listed)
    assert rows == [(check.code, check.code, check.severity.value, check.title) for check in CHECKS]
    assert [check.code for check in CHECKS] == sorted({check.code for check in CHECKS})
    assert {path.stem for path in PAGES.glob("CTX*.md")} == {check.code for check in CHECKS}


@pytest.mark.parametrize(
    ("above", "silent"),
    [
        ("# ctxguard: ignore CTX005", True),
        ("#ctxguard:ignore CTX004, CTX005", True),
        ("# ctxguard: ignore CTX004", False),
        ("# nothing to see", False),
    ],
)
def test_a_comment_silences_a_check(make_tree: MakeTree, above: str, *, silent: bool) -> None:
    root = make_tree({".dockerignore": f"{above}\nold\n", "a": "1"})
    assert ("CTX005" not in codes(root)) == silent


@pytest.mark.slow
@BOTH
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, rules=RULES, more=RULES)
def test_rules_that_are_not_needed_can_go(
    fresh_roots: Iterator[str], backend: Backend, *, tree: Tree, rules: list[str], more: list[str]
) -> None:
    """All of them at once."""
    rules = [*rules, *more]
    root = plant(next(fresh_roots), tree, rules)
    try:
        uses = evidence(scene_of(request_for(root, backend))).uses
    except MeasureError:
        return
    before = sent_paths(root, backend)
    lines = {use.rule.line for use in uses if not use.needed}
    kept = [rule for number, rule in enumerate(rules, start=1) if number not in lines]
    Path(root, ".dockerignore").write_text("\n".join(kept), encoding="utf-8")
    assert sent_paths(root, backend) == before


HOSTILE = {
    "braces": lambda at: f"{{a{at},b{at}}}",
    "names": lambda at: f"*{at}",
    "the same": lambda _: "a",
    "comments": lambda at: f"x{at} # c",
    "exceptions": lambda at: f"!x{at}" if at % 2 else f"x{at}",
    "alternatives": lambda at: f"a{at}|*",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_many_rules_take_no_time(make_tree: MakeTree, kind: str) -> None:
    rules = "\n".join(map(HOSTILE[kind], range(10_000)))
    root = make_tree({".dockerignore": rules, "a": {str(at): "x" for at in range(50)}})
    unit = one_loop()
    before = time.process_time()
    assert linted(root)
    assert time.process_time() - before < 150 * max(unit, one_loop())
