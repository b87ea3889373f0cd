"""Which line of the ignore file is about what came into an image all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctxguard.errors import MeasureError
from ctxguard.finding import Finding
from ctxguard.image.checks import findings
from ctxguard.image.measuring import ImageRequest, measure_image
from ctxguard.image.opening import Named
from ctxguard.image.ruling import Rules, Ruling
from ctxguard.place import place
from tests.conftest import Tree
from tests.image.archives import save_of

Make = Callable[..., str]


def rules_of(root: str, **flags: Any) -> Rules:
    found = place(root, None, None)
    return Rules(found.request(found.settings(flags)))


def about(root: str, path: str, **flags: Any) -> Ruling:
    found = rules_of(root, **flags).about(path)
    assert found is not None
    return found


CASES: dict[str, tuple[Tree, str, tuple[str | None, int | None, str]]] = {
    "a rule that keeps it out": (
        {".dockerignore": "# x\n*.log\ndata/\n", "data": {"a": "x"}},
        "app/data",
        (".dockerignore", 3, "data/ keeps data out now"),
    ),
    "a rule for a folder above it": (
        {".dockerignore": "web\n", "web": {"node_modules": {"a": "x"}}},
        "app/web/node_modules",
        (".dockerignore", 1, "web keeps web/node_modules out now"),
    ),
    "an exception": (
        {".dockerignore": "**/.git\n!web/.git\n", "web": {".git": {"a": "x"}}, ".git": {}},
        "srv/web/.git",
        (".dockerignore", 2, "!web/.git lets web/.git in"),
    ),
    "an exception below it": (
        {".dockerignore": "data\n!data/kept\n", "data": {"kept": "x"}},
        "data",
        (".dockerignore", 1, "data keeps data out now, but for what an exception lets in"),
    ),
    "a rule in vain, then one that counts": (
        {".dockerignore": "!.git\n.git\n", ".git": {}},
        ".git",
        (".dockerignore", 2, ".git keeps .git out now"),
    ),
    "what is not there any more": (
        {".dockerignore": "**/node_modules\n"},
        "app/web/node_modules",
        (".dockerignore", 1, "**/node_modules keeps node_modules out now"),
    ),
    "no rule": (
        {".dockerignore": "*.log\n", ".git": {"a": "x"}}, "app/.git",
        (None, None, "no rule matches .git"),
    ),
    "no ignore file": ({".git": {"a": "x"}}, "app/.git", (None, None, "no rule matches .git")),
    "a very long rule": (
        {".dockerignore": f".git{'/.' * 300}\n", ".git": {}},
        ".git",
        (".dockerignore", 1, f".git{'/.' * 38} keeps .git out now"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_line(make_tree: Make, name: str) -> None:
    tree, path, expected = CASES[name]
    found = about(make_tree(tree), path)
    assert (found.file, found.line, found.words) == expected


def test_the_ignore_file_beside_a_dockerfile(make_tree: Make) -> None:
    tree = {
        "Dockerfile": "",
        "b.Dockerfile": "",
        ".git": {},
        "b.Dockerfile.dockerignore": "x\n\n.git\n",
    }
    root = make_tree(tree)
    assert about(root, ".git").line is None
    found = about(root, ".git", dockerfile=f"{root}/b.Dockerfile")
    assert (found.file, found.line) == ("b.Dockerfile.dockerignore", 3)


@pytest.mark.parametrize("ignore", ["", "*.log\n", "**/.git\n!.git\n"])
def test_the_line_to_add_was_tried(make_tree: Make, ignore: str) -> None:
    root = make_tree({".dockerignore": ignore, ".git": {"a": "x"}})
    fix = about(root, "app/.git").fix
    assert fix is not None
    (edit,) = fix.edits
    assert (edit.file, edit.line, edit.insert) == (
        ".dockerignore",
        ignore.count("\n") + 1,
        (".git",),
    )


@pytest.mark.parametrize("path", ["a\0b/.git", f"{'x' * 300}/.git", "\udcff/.git", "../../.git"])
def test_odd_names(make_tree: Make, path: str) -> None:
    assert about(make_tree({".dockerignore": ".git\n"}), path).line == 1


def test_rules_that_are_refused(make_tree: Make) -> None:
    with pytest.raises(MeasureError, match=r"\.dockerignore"):
        rules_of(make_tree({".dockerignore": "!\n"}))


def found_in(tmp_path: Any, rules: Rules | None) -> Finding:
    path = tmp_path / "image.tar"
    path.write_bytes(save_of([{"app/data/a": 5, "app/.git/pack": 400_000}], steps=["COPY . /app"]))
    found = measure_image(ImageRequest(Named(str(path))))
    (finding,) = findings(found.image, found.files, rules)
    return finding


def test_a_finding_names_the_line(make_tree: Make, tmp_path: Any) -> None:
    root = make_tree({".dockerignore": "*.log\n.git\n", ".git": {}})
    without, found = found_in(tmp_path, None), found_in(tmp_path, rules_of(root))
    assert (without.file, without.line) == (None, None)
    assert (found.file, found.line, found.path) == (".dockerignore", 2, "app/.git")
    assert found.message == f"{without.message}; .git keeps .git out now"
    assert without.fix is not None
    assert "write .git into .dockerignore" in without.fix.description
    assert found.fix is not None
    assert found.fix.description.startswith("build it anew with this ignore file")


def test_a_rule_that_docker_fails_at_says_nothing(make_tree: Make, tmp_path: Any) -> None:
    rules = rules_of(make_tree({".dockerignore": "a\n[z-a]\n"}))
    assert rules.about("app/.git") is None
    assert found_in(tmp_path, rules) == found_in(tmp_path, None)
