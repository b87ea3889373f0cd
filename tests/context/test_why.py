"""Why a path is in the context or not; and each change that is offered is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.why import Answer, Explainer
from ctxguard.finding import Edit
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Symlink, Tree
from tests.context.measuring import BOTH, request_for
from tests.context.trees import NAMES, RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
Make = Callable[..., str]
COPY_SRC = "FROM scratch\nCOPY src /s/\n"
TREE: Tree = {"Dockerfile": COPY_SRC, "src": {"a.py": "1", "b.log": "2"}, "docs": {"c.md": "3"}}


def answer(root: str, path: str, backend: Backend = Backend.BUILDKIT) -> Answer:
    return Explainer(request_for(root, backend)).answer(path)


def told(found: Answer) -> list[tuple[str, str, bool, bool]]:
    """The trace: rule, what it matches, whether it counts, whether it is ignored then."""
    return [
        (touch.rule.raw if touch.rule else "", touch.matched, touch.effective, touch.ignored)
        for touch in found.trace
    ]


# (what, rules, path, included, trace)
TRACES: list[tuple[str, str, str, bool, list[tuple[str, str, bool, bool]]]] = [
    ("no rule", "x", "src/a.py", True, []),
    ("its own", "src/*.log", "src/b.log", False, [("src/*.log", "src/b.log", True, True)]),
    ("a folder's", "src", "src/a.py", False, [("src", "src", True, True)]),
    (
        "taken back",
        "src\n!src/a.py",
        "src/a.py",
        True,
        [("src", "src", True, True), ("!src/a.py", "src/a.py", True, False)],
    ),
    (
        "lost again",
        "src\n!src/a.py\n**/*.py",
        "src/a.py",
        False,
        [
            ("src", "src", True, True),
            ("!src/a.py", "src/a.py", True, False),
            ("**/*.py", "src/a.py", True, True),
        ],
    ),
    (
        "an exception before its rule",
        "!src/a.py\nsrc",
        "src/a.py",
        False,
        [("!src/a.py", "src/a.py", False, False), ("src", "src", True, True)],
    ),
    ("not there", "src", "src/new/x", False, [("src", "src", True, True)]),
]


@pytest.mark.parametrize(
    ("rules", "path", "included", "trace"), [row[1:] for row in TRACES], ids=[r[0] for r in TRACES]
)
def test_trace(
    rules: str,
    path: str,
    included: bool,
    trace: list[tuple[str, str, bool, bool]],
    make_tree: Make,
) -> None:
    found = answer(make_tree({**TREE, ".dockerignore": rules}), path)
    assert found.included == included
    assert told(found) == trace


# (what, path, transferred, lines of the instructions)
TRANSFERS = [
    ("asked for", "src/a.py", True, [2]),
    ("the folder", "src", True, [2]),
    ("not asked for", "docs/c.md", False, []),
    ("not there, but would be", "src/new", True, [2]),
    ("the root", "", True, []),
]


@pytest.mark.parametrize(
    ("path", "transferred", "lines"), [r[1:] for r in TRANSFERS], ids=[r[0] for r in TRANSFERS]
)
def test_transfer(path: str, transferred: bool, lines: list[int], make_tree: Make) -> None:
    found = answer(make_tree(TREE), path)
    assert found.transferred is transferred
    assert found.sent is transferred
    assert [each.line for each in found.brought_by] == lines


def test_an_ignored_folder_is_sent_for_what_lies_below(make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": "src\n!src/a.py"})
    found = answer(root, "src")
    assert (found.included, found.ancestor, found.transferred) == (True, True, True)
    # The classic builder sends no ancestors.
    found = answer(root, "src", Backend.LEGACY)
    assert (found.included, found.ancestor) == (False, False)


def test_a_folder_that_the_classic_builder_does_not_look_into(make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": "src\n!**/a.py"})
    assert answer(root, "src/a.py").included
    found = answer(root, "src/a.py", Backend.LEGACY)
    assert (found.included, found.closed, found.changes) == (False, "src", ())


def test_what_the_classic_builder_adds(make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": "*"})
    found = answer(root, "Dockerfile", Backend.LEGACY)
    assert found.included
    assert told(found)[-1] == ("", "Dockerfile", True, False)
    assert (found.transferred, found.sent) == (None, True)


REASONS = [
    ("no-dockerfile", None, None),
    ("context-unused", "FROM scratch\n", False),
    ("unknown", "COPPY a /\n", None),
    (None, COPY_SRC, True),
]


@pytest.mark.parametrize(("reason", "text", "transferred"), REASONS)
def test_reason(
    reason: str | None, text: str | None, transferred: bool | None, make_tree: Make
) -> None:
    tree = {name: content for name, content in TREE.items() if name != "Dockerfile"}
    root = make_tree(tree if text is None else {**tree, "Dockerfile": text})
    found = answer(root, "src/a.py")
    assert (found.reason, found.transferred) == (reason, transferred)


def test_another_target(make_tree: Make) -> None:
    text = "FROM scratch AS a\nCOPY docs /d\nFROM scratch\nCOPY src /s\n"
    request = request_for(make_tree({**TREE, "Dockerfile": text}))
    docs = replace(request, build=BuildOptions(target="A"))
    assert [Explainer(each).answer("docs").transferred for each in (request, docs)] == [False, True]


def test_behind_a_link(make_tree: Make) -> None:
    root = make_tree({**TREE, "l": Symlink("src")})
    assert answer(root, "l/a.py").behind_link == "src/a.py"
    assert answer(root, "l").behind_link is None
    assert answer(root, "l").kind is EntryKind.SYMLINK


# ── the changes ────────────────────────────────────────────────────────────────────────────────


def applied(root: str, edit: Edit) -> str:
    """The ignore file with the edit in it, written back; what it was before."""
    file = Path(root, edit.file)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = before.split("\n") if before else []
    at = edit.line - 1
    lines[at : at + edit.delete] = edit.insert
    file.write_text("\n".join(lines), encoding="utf-8")
    return before


PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@BOTH
@settings(max_examples=50, deadline=None)
@given(tree=TREES, rules=RULES, path=PATHS)
def test_each_change_is_true(
    backend: Backend, tree: Tree, rules: list[str], path: str, fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    found = answer(root, path, backend)
    for change in found.changes:
        (edit,) = change.edits
        before = applied(root, edit)
        after = answer(root, path, backend)
        Path(root, edit.file).write_text(before, encoding="utf-8")
        ignored_now = not after.included or after.ancestor
        assert ignored_now == (found.included and not found.ancestor)


def test_there_is_a_change_for_each_answer(make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": "# logs\nsrc/*.log"})
    kept_out = answer(root, "src/b.log").changes
    assert [change.edits[0] for change in kept_out] == [
        Edit(".dockerignore", 2, 1, ()),
        Edit(".dockerignore", 3, 0, ("!src/b.log",)),
    ]
    (one,) = answer(root, "src/a.py").changes
    assert one.edits == (Edit(".dockerignore", 3, 0, ("src/a.py",)),)
    (one,) = answer(make_tree(TREE, name="bare"), "src/a.py").changes
    assert one.edits == (Edit(".dockerignore", 1, 0, ("src/a.py",)),)
