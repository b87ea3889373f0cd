"""How far each builder goes, and what makes it refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.context.entries import EntryStream
from ctxguard.context.measure import measure
from ctxguard.context.tree.given import worktree
from ctxguard.context.walking.walk import Listing, walk
from ctxguard.errors import MeasureError, PatternError
from ctxguard.measurement import Backend, DormantRule
from tests.conftest import Tree
from tests.context.measuring import BOTH, request_for, sent_paths, view_of

BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY


def entered(root: str, rules: str, *backends: Backend) -> list[str]:
    """The folders that are listed for these builders."""
    views = [view_of(rules, backend) for backend in backends]
    return [step.path for step in walk(worktree(root), views) if isinstance(step, Listing)]


# (what, rules, folders BuildKit is followed into, folders the classic builder is)
TREE: Tree = {
    "lib": {"a": {"x.js": ""}, "x.py": ""},
    "src": {"a": {"b": {"x.py": ""}}, "x.py": ""},
    "top.py": "",
}
ALL = ["lib", "lib/a", "src", "src/a", "src/a/b"]
ENTERED = [
    ("no rules", "", ALL, ALL),
    ("an excluded folder", "lib", ["src", "src/a", "src/a/b"], ["src", "src/a", "src/a/b"]),
    ("a nested one", "src/a", ["lib", "lib/a", "src"], ["lib", "lib/a", "src"]),
    ("everything", "*", [], []),
    ("its entries", "src/**", ["lib", "lib/a", "src"], ["lib", "lib/a", "src"]),
    ("an exception in the root", "*\n!top.py", [], []),
    ("an exception for a folder", "*\n!lib", ["lib", "lib/a"], ["lib", "lib/a"]),
    ("an exception below", "*\n!src/a/b", ["src", "src/a", "src/a/b"], ["src", "src/a", "src/a/b"]),
    ("an exception for a file", "*\n!src/x.py", ["src"], ["src"]),
    ("a name that only begins alike", "*\n!srcs/x", [], []),
    ("a wildcard below a folder", "*\n!src/*.py", ["src"], ["src"]),
    ("a wildcard at the front", "*\n!*/x.py", ["lib", "src"], []),
    ("a wildcard folder", "*\n!src/*/b", ["src", "src/a", "src/a/b"], ["src"]),
    ("anywhere", "*\n!**/x.py", ALL, []),
    ("an exception that came too early", "!src/x.py\n*", [], []),
    ("excluded again", "*\n!src\nsrc/a", ["src"], ["src"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "buildkit", "legacy"), [row[1:] for row in ENTERED], ids=[row[0] for row in ENTERED]
)
def test_folders_that_can_hold_something_are_entered(
    rules: str, buildkit: list[str], legacy: list[str], make_tree: Callable[..., str]
) -> None:
    root = make_tree(TREE)
    assert entered(root, rules, BUILDKIT) == ["", *buildkit]
    assert entered(root, rules, LEGACY) == ["", *legacy]
    assert entered(root, rules, BUILDKIT, LEGACY) == sorted({"", *buildkit, *legacy})


# ── rules that Docker cannot compile ───────────────────────────────────────────────────────────

REASON = "syntax error in pattern"
# (what, rules, tree, whose build fails)
BROKEN: list[tuple[str, str, Tree, set[Backend]]] = [
    ("evaluated", "\\q", {"f": ""}, {BUILDKIT, LEGACY}),
    ("in a class", "x[z-a]", {"f": ""}, {BUILDKIT, LEGACY}),
    ("deeper than what is there", "\\q/f", {"f": ""}, {BUILDKIT, LEGACY}),
    ("nothing to evaluate it on", "\\q", {}, set()),
    ("a plain rule while all is excluded", "*\n\\q", {"f": ""}, set()),
    ("an exception while nothing is excluded", "!\\q", {"f": ""}, set()),
    ("an exception once something is", "f\n!\\q", {"f": ""}, {BUILDKIT, LEGACY}),
    ("an exception, but what is excluded is not there", "g\n!\\q", {"f": ""}, set()),
    ("after the exception that brings it back", "*\n!f\n\\q", {"f": ""}, {BUILDKIT, LEGACY}),
    ("before it", "*\n\\q\n!f", {"f": ""}, set()),
    ("after an exception for what is not there", "*\n!f\n\\q", {"g": ""}, set()),
    ("on a folder that is pruned", "d\nd/\\q", {"d": {"f": ""}}, set()),
    ("on a folder that is not pruned", "d\n!d/k\nd/\\q", {"d": {"f": ""}}, set()),
    ("below a folder that is re-opened", "*\n!m/k\nm/\\q", {"m": {"k": ""}}, {BUILDKIT}),
    ("the same by a wildcard", "*\n!*/k\n*/\\q", {"m": {"k": ""}}, {BUILDKIT}),
]  # fmt: skip


def refusal(root: str, rules: str, backend: Backend) -> MeasureError | None:
    view = view_of(rules, backend)
    assert list(walk(worktree(root), [view]))
    return view.refusal


@BOTH
@pytest.mark.parametrize(
    ("rules", "tree", "fails"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_rule_counts_where_it_is_evaluated(
    rules: str, tree: Tree, fails: set[Backend], backend: Backend, make_tree: Callable[..., str]
) -> None:
    error = refusal(make_tree(tree), rules, backend)
    assert (error is not None) is (backend in fails)
    if error is not None:
        assert isinstance(error, PatternError)
        assert error.reason == REASON
        assert "\\q" in error.pattern or "z-a" in error.pattern


@BOTH
def test_the_measurement_fails_with_the_chosen_builder(
    backend: Backend, make_tree: Callable[..., str]
) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "ok\nx[z-a]\n", "f": ""})
    for attempt in (
        lambda: measure(request_for(root, backend)),
        lambda: list(EntryStream(request_for(root, backend), everything=False)),
    ):
        with pytest.raises(PatternError, match="syntax error in pattern") as caught:
            attempt()
        assert (caught.value.path, caught.value.line) == (".dockerignore", 2)


@pytest.mark.parametrize("rule", ["x[z-a]", "a["], ids=["when evaluated", "when read"])
def test_the_refusal_of_the_other_builder_is_kept(rule: str, make_tree: Callable[..., str]) -> None:
    tree = {"Dockerfile": "", ".dockerignore": "", "Dockerfile.dockerignore": "", "f": "12345"}
    legacy_fails = make_tree(tree | {".dockerignore": rule}, "legacy")
    measured = measure(request_for(legacy_fails, BUILDKIT))
    assert measured.copy_all is not None
    assert measured.legacy is None
    assert REASON in (measured.legacy_reason or "")
    buildkit_fails = make_tree(tree | {"Dockerfile.dockerignore": rule}, "buildkit")
    measured = measure(request_for(buildkit_fails, LEGACY))
    assert measured.copy_all is None
    assert measured.legacy is not None
    assert measured.size.bytes == 5 + len(rule)


@BOTH
def test_a_rule_that_was_never_evaluated_is_dormant(
    backend: Backend, make_tree: Callable[..., str]
) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "**\n\n\\q\n**/x[z-a]\n", "f": ""})
    measured = measure(request_for(root, backend))
    expected = [("\\q", 3), ("**/x[z-a]", 4)]
    assert measured.dormant_rules == tuple(
        DormantRule(rule, REASON, ".dockerignore", line) for rule, line in expected
    )


def test_no_rule_is_dormant_that_docker_can_compile(make_tree: Callable[..., str]) -> None:
    root = make_tree({"Dockerfile": "", ".dockerignore": "never\n*\n!also never\n"})
    assert measure(request_for(root)).dormant_rules == ()


# ── a rule that only the tar's walk meets ──────────────────────────────────────────────────────

# (what, rules, tree, what the classic builder is sent besides the files it forces)
CUT: list[tuple[str, str, Tree, list[str]]] = [
    ("as recorded", "*\n!m/keep\nm/\\keep\n!zz", {"m": {"keep": ""}, "zz": ""}, []),
    (
        "all before it is sent",
        "*\n!m/keep\nm/\\keep\n!a\n!m/a\n!m/z\n!zz",
        {"a": {"x": ""}, "m": {"a": "", "keep": "", "z": ""}, "zz": ""},
        ["a/", "a/x", "m/a"],
    ),
    (
        "in the folders above",
        "*\n!m/n/keep\n!m/o\n!m/z\nm/n/\\keep\n!b\n!mm\n!zz",
        {"b": "", "m": {"n": {"keep": "", "z": ""}, "o": {"x": ""}, "z": ""}, "mm": "", "zz": ""},
        ["b"],
    ),
    (
        "whatever its text would match",
        "*\n!m/keep\nn/\\keep\n!zz",
        {"m": {"keep": ""}, "zz": ""},
        [],
    ),
    (
        "an exception behind it does not save what it names",
        "*\n!m/keep\nm/\\keep\n!m/keep",
        {"m": {"keep": ""}},
        [],
    ),
    (
        "nothing to evaluate it on",
        "*\n!m/keep\nm/\\keep\n!zz",
        {"m": {"other": ""}, "zz": ""},
        ["zz"],
    ),
]


@pytest.mark.parametrize(
    ("rules", "tree", "expected"), [row[1:] for row in CUT], ids=[row[0] for row in CUT]
)
def test_the_tar_ends_at_a_rule_that_only_it_meets(
    rules: str, tree: Tree, expected: list[str], make_tree: Callable[..., str]
) -> None:
    root = make_tree(dict(tree) | {"Dockerfile": "", ".dockerignore": rules})
    sent = [".dockerignore", "Dockerfile", *expected]
    assert sent_paths(root, LEGACY) == sent
    measured = measure(request_for(root, LEGACY))
    assert measured.legacy is not None
    assert measured.legacy.entries == len(sent)
    assert measured.legacy.bytes == 512 * len(sent) + 512 + 1024
