"""Sources that do not arrive: the build fails after the transfer, as it did with Docker 28.5.2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.measure import measure
from ctxguard.measurement import Backend, Effect, Problem
from tests.conftest import Symlink, Tree
from tests.context.measuring import request_for

Make = Callable[..., str]
TREE: Tree = {
    "a.txt": "1",
    "src": {"x": "1", "y": "2"},
    "empty": {},
    "l": Symlink("src"),
    "lx": Symlink("src/x"),
    "bad": Symlink("nowhere"),
    "d": {"e": {"f.py": "1"}},
}


def problems(root: str, **arguments: str) -> tuple[Problem, ...]:
    request = replace(request_for(root), build=BuildOptions(arguments=arguments))
    return measure(request).problems


# (what, instructions, ignore rules, the code of the problem and a word of it)
LOST = [
    ("no such file", "COPY nope /", "", "missing-source", "no nope in"),
    ("no such file in a folder", "COPY src/nope /", "", "missing-source", "src/nope"),
    ("ADD too", "ADD nope /", "", "missing-source", "nope"),
    ("wildcard in no folder", "COPY nope/*.py /", "", "missing-source", "nope"),
    ("ignored", "COPY a.txt /", "a.txt", "ignored-source", ".dockerignore:1 a.txt"),
    ("ignored folder", "COPY src /s/", "#\nsrc", "ignored-source", ".dockerignore:2 src"),
    (
        "an exception that matches nothing",
        "COPY src /s/",
        "src\n!src/z",
        "ignored-source",
        ":1 src",
    ),
    ("link to nothing", "COPY bad /", "", "missing-source", "leads nowhere"),
    ("link to what is ignored", "COPY lx /", "src/x", "ignored-source", "src/x, where lx leads"),
    ("ignored link", "COPY lx /", "lx", "ignored-source", "lx is ignored"),
    ("link to an ignored folder", "COPY l /d/", "src", "ignored-source", "src"),
    ("link twice", "COPY l/x l/y /d/", "", "link-not-followed", "l/y"),
    ("link twice, apart", "COPY l/x /d/\nCOPY l/y /d/", "", "link-not-followed", "l/y"),
    ("below a file", "COPY a.txt/b /", "", "missing-source", "a.txt/b"),
    ("link that a wildcard matches", "COPY b* /d/", "", "missing-source", "bad leads nowhere"),
    ("escaped star", "COPY a\\\\*.txt /", "", "missing-source", "a\\*.txt"),
    ("bang", "COPY !x /d/", "", "missing-source", "!x"),
    ("exclude at the top", "COPY --exclude=x . /", "", "missing-source", "bad"),
    ("bind mount", "RUN --mount=source=nope,target=/m true", "", "missing-source", "nope"),
    ("no wildcards in mounts", "RUN --mount=source=s*,target=/m true", "", "missing-source", "s*"),
]


@pytest.mark.parametrize(
    ("text", "rules", "code", "words"), [row[1:] for row in LOST], ids=[row[0] for row in LOST]
)
def test_a_source_that_does_not_arrive(
    text: str, rules: str, code: str, words: str, make_tree: Make
) -> None:
    root = make_tree({**TREE, ".dockerignore": rules, "Dockerfile": f"FROM scratch\n{text}\n"})
    (problem,) = problems(root)
    assert (problem.code, problem.path, problem.effect) == (code, "Dockerfile", Effect.BUILD_FAILS)
    assert problem.line == 1 + len(text.splitlines())
    assert words in problem.message


# (what, instructions, ignore rules)
ARRIVE = [
    ("wildcard without a match", "COPY nope* /", ""),
    ("beside a file", "COPY a.txt nope* /d/", ""),
    ("in a folder's place", "COPY */nope /", ""),
    ("with a slash", "COPY nope*/ /", ""),
    ("ADD", "ADD nope* /", ""),
    ("a class", "COPY [z] /d/", ""),
    ("empty folder", "COPY empty /d/", ""),
    ("ignored match", "COPY a.* /", "a.txt"),
    ("ignored content", "COPY src /s/", "src/*"),
    ("sent for an exception", "COPY src /s/", "src\n!src/x"),
    ("link first", "COPY l l/y /d/", ""),
    ("slash after a file", "COPY a.txt/ /d/", ""),
    ("dot after a file", "COPY a.txt/. /d/", ""),
    ("wildcard behind a link", "COPY l/* /d/", ""),
    ("link by a wildcard", "COPY l*/x /d/", ""),
    ("everything, all ignored", "COPY . /", "*"),
    ("broken link that is excluded", "COPY --exclude=bad . /", ""),
    ("broken link in a folder", "COPY --exclude=x d /", ""),
    ("from elsewhere", "COPY --from=busybox /nope /", ""),
    ("fetched", "ADD https://example.com/nope /", ""),
]


@pytest.mark.parametrize(
    ("text", "rules"), [row[1:] for row in ARRIVE], ids=[row[0] for row in ARRIVE]
)
def test_a_source_that_arrives(text: str, rules: str, make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": rules, "Dockerfile": f"FROM scratch\n{text}\n"})
    assert problems(root) == ()


def test_it_is_no_matter_for_the_classic_builder(make_tree: Make) -> None:
    root = make_tree({**TREE, "Dockerfile": "FROM scratch\nCOPY nope l/x l/y /d/\n"})
    assert measure(request_for(root, Backend.LEGACY)).problems == ()


def test_a_folder_of_which_nothing_is_asked_for(make_tree: Make) -> None:
    (problem,) = problems(make_tree({**TREE, "Dockerfile": "FROM scratch\nCOPY src/*.no /d/\n"}))
    assert problem.code == "missing-source"
    assert "nothing in src is asked for" in problem.message


def test_the_figure_stands(make_tree: Make) -> None:
    root = make_tree({**TREE, "Dockerfile": "FROM scratch\nCOPY a.txt nope /\n"})
    (target,) = measure(request_for(root)).targets
    assert target.buildkit is not None
    assert target.buildkit.entries == 1


def test_an_ignore_file_that_alone_is_asked_for(make_tree: Make) -> None:
    """It was read before: there is no transfer, and yet it can be missing."""
    dockerfile = "FROM scratch\nCOPY .dockerignore /\n"
    found = measure(request_for(make_tree({"Dockerfile": dockerfile})))
    assert [target.reason for target in found.targets] == ["context-unused"]
    assert [problem.code for problem in found.problems] == ["missing-source"]
    root = make_tree({"Dockerfile": dockerfile, ".dockerignore": ""}, name="there")
    assert measure(request_for(root)).problems == ()


# (Dockerfile, arguments, words of the problem or none)
UNSET = [
    ("FROM alpine\nCOPY ${V} /x", {}, "the image alpine may set it"),
    ("FROM alpine\nCOPY ${V} /x", {}, "the whole context"),
    ("FROM alpine\nCOPY src/${V} /x", {}, "sets V"),
    ("FROM scratch\nCOPY ${V} /x", {}, "the whole context"),
    ("FROM scratch\nCOPY src/${V} /x", {}, None),
    ("FROM alpine\nARG V\nCOPY ${V} /x", {"V": "src"}, None),
    ("FROM alpine\nARG V=src\nCOPY ${V} /x", {}, None),
    ("FROM alpine\nENV V=src\nCOPY ${V} /x", {}, None),
    ("FROM alpine AS b\nFROM b\nCOPY src/$V /x", {}, "the image alpine"),
]


@pytest.mark.parametrize(("text", "arguments", "words"), UNSET)
def test_what_only_the_image_may_know(
    text: str, arguments: dict[str, str], words: str | None, make_tree: Make
) -> None:
    found = problems(make_tree({**TREE, "Dockerfile": text}), **arguments)
    if words is None:
        assert found == ()
    else:
        (problem,) = found
        assert (problem.code, problem.effect) == ("unset-variable", Effect.NOT_COUNTED)
        assert problem.line == len(text.splitlines())
        assert words in problem.message
