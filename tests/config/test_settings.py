from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ctxguard.config import KEYS, HookSettings, OnDisk, Origin, Settings, settings
from ctxguard.errors import ExitCode, UsageError
from ctxguard.guard.growth import GrowthLimit
from tests.conftest import Fifo, Result, Symlink

MakeTree = Callable[..., str]
REPOSITORY: Mapping[str, Any] = {".git": {}}


def read(context: str, *, flags: Any = None, environment: Any = None) -> Settings:
    return settings(OnDisk(context), flags or {}, environment or {})


def refused(context: str, **given: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(context, **given)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def refused_file(root: str, text: str | bytes, name: str = "ctxguard.toml") -> UsageError:
    with open(os.path.join(root, name), "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return refused(root)


@pytest.fixture
def root(make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty context that is the current folder too."""
    folder = make_tree({})
    monkeypatch.chdir(folder)
    return folder


# Precedence and origins.

TOP_IN = {
    "file": Origin("file", "ctxguard.toml:1"),
    "environment": Origin("environment", "CTXGUARD_TOP"),
    "flag": Origin("flag", "--top"),
}
PRECEDENCE = [
    ((), 10, Origin("default")),
    (("file",), 1, TOP_IN["file"]),
    (("environment",), 2, TOP_IN["environment"]),
    (("flag",), 3, TOP_IN["flag"]),
    (("file", "environment"), 2, TOP_IN["environment"]),
    (("file", "flag"), 3, TOP_IN["flag"]),
    (("environment", "flag"), 3, TOP_IN["flag"]),
    (("file", "environment", "flag"), 3, TOP_IN["flag"]),
]


@pytest.mark.parametrize(
    ("places", "top", "origin"), PRECEDENCE, ids=["+".join(row[0]) or "none" for row in PRECEDENCE]
)
def test_precedence(root: str, places: tuple[str, ...], top: int, origin: Origin) -> None:
    if "file" in places:
        with open("ctxguard.toml", "w", encoding="utf-8") as file:
            file.write("top = 1\n")
    found = read(
        root,
        environment={"CTXGUARD_TOP": "2"} if "environment" in places else {},
        flags={"top": "3"} if "flag" in places else {"top": None},
    )
    assert found.top == top
    assert found.origin("top") == origin
    assert list(found.origins) == (["top"] if places else [])


def test_the_defaults(root: str) -> None:
    assert read(root) == Settings(
        warn=1_000_000_000,
        critical=1_500_000_000,
        max_files=None,
        fail_on="critical",
        backend="buildkit",
        dockerfile=None,
        target=None,
        platform=None,
        build_args={},
        budget_on="context",
        top=10,
        max_growth=None,
        hook=HookSettings(worktree=False, strict=False),
    )


def test_each_key_from_each_place(make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "warn": ("2MB", 2_000_000),
        "critical": ("3MiB", 3_145_728),
        "max-files": ("7", 7),
        "max-growth": ("10%", GrowthLimit(percent=Fraction(10))),
        "max-dependencies": ("300 MB", 300_000_000),
        "fail-on": ("never", "never"),
        "backend": ("legacy", "legacy"),
        "dockerfile": ("d", "d"),
        "target": ("app", "app"),
        "platform": ("aarch64", "linux/arm64"),
        "budget-on": ("transfer", "transfer"),
        "top": ("4", 4),
        "ignore": ("CTX005, CTX008", ("CTX005", "CTX008")),
        "allow-secrets": ("*.key, a/b", ("*.key", "a/b")),
        "record": ("true", True),
    }
    assert list(given) == [name for name in KEYS if name not in ("build-args", "budgets", "hook")]
    lines = [f'{name} = "{text}"\n' for name, (text, _) in given.items()]
    root = make_tree({"ctxguard.toml": "".join(lines)})
    monkeypatch.chdir(make_tree({}, name="empty"))
    empty = os.getcwd()
    variables = {
        f"CTXGUARD_{name.upper().replace('-', '_')}": text for name, (text, _) in given.items()
    }
    want = [value for _, value in given.values()]

    from_file = read(root)
    from_environment = read(empty, environment=variables)
    from_flags = read(empty, flags={name: text for name, (text, _) in given.items()})

    def values(found: Settings) -> list[Any]:
        return [getattr(found, name.replace("-", "_")) for name in given]

    assert values(from_environment) == values(from_flags) == want
    want[list(given).index("dockerfile")] = os.path.join(root, "d")
    assert values(from_file) == want


def test_an_empty_variable_is_none(root: str) -> None:
    assert read(root, environment={"CTXGUARD_WARN": ""}) == Settings()


def test_origins_are_shown_to_people() -> None:
    assert list(map(str, TOP_IN.values())) == ["ctxguard.toml:1", "CTXGUARD_TOP", "--top"]
    assert str(Origin("default")) == "default"


# Which file counts.


def pyproject(top: int) -> str:
    return f"[tool.ctxguard]\ntop = {top}\n"


FOUND: list[tuple[str, Mapping[str, Any], str, int]] = [
    ("none", {}, "", 10),
    ("ctxguard.toml", {"ctxguard.toml": "top = 1"}, "", 1),
    ("pyproject.toml", {"pyproject.toml": pyproject(2)}, "", 2),
    (
        "ctxguard.toml wins within a folder",
        {"ctxguard.toml": "top = 1", "pyproject.toml": pyproject(2)},
        "",
        1,
    ),
    (
        "an empty ctxguard.toml wins too",
        {"ctxguard.toml": "", "pyproject.toml": pyproject(2)},
        "",
        10,
    ),
    ("a pyproject.toml of others", {"pyproject.toml": "[tool.other]\ntop = 2"}, "", 10),
    ("the one of the other product", {".ctxguard.toml": "top = 1"}, "", 10),
    ("above, in the repository", {**REPOSITORY, "ctxguard.toml": "top = 1", "a/b/f": ""}, "a/b", 1),
    (
        "the nearest wins",
        {
            **REPOSITORY,
            "ctxguard.toml": "top = 1",
            "a": {"pyproject.toml": pyproject(2), "b/f": ""},
        },
        "a/b",
        2,
    ),
    (
        "a pyproject.toml of others does not stop the search",
        {
            **REPOSITORY,
            "ctxguard.toml": "top = 1",
            "a": {"pyproject.toml": "[project]\nname = 'a'"},
        },
        "a",
        1,
    ),
    (
        "an empty one does",
        {**REPOSITORY, "ctxguard.toml": "top = 1", "a/ctxguard.toml": ""},
        "a",
        10,
    ),
    ("above, without a repository", {"ctxguard.toml": "top = 1", "a/f": ""}, "a", 10),
    (
        "above the root of the repository",
        {"ctxguard.toml": "top = 1", "a": {**REPOSITORY, "b/f": ""}},
        "a/b",
        10,
    ),
    (
        "a worktree, whose .git is a file",
        {"ctxguard.toml": "top = 1", "a": {".git": "gitdir: /elsewhere\n", "b/f": ""}},
        "a/b",
        10,
    ),
    (
        "at the root of a worktree",
        {"ctxguard.toml": "top = 1", ".git": "gitdir: x", "b/f": ""},
        "b",
        1,
    ),
]


@pytest.mark.parametrize(
    ("tree", "context", "top"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_which_file_counts(
    make_tree: MakeTree, tree: Mapping[str, Any], context: str, top: int
) -> None:
    assert read(os.path.join(make_tree(tree), context)).top == top


def test_files_are_not_merged(make_tree: MakeTree) -> None:
    root = make_tree(
        {**REPOSITORY, "ctxguard.toml": "warn = 5\ncritical = 6", "a/ctxguard.toml": "critical = 9"}
    )
    found = read(os.path.join(root, "a"))
    assert (found.warn, found.critical) == (9, 9)
    assert list(found.origins) == ["critical"]


def test_the_context_may_be_reached_by_a_link(make_tree: MakeTree) -> None:
    root = make_tree(
        {"repo": {**REPOSITORY, "ctxguard.toml": "top = 1", "a/f": ""}, "l": Symlink("repo/a")}
    )
    assert read(os.path.join(root, "l")).top == 1


# Paths of a file.


def test_a_dockerfile_is_relative_to_the_file(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({**REPOSITORY, "ctxguard.toml": 'dockerfile = "docker/D"', "app/f": ""})
    monkeypatch.chdir(os.path.join(root, "app"))
    assert read(".").dockerfile == os.path.join(root, "docker/D")


def test_a_dockerfile_of_a_flag_or_a_variable_may_lie_anywhere(root: str) -> None:
    assert read(root, flags={"dockerfile": "../D"}).dockerfile == "../D"
    assert read(root, environment={"CTXGUARD_DOCKERFILE": "/D"}).dockerfile == "/D"


def test_a_dockerfile_may_lie_above_the_file_within_the_repository(make_tree: MakeTree) -> None:
    root = make_tree(
        {**REPOSITORY, "Dockerfile": "", "a/ctxguard.toml": 'dockerfile = "../Dockerfile"'}
    )
    found = read(os.path.join(root, "a")).dockerfile
    assert found is not None
    assert os.path.samefile(found, os.path.join(root, "Dockerfile"))


OUTSIDE: list[tuple[str, str, Mapping[str, Any]]] = [
    ("..", "../Dockerfile", {}),
    (".. on a detour", "sub/../../Dockerfile", {"sub/f": ""}),
    ("absolute", "/etc/passwd", {}),
    ("a link to a file", "link", {"link": Symlink("/etc/passwd")}),
    ("a link to a folder", "link/Dockerfile", {"link": Symlink("..")}),
    ("a link that leads nowhere", "link", {"link": Symlink("/nowhere/at/all")}),
    ("a folder whose name begins alike", "../repo-of-others/D", {}),
]


@pytest.mark.parametrize("git", [True, False], ids=["in a repository", "without git"])
@pytest.mark.parametrize(
    ("path", "tree"), [row[1:] for row in OUTSIDE], ids=[row[0] for row in OUTSIDE]
)
def test_a_dockerfile_outside_of_the_repository(
    make_tree: MakeTree,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    tree: Mapping[str, Any],
    git: bool,
) -> None:
    root = make_tree(
        {
            **tree,
            **(REPOSITORY if git else {}),
            "ctxguard.toml": f'\ndockerfile = "{path}"\n',
        },
        name="repo",
    )
    monkeypatch.chdir(root)
    error = refused(root)
    assert (error.path, error.line) == ("ctxguard.toml", 2)
    assert f'"{path}" leads out of {root}' in error.message


def test_a_dockerfile_outside_is_told_to_the_user(
    make_tree: MakeTree, run_cli: Callable[..., Result]
) -> None:
    root = make_tree({"ctxguard.toml": 'dockerfile = "/etc/passwd"'})
    found = run_cli("report", root)
    assert (found.code, found.out) == (2, "")
    assert 'ctxguard.toml:1: dockerfile: "/etc/passwd" leads out of' in found.err


# What is wrong is named with its place.

UNKNOWN = [
    ("a letter swapped", "wran = 1", "wran", "did you mean warn?"),
    ("an underscore", "max_files = 1", "max_files", "did you mean max-files?"),
    ("capitals", "Critical = 1", "Critical", "did you mean critical?"),
    ("quoted", '"fail-one" = 1', "fail-one", "did you mean fail-on?"),
    ("nothing like it", "zzz = 1", "zzz", f"known are {', '.join(KEYS)}, contexts"),
    ("a dotted one", "docker-file.a = 1", "docker-file", "did you mean dockerfile?"),
]


@pytest.mark.parametrize(
    ("text", "key", "hint"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN]
)
def test_an_unknown_key(root: str, text: str, key: str, hint: str) -> None:
    error = refused_file(root, f"# settings\ntop = 3\n\n{text}\n")
    assert error.message == f'unknown key "{key}"; {hint}'
    assert error.path == "ctxguard.toml"
    if "." not in text:
        assert error.line == 4


BIG = """\
[project]
name = "app"

[tool.black]
wran = 1

[tool.ctxguard]
top = 3
{key} = 1

[tool.ruff]
wran = 2
"""
PYPROJECTS = [
    ("the key stands before and after", BIG.format(key="wran"), 9),
    ("quoted", BIG.format(key='"wran"'), 9),
    ("indented", BIG.format(key="  wran"), 9),
    ("dotted keys at the top", "tool.ctxguard.top = 3\ntool.ctxguard.wran = 1\n", 2),
    ("blanks in the header", "[tool.a]\nwran = 1\n[ tool.ctxguard ]\nwran = 1\n", 4),
    (
        "a header in a comment",
        "# [tool.ctxguard]\n[tool.a]\nwran = 1\n[tool.ctxguard]\nwran = 1\n",
        5,
    ),
    ("a table within another", "[tool]\nctxguard = { wran = 1 }\n[tool.a]\nwran = 1\n", 2),
    ("a subtable", "[tool.ctxguard.wran]\nx = 1\n[tool.a]\nwran = 1\n", 1),
    (
        "a key in a string",
        '[tool.ctxguard]\ndockerfile = """\nwran = 1\n"""\n# wran = 2\nwran = "wran"\n',
        6,
    ),
    ("a value", "[tool.ctxguard]\ndockerfile = 'wran'\nwran = 3\n", 3),
]
PYPROJECTS_UNCLEAR = [
    ("an escape in the key", '[tool.ctxguard]\n"wr\\u0061n" = 1\n[tool.a]\nwran = 1\n'),
    ("named too often before", f"# ctxguard {'wran ' * 100}\n[tool.ctxguard]\nwran = 1\n"),
]


@pytest.mark.parametrize(
    ("text", "line"), [row[1:] for row in PYPROJECTS], ids=[row[0] for row in PYPROJECTS]
)
def test_the_line_of_an_unknown_key_in_pyproject(root: str, text: str, line: int) -> None:
    error = refused_file(root, text, "pyproject.toml")
    assert str(error) == f'pyproject.toml:{line}: unknown key "wran"; did you mean warn?'


@pytest.mark.parametrize(
    "text", [row[1] for row in PYPROJECTS_UNCLEAR], ids=[row[0] for row in PYPROJECTS_UNCLEAR]
)
def test_no_line_is_better_than_a_wrong_one(root: str, text: str) -> None:
    error = refused_file(root, text, "pyproject.toml")
    assert str(error) == 'pyproject.toml: unknown key "wran"; did you mean warn?'


def test_a_value_whose_line_is_not_found_still_has_an_origin(root: str) -> None:
    with open("ctxguard.toml", "w", encoding="utf-8") as file:
        file.write('"\\u0074op" = 1\n')
    assert str(read(root).origin("top")) == "ctxguard.toml"


NO_FILES: list[tuple[str, Any]] = [
    ("a folder", {"f": "x"}),
    ("a FIFO", Fifo()),
    ("a link to nothing", Symlink("nowhere")),
    ("a link to a device", Symlink("/dev/zero")),
]


@pytest.mark.parametrize("node", [row[1] for row in NO_FILES], ids=[row[0] for row in NO_FILES])
def test_a_configuration_file_that_is_no_file(make_tree: MakeTree, node: Any) -> None:
    root = make_tree({"ctxguard.toml": node})
    assert refused(root).message == "it is no regular file; rename it"
    # A project may have its reasons for this one.
    assert read(make_tree({"pyproject.toml": node}, name="other")) == Settings()


def test_a_header_that_belongs_to_pyproject(root: str) -> None:
    error = refused_file(root, "# ours\n[tool.ctxguard]\nwarn = 1\n")
    assert str(error).startswith("ctxguard.toml:2: here the keys stand at the top; leave out")


def test_a_long_key_is_not_repeated_in_full(root: str) -> None:
    assert len(refused_file(root, f"{'k' * 10_000} = 1\n").message) < 300


WRONG = [
    ("a fraction for a size", "warn = 1.5", "warn: it takes a size"),
    ("a negative size", "warn = -1", "warn: it takes a size"),
    ("a switch for a size", "critical = true", "critical: it takes a size"),
    ("a list for a size", "warn = [1]", "warn: it takes a size"),
    ("no size", 'warn = "big"', 'warn: "big" is not a size; write it like'),
    ("an empty size", 'warn = ""', 'warn: "" is not a size'),
    ("a size that no disk can hold", f"warn = {'9' * 400}", "warn: no disk is that large"),
    ("Arabic digits for a count", 'top = "\u0663"', "top: it takes a whole number from 1 on"),
    ("a date for a size", "warn = 2024-01-01", "warn: it takes a size"),
    ("a negative count", "max-files = -1", "max-files: it takes a whole number from 0 on"),
    ("a size for a count", 'max-files = "5k"', "max-files: it takes a whole number from 0 on"),
    ("a fraction for a count", "max-files = 1.0", "max-files: it takes a whole number from 0 on"),
    ("a switch for a count", "top = true", "top: it takes a whole number from 1 on"),
    ("none at all to show", "top = 0", "top: it takes a whole number from 1 on"),
    ("a huge count", f"top = {'1' * 19}", "top: it takes a whole number from 1 on"),
    ("no such choice", 'fail-on = "error"', "fail-on: it takes one of critical, warning, never"),
    ("a choice in capitals", 'fail-on = "NEVER"', "fail-on: it takes one of critical"),
    ("a list of choices", 'fail-on = ["never"]', "fail-on: it takes one of critical"),
    ("a table for a choice", "backend = {}", "backend: it takes one of buildkit, legacy"),
    ("a number for a path", "dockerfile = 1", "dockerfile: it takes a path"),
    ("an empty path", 'dockerfile = ""', "dockerfile: it takes a path"),
    ("NUL in a path", 'dockerfile = "a\\u0000"', "dockerfile: it takes a path"),
    ("a number for a stage", "target = 0", "target: it takes the name of a stage"),
    ("an empty stage", 'target = ""', "target: it takes the name of a stage"),
    ("no platform", 'platform = "nonsense"', 'platform: "nonsense" is no system and no'),
    ("an empty platform", 'platform = ""', "platform: it takes a platform such as linux/arm64"),
    ("a number for a platform", "platform = 64", "platform: it takes a platform such as"),
    ("two platforms", 'platform = "amd64,arm64"', "platform: it takes one platform at a time"),
    ("a list of platforms", 'platform = ["amd64"]', "platform: it takes a platform such as"),
    ("no table of arguments", 'build-args = "A=1"', "build-args: it takes a table of strings"),
    ("a list of arguments", 'build-args = ["A=1"]', "build-args: it takes a table of strings"),
    ("a number for an argument", "build-args = { A = 1 }", "build-args: it takes a table of"),
    ("a table for an argument", "build-args.A.B = '1'", "build-args: it takes a table of strings"),
    ("no such budget", 'budget-on = "size"', "budget-on: it takes one of context, transfer"),
]


@pytest.mark.parametrize(
    ("text", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_value(root: str, text: str, message: str) -> None:
    error = refused_file(root, f"\n\n{text}\n")
    assert error.message.startswith(message)
    assert (error.path, error.line) == ("ctxguard.toml", 3)


BROKEN: list[tuple[str, str | bytes, int | None]] = [
    ("on its line", "top = 1\nwarn =\n", 2),
    ("at the end", "top = 1\nwarn = [", None),
    ("a key twice", "top = 1\ntop = 2\n", 2),
    ("not UTF-8", b"top = 1\n# \xff\n", None),
    ("nested without end", f"top = {'[' * 100_000}", None),
    ("nested tables without end", f"a = {'{a=' * 100_000}", None),
    ("NUL", b"top = 1\0", 1),
]


@pytest.mark.parametrize("name", ["ctxguard.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("text", "line"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_broken_toml(root: str, name: str, text: str | bytes, line: int | None) -> None:
    error = refused_file(root, text, name)
    assert error.message.startswith("this is no valid TOML: ")
    assert error.path == name
    if line is not None:
        assert error.line == line


def test_a_number_too_long_for_python(root: str) -> None:
    error = refused_file(root, f"\nwarn = {'1' * 5000}\n")
    assert str(error) == "ctxguard.toml: this is no valid TOML: a number in it is too long"


NO_TABLES = [
    ("a number", "[tool]\nctxguard = 3\n"),
    ("a list", "[tool]\nctxguard = [1]\n"),
    ("several tables", "[[tool.ctxguard]]\ntop = 3\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in NO_TABLES], ids=[row[0] for row in NO_TABLES])
def test_the_table_has_to_be_one(root: str, text: str) -> None:
    assert (
        str(refused_file(root, text, "pyproject.toml"))
        == "pyproject.toml: tool.ctxguard is no table"
    )


def test_a_pyproject_whose_tool_is_no_table_is_not_ours(make_tree: MakeTree) -> None:
    assert read(make_tree({"pyproject.toml": "tool = 3\n"})) == Settings()


def test_an_unreadable_file(
    root: str, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    with open("ctxguard.toml", "w", encoding="utf-8") as file:
        file.write("top = 3\n")
    os.chmod("ctxguard.toml", 0)
    with without_rights():
        error = refused(root)
    assert str(error) == "ctxguard.toml: cannot read it: Permission denied"


def test_a_place_is_relative_to_the_current_folder(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({"app/ctxguard.toml": "wran = 1", "other/f": ""})
    monkeypatch.chdir(os.path.join(root, "other"))
    assert refused(os.path.join(root, "app")).path == "../app/ctxguard.toml"


VARIABLES = [
    ("CTXGUARD_WARN", "5 apples", '"5 apples" is not a size'),
    ("CTXGUARD_CRITICAL", "-1", '"-1" is not a size'),
    ("CTXGUARD_MAX_FILES", "many", "it takes a whole number from 0 on"),
    ("CTXGUARD_FAIL_ON", "always", "it takes one of critical, warning, never"),
    ("CTXGUARD_BACKEND", "podman", "it takes one of buildkit, legacy"),
    ("CTXGUARD_TOP", "0", "it takes a whole number from 1 on"),
    ("CTXGUARD_PLATFORM", "a,b", "it takes one platform at a time"),
    ("CTXGUARD_BUDGET_ON", "both", "it takes one of context, transfer"),
]


@pytest.mark.parametrize(
    ("variable", "value", "message"), VARIABLES, ids=[row[0] for row in VARIABLES]
)
def test_a_wrong_variable_is_named(root: str, variable: str, value: str, message: str) -> None:
    error = refused(root, environment={variable: value})
    assert str(error).startswith(f"{variable}: {message}")


def test_a_wrong_flag_is_named(root: str) -> None:
    error = refused(root, flags={"max-files": "x"})
    assert str(error) == "--max-files: it takes a whole number from 0 on"


# The order of the limits.

GB = 1_000_000_000
ORDERED = [
    ("neither", {}, (GB, 1_500_000_000)),
    ("a lower warning", {"warn": "1MB"}, (1_000_000, 1_500_000_000)),
    ("a higher critical", {"critical": "5GB"}, (GB, 5 * GB)),
    ("the warning follows a lower critical", {"critical": "2MB"}, (2_000_000, 2_000_000)),
    ("a critical that equals the warning", {"critical": "1GB"}, (GB, GB)),
    ("a higher warning lifts no limit", {"warn": "2GB"}, (2 * GB, 1_500_000_000)),
    ("both, equal", {"warn": "2MB", "critical": "2MB"}, (2_000_000, 2_000_000)),
    ("both, in order", {"warn": "1", "critical": "2"}, (1, 2)),
    ("nothing is allowed", {"critical": "0"}, (0, 0)),
]


@pytest.mark.parametrize(
    ("flags", "limits"), [row[1:] for row in ORDERED], ids=[row[0] for row in ORDERED]
)
def test_the_order_of_the_limits(root: str, flags: Any, limits: tuple[int, int]) -> None:
    found = read(root, flags=flags)
    assert (found.warn, found.critical) == limits


def test_the_warning_that_follows_has_no_origin_of_its_own(root: str) -> None:
    found = read(root, flags={"critical": "1"})
    assert found.origin("warn") == Origin("default")
    assert found.lowered_warning


@pytest.mark.parametrize("flags", [{}, {"critical": "2GB"}, {"warn": "1", "critical": "1"}])
def test_a_warning_that_does_not_follow(root: str, flags: Mapping[str, str]) -> None:
    assert not read(root, flags=flags).lowered_warning


MIXED: list[tuple[str, str, Mapping[str, str], Mapping[str, str], tuple[str, str]]] = [
    ("two flags", "", {}, {"warn": "2", "critical": "1"}, ("--warn", "--critical")),
    ("file and flag", "warn = 2", {}, {"critical": "1"}, ("ctxguard.toml:1", "--critical")),
    (
        "variable and file",
        "critical = 1",
        {"CTXGUARD_WARN": "2"},
        {},
        ("CTXGUARD_WARN", "ctxguard.toml:1"),
    ),
]


@pytest.mark.parametrize(
    ("text", "environment", "flags", "places"),
    [row[1:] for row in MIXED],
    ids=[row[0] for row in MIXED],
)
def test_two_explicit_limits_in_the_wrong_order(
    root: str,
    text: str,
    environment: Mapping[str, str],
    flags: Mapping[str, str],
    places: tuple[str, str],
) -> None:
    with open("ctxguard.toml", "w", encoding="utf-8") as file:
        file.write(text)
    error = refused(root, environment=environment, flags=flags)
    warn, critical = map(re.escape, places)
    assert re.search(rf"\({warn}\) lies above .* \({critical}\)", str(error))


def test_a_file_that_is_far_too_large(root: str) -> None:
    error = refused_file(root, b"#" * (4 * 1024 * 1024 + 1))
    assert "far too many" in error.message


def test_tables_that_are_nested_far_too_deeply(root: str) -> None:
    # tomllib takes minutes for a megabyte of these.
    error = refused_file(root, f"top = 3\n[{'a.' * 50_000}a]\n")
    assert (error.line, "nested far too deeply" in error.message) == (2, True)


# Arguments of the build: a table, and the one value that is put together from two places.

ARGUMENTS: list[tuple[str, str, Any, Mapping[str, str]]] = [
    ("nowhere", "", None, {}),
    ("in the file", 'build-args = { A = "1", B = "2" }', None, {"A": "1", "B": "2"}),
    ("as a table", '[build-args]\nA = "1"', None, {"A": "1"}),
    ("as a dotted key", 'build-args.A = "1"', None, {"A": "1"}),
    ("an empty table", "build-args = {}", None, {}),
    ("by flags", "", {"A": "1"}, {"A": "1"}),
    ("a flag beside the file", 'build-args.A = "1"', {"B": "2"}, {"A": "1", "B": "2"}),
    ("a flag wins", 'build-args = { A = "1", B = "2" }', {"A": "9"}, {"A": "9", "B": "2"}),
    ("a flag wins by nothing", 'build-args.A = "1"', {"A": ""}, {"A": ""}),
    ("names are told apart by case", 'build-args.A = "1"', {"a": "2"}, {"A": "1", "a": "2"}),
]


@pytest.mark.parametrize(
    ("text", "flags", "arguments"), [row[1:] for row in ARGUMENTS], ids=[r[0] for r in ARGUMENTS]
)
def test_build_args(
    make_tree: MakeTree, text: str, flags: Any, arguments: Mapping[str, str]
) -> None:
    root = make_tree({"ctxguard.toml": text})
    assert read(root, flags={"build-args": flags}).build_args == arguments


def test_the_origin_of_arguments_is_where_the_last_came_from(
    make_tree: MakeTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_tree({"ctxguard.toml": '\n[build-args]\nA = "1"\n'})
    monkeypatch.chdir(root)
    assert read(root).origin("build-args") == Origin("file", "ctxguard.toml:2")
    found = read(root, flags={"build-args": {"B": "2"}})
    assert found.origin("build-args") == Origin("flag", "--build-arg")


def test_no_variable_sets_arguments(root: str) -> None:
    assert read(root, environment={"CTXGUARD_BUILD_ARGS": "A=1"}) == Settings()


def test_a_platform_is_kept_in_full(make_tree: MakeTree) -> None:
    root = make_tree({"ctxguard.toml": 'platform = "linux/arm"'})
    assert read(root).platform == "linux/arm/v7"
    assert read(root, flags={"platform": "macos/arm64"}).platform == "darwin/arm64"


@pytest.mark.parametrize("header", ["[hook]\n", "hook = {", ""])
def test_the_hook_has_a_table_of_its_own(root: str, header: str) -> None:
    if header == "hook = {":
        text = "hook = { worktree = true, strict = true }\n"
    else:
        text = f"{header}worktree = true\nstrict = true\n"
    if header:
        path = os.path.join(root, "ctxguard.toml")
        Path(path).write_text(text, encoding="utf-8")
        assert read(root).hook == HookSettings(worktree=True, strict=True)
    else:
        error = refused_file(root, text)
        assert "worktree stands in a table of its own, [tool.ctxguard.hook]" in error.message


@pytest.mark.parametrize("text", ["hook = true", "hook = { worktree = 2 }", "hook = { x = true }"])
def test_a_hook_table_that_is_none(root: str, text: str) -> None:
    assert "it takes a table of worktree and strict" in refused_file(root, f"{text}\n").message
