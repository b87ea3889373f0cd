"""`ctxguard why`, as it is typed."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from tests.cli.documents import answers, check, schema
from tests.conftest import Result, Symlink, Tree

Run = Callable[..., Result]
Make = Callable[..., str]
TREE: Tree = {
    "Dockerfile": "FROM scratch AS docs\nCOPY docs /d/\nFROM scratch\nCOPY src /s/\n",
    ".dockerignore": "*.log\n**/*.tmp # no comment\n**/*.pyc\n!src/keep.pyc\n",
    "src": {"a.py": "1", "a.pyc": "2", "keep.pyc": "3"},
    "docs": {"c.md": "4"},
    "x.log": "5",
}


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    root = make_tree(TREE)
    monkeypatch.chdir(root)
    return root


def test_what_is_sent(root: str, run_cli: Run) -> None:
    assert run_cli("why", "src/a.py") == Result(
        0,
        "src/a.py: in the context and sent\n"
        "  no rule touches it\n"
        "  brought by Dockerfile:4  COPY src /s/\n"
        "  to change it: add src/a.py at the end of .dockerignore to keep it out\n",
        "",
    )


def test_what_is_ignored(root: str, run_cli: Run) -> None:
    assert run_cli("why", "src/a.pyc") == Result(
        1,
        "src/a.pyc: ignored\n"
        "  .dockerignore:3  **/*.pyc  matches src/a.pyc: ignored\n"
        "  to change it: take out line 3 of .dockerignore\n"
        "  to change it: add !src/a.pyc at the end of .dockerignore to take it in again\n",
        "",
    )


def test_the_state_after_each_rule(root: str, run_cli: Run) -> None:
    found = run_cli("why", "src/keep.pyc")
    assert found.code == 0
    assert found.out.splitlines()[1:3] == [
        "  .dockerignore:3  **/*.pyc  matches src/keep.pyc: ignored",
        "  .dockerignore:4  !src/keep.pyc  matches src/keep.pyc: in the context",
    ]


def test_what_nobody_asks_for(root: str, run_cli: Run) -> None:
    found = run_cli("why", "docs")
    assert found.code == 1
    assert found.out.startswith("docs: in the context, but not sent\n")
    assert "  no instruction asks for it\n" in found.out
    assert "let a COPY, ADD or bind mount ask for it" in found.out
    assert run_cli("why", "docs", "--target", "Docs").code == 0


def test_several_paths(root: str, run_cli: Run) -> None:
    found = run_cli("why", "src", "x.log", "nope")
    assert found.code == 1
    heads = [line for line in found.out.splitlines() if line and not line.startswith(" ")]
    assert heads == [
        "src: in the context and sent",
        "x.log: ignored",
        "nope: does not exist; it would be in the context, but not sent",
    ]


# (where one stands, what is typed, what it is in the context)
PLACES = [
    ("", ("src/a.py",), "src/a.py"),
    ("", ("./src//a.py",), "src/a.py"),
    ("", ("src/",), "src"),
    ("", (".",), ""),
    ("", ("/",), ""),
    ("", ("/src/a.py",), "src/a.py"),
    ("src", ("-C", "..", "a.py"), "src/a.py"),
    ("src", ("-C", "..", "../docs"), "docs"),
    ("src", ("-C", "..", "/docs"), "docs"),
    ("..", ("-C", "{root}", "{root}/src"), "src"),
    ("", ("--", "-dash"), "-dash"),
]


@pytest.mark.parametrize(("folder", "argv", "path"), PLACES)
def test_paths(
    folder: str,
    argv: tuple[str, ...],
    path: str,
    *,
    root: str,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(f"{root}/{folder}")
    typed = [word.format(root=root) for word in argv]
    (found,) = answers(run_cli("why", "--format", "json", *typed).out)
    assert found["path"] == path


@pytest.mark.parametrize("path", ["..", "../x", "src/../../x"])
def test_outside(path: str, root: str, run_cli: Run) -> None:
    found = run_cli("why", path)
    assert (found.code, found.out) == (2, "")
    assert "outside of the context" in found.err


def test_json(root: str, run_cli: Run) -> None:
    kept, ignored = answers(run_cli("why", "--format", "json", "src/keep.pyc", "src/a.pyc").out)
    assert (kept["sent"], kept["transferred"], kept["included"]) == (True, True, True)
    assert [step["ignored"] for step in kept["trace"]] == [True, False]
    assert kept["brought_by"] == [{"file": "Dockerfile", "line": 4, "text": "COPY src /s/"}]
    assert (ignored["sent"], ignored["kind"]) == (False, "file")
    assert [change["edits"][0]["line"] for change in ignored["changes"]] == [3, 5]


def test_quiet(root: str, run_cli: Run) -> None:
    assert run_cli("why", "-q", "src") == Result(0, "", "")
    assert run_cli("why", "-q", "x.log") == Result(1, "", "")


def test_without_a_dockerfile(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out.splitlines()[0]) == (0, "a: in the context")
    assert "there is no Dockerfile" in found.out
    assert "Dockerfile: it does not exist" in found.err


def test_a_refused_dockerfile(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1", "Dockerfile": "FROM x\nCOPPY a /\n"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out.splitlines()[0]) == (0, "a: in the context")
    assert "Dockerfile:2: unknown instruction: COPPY" in found.err


def test_refused_rules(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"a": "1", "Dockerfile": "FROM x\n", ".dockerignore": "a[\n"})
    found = run_cli("why", "-C", root, "/a")
    assert (found.code, found.out) == (3, "")
    assert ".dockerignore:1" in found.err


def test_hostile_names(make_tree: Make, run_cli: Run) -> None:
    name = "a\x1b[31m\u202e\n::error::\udcff"
    root = make_tree({name: "1", ".dockerignore": "a\x1b*\n", "Dockerfile": "FROM x\nCOPY . /\n"})
    for more in ((), ("--format", "json")):
        found = run_cli("why", "-C", root, f"/{name}", *more)
        for text in (found.out, found.err):
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert not any(line.startswith("::") for line in text.splitlines())


def test_no_paths(run_cli: Run) -> None:
    found = run_cli("why")
    assert found.code == 2
    assert "PATH" in found.err


# ── exit codes ─────────────────────────────────────────────────────────────────────────────────

COPY_SRC = "FROM scratch\nCOPY src /s/\n"
# (what, Dockerfile or none, ignore rules, what is typed, exit code)
CODES: list[tuple[str, str | None, str, tuple[str, ...], int]] = [
    ("sent", COPY_SRC, "", ("src/x",), 0),
    ("ignored", COPY_SRC, "src/x", ("src/x",), 1),
    ("not asked for", COPY_SRC, "", ("docs",), 1),
    ("one of two", COPY_SRC, "", ("src/x", "docs"), 1),
    ("both", COPY_SRC, "", ("src/x", "src"), 0),
    ("an ancestor", COPY_SRC, "src\n!src/x", ("src",), 0),
    ("not there, sent", COPY_SRC, "", ("src/new",), 0),
    ("not there, ignored", COPY_SRC, "src/n*", ("src/new",), 1),
    ("the root", COPY_SRC, "*", (".",), 0),
    ("no Dockerfile", None, "", ("docs",), 0),
    ("no Dockerfile, ignored", None, "docs", ("docs",), 1),
    ("unused", "FROM scratch\n", "", ("docs",), 1),
    ("refused Dockerfile", "COPPY\n", "", ("docs",), 0),
    ("legacy, not asked for", COPY_SRC, "", ("--backend=legacy", "docs"), 0),
    ("legacy, ignored", COPY_SRC, "docs", ("--backend=legacy", "docs"), 1),
    ("outside", COPY_SRC, "", ("src", "../x"), 2),
    ("no such stage", COPY_SRC, "", ("--target=app", "src"), 2),
    ("refused rules", COPY_SRC, "[", ("src",), 3),
    ("a rule refused when a path meets it", COPY_SRC, "[z-a]", ("src",), 3),
]


@pytest.mark.parametrize(
    ("text", "rules", "argv", "code"), [row[1:] for row in CODES], ids=[row[0] for row in CODES]
)
def test_exit_code(
    text: str | None,
    rules: str,
    argv: tuple[str, ...],
    code: int,
    *,
    make_tree: Make,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree: Tree = {".dockerignore": rules, "src": {"x": "1"}, "docs": {"d": "2"}}
    monkeypatch.chdir(make_tree(tree if text is None else {**tree, "Dockerfile": text}))
    assert run_cli("why", *argv).code == code
    quiet = run_cli("why", "-q", *argv)
    assert (quiet.code, quiet.out) == (code, "")
    assert bool(quiet.err) == (code > 1)
    found = run_cli("why", "--format", "json", *argv)
    assert found.code == code
    if code < 2:
        assert all(answer["sent"] for answer in answers(found.out)) == (code == 0)


# ── what is said ───────────────────────────────────────────────────────────────────────────────


def said(run_cli: Run, *argv: str) -> list[str]:
    return run_cli("why", *argv).out.splitlines()


# (what, rules, options, path, lines of the answer)
SAID: list[tuple[str, str, tuple[str, ...], str, list[str]]] = [
    (
        "its folder",
        "src",
        (),
        "src/x",
        ["src/x: ignored", "  .dockerignore:1  src  matches src: ig"],
    ),
    (
        "an ancestor",
        "src\n!src/x",
        (),
        "src",
        ["src: ignored, but in the context for what lies below it and sent"],
    ),
    (
        "passed over",
        "!src/x\n  src  ",
        (),
        "src/x",
        [
            "src/x: ignored",
            "  .dockerignore:1  !src/x  matches src/x: still in the context",
            "  .dockerignore:2  src  matches src: ignored",
        ],
    ),
    (
        "a folder that is not looked into",
        "src\n!**/x",
        ("--backend=legacy",),
        "src/x",
        ["src/x: ignored", "  the builder does not look into src, which is ignored"],
    ),
    (
        "what the classic builder adds",
        "*",
        ("--backend=legacy",),
        ".dockerignore",
        [
            ".dockerignore: in the context",
            "  the classic builder's own exception  matches .dockerignore: in the context",
        ],
    ),
    (
        "not there",
        "",
        (),
        "src/no",
        ["src/no: does not exist; it would be in the context and sent"],
    ),
    ("not there, ignored", "src", (), "src/no", ["src/no: does not exist; it would be ignored"]),
    ("the root", "*", (), ".", ["the context root: in the context and sent"]),
    ("a link", "", (), "l", ["l: in the context, but not sent"]),
    (
        "behind a link",
        "",
        (),
        "l/x",
        ["  a link leads there, and links are not followed"],
    ),
    (
        "an instruction over lines",
        "",
        ("-f", "mount.df"),
        "src/x",
        ["  brought by mount.df:3  RUN --mount=source=src,target=/m make"],
    ),
]


@pytest.mark.parametrize(
    ("rules", "options", "path", "lines"), [row[1:] for row in SAID], ids=[row[0] for row in SAID]
)
def test_said(
    rules: str,
    options: tuple[str, ...],
    path: str,
    lines: list[str],
    *,
    make_tree: Make,
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mount = "FROM x\n\nRUN --mount=source=src,target=/m \\\nmake\n"
    tree: Tree = {
        "Dockerfile": COPY_SRC,
        "mount.df": mount,
        ".dockerignore": rules,
        "src": {"x": "1"},
        "l": Symlink("src"),
    }
    monkeypatch.chdir(make_tree(tree))
    shown = said(run_cli, *options, path)
    found = [line for line in shown if any(line.startswith(each) for each in lines)]
    assert len(found) == len(lines)
    assert [line for line, each in zip(found, lines, strict=True) if line.startswith(each)] == found


def test_each_instruction_is_named(make_tree: Make, run_cli: Run) -> None:
    text = "FROM scratch AS a\nCOPY src /\nFROM a\nADD src/x /\nCOPY docs /\nCOPY . /\n"
    root = make_tree({"Dockerfile": text, "src": {"x": ""}, "docs": {}})
    rows = said(run_cli, "-C", root, "/src/x")
    assert [row.split()[2] for row in rows if row.startswith("  brought by")] == [
        "Dockerfile:2",
        "Dockerfile:4",
        "Dockerfile:6",
    ]


def test_an_unused_context(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({"Dockerfile": "FROM scratch\n", "a": ""})
    found = run_cli("why", "-C", root, "/a")
    assert found.out.splitlines()[0] == "a: in the context, but not sent"
    assert "  no instruction needs the context\n" in found.out
    assert found.err == ""


def test_a_dockerfile_on_standard_input(
    root: str, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"FROM scratch\nCOPY docs /d/\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert "  brought by -:2  COPY docs /d/" in said(run_cli, "-f", "-", "docs")


def test_build_args_and_target_of_the_configuration(
    make_tree: Make, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "FROM scratch AS a\nARG D\nCOPY $D /d/\nFROM scratch\n"
    toml = 'target = "a"\nbuild-args = { D = "docs" }\n'
    monkeypatch.chdir(make_tree({**TREE, "Dockerfile": text, "ctxguard.toml": toml}))
    assert run_cli("why", "docs").code == 0
    assert run_cli("why", "docs", "--build-arg", "D=src").code == 1
    verbose = run_cli("why", "-v", "docs").err
    assert "ctxguard: target = a (ctxguard.toml:1)\n" in verbose


def test_the_edit_is_for_the_ignore_file_that_governs(make_tree: Make, run_cli: Run) -> None:
    root = make_tree({**TREE, "Dockerfile.dockerignore": "docs\n"})
    (found,) = answers(run_cli("why", "-C", root, "--format", "json", "/docs").out)
    edits = [edit for change in found["changes"] for edit in change["edits"]]
    assert edits == [
        {"file": "Dockerfile.dockerignore", "line": 1, "delete": 1, "insert": []},
        {"file": "Dockerfile.dockerignore", "line": 2, "delete": 0, "insert": ["!docs"]},
    ]


@pytest.mark.parametrize(("typed", "way"), [("../x", "./x"), ("..", "./"), ("../../a/b", "./a/b")])
def test_outside_offers_another_way(typed: str, way: str, root: str, run_cli: Run) -> None:
    found = run_cli("why", typed)
    assert found.err == (
        f"ctxguard: {typed} lies outside of the context .; name it from here, such as {way}, "
        f"or from the context root, such as {way[1:]}\n"
    )


# ── names ──────────────────────────────────────────────────────────────────────────────────────

NAMES = ["e\x1b[31m", "n\nn", "r\rr", "c\x9bc", "b\u202eb", "z\u200bz", "bad\udcff", '"q"', "b\\b"]


@pytest.mark.parametrize("backend", ["buildkit", "legacy"])
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_names_stay_on_their_line(
    name: str, backend: str, make_tree: Make, run_cli: Run
) -> None:
    text = 'FROM scratch\nCOPY ["d", "/d/"]\n'
    tree: Tree = {"Dockerfile": text, "d": {name: {"f": "1"}}, f"l{name}": Symlink(f"d/{name}")}
    root = make_tree({**tree, ".dockerignore": "é\nd/?*\n!d/*/f\n"})
    for path in (f"/d/{name}", f"/d/{name}/f", f"/d/{name}/no", f"/l{name}/f", f"/l{name}"):
        found = run_cli("why", "-C", root, "--backend", backend, path)
        assert found.code in (0, 1)
        assert all(char.isprintable() for char in found.out.replace("\n", ""))
        assert all(row.startswith("  ") for row in found.out.splitlines()[1:])
        document = run_cli("why", "-C", root, "--backend", backend, "--format", "json", path)
        (answer,) = answers(document.out)
        raw = base64.b64decode(answer["path_b64"]) if "path_b64" in answer else None
        assert (os.fsdecode(raw) if raw else answer["path"]) == path[1:]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_odd_name_that_is_outside(name: str, root: str, run_cli: Run) -> None:
    found = run_cli("why", f"../{name}")
    assert (found.code, found.out) == (2, "")
    assert found.err.count("\n") == 1
    assert all(char.isprintable() for char in found.err[:-1])


# ── the schema ─────────────────────────────────────────────────────────────────────────────────


def document(run_cli: Run, *argv: str) -> Any:
    return json.loads(run_cli("why", "--format", "json", *argv).out)


def test_the_context_is_told(root: str, run_cli: Run) -> None:
    found = document(run_cli, "--target", "docs", "--build-arg", "A=1", "src")
    check("why", found)
    told = found["context"]
    assert (told["root"], told["target"], told["build_args"]) == (root, "docs", {"A": "1"})
    assert (told["dockerfile"], told["ignore_file"]) == ("Dockerfile", ".dockerignore")


SPOILED: list[tuple[str, Callable[[Any], object]]] = [
    ("no paths", lambda found: found["paths"].clear()),
    ("another version", lambda found: found.update(schema_version=2)),
    ("a field too few", lambda found: found["paths"][0].pop("sent")),
    ("a field too many", lambda found: found["paths"][0].update(send=True)),
    ("an unknown kind", lambda found: found["paths"][0].update(kind="folder")),
    ("an unknown reason", lambda found: found["paths"][0].update(reason="why not")),
    ("a rule without a line", lambda found: found["paths"][0]["trace"][0]["rule"].pop("line")),
    ("a step too few", lambda found: found["paths"][0]["trace"][0].pop("ignored")),
    ("an edit on line 0", lambda found: found["paths"][0]["changes"][0]["edits"][0].update(line=0)),
]


@pytest.mark.parametrize("spoil", [row[1] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_the_schema_is_strict(root: str, run_cli: Run, spoil: Callable[[Any], object]) -> None:
    found = document(run_cli, "src/a.pyc")
    check("why", found)
    spoil(found)
    with pytest.raises(jsonschema.ValidationError):
        check("why", found)


def test_what_it_shares_with_a_report_is_the_same() -> None:
    why, report = schema("why")["$defs"], schema("report")["$defs"]
    for shared in ("context", "path", "raw", "count", "rule", "instruction", "fix", "edit"):
        assert why[shared] == report[shared]


@pytest.mark.parametrize("name", ["e\x1b]0;x\x07", "c\x9bc", "b\u202eb", "z\u200bz"], ids=ascii)
def test_odd_rules_and_instructions_stay_on_their_line(
    name: str, make_tree: Make, run_cli: Run
) -> None:
    # The letter beyond ASCII lets control characters travel.
    tree: Tree = {f"{name}é": {"f": ""}, ".dockerignore": f"\n!{name}é/*\n"}
    root = make_tree({**tree, "Dockerfile": f"FROM scratch\nCOPY {name}é /{name}/\n"})
    found = run_cli("why", "-C", root, f"/{name}é/f")
    assert found.code == 0
    headline, rule, instruction, *_ = found.out.splitlines()
    assert rule.startswith("  .dockerignore:2  !")
    assert instruction.startswith("  brought by Dockerfile:2  COPY ")
    assert all(char.isprintable() for char in headline + rule + instruction)
    (answer,) = answers(run_cli("why", "-C", root, "--format", "json", f"/{name}é/f").out)
    assert answer["trace"][0]["rule"]["text"] == f"!{name}é/*"
