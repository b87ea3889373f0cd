from __future__ import annotations

from typing import Any

import pytest

from ctxguard.errors import PatternError
from ctxguard.ignore import DockerIgnorePattern, DockerIgnoreSpec
from ctxguard.ignore.builders import Descent, forced_lines
from tests.data import docker_vectors
from tests.ignore.walk import spec_of, walk, with_parents

TREES = docker_vectors("tree")


def patterns(*lines: str) -> list[DockerIgnorePattern]:
    return [DockerIgnorePattern(line) for line in lines]


# (lines, folder, the classic builder looks into it, BuildKit does)
DESCENT: list[tuple[list[str], str, bool, bool]] = [
    ([], "d", False, False),
    (["d", "*"], "d", False, False),
    (["# !d/x", "d"], "d", False, False),
    (["d", "!d/keep"], "d", True, True),
    (["d", "!d/keep"], "d/keep", True, True),
    (["d", "!d/keep"], "d/keep/x", False, False),
    (["d", "!d/keep"], "d/other", False, False),
    (["d", "!d/keep"], "dd", False, False),
    (["d", "!dd/keep"], "d", False, False),
    (["!d/keep", "d"], "d", True, True),
    (["*", "!a/b/c"], "a/b", True, True),
    (["*", "!a/b/c"], "b", False, False),
    (["*", "!src/**"], "src", True, True),
    (["*", "!src/**"], "src/a", False, False),
    (["*", "!src/*"], "src", True, True),
    (["*", "!src/*"], "src/a", False, False),
    (["*", "!src/*/**"], "src", True, True),
    (["*", "!src/*/**"], "other", False, False),
    (["*", "!src/**/*"], "src", True, True),
    (["*", "!src/**/*"], "other", False, True),
    (["*", "!src/**/**"], "other", False, True),
    (["*", "!src/*/*"], "other", False, True),
    (["*", "!**"], "other", False, True),
    (["*", "!*"], "other", False, True),
    (["*", "!**/*.py"], "src", False, True),
    (["*", "!*/src"], "p", False, True),
    (["*", "!*/src"], "*", True, True),
    (["*", "!src/*.py"], "src", True, True),
    (["*", "!src/*.py"], "other", False, True),
    (["*", "!a?"], "other", False, True),
    (["*", "![a]"], "other", False, True),
    (["*", "!a]"], "other", False, True),
    (["*", "!^a"], "other", False, True),
    (["*", r"!a\b"], "other", False, True),
    (["*", "!a{2}|b"], "other", False, False),
    (["*", "!a+(b)$."], "other", False, False),
    (["*", "!x", "!y/*z"], "other", False, True),
    (["*", "!/src/"], "src", True, True),
    (["*", "!.."], "a", False, False),
]


@pytest.mark.parametrize(
    ("lines", "folder", "legacy", "buildkit"),
    DESCENT,
    ids=[f"{' '.join(row[0]) or 'no rule'} : {row[1]}" for row in DESCENT],
)
def test_descent(lines: list[str], folder: str, legacy: bool, buildkit: bool) -> None:
    assert Descent.legacy(patterns(*lines)).enters(folder) is legacy
    assert Descent.buildkit(patterns(*lines)).enters(folder) is buildkit


def sent_by_legacy(spec: DockerIgnoreSpec, paths: list[str]) -> set[str]:
    forced = spec.with_forced(forced_lines(spec, "Dockerfile"))
    descent = Descent.legacy(forced.patterns)
    return {
        entry.path
        for entry, decision in walk(
            forced,
            paths,
            lambda entry: not entry.decision.excluded or descent.enters(entry.path),
        )
        if not decision.excluded
    }


def sent_by_buildkit(spec: DockerIgnoreSpec, paths: list[str]) -> set[str]:
    descent = Descent.buildkit(spec.patterns)
    return with_parents(
        entry.path
        for entry, decision in walk(
            spec,
            paths,
            lambda entry: not entry.decision.excluded or descent.enters(entry.path),
        )
        if not decision.excluded
    )


# (lines, tree, what the classic builder sends, what BuildKit sends)
BUILDERS = [
    (
        ["*", "!**/*.py"],
        ["src/a/b.py", "z.py"],
        {"z.py"},
        {"src", "src/a", "src/a/b.py", "z.py"},
    ),
    (["*", "!*/src"], ["p/src/a.py"], set(), {"p", "p/src", "p/src/a.py"}),
    (["d", "!d/keep"], ["d/keep", "d/x"], {"d/keep"}, {"d", "d/keep"}),
    (["*", "!src/**"], ["src/c.py"], {"src/c.py"}, {"src", "src/c.py"}),
    (["d", "!d/keep", "d/*"], ["d/keep"], set(), set()),
    (["**/*.log", "!keep"], ["keep/x.log"], {"keep"}, {"keep"}),
]


