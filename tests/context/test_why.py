"""Why a path is in the context or not; and each change that is offered is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.entries import EntryStream
from ctxguard.context.why import Answer, Explainer
from ctxguard.finding import Edit
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Symlink, Tree
from tests.context.measuring import BOTH, all_paths, request_for, sent_paths
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


@pytest.mark.slow
@BOTH
@settings(max_examples=40, deadline=None)
@given(tree=TREES, rules=RULES, new=st.lists(NAMES, min_size=1, max_size=3).map("/".join))
def test_an_answer_is_what_a_walk_finds(
    backend: Backend, tree: Tree, rules: list[str], new: str, fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    explainer = Explainer(request_for(root, backend))
    sent = {path.rstrip("/") for path in sent_paths(root, backend)}
    for path in all_paths(root):
        found = explainer.answer(path)
        assert found.included == (path in sent)
        assert found.kind is not None
    for path in {*all_paths(root), new}:
        assert_the_trace_leads_to_the_answer(explainer.answer(path))


def assert_the_trace_leads_to_the_answer(found: Answer) -> None:
    if found.behind_link is not None:
        # There is no such path in the context, whatever the rules say.
        assert not found.included
        return
    counting = [touch.ignored for touch in found.trace if touch.effective]
    ignored = bool(counting) and counting[-1]
    assert ignored == (found.ancestor or (not found.included and found.closed is None))
    states = [False, *(touch.ignored for touch in found.trace)]
    for before, touch in zip(states, found.trace, strict=False):
        negated = touch.rule is None or touch.rule.negated
        assert touch.ignored == (not negated if touch.effective else before)
        assert touch.matched == found.path or found.path.startswith(f"{touch.matched}/")
    written = [touch.rule.line for touch in found.trace if touch.rule]
    assert written == sorted(written)


@settings(max_examples=40, deadline=None)
@given(tree=TREES, rules=RULES, asked=st.lists(NAMES, min_size=1, max_size=2).map("/".join))
def test_what_is_sent_is_brought_by_the_one_that_asks(
    tree: Tree, rules: list[str], asked: str, fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    Path(root, "Dockerfile").write_text(f"FROM scratch\nCOPY {asked} /x/\n", encoding="utf-8")
    request = request_for(root)
    sent = {entry.path for entry in EntryStream(request, everything=False, target=True)}
    explainer = Explainer(request)
    for path in all_paths(root):
        found = explainer.answer(path)
        assert found.transferred == (path in sent)
        if found.transferred and not found.ancestor and found.kind is not EntryKind.DIRECTORY:
            assert [each.line for each in found.brought_by] == [2]


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


@pytest.mark.slow
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


def rewritten(root: str, edit: Edit) -> str:
    applied(root, edit)
    return Path(root, edit.file).read_bytes().decode()


# (what, the ignore file, path, the files that come of it)
EDITED = [
    ("without a line end", "src", "src/a.py", ["", "src\n!src/a.py"]),
    ("with one", "src\n", "src/a.py", ["", "src\n!src/a.py\n"]),
    ("blank lines at the end", "src\n\n\n", "src/a.py", ["\n\n", "src\n\n\n!src/a.py\n"]),
    ("comments stay", "# a\nsrc\n# b", "src/a.py", ["# a\n# b", "# a\nsrc\n# b\n!src/a.py"]),
    ("the same twice", "src\nsrc", "src/a.py", ["src\nsrc\n!src/a.py"]),
    ("two rules", "src\n**/*.py", "src/a.py", ["src\n**/*.py\n!src/a.py"]),
    ("an exception that is lost", "!src\nsrc", "src", ["!src", "!src\nsrc\n!src"]),
    ("to keep out", "*.log", "src/a.py", ["*.log\nsrc/a.py"]),
    ("from an empty file", "", "src/a.py", ["src/a.py"]),
]


@pytest.mark.parametrize(
    ("rules", "path", "files"), [row[1:] for row in EDITED], ids=[row[0] for row in EDITED]
)
def test_what_an_edit_makes_of_the_file(
    rules: str, path: str, files: list[str], make_tree: Make
) -> None:
    root = make_tree({**TREE, ".dockerignore": rules})
    found = []
    for change in answer(root, path).changes:
        (edit,) = change.edits
        found.append(rewritten(root, edit).removesuffix("\n"))
        Path(root, ".dockerignore").write_text(rules, encoding="utf-8")
    assert found == [file.removesuffix("\n") for file in files]


ODD = ["#x", "!x", "a*b", "[ab]", "a?", "a\\b", "a b", "{a}", "a+b|c", "^a", "é", "**", "a.b$"]


@pytest.mark.parametrize("name", ODD)
def test_a_change_for_an_odd_name(name: str, make_tree: Make) -> None:
    root = make_tree({**TREE, name: "", "d": {name: ""}, "other": "", ".dockerignore": "other"})
    for path in (name, f"d/{name}"):
        (change,) = answer(root, path).changes
        before = applied(root, change.edits[0])
        assert not answer(root, path).included
        assert answer(root, "src/a.py").included
        back = answer(root, path).changes
        assert len(back) == 2
        for one in back:
            with_line = applied(root, one.edits[0])
            assert answer(root, path).included
            Path(root, ".dockerignore").write_text(with_line, encoding="utf-8")
        Path(root, ".dockerignore").write_text(before, encoding="utf-8")


@pytest.mark.parametrize("name", [" a", "a ", "a\nb", "a\r", "bad\udcff"])
def test_no_change_is_offered_where_no_line_can_say_it(name: str, make_tree: Make) -> None:
    assert answer(make_tree({name: ""}), name).changes == ()


def test_a_line_that_would_not_help_is_not_offered(make_tree: Make) -> None:
    """The classic builder takes a backslash in an exception as a part of the folder's name."""
    root = make_tree({"d*": {"x": ""}, ".dockerignore": "d?"})
    lines = {
        backend: [change.edits[0].insert for change in answer(root, "d*/x", backend).changes]
        for backend in Backend
    }
    assert lines == {Backend.BUILDKIT: [(), ("!d\\*/x",)], Backend.LEGACY: [()]}


def test_what_lies_behind_a_link_is_not_sent_by_that_name(make_tree: Make) -> None:
    tree: Tree = {**TREE, "Dockerfile": "FROM scratch\nCOPY . /\n", "l": Symlink("src")}
    root = make_tree({**tree, ".dockerignore": "src"})
    for path in ("l/a.py", "l/nope"):
        found = answer(root, path)
        assert (found.sent, found.included, found.changes) == (False, False, ())


# (what, file that stands in the way, path, backend)
NO_OFFER: list[tuple[str, Tree, str, Backend]] = [
    ("a line that cannot travel", {}, "a\tb", Backend.BUILDKIT),
    ("an ignore file that is a folder", {".dockerignore": {}}, "a\tb", Backend.BUILDKIT),
    ("one that leads nowhere", {".dockerignore": Symlink("gone")}, "src", Backend.BUILDKIT),
    ("a mark on the first line", {}, "\ufeffa", Backend.BUILDKIT),
    ("what is always added", {".dockerignore": "*"}, "Dockerfile", Backend.LEGACY),
]


@pytest.mark.parametrize(
    ("more", "path", "backend"), [row[1:] for row in NO_OFFER], ids=[row[0] for row in NO_OFFER]
)
def test_nothing_is_offered_that_would_not_do(
    more: Tree, path: str, backend: Backend, make_tree: Make
) -> None:
    found = answer(make_tree({**TREE, "a\tb": "1", "\ufeffa": "1", **more}), path, backend)
    assert found.included
    assert found.changes == ()
