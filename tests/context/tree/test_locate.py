"""Which ignore file governs: what a local context can show of it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

import pytest

from ctxguard.context.measure import measure
from ctxguard.context.tree.locate import Governing, Located, governing_for, locate
from ctxguard.context.tree.worktree import MOST_BYTES
from ctxguard.errors import MeasureError, PatternError
from ctxguard.measurement import Backend, Effect
from tests.conftest import Fifo, File, Socket, Symlink, Tree
from tests.context.measuring import codes, entries_of, request_for, sent_paths

BUILDKIT, LEGACY = Backend.BUILDKIT, Backend.LEGACY
FORCED = ["!.dockerignore", "!Dockerfile"]


def located(root: str, file: str | None = None) -> Located:
    request = request_for(root, file=file)
    return locate(request.source, request.dockerfile)


def rules(found: Governing | MeasureError) -> list[str]:
    """The rules in force, the forced ones too."""
    assert isinstance(found, Governing), found
    return [rule.text for rule in found.spec.rules if rule is not None]


def ignore_file(found: Governing | MeasureError) -> str | None:
    assert isinstance(found, Governing), found
    return found.ignore_file


def refusal(found: Governing | MeasureError) -> MeasureError:
    assert isinstance(found, MeasureError), found
    return found


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    def give_up(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"hangs for over {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# (what, tree, -f, ignore file and rules for BuildKit, the same for the classic builder)
Row = tuple[str, Tree, str | None, tuple[str | None, list[str]], tuple[str | None, list[str]]]
DF = "FROM scratch"
NONE: tuple[None, list[str]] = (None, [])
ROOT = (".dockerignore", ["root"])

FOUND: list[Row] = [
    ("none", {"Dockerfile": DF}, None, NONE, NONE),
    ("in the root", {"Dockerfile": DF, ".dockerignore": "root"}, None, ROOT, ROOT),
    (
        "beside the Dockerfile, alone",
        {"Dockerfile": DF, "Dockerfile.dockerignore": "own"},
        None,
        ("Dockerfile.dockerignore", ["own"]),
        NONE,
    ),
    (
        "both: nothing is merged",
        {"Dockerfile": DF, "Dockerfile.dockerignore": "own", ".dockerignore": "root"},
        None,
        ("Dockerfile.dockerignore", ["own"]),
        ROOT,
    ),
    (
        "-f by another name",
        {"My.df": DF, "My.df.dockerignore": "own", ".dockerignore": "root"},
        "My.df",
        ("My.df.dockerignore", ["own"]),
        ROOT,
    ),
    (
        "of another Dockerfile",
        {"Dockerfile": DF, "My.df.dockerignore": "own", ".dockerignore": "root"},
        None,
        ROOT,
        ROOT,
    ),
    (
        "-f in a subfolder: beside it",
        {
            "sub": {"My.df": DF, "My.df.dockerignore": "own"},
            "My.df.dockerignore": "elsewhere",
            ".dockerignore": "root",
        },
        "sub/My.df",
        ("sub/My.df.dockerignore", ["own"]),
        ROOT,
    ),
    (
        "-f in a subfolder: not from the root",
        {"sub": {"My.df": DF}, "My.df.dockerignore": "elsewhere", ".dockerignore": "root"},
        "sub/My.df",
        ROOT,
        ROOT,
    ),
    (
        "-f in a subfolder: its .dockerignore is none",
        {"sub": {"Dockerfile": DF, ".dockerignore": "elsewhere"}, ".dockerignore": "root"},
        "sub/Dockerfile",
        ROOT,
        ROOT,
    ),
    (
        "-f through a folder link: beside the link's folder",
        {"real": {"My.df": DF, "My.df.dockerignore": "own"}, "link": Symlink("real")},
        "link/My.df",
        ("real/My.df.dockerignore", ["own"]),
        NONE,
    ),
    (
        "empty: wins, nothing is ignored",
        {"Dockerfile": DF, "Dockerfile.dockerignore": "", ".dockerignore": "root"},
        None,
        ("Dockerfile.dockerignore", []),
        ROOT,
    ),
    (
        "only comments: wins, nothing is ignored",
        {"Dockerfile": DF, "Dockerfile.dockerignore": "# a\n\n# b\n", ".dockerignore": "root"},
        None,
        ("Dockerfile.dockerignore", []),
        ROOT,
    ),
    (
        "the one in the root may be empty too",
        {"Dockerfile": DF, ".dockerignore": ""},
        None,
        (".dockerignore", []),
        (".dockerignore", []),
    ),
    (
        "only a lowercase dockerfile",
        {"dockerfile": DF, "dockerfile.dockerignore": "own", ".dockerignore": "root"},
        None,
        ("dockerfile.dockerignore", ["own"]),
        ROOT,
    ),
    (
        "only a lowercase dockerfile: not by the other name",
        {"dockerfile": DF, "Dockerfile.dockerignore": "own", ".dockerignore": "root"},
        None,
        ROOT,
        ROOT,
    ),
    (
        "both dockerfiles: the usual one",
        {"dockerfile": DF, "Dockerfile": DF, "dockerfile.dockerignore": "own"},
        None,
        NONE,
        NONE,
    ),
    (
        "-f dockerfile",
        {"dockerfile": DF, "Dockerfile": DF, "dockerfile.dockerignore": "own"},
        "dockerfile",
        ("dockerfile.dockerignore", ["own"]),
        NONE,
    ),
    (
        "the Dockerfile is a link: by the name given",
        {
            "Dockerfile": Symlink("real.df"),
            "real.df": DF,
            "Dockerfile.dockerignore": "own",
            "real.df.dockerignore": "real",
        },
        None,
        ("Dockerfile.dockerignore", ["own"]),
        NONE,
    ),
    ("another case", {"Dockerfile": DF, ".DockerIgnore": "root"}, None, NONE, NONE),
    (
        "a link in the context",
        {"Dockerfile": DF, ".dockerignore": Symlink("conf/rules"), "conf": {"rules": "root"}},
        None,
        ROOT,
        ROOT,
    ),
    (
        "a chain of links beside the Dockerfile",
        {
            "Dockerfile": DF,
            "Dockerfile.dockerignore": Symlink("l"),
            "l": Symlink("./rules"),
            "rules": "own",
        },
        None,
        ("Dockerfile.dockerignore", ["own"]),
        NONE,
    ),
    (
        "an absolute link starts at the context, for BuildKit",
        {"Dockerfile": DF, ".dockerignore": Symlink("/conf/rules"), "conf": {"rules": "root"}},
        None,
        ROOT,
        NONE,
    ),
    (
        "a byte order mark",
        {"Dockerfile": DF, ".dockerignore": b"\xef\xbb\xbfroot\n"},
        None,
        ROOT,
        ROOT,
    ),
    (
        "what must be sent is forced in, for the classic builder",
        {"Dockerfile": DF, ".dockerignore": "*"},
        None,
        (".dockerignore", ["*"]),
        (".dockerignore", ["*", *FORCED]),
    ),
    (
        "forced by the name behind the link",
        {"Dockerfile": Symlink("real.df"), "real.df": DF, ".dockerignore": "*.df"},
        None,
        (".dockerignore", ["*.df"]),
        (".dockerignore", ["*.df", "!real.df"]),
    ),
    (
        "forced in lowercase",
        {"dockerfile": DF, ".dockerignore": "*"},
        None,
        (".dockerignore", ["*"]),
        (".dockerignore", ["*", "!.dockerignore", "!dockerfile"]),
    ),
]


@pytest.mark.parametrize(
    ("tree", "file", "buildkit", "legacy"),
    [row[1:] for row in FOUND],
    ids=[row[0] for row in FOUND],
)
def test_found(
    tree: Tree,
    file: str | None,
    buildkit: tuple[str | None, list[str]],
    legacy: tuple[str | None, list[str]],
    make_tree: Callable[..., str],
) -> None:
    found = located(make_tree(tree), file)
    assert (ignore_file(found.buildkit), rules(found.buildkit)) == buildkit
    assert (ignore_file(found.legacy), rules(found.legacy)) == legacy
    assert found.problems == ()


@pytest.mark.parametrize("beside", [True, False], ids=["beside it", "in the context"])
def test_a_dockerfile_outside_of_the_context(beside: bool, make_tree: Callable[..., str]) -> None:
    own = {"Out.df.dockerignore": "own"} if beside else {}
    outside = make_tree({"Out.df": DF, ".dockerignore": "elsewhere"} | own, "outside")
    root = make_tree({".dockerignore": "root", "Out.df.dockerignore": "elsewhere"})
    found = located(root, "../outside/Out.df")
    assert found.dockerfile == f"{outside}/Out.df"
    assert rules(found.buildkit) == (["own"] if beside else ["root"])
    assert ignore_file(found.buildkit) == (
        f"{outside}/Out.df.dockerignore" if beside else ".dockerignore"
    )
    assert (ignore_file(found.legacy), rules(found.legacy)) == (".dockerignore", ["root"])


def test_the_same_file_is_chosen_by_its_backend(make_tree: Callable[..., str]) -> None:
    found = located(make_tree({"Dockerfile": DF, "Dockerfile.dockerignore": "own"}))
    assert governing_for(found, BUILDKIT) is found.buildkit
    assert governing_for(found, LEGACY) is found.legacy


# ── what stands in the way ─────────────────────────────────────────────────────────────────────

# (what, .dockerignore, problem for BuildKit, how the classic builder refuses or its rules)
PASSED_OVER: list[tuple[str, Tree, str, str | list[str]]] = [
    (
        "a folder",
        {".dockerignore": {"f": "x"}},
        "ignore-file-not-a-file",
        "the classic builder cannot read it: is a directory",
    ),
    (
        "a link to a folder",
        {".dockerignore": Symlink("d"), "d": {}},
        "ignore-file-not-a-file",
        "the classic builder cannot read it: is a directory",
    ),
    ("a FIFO", {".dockerignore": Fifo()}, "ignore-file-not-a-file", "builder cannot read it"),
    ("a socket", {".dockerignore": Socket()}, "ignore-file-not-a-file", "cannot read it"),
    (
        "a link to a device",
        {".dockerignore": Symlink("/dev/zero")},
        "ignore-file-link-leaves-context",
        "the classic builder cannot read it",
    ),
    ("a dangling link", {".dockerignore": Symlink("no")}, "ignore-file-link-leaves-context", []),
    (
        "a link to itself",
        {".dockerignore": Symlink(".dockerignore")},
        "ignore-file-link-leaves-context",
        "the classic builder cannot read it: too many levels of symbolic links",
    ),
]


@pytest.mark.parametrize(
    ("tree", "code", "legacy"),
    [row[1:] for row in PASSED_OVER],
    ids=[row[0] for row in PASSED_OVER],
)
def test_what_buildkit_passes_over(
    tree: Tree, code: str, legacy: str | list[str], make_tree: Callable[..., str]
) -> None:
    root = make_tree({"Dockerfile": DF, **tree})
    with no_longer_than(5):
        found = located(root)
    assert (ignore_file(found.buildkit), rules(found.buildkit)) == (None, [])
    (problem,) = found.problems
    assert (problem.code, problem.path) == (code, ".dockerignore")
    assert problem.effect is Effect.NOT_COUNTED
    assert "without a word" in problem.message
    if isinstance(legacy, str):
        assert legacy in str(refusal(found.legacy))
        assert refusal(found.legacy).path == ".dockerignore"
    else:
        assert (ignore_file(found.legacy), rules(found.legacy)) == (None, legacy)


@pytest.mark.parametrize(
    "node", [Fifo(), Symlink("/dev/zero"), {}], ids=["fifo", "device", "folder"]
)
def test_what_is_no_file_beside_the_dockerfile_leaves_the_root_in_force(
    node: Fifo | Symlink | Tree, make_tree: Callable[..., str]
) -> None:
    root = make_tree({"Dockerfile": DF, "Dockerfile.dockerignore": node, ".dockerignore": "root"})
    with no_longer_than(5):
        found = located(root)
    assert (ignore_file(found.buildkit), rules(found.buildkit)) == ROOT
    assert [problem.path for problem in found.problems] == ["Dockerfile.dockerignore"]


@pytest.mark.parametrize("target", ["../outside/rules", "{}/rules"], ids=["relative", "absolute"])
def test_a_link_out_of_the_context(target: str, make_tree: Callable[..., str]) -> None:
    outside = make_tree({"rules": "root"}, "outside")
    root = make_tree({"Dockerfile": DF, ".dockerignore": Symlink(target.format(outside))})
    found = located(root)
    assert rules(found.buildkit) == []
    assert [problem.code for problem in found.problems] == ["ignore-file-link-leaves-context"]
    assert (ignore_file(found.legacy), rules(found.legacy)) == ROOT


@pytest.mark.parametrize("name", ["Dockerfile.dockerignore", ".dockerignore"])
def test_an_unreadable_file_is_empty_for_buildkit(
    name: str,
    make_tree: Callable[..., str],
    without_rights: Callable[[], AbstractContextManager[None]],
) -> None:
    tree = {"Dockerfile": DF, ".dockerignore": "root", name: File("own", mode=0)}
    root = make_tree(tree)
    with without_rights():
        found = located(root)
    assert (ignore_file(found.buildkit), rules(found.buildkit)) == (name, [])
    assert [(problem.code, problem.path) for problem in found.problems] == [
        ("ignore-file-unreadable", name)
    ]
    if name == ".dockerignore":
        assert "the classic builder cannot read it: permission denied" in str(refusal(found.legacy))
    else:
        assert rules(found.legacy) == ["root"]


def test_far_too_large_a_file_is_refused(make_tree: Callable[..., str]) -> None:
    found = located(make_tree({"Dockerfile": DF, ".dockerignore": File(size=MOST_BYTES + 1)}))
    for outcome in (found.buildkit, found.legacy):
        assert "over 64 MiB" in str(refusal(outcome))
        assert refusal(outcome).path == ".dockerignore"


def test_a_line_that_is_too_long_is_refused(make_tree: Callable[..., str]) -> None:
    fits = located(make_tree({"Dockerfile": DF, ".dockerignore": "x" * 65_535}))
    assert len(rules(fits.buildkit)) == len(rules(fits.legacy)) == 1
    found = located(make_tree({"Dockerfile": DF, ".dockerignore": "a\n" + "x" * 65_536}, "long"))
    for outcome in (found.buildkit, found.legacy):
        assert "token too long" in str(refusal(outcome))
        assert (refusal(outcome).path, refusal(outcome).line) == (".dockerignore", 2)


def test_a_refused_rule_names_its_file_and_line(make_tree: Callable[..., str]) -> None:
    root = make_tree({"sub": {"My.df": DF, "My.df.dockerignore": "ok\n\na[\n"}})
    found = located(root, "sub/My.df")
    error = refusal(found.buildkit)
    assert isinstance(error, PatternError)
    assert (error.pattern, error.reason) == ("a[", "syntax error in pattern")
    assert (error.path, error.line) == ("sub/My.df.dockerignore", 3)
    assert rules(found.legacy) == []


# ── characters that do not travel ──────────────────────────────────────────────────────────────

# (what, ignore file, whether BuildKit takes it)
CONTROL = [
    ("tab before a remark", b"data\t# big\n", False),
    ("escape", b"a\x1bb\n", False),
    ("delete", b"a\x7fb\n", False),
    ("carriage return within a line", b"a\rb\n", False),
    ("in an exception", b"*\n!a\tb\n", False),
    ("at the end: trimmed", b"a\t\n\tb\n", True),
    ("in a comment", b"# a\tb\n", True),
    ("line ends", b"a\r\nb\r\n", True),
    ("with a rule beyond ASCII: all are escaped", "a\tb\nä\n".encode(), True),
    ("with one that is no UTF-8", b"a\tb\nx\xff\n", True),
    ("beyond ASCII only in a comment", "a\tb\n# ä\n".encode(), False),
    ("just printable", b"a b~\n", True),
]


@pytest.mark.parametrize(
    ("content", "taken"), [row[1:] for row in CONTROL], ids=[row[0] for row in CONTROL]
)
def test_control_characters(content: bytes, taken: bool, make_tree: Callable[..., str]) -> None:
    found = located(make_tree({"Dockerfile": DF, ".dockerignore": content}))
    assert isinstance(found.legacy, Governing)
    assert isinstance(found.buildkit, Governing) is taken


def test_a_control_character_is_refused_in_dockers_words(make_tree: Callable[..., str]) -> None:
    root = make_tree({"Dockerfile": DF, ".dockerignore": "ok\ndata\t# big\n", "f": "x"})
    with pytest.raises(
        PatternError,
        match='header key "exclude-patterns" contains value with non-printable ASCII characters',
    ) as caught:
        measure(request_for(root))
    assert (caught.value.path, caught.value.line) == (".dockerignore", 2)
    legacy = measure(request_for(root, LEGACY))
    assert legacy.copy_all is None
    assert legacy.legacy is not None


def test_bytes_that_are_no_utf8(make_tree: Callable[..., str]) -> None:
    raw, replaced = b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\N{REPLACEMENT CHARACTER}"
    names = dict.fromkeys([raw, replaced, "cafe"], "")
    root = make_tree({"Dockerfile": DF, ".dockerignore": b"caf\xe9\n", **names})
    found = located(root)
    assert rules(found.buildkit) == [replaced]
    assert rules(found.legacy) == [raw]
    assert set(sent_paths(root, BUILDKIT)) & set(names) == {raw, "cafe"}
    assert set(sent_paths(root, LEGACY)) & set(names) == {replaced, "cafe"}


def test_each_bad_byte_is_one_replacement(make_tree: Callable[..., str]) -> None:
    content = b"a\xe2\x82\n!b\xed\xa0\x80\n"
    found = located(make_tree({"Dockerfile": DF, ".dockerignore": content}))
    assert rules(found.buildkit) == ["a\ufffd\ufffd", "!b\ufffd\ufffd\ufffd"]


# ── the Dockerfile ─────────────────────────────────────────────────────────────────────────────

# (what, tree, -f, whether BuildKit finds it)
DOCKERFILES: list[tuple[str, Tree, str | None, str | None]] = [
    ("there", {"Dockerfile": DF}, None, "Dockerfile"),
    ("lowercase", {"dockerfile": DF}, None, "dockerfile"),
    ("lowercase, but the other was asked for", {"dockerfile": DF}, "Dockerfilex", None),
    ("in a subfolder", {"sub": {"My.df": DF}}, "sub/My.df", "sub/My.df"),
    ("a link", {"Dockerfile": Symlink("x"), "x": DF}, None, "Dockerfile"),
    ("a dangling link", {"Dockerfile": Symlink("x")}, None, None),
    ("a dangling one wins", {"Dockerfile": Symlink("x"), "dockerfile": DF}, None, None),
    ("missing", {"f": ""}, None, None),
    ("in a folder that is not there", {"f": ""}, "sub/Dockerfile", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "file", "expected"),
    [row[1:] for row in DOCKERFILES],
    ids=[row[0] for row in DOCKERFILES],
)
def test_dockerfile(
    tree: Tree, file: str | None, expected: str | None, make_tree: Callable[..., str]
) -> None:
    found = located(make_tree(tree), file)
    assert found.dockerfile == expected
    assert [problem.code for problem in found.problems] == ["no-dockerfile"] * (expected is None)


# (what, names in the root, hint)
CANDIDATES = [
    ("none", ["Makefile", "Dockerfiles", "xDockerfile"], ""),
    ("one", ["Dockerfile.prod"], "there is Dockerfile.prod, choose with -f"),
    (
        "without ignore files",
        ["Dockerfile.prod", "Dockerfile.prod.dockerignore"],
        "there is Dockerfile.prod, choose with -f",
    ),
    (
        "by both endings, in any case",
        ["web.dockerfile", "DOCKERFILE.x"],
        "there is DOCKERFILE.x, web.dockerfile, choose with -f",
    ),
    (
        "no more than five",
        [f"Dockerfile.{number}" for number in range(7)],
        "Dockerfile.3, Dockerfile.4 and 2 more, choose with -f",
    ),
]


@pytest.mark.parametrize(
    ("names", "hint"), [row[1:] for row in CANDIDATES], ids=[row[0] for row in CANDIDATES]
)
def test_other_dockerfiles_are_named(
    names: list[str], hint: str, make_tree: Callable[..., str]
) -> None:
    root = make_tree(dict.fromkeys(names, ""))
    (problem,) = located(root).problems
    assert (problem.path, problem.effect) == ("Dockerfile", Effect.BUILD_FAILS)
    assert problem.message.startswith("it does not exist, so a build would fail")
    assert hint in problem.message
    assert ("choose with -f" in problem.message) is bool(hint)


def test_without_a_dockerfile_the_rest_is_measured(make_tree: Callable[..., str]) -> None:
    measured = measure(request_for(make_tree({"f": "12345"})))
    assert codes(measured) == [("no-dockerfile", "Dockerfile")]
    assert (measured.context.dockerfile, measured.size.bytes) == (None, 5)
    assert measured.copy_all is not None
    assert measured.legacy is None
    assert "without a Dockerfile the classic builder refuses" in (measured.legacy_reason or "")


def test_the_classic_builder_is_sent_the_file_behind_the_link(
    make_tree: Callable[..., str],
) -> None:
    tree = {"Dockerfile": Symlink("real.df"), "real.df": DF, ".dockerignore": "*", "f": ""}
    root = make_tree(tree)
    assert sent_paths(root, LEGACY) == [".dockerignore", "real.df"]
    assert entries_of(root, BUILDKIT) == []


@pytest.mark.parametrize(
    ("ignored", "tar"),
    [
        # The ignore file and 34 bytes in one block each, then the Dockerfile without padding.
        pytest.param("f\n", 512 + 512 + 512 + 12, id="with an ignore file"),
        pytest.param("#" * 478 + "\n*", 512 + 1024 + 512 + 12, id="34 bytes cost a block"),
        pytest.param(None, None, id="without: it differs from run to run"),
    ],
)
def test_the_tar_with_a_dockerfile_outside(
    ignored: str | None, tar: int | None, make_tree: Callable[..., str]
) -> None:
    make_tree({"Out.df": DF}, "outside")
    root = make_tree({"f": ""} | ({} if ignored is None else {".dockerignore": ignored}))
    measured = measure(request_for(root, LEGACY, file="../outside/Out.df"))
    if tar is None:
        assert measured.legacy is None
        assert "differs from run to run" in (measured.legacy_reason or "")
    else:
        assert measured.legacy is not None
        assert measured.legacy.bytes == tar


def test_a_folder_is_no_other_dockerfile(make_tree: Callable[..., str]) -> None:
    root = make_tree({"Dockerfile.examples": {"a": "x"}, "Dockerfile.prod": ""})
    (problem,) = measure(request_for(root)).problems
    assert problem.message.endswith("there is Dockerfile.prod, choose with -f")
