"""Verdicts with what is installed, their sizes, and what else comes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.dependencies import Dependencies, Dependency, Verdict
from ctxguard.deps.assessing import assess
from ctxguard.deps.declared.declaring import declared
from ctxguard.deps.installed.distribution import Distribution, Installed
from tests.conftest import Tree

MakeTree = Callable[..., str]


def dist(
    name: str,
    modules: str,
    *requires: str,
    size: int = 1,
    plugs: tuple[tuple[str, str], ...] = (),
    commands: str = "",
) -> Distribution:
    return Distribution(
        name, name, "1", size, requires, frozenset(modules.split()), frozenset(commands.split()),
        plugs,
    )  # fmt: skip


def judged(root: str, *found: Distribution) -> Dependencies:
    installed = Installed("here", {each.key: each for each in found}, {}, ("a problem",))
    return assess(root, declared(root), installed if found else None)


def verdicts(found: Dependencies) -> dict[str, str]:
    return {row.key: row.verdict.value for row in found.rows}


def row_of(found: Dependencies, key: str) -> Dependency:
    (row,) = [row for row in found.rows if row.key == key]
    return row


def test_modules_as_they_are_installed(make_tree: MakeTree) -> None:
    tree: Tree = {"requirements.txt": "acme\nother\n", "a.py": "import kernel.parts\n"}
    root = make_tree(tree)
    assert verdicts(judged(root)) == {"acme": "needs-verification", "other": "needs-verification"}
    found = judged(root, dist("acme", "kernel"), dist("other", "other_parts"))
    assert verdicts(found) == {"acme": "used", "other": "unused"}
    assert found.problems == ("a problem",)


def test_what_is_needed_near_and_far(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "top\nbelow\nlone\n", "a.py": "import top\n"})
    found = judged(
        root,
        dist("top", "top", "middle"),
        dist("middle", "middle", "below"),
        dist("below", "below"),
        dist("lone", "lone", "below"),
    )
    assert verdicts(found) == {"top": "used", "below": "used", "lone": "unused"}
    assert row_of(found, "below").evidence[0].message == "needed by top"


def test_metadata_counts_before_what_is_known(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "requests\nurllib3\n", "a.py": "import requests\n"})
    assert verdicts(judged(root))["urllib3"] == "used"
    found = judged(root, dist("requests", "requests"), dist("urllib3", "urllib3"))
    assert verdicts(found)["urllib3"] == "unused"


def test_an_extra_that_nobody_asks_for(make_tree: MakeTree) -> None:
    tree: Tree = {"requirements.txt": "top\nbelow\n", "a.py": "import top\n"}
    below = (dist("top", "top", "below; extra == 'more'"), dist("below", "below"))
    assert verdicts(judged(make_tree(tree), *below))["below"] == "unused"
    root = make_tree({**tree, "requirements.txt": "top[more]\nbelow\n"}, "again")
    assert verdicts(judged(root, *below))["below"] == "used"


def test_a_plugin_by_its_entry_points(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "top\nplug\n", "a.py": "import top\n"})
    plug = dist("plug", "plug", plugs=(("top.plugins", "x"), ("console", "y")))
    found = row_of(judged(root, dist("top", "top"), plug), "plug")
    assert found.verdict is Verdict.NEEDS_VERIFICATION
    assert found.question == "Is it wanted there? top loads it by itself."


def test_a_part_of_another_package(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "top\npart\n", "a.py": "import top\n"})
    found = judged(root, dist("top", "top"), dist("part", "top.part"))
    assert verdicts(found) == {"top": "used", "part": "needs-verification"}


def test_programs_as_they_are_installed(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "acme\n", "Procfile": "web: run-it now\n"})
    assert verdicts(judged(root, dist("acme", "a", commands="run-it"))) == {"acme": "used"}
    assert verdicts(judged(root)) == {"acme": "needs-verification"}
    assert verdicts(judged(root, dist("acme", "a"))) == {"acme": "unused"}


def test_sizes(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "top\nlone\nlight\ngone\n", "a.py": "import top\n"})
    found = judged(
        root,
        dist("top", "top", "shared", size=100),
        dist("lone", "lone", "shared", "only", size=10),
        dist("shared", "shared", size=1_000),
        dist("only", "only", size=5),
        dist("light", "light", size=2),
    )
    rows = [(row.name, row.version, row.bytes, row.exclusive_bytes) for row in found.rows]
    assert rows == [
        ("lone", "1", 10, 15),
        ("light", "1", 2, 2),
        ("gone", None, None, None),
        ("top", "1", 100, 100),
    ]
    sums = {each.verdict.value: (each.packages, each.bytes, each.unknown) for each in found.sums}
    assert sums == {
        "used": (1, 1_100, 0), "needs-verification": (0, 0, 0), "development": (0, 0, 0),
        "unused": (3, 17, 1),
    }  # fmt: skip
    assert (found.measured, found.bytes) == ("here", 1_117)


def test_without_anything_to_measure(make_tree: MakeTree) -> None:
    found = judged(make_tree({"requirements.txt": "six\n"}))
    assert (found.measured, found.bytes) == (None, None)
    assert [(row.bytes, row.version) for row in found.rows] == [(None, None)]


def test_what_is_imported_and_not_declared(make_tree: MakeTree) -> None:
    tree: Tree = {
        "requirements.txt": "six\n",
        "a.py": "import yaml\nimport kernel\nimport lib.b\n",
        "x": {"lib": {"b.py": ""}},
    }
    found = judged(make_tree(tree))
    assert [(each.module, each.place.line) for each in found.undeclared] == [
        ("yaml", 1),
        ("kernel", 2),
    ]


def test_a_module_that_something_installed_brings_is_no_riddle(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "top\nacme\n", "a.py": "import top, middle\n"})
    found = judged(root, dist("top", "top", "middle"), dist("middle", "middle"))
    assert verdicts(found) == {"top": "used", "acme": "unused"}


def test_a_package_of_two_parts(make_tree: MakeTree) -> None:
    root = make_tree(
        {
            "a": {"requirements.txt": "six\nredis\n", "a.py": "import six\n"},
            "b": {"requirements.txt": "six\n", "b.py": ""},
        }
    )
    found = judged(root, dist("six", "six", size=7), dist("redis", "redis", size=5))
    rows = [(row.name, row.verdict.value, row.declared[0].file) for row in found.rows]
    assert rows == [
        ("redis", "unused", "a/requirements.txt"),
        ("six", "unused", "b/requirements.txt"),
        ("six", "used", "a/requirements.txt"),
    ]
    assert [row.exclusive_bytes for row in found.rows] == [5, 0, 7]
    assert {each.verdict.value: each.bytes for each in found.sums if each.bytes} == {
        "used": 7,
        "unused": 5,
    }


def test_a_package_that_no_part_keeps(make_tree: MakeTree) -> None:
    root = make_tree({name: {"requirements.txt": "six\n", "a.py": ""} for name in ("a", "b")})
    found = judged(root, dist("six", "six", size=7))
    assert [row.exclusive_bytes for row in found.rows] == [7, 7]
    assert [each.bytes for each in found.sums if each.bytes] == [7]


@pytest.mark.parametrize(
    ("name", "there", "told"),
    [
        pytest.param("six", (), "no file imports six", id="known"),
        pytest.param("acme", (), "no file imports acme, a guess from its name", id="unknown"),
        pytest.param("acme", (dist("acme", "ac"),), "no file imports ac", id="installed"),
    ],
)
def test_what_an_unused_one_rests_on(
    make_tree: MakeTree, name: str, there: tuple[Distribution, ...], told: str
) -> None:
    found = judged(make_tree({"requirements.txt": f"{name}\n"}), *there)
    row = row_of(found, name)
    assert (row.verdict, row.evidence[0].message) == (Verdict.UNUSED, told)


def test_packages_that_do_the_same_job(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "requests\nhttpx\naiohttp\n", "a.py": "import httpx\n"})
    found = judged(root)
    assert row_of(found, "httpx").redundant_with == ("aiohttp", "requests")


def test_only_some_evidence_is_told(make_tree: MakeTree) -> None:
    root = make_tree({"requirements.txt": "six\n", "a.py": "import six\n" * 50})
    assert len(row_of(judged(root), "six").evidence) == 5
