"""The stream of entries: each with the decision on it and the reason."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings

from ctxguard.context.entries import Entry, EntryStream
from ctxguard.context.tree.given import worktree
from ctxguard.context.walking.views import wire_order
from ctxguard.errors import MeasureError, PatternError
from ctxguard.measurement import Backend, EntryKind
from tests.conftest import Fifo, Hardlink, Socket, Symlink, Tree
from tests.context.measuring import (
    BOTH,
    Watched,
    all_paths,
    entries_of,
    request_for,
    shown,
)
from tests.context.trees import RULES, TREES, fresh_roots, plant

__all__ = ["fresh_roots"]
BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
Make = Callable[..., str]
DF: Tree = {"Dockerfile": ""}


def told(entry: Entry) -> str:
    """`+` what is sent or `-` what is not, and why: one line of a listing."""
    sign = "+" if entry.included else "-"
    rule = f" {entry.rule.line}:{entry.rule.text}" if entry.rule is not None else ""
    pruned = " pruned" if entry.pruned else ""
    return f"{sign} {shown(entry)} {entry.because.value}{rule}{pruned}"


def everything(root: str, backend: Backend = BUILDKIT) -> list[str]:
    return [told(entry) for entry in entries_of(root, backend, everything=True)]


# (what, rules, tree, what is told for BuildKit, what for the classic builder)
FATES: list[tuple[str, str, Tree, list[str], list[str]]] = [
    (
        "no rule",
        "",
        {"a": {"b": ""}},
        ["+ a/ no-rule", "+ a/b no-rule"],
        ["+ a/ no-rule", "+ a/b no-rule"],
    ),
    (
        "a rule, and the folder it prunes",
        "a\nb",
        {"a": {"x": ""}, "b": "", "c": ""},
        ["- a/ rule 1:a pruned", "- b rule 2:b", "+ c no-rule"],
        ["- a/ rule 1:a pruned", "- b rule 2:b", "+ c no-rule"],
    ),
    (
        "a folder that is sent for what lies below it",
        "a\n!a/k",
        {"a": {"k": "", "x": ""}},
        ["+ a/ ancestor 1:a", "+ a/k rule 2:!a/k", "- a/x rule 1:a"],
        ["- a/ rule 1:a", "+ a/k rule 2:!a/k", "- a/x rule 1:a"],
    ),
    (
        "one that was entered for nothing",
        "a\n!a/k",
        {"a": {"b": "", "x": {"k": ""}}, "c": ""},
        ["- a/ rule 1:a", "- a/b rule 1:a", "- a/x/ rule 1:a pruned", "+ c no-rule"],
        ["- a/ rule 1:a", "- a/b rule 1:a", "- a/x/ rule 1:a pruned", "+ c no-rule"],
    ),
    (
        "the classic builder does not understand wildcards here",
        "a\n!*/k",
        {"a": {"k": ""}},
        ["+ a/ ancestor 1:a", "+ a/k rule 2:!*/k"],
        ["- a/ rule 1:a pruned"],
    ),
    (
        "several folders wait, some in vain",
        "*\n!**/k",
        {"a": {"b": {"x": ""}, "c": {"k": "", "x": ""}, "d": {"x": ""}}, "e": {"x": ""}, "k": ""},
        [
            "+ a/ ancestor 1:*",
            "- a/b/ rule 1:*",
            "- a/b/x rule 1:*",
            "+ a/c/ ancestor 1:*",
            "+ a/c/k rule 2:!**/k",
            "- a/c/x rule 1:*",
            "- a/d/ rule 1:*",
            "- a/d/x rule 1:*",
            "- e/ rule 1:*",
            "- e/x rule 1:*",
            "+ k rule 2:!**/k",
        ],
        ["- a/ rule 1:* pruned", "- e/ rule 1:* pruned", "+ k rule 2:!**/k"],
    ),
    (
        "an empty folder that is excluded, but entered",
        "*\n!**/k",
        {"a": {}, "b": {}},
        ["- a/ rule 1:*", "- b/ rule 1:*"],
        ["- a/ rule 1:* pruned", "- b/ rule 1:* pruned"],
    ),
    (
        "an exception that had nothing to take back is no reason",
        "!a\nb",
        {"a": "", "b": ""},
        ["+ a no-rule", "- b rule 2:b"],
        ["+ a no-rule", "- b rule 2:b"],
    ),
    (
        "the folder's name goes on",
        "a\n!a/k",
        {"a": {"k": ""}, "a.b": "", "ab": {"k": ""}},
        [
            "+ a/ ancestor 1:a",
            "+ a/k rule 2:!a/k",
            "+ a.b no-rule",
            "+ ab/ no-rule",
            "+ ab/k no-rule",
        ],
        [
            "- a/ rule 1:a",
            "+ a/k rule 2:!a/k",
            "+ a.b no-rule",
            "+ ab/ no-rule",
            "+ ab/k no-rule",
        ],
    ),
]


@BOTH
@pytest.mark.parametrize(
    ("rules", "tree", "expected"),
    [(rules, tree, {BUILDKIT: mine, LEGACY: other}) for _, rules, tree, mine, other in FATES],
    ids=[row[0] for row in FATES],
)
def test_fates(
    rules: str,
    tree: Tree,
    expected: dict[Backend, list[str]],
    backend: Backend,
    make_tree: Make,
) -> None:
    root = make_tree(dict(tree) | {"Dockerfile": "", ".dockerignore": rules})
    files = (".dockerignore", "Dockerfile")
    found = [
        told(entry)
        for entry in entries_of(root, backend, everything=True)
        if entry.path not in files
    ]
    assert found == expected[backend]
    included = [told(entry) for entry in entries_of(root, backend) if entry.path not in files]
    assert included == [row for row in found if row.startswith("+")]


def test_files_that_the_classic_builder_forces_in(make_tree: Make) -> None:
    root = make_tree({**DF, ".dockerignore": "*\n!f", "f": ""})
    assert everything(root, LEGACY) == [
        "+ .dockerignore forced",
        "+ Dockerfile forced",
        "+ f rule 2:!f",
    ]
    assert everything(root, BUILDKIT) == [
        "- .dockerignore rule 1:*",
        "- Dockerfile rule 1:*",
        "+ f rule 2:!f",
    ]


def test_what_the_user_brings_back_is_not_forced(make_tree: Make) -> None:
    root = make_tree({**DF, ".dockerignore": "*\n!D*"})
    assert everything(root, LEGACY) == ["+ .dockerignore forced", "+ Dockerfile rule 2:!D*"]


def test_a_forced_name_is_a_pattern(make_tree: Make) -> None:
    root = make_tree({".dockerignore": "D*", "D?": "", "Dx": ""})
    found = [told(entry) for entry in entries_of(root, LEGACY, file="D?", everything=True)]
    assert found == ["+ .dockerignore no-rule", "+ D? forced", "+ Dx forced"]


def test_the_rule_says_where_it_stands(make_tree: Make) -> None:
    root = make_tree({**DF, "Dockerfile.dockerignore": "# c\n\n /a/ \r\n", "a": ""})
    (entry,) = (entry for entry in entries_of(root, everything=True) if not entry.included)
    assert entry.rule is not None
    assert (entry.rule.source, entry.rule.line) == ("Dockerfile.dockerignore", 3)
    assert (entry.rule.raw, entry.rule.text) == (" /a/ ", "a")


def test_kinds_and_bytes(make_tree: Make) -> None:
    tree: Tree = {
        ".dockerignore": "x",
        "d": {},
        "f": "12345",
        "g": Hardlink("f"),
        "l": Symlink("f"),
        "p": Fifo(),
        "s": Socket(),
        "x": "12345",
    }
    root = make_tree(tree)
    found = {
        entry.path: (entry.kind, entry.bytes, entry.hardlink_of)
        for entry in entries_of(root, everything=True)
    }
    assert found == {
        ".dockerignore": (EntryKind.FILE, 1, None),
        "d": (EntryKind.DIRECTORY, 0, None),
        "f": (EntryKind.FILE, 5, None),
        "g": (EntryKind.FILE, 0, "f"),
        "l": (EntryKind.SYMLINK, 0, None),
        "p": (EntryKind.FIFO, 0, None),
        "s": (EntryKind.SOCKET, 0, None),
        "x": (EntryKind.FILE, 0, None),
    }


@pytest.mark.parametrize("all_of_them", [False, True], ids=["sent", "everything"])
def test_the_first_entry_comes_before_the_last_folder_is_listed(
    all_of_them: bool, make_tree: Make
) -> None:
    folders: Tree = {f"d{number}": {"f": ""} for number in range(9)}
    root = make_tree({**DF, **folders})
    source = Watched(worktree(root))
    stream = iter(EntryStream(request_for(root, source=source), everything=all_of_them))
    assert source.listed == []
    assert next(stream).path == "Dockerfile"
    assert source.listed == ["", "d0"]
    assert [entry.path for entry in itertools.islice(stream, 4)] == ["d0", "d0/f", "d1", "d1/f"]
    assert "d3" not in source.listed
    assert len(list(stream)) == 14
    assert source.listed[-1] == "d8"


def test_only_a_folder_whose_fate_is_open_holds_the_stream_back(make_tree: Make) -> None:
    root = make_tree(
        {
            **DF,
            ".dockerignore": "a\nb\n!a/z/k\n!b/k",
            "a": {"x": "", "z": {"x": ""}},
            "b": {"a": "", "k": "", "z": ""},
            "c": {"f": ""},
            "d": {"f": ""},
        }
    )
    source = Watched(worktree(root))
    stream = iter(EntryStream(request_for(root, source=source), everything=True))
    seen: dict[str, list[str]] = {}
    for entry in stream:
        seen[entry.path] = list(source.listed)
    assert "b" in seen["a"]
    assert "c" not in seen["a"]
    assert "d" not in seen["b/k"]


@BOTH
def test_what_the_backend_refuses(backend: Backend, make_tree: Make) -> None:
    bad = make_tree({**DF, ".dockerignore": "a["}, "bad")
    with pytest.raises(PatternError):
        EntryStream(request_for(bad, backend), everything=False)
    late = make_tree({**DF, ".dockerignore": "x[z-a]"}, "late")
    stream = EntryStream(request_for(late, backend), everything=False)
    with pytest.raises(PatternError):
        list(stream)


def test_an_ignore_file_that_only_one_backend_refuses(make_tree: Make) -> None:
    root = make_tree({**DF, ".dockerignore": {}})
    assert [entry.path for entry in entries_of(root)] == [".dockerignore", "Dockerfile"]
    with pytest.raises(MeasureError, match="is a directory"):
        EntryStream(request_for(root, LEGACY), everything=False)


def test_context_and_problems(make_tree: Make) -> None:
    root = make_tree({".dockerignore": "d\n!d/keep\nd", "d": {"keep": "x"}})
    stream = EntryStream(request_for(root), everything=False)
    assert (stream.context.root, stream.context.backend) == (root, BUILDKIT)
    assert (stream.context.dockerfile, stream.context.ignore_file) == (None, ".dockerignore")
    assert len(list(stream)) == 3
    assert [(problem.code, problem.path) for problem in stream.problems] == [
        ("no-dockerfile", "Dockerfile"),
        ("sent-empty", "d/keep"),
    ]
    assert stream.complete


# ── laws ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@BOTH
@settings(max_examples=100, deadline=None)
@given(tree=TREES, rules=RULES)
def test_included_and_excluded_are_all_there_is(
    backend: Backend, tree: Tree, rules: list[str], fresh_roots: Iterator[str]
) -> None:
    root = plant(next(fresh_roots), tree, rules)
    found = entries_of(root, backend, everything=True)
    paths = [entry.path for entry in found]
    assert len(set(paths)) == len(paths)
    pruned = {entry.path for entry in found if entry.pruned}
    assert set(paths) == {
        path
        for path in all_paths(root)
        if not any(path[:at] in pruned for at, char in enumerate(path) if char == "/")
    }
    assert not any(entry.included for entry in found if entry.path in pruned)
    assert paths == sorted(paths, key=wire_order)
    included = [entry for entry in found if entry.included]
    assert included == entries_of(root, backend)
    assert all(entry.bytes == 0 for entry in found if not entry.included)


@BOTH
@settings(max_examples=60, deadline=None)
@given(tree=TREES, rules=RULES)
def test_a_rule_that_cannot_match_changes_nothing(
    backend: Backend, tree: Tree, rules: list[str], fresh_roots: Iterator[str]
) -> None:
    plain = plant(next(fresh_roots), tree, rules)
    more = plant(next(fresh_roots), tree, [*rules, "no/such/name", "!no/such*"])
    seen = [
        [told(entry) for entry in entries_of(root, backend, everything=True)]
        for root in (plain, more)
    ]
    assert seen[0] == seen[1]
