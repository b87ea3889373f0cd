"""Additional contexts: what BuildKit of Docker 28.5.2 was seen to transfer of each, on a cold cache
(`docker buildx build --build-context n=n main`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.context.demand.targets import BuildOptions
from ctxguard.context.measure import Request, measure
from ctxguard.context.tree import given
from ctxguard.context.tree.locate import Dockerfile
from ctxguard.measurement import Measurement
from tests.conftest import File, Symlink, Tree

Make = Callable[..., str]
N: Tree = {
    ".dockerignore": "z\n",
    "a": {"x": "12345\n"},
    "b": {"y": File(size=5000)},
    "l": Symlink("a"),
    "z": "z\n",
}
T = "FROM scratch\n"
SEEN: list[tuple[str, str, int | None, int | None]] = [
    ("COPY", f"{T}COPY --from=n a /a\n", 61, None),
    ("COPY of all", f"{T}COPY --from=n . /\n", 5181, None),
    ("the base of the target", "FROM n\nCOPY m /m\n", 5181, 33),
    ("the target itself", "FROM n\nENV x=1\n", 5181, None),
    ("a stage is replaced", f"FROM scratch AS n\nCOPY m /m\n{T}COPY --from=n a /a\n", 61, None),
    ("the base is replaced", "FROM scratch AS n\nCOPY m /m\nFROM n\nCOPY m /q\n", 5181, 33),
    ("unused", f"{T}COPY m /m\n", None, 33),
    ("through a stage", f"FROM n AS s\n{T}COPY --from=s a /a\n", 61, None),
    ("a stage with COPY", f"FROM n AS s\nCOPY m /m\n{T}COPY --from=s a /a\n", 61, 33),
    ("a stage with WORKDIR", f"FROM n AS s\nWORKDIR /b\n{T}COPY --from=s a /a\n", 61, None),
    ("a stage with RUN", f'FROM n AS s\nRUN ["/a/x"]\n{T}COPY --from=s a /a\n', 5181, None),
    ("through two stages", f"FROM n AS s\nFROM s AS t\n{T}COPY --from=t a /a\n", 61, None),
    ("the target through two", "FROM n AS s\nFROM s AS t\nENV x=1\n", 5181, None),
    (
        "replaced, by name and number",
        f"FROM scratch AS n\nRUN false\n{T}COPY --from=n b /b\nCOPY --from=0 a /a\n",
        5116,
        None,
    ),
    (
        "two stages that stand on it",
        f"FROM n AS s\nFROM s AS t\nCOPY m /m\n{T}COPY --from=t a /a\nCOPY --from=s b /b\n",
        5116,
        33,
    ),
    ("a link", f"{T}COPY --from=n l/x /a\n", 86, None),
    ("with a tag", f"{T}COPY --from=n:latest a /a\n", 61, None),
    ("a mount", "FROM base\nRUN --mount=from=n,source=a,target=/x ls\n", 61, None),
    ("a mount of all", "FROM base\nRUN --mount=from=n,target=/x ls\n", 5181, None),
    (
        "a tmpfs mount beside it",
        "FROM base\nRUN --mount=from=n,source=a,target=/x --mount=type=tmpfs,from=n,target=/y ls\n",
        61,
        None,
    ),
]


def measured(main: str, folder: str, of: str | None) -> Measurement:
    names = frozenset({"n"})
    tree = given.worktree(folder)
    if of is None:
        return measure(
            Request(tree, given.dockerfile(tree, None), build=BuildOptions(contexts=names))
        )
    with open(f"{main}/Dockerfile", "rb") as file:
        text = file.read()
    dockerfile = Dockerfile(tree, "Dockerfile", "", None, len(text), text)
    build = BuildOptions(contexts=names, of=of)
    return measure(Request(tree, dockerfile, alone=True, build=build))


def transferred(found: Measurement) -> int | None:
    sizes = found.chosen_target.buildkit
    return None if sizes is None else sizes.bytes


@pytest.mark.parametrize(
    ("dockerfile", "of_n", "of_main"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN]
)
def test_as_seen(dockerfile: str, of_n: int | None, of_main: int | None, make_tree: Make) -> None:
    main = make_tree({"Dockerfile": dockerfile, "m": "main\n"}, name="main")
    folder = make_tree(N, name="n")
    found = measured(main, folder, "n")
    assert transferred(found) == of_n
    assert transferred(measured(main, main, None)) == of_main
    assert found.legacy_reason == "the classic builder has no additional contexts"
    if of_n is None:
        assert found.chosen_target.reason == "context-unused"


def test_who_brings_it(make_tree: Make) -> None:
    main = make_tree({"Dockerfile": f"{T}COPY --from=n b /b\n", "m": "main\n"}, name="main")
    found = measured(main, make_tree(N, name="n"), "n")
    assert found.instructions is not None
    (row,) = found.instructions.rows
    assert (row.instruction.text, row.bytes) == ("COPY --from=n b /b", 5000)
    assert found.heaviest.rows[0].brought_by[0].line == 2


def test_only_its_own_ignore_file_counts(make_tree: Make) -> None:
    main = make_tree({"Dockerfile": f"{T}COPY --from=n . /b\n"}, name="main")
    folder = make_tree({**N, "Dockerfile.dockerignore": "b\n"}, name="n")
    assert measured(main, folder, "n").context.ignore_file == ".dockerignore"
