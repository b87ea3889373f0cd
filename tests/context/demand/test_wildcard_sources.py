"""More sources as Docker 28.5.2 takes them: wildcards, and what is said beside the figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.context.measure import measure
from ctxguard.measurement import Effect
from tests.conftest import Symlink, Tree
from tests.context.measuring import request_for

Make = Callable[..., str]
TREE: Tree = {
    "a.txt": "1",
    "src": {"x": "1", "y": "2", "bad": Symlink("nowhere")},
    "l": Symlink("src"),
    "deep": {"er": {"bad": Symlink("../../nowhere"), "py": ""}},
}


def told(root: str) -> list[tuple[str, int | None, str]]:
    found = [each for each in measure(request_for(root)).problems if each.path == "Dockerfile"]
    assert all(each.effect is Effect.BUILD_FAILS for each in found)
    return [(each.code, each.line, each.message) for each in found]


# (what, instructions, ignore rules)
FINE = [
    ("a broken link within what a wildcard takes", "COPY sr* /d/", ""),
    ("a broken link within a folder", "COPY src /d/", ""),
    ("a name in any folder", "COPY */x /d/", ""),
    ("no such name in any folder", "COPY */no /d/", ""),
    ("a wildcard that passes the link by", "COPY src/? /d/", ""),
    ("an ignored broken link", "COPY src/* /d/", "src/bad"),
    ("a second stage that is not needed", "FROM scratch AS no\nCOPY no /\nFROM scratch", ""),
    ("a heredoc", "COPY <<E /f\nno\nE", ""),
    ("a cache", "RUN --mount=type=cache,target=/c,source=no true", ""),
    ("a mount of all", "RUN --mount=target=/c true", "*"),
]


@pytest.mark.parametrize(("text", "rules"), [row[1:] for row in FINE], ids=[row[0] for row in FINE])
def test_fine(text: str, rules: str, make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": rules, "Dockerfile": f"FROM scratch\n{text}\n"})
    assert told(root) == []


# (what, instructions, ignore rules, code, line, what is said)
LOST = [
    ("a broken link by a wildcard", "COPY src/* /d/", "", "missing-source", 2, "src/bad leads"),
    ("below two wildcards", "COPY */*/b* /d/", "", "missing-source", 2, "deep/er/bad leads"),
    ("behind a link", "COPY l/no /d/", "", "missing-source", 2, "l/no"),
    ("behind a link, by a wildcard", "COPY no/l* /d/", "", "missing-source", 2, "no no in the"),
    ("its folder is ignored", "COPY src/x /d/", "#\n\n src", "ignored-source", 2, ":3 src,"),
    ("as a mount", "COPY a.txt /\nRUN --mount=source=no,target=/m x", "", "missing-source", 3, ""),
    ("over lines", "COPY a.txt \\\n  no \\\n  /", "", "missing-source", 2, "COPY a.txt   no   /:"),
    ("from a variable", "ENV V=no\nCOPY src/$V /", "", "missing-source", 3, "no src/no in"),
]


@pytest.mark.parametrize(
    ("text", "rules", "code", "line", "words"),
    [row[1:] for row in LOST],
    ids=[row[0] for row in LOST],
)
def test_lost(text: str, rules: str, code: str, line: int, words: str, *, make_tree: Make) -> None:
    root = make_tree({**TREE, ".dockerignore": rules, "Dockerfile": f"FROM scratch\n{text}\n"})
    ((found_code, found_line, message),) = told(root)
    assert (found_code, found_line) == (code, line)
    assert words in message
    assert message.endswith(", so the build fails after the transfer")


def test_each_source_is_told_in_file_order(make_tree: Make) -> None:
    text = "FROM scratch\nCOPY no1 a.txt no2 /d/\nADD no3 /d/\n"
    found = told(make_tree({**TREE, "Dockerfile": text}))
    assert [line for _, line, _ in found] == [2, 2, 3]
    assert all(f"no no{at} in" in row[2] for at, row in enumerate(found, start=1))


def test_the_ignore_file_that_governs_is_named(make_tree: Make) -> None:
    tree: Tree = {**TREE, "Dockerfile": "FROM scratch\nCOPY src /d/\n", ".dockerignore": "a.txt"}
    root = make_tree({**tree, "Dockerfile.dockerignore": "\n\nsrc\n"})
    ((code, _, message),) = told(root)
    assert code == "ignored-source"
    assert "src is ignored by Dockerfile.dockerignore:3 src" in message


def test_the_last_rule_is_named(make_tree: Make) -> None:
    tree: Tree = {**TREE, "Dockerfile": "FROM scratch\nCOPY src/x /d/\n"}
    root = make_tree({**tree, ".dockerignore": "src\n!src/x\n**/x\n"})
    ((_, _, message),) = told(root)
    assert ".dockerignore:3 **/x" in message
