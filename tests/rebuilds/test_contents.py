"""Laws of digests that are kept up to date: they are what a look at everything would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxguard.context.tree.locate import Governing
from ctxguard.context.walking.views import BuildKitView
from ctxguard.ignore.builders import Descent
from ctxguard.ignore.reader import read_rules
from ctxguard.ignore.spec import DockerIgnoreSpec
from ctxguard.rebuilds.contents import Contents
from ctxguard.rebuilds.selection import Selection
from ctxguard.rebuilds.sending import Sending
from ctxguard.rebuilds.tree import Change, Files, as_entry

Found = Mapping[str, tuple[str, str]]
SELECTIONS = (
    Selection(""),
    Selection("a"),
    Selection("a/b"),
    Selection("b"),
    Selection("*", is_pattern=True),
    Selection("a/*", is_pattern=True),
    Selection("", excludes=("b", "**/c")),
)
RULES = ("", "a\n", "**/b\n", "a\n!a/b\n", "*\n!b/c\n", "*\n!**/c\n", "a/b\n!a/b/c\n")
_NAMES = st.sampled_from(("a", "b", "c"))
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_ENTRIES = st.sampled_from((("644", "1"), ("644", "2"), ("755", "1"), ("120000", "1")))


def _is_tree(found: Found) -> bool:
    """Whether nothing is both a file and a folder."""
    return not any(path.startswith(f"{other}/") for path in found for other in found)


_TREES = st.dictionaries(_PATHS, _ENTRIES, max_size=6).filter(_is_tree)


def sending(rules: str) -> Sending:
    spec = DockerIgnoreSpec.from_rules(read_rules(rules.encode(), "x"))
    governing = Governing(spec, Descent.buildkit(spec.patterns), None)
    return Sending(BuildKitView(governing))


def from_scratch(found: Found, rules: str) -> list[tuple[int, int]]:
    files = Files()
    for path, entry in found.items():
        files.apply(Change(path, None, entry))
    return sums(Contents(sending(rules), files))


def sums(contents: Contents) -> list[tuple[int, int]]:
    return [(each.sum, each.count) for each in map(contents.of, SELECTIONS)]


def changes(before: Found, after: Found) -> list[Change]:
    paths = {*before, *after}
    return [
        Change(path, before.get(path), after.get(path))
        for path in sorted(paths)
        if before.get(path) != after.get(path)
    ]


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(_TREES, min_size=1, max_size=5), st.sampled_from(RULES), st.randoms())
def test_step_by_step_or_anew(trees: Sequence[Found], rules: str, rng: object) -> None:
    """The order of the changes of one commit does not matter either."""
    contents = Contents(sending(rules), Files())
    sums(contents)
    before: Found = {}
    for tree in trees:
        found = changes(before, tree)
        rng.shuffle(found)  # type: ignore[attr-defined]
        contents.apply(found)
        assert sums(contents) == from_scratch(tree, rules)
        before = tree


@settings(deadline=None)
@given(_TREES, st.lists(st.sampled_from(RULES), min_size=2, max_size=4), _TREES)
def test_other_rules_or_anew(tree: Found, rules: Sequence[str], later: Found) -> None:
    contents = Contents(sending(rules[0]), Files())
    sums(contents)
    contents.apply(changes({}, tree))
    for each in rules[1:]:
        contents.govern(sending(each))
        assert sums(contents) == from_scratch(tree, each)
    contents.apply(changes(tree, later))
    assert sums(contents) == from_scratch(later, rules[-1])


@settings(deadline=None)
@given(_TREES, _TREES, st.sampled_from(RULES))
def test_a_way_and_back_changes_nothing(one: Found, other: Found, rules: str) -> None:
    contents = Contents(sending(rules), Files())
    contents.apply(changes({}, one))
    before = sums(contents)
    contents.apply(changes(one, other))
    contents.apply(changes(other, one))
    assert sums(contents) == before


@settings(deadline=None)
@given(_TREES, _TREES)
def test_what_is_elsewhere_does_not_matter(one: Found, other: Found) -> None:
    contents = Contents(sending(""), Files())
    contents.apply(changes({}, one))
    elsewhere = {path: entry for path, entry in other.items() if not path.startswith("b")}
    before = contents.of(Selection("b")).sum
    contents.apply(changes({k: v for k, v in one.items() if not k.startswith("b")}, elsewhere))
    assert contents.of(Selection("b")).sum == before


@pytest.mark.parametrize(
    ("selection", "path", "name"),
    [
        (Selection(""), "a/b", "a/b"),
        (Selection("a"), "a", ""),
        (Selection("a"), "a/b/c", "b/c"),
        (Selection("a"), "ab", None),
        (Selection("a*"), "ab", None),
        (Selection("a*"), "a*", ""),
        (Selection("a*", is_pattern=True), "ab", "ab"),
        (Selection("a*", is_pattern=True), "ab/c", "ab/c"),
        (Selection("x/*.py", is_pattern=True), "x/a.py", "a.py"),
        (Selection("x/*.py", is_pattern=True), "x", None),
        (Selection("x/*.py", is_pattern=True), "x/y/a.py", None),
        (Selection("", excludes=("*.md",)), "a.md", None),
        (Selection("d", excludes=("x",)), "d/x/y", None),
        (Selection("d", excludes=("x",)), "x", None),
        (Selection("d", excludes=("[",)), "d/x", "x"),
    ],
)
def test_the_name_within_a_selection(selection: Selection, path: str, name: str | None) -> None:
    assert selection.name_of(path) == name


@pytest.mark.parametrize(
    ("mode", "entry"),
    [
        ("100644", ("644", "x")),
        ("100664", ("644", "x")),
        ("100755", ("755", "x")),
        ("120000", ("120000", "x")),
        ("160000", ("folder", "")),
    ],
)
def test_what_of_an_entry_counts(mode: str, entry: tuple[str, str]) -> None:
    assert as_entry(mode, "x") == entry