@pytest.mark.parametrize(
    ("lines", "tree", "legacy", "buildkit"), BUILDERS, ids=[" ".join(row[0]) for row in BUILDERS]
)
def test_builders_differ(
    lines: list[str], tree: list[str], legacy: set[str], buildkit: set[str]
) -> None:
    assert sent_by_legacy(spec_of(*lines), tree) == legacy
    assert sent_by_buildkit(spec_of(*lines), tree) == buildkit


@pytest.mark.parametrize("row", TREES, ids=lambda row: row["note"])
def test_recorded_trees(row: dict[str, Any]) -> None:
    tree = [*row["tree"], ".dockerignore", "Dockerfile"]
    spec = spec_of(*row["dockerignore"].splitlines())
    assert sent_by_legacy(spec, tree) == {path.rstrip("/") for path in row["legacy"]}
    assert sent_by_buildkit(spec, tree) == {path.rstrip("/") for path in row["buildkit"]}


# (what, lines, Dockerfile, the lines that are added)
FORCED: list[tuple[str, list[str], str | None, list[str]]] = [
    ("no rule", [], "Dockerfile", []),
    ("neither excluded", ["src"], "Dockerfile", []),
    ("all excluded", ["*"], "Dockerfile", ["!.dockerignore", "!Dockerfile"]),
    ("only one", ["Dockerfile"], "Dockerfile", ["!Dockerfile"]),
    ("only the ignore file", [".dockerignore"], "Dockerfile", ["!.dockerignore"]),
    ("Dockerfile from stdin", ["*"], None, ["!.dockerignore"]),
    ("taken back by the rules", ["*", "!Dockerfile", "!.d*"], "Dockerfile", []),
    ("excluded again", ["*", "!*", "D*"], "Dockerfile", ["!Dockerfile"]),
    ("excluded below a folder", ["sub"], "sub/Dockerfile", ["!sub/Dockerfile"]),
    ("excluded two below a folder", ["sub"], "sub/a/Dockerfile", ["!sub/a/Dockerfile"]),
    ("excluded itself at any depth", ["**/Dockerfile"], "a/b/Dockerfile", ["!a/b/Dockerfile"]),
    ("parent as deep as the pattern", ["*/b"], "a/b/Dockerfile", ["!a/b/Dockerfile"]),
    ("parent less deep than the pattern", ["**/sub"], "sub/Dockerfile", []),
    ("parent deeper than the pattern", ["**/b"], "a/b/c/Dockerfile", ["!a/b/c/Dockerfile"]),
    ("parent much deeper than the pattern", ["**/c"], "a/b/c/Dockerfile", []),
    (
        "exception that the weak reading misses",
        ["*", "!**/sub"],
        "sub/D",
        ["!.dockerignore", "!sub/D"],
    ),
    ("broken rule that is met", [r"\q", "*"], "Dockerfile", []),
    ("broken rule behind", ["*", r"\q"], "Dockerfile", ["!.dockerignore", "!Dockerfile"]),
    ("broken exception met", ["*", r"!\q"], "Dockerfile", []),
    ("broken exception not met", ["!\\q", "D*"], "Dockerfile", ["!Dockerfile"]),
    ("comments between", ["# c", "*", "", "# d"], None, ["!.dockerignore"]),
    ("a name with wildcards", ["*"], "[D]*", ["!.dockerignore", "![D]*"]),
]


@pytest.mark.parametrize(
    ("lines", "dockerfile", "added"), [row[1:] for row in FORCED], ids=[row[0] for row in FORCED]
)
def test_forced_lines(lines: list[str], dockerfile: str | None, added: list[str]) -> None:
    assert forced_lines(spec_of(*lines), dockerfile) == added


def test_the_first_forced_line_counts_for_the_second() -> None:
    # As a pattern, the first exception must not bring back a Dockerfile of that name again.
    assert forced_lines(spec_of("*"), ".dockerignore") == ["!.dockerignore"]


def test_a_forced_name_that_docker_refuses() -> None:
    spec = spec_of("*")
    lines = forced_lines(spec, "[")
    assert lines == ["!.dockerignore", "!["]
    with pytest.raises(PatternError):
        spec.with_forced(lines)
