"""Many include lists as one rule set say what each says alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctxguard.context.walking.inclusion import COPY_ALL, Inclusion, include_rules
from tests.context.trees import NAMES, PARTS

LIST = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), min_size=1, max_size=3)
PATH = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(lists=st.lists(LIST, min_size=1, max_size=4), path=PATH)
def test_each_list_as_alone(lists: list[list[str]], path: str) -> None:
    found = Inclusion(lists, transfers=[]).of_path(path)
    alone = [number for number, paths in enumerate(lists, start=1) if _includes(paths, path)]
    assert found == (COPY_ALL, *alone)


@given(
    lists=st.lists(LIST, min_size=1, max_size=3), folder=PATH, names=st.lists(NAMES, unique=True)
)
def test_a_folder_at_once_or_path_by_path(
    lists: list[list[str]], folder: str, names: list[str]
) -> None:
    inclusion = Inclusion(lists, transfers=[])
    asked = inclusion.root
    for name in folder.split("/"):
        asked = inclusion.enter(asked, name)
    alike, each = inclusion.look(asked, names)
    expected = [inclusion.of_path(f"{folder}/{name}") for name in names]
    assert (list(each) or [alike] * len(names)) == expected


def test_below_what_is_settled_nothing_is_asked() -> None:
    inclusion = Inclusion([["src"], ["docs/*.md"]], transfers=[1])
    assert inclusion.enter(inclusion.root, "src").rules is None
    assert inclusion.enter(inclusion.root, "media").rules is None
    assert inclusion.enter(inclusion.root, "docs").rules is not None
    assert inclusion.transfers == {COPY_ALL, 1}


def test_a_path_that_makes_no_rule() -> None:
    inclusion = Inclusion([[" "], ["a"]], transfers=[])
    assert inclusion.of_path("a") == (COPY_ALL, 2)
    assert inclusion.of_path("b") == (COPY_ALL,)


def _includes(paths: list[str], path: str) -> bool:
    *_, (_, decision) = include_rules(paths).trace(path)
    return decision.excluded
