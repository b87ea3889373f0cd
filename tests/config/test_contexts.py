"""`[[tool.ctxguard.contexts]]`: what each entry says, over what, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from ctxguard.config import ContextSettings, OnDisk, Origin, contexts, settings
from ctxguard.errors import UsageError

Make = Callable[..., str]


@pytest.fixture
def root(make_tree: Make, monkeypatch: pytest.MonkeyPatch) -> str:
    """A repository that is the current folder too."""
    folder = make_tree({".git": {}, "services": {"api": {}}, "docs": {}})
    monkeypatch.chdir(folder)
    return folder


def read(text: str, *, flags: Any = None, environment: Any = None) -> list[ContextSettings]:
    with open("ctxguard.toml", "w", encoding="utf-8") as file:
        file.write(text)
    return list(contexts(OnDisk("."), flags or {}, environment or {}))


TWO = """\
warn = "2 MB"
build-args = { A = "1", B = "2" }
budgets = { "docs/" = "1 MB" }

[[contexts]]
name = "api"
context = "services/api"
critical = "1 MB"
build-args = { B = "3" }

[[contexts]]
name = "all"
dockerfile = "docker/All"
target = "prod"
platform = "linux/arm64"
backend = "legacy"
max-files = 10
max-growth = "5%"
budget-on = "transfer"
[contexts.budgets]
"docs/" = "3 MB"
"./data//x" = 5
"""


def test_what_each_entry_says(root: str) -> None:
    api, everything = read(TWO)
    assert (api.name, api.folder) == ("api", f"{root}/services/api")
    assert (everything.name, everything.folder) == ("all", root)
    assert (api.settings.warn, api.settings.critical) == (1_000_000, 1_000_000)
    assert api.settings.build_args == {"A": "1", "B": "3"}
    assert api.settings.budgets == {"docs/": 1_000_000}
    found = everything.settings
    assert (found.warn, found.critical) == (2_000_000, 1_500_000_000)
    assert found.dockerfile == f"{root}/docker/All"
    assert (found.target, found.platform, found.backend) == ("prod", "linux/arm64", "legacy")
    assert (found.max_files, str(found.max_growth), found.budget_on) == (10, "5%", "transfer")
    assert found.build_args == {"A": "1", "B": "2"}
    assert found.budgets == {"docs/": 3_000_000, "data/x": 5}


def test_each_value_knows_its_line(root: str) -> None:
    api, everything = read(TWO)
    assert api.settings.origin("critical") == Origin("file", "ctxguard.toml:8")
    assert api.settings.told_origin("warn") == "default, no higher than critical"
    assert everything.settings.origin("warn") == Origin("file", "ctxguard.toml:1")
    assert everything.settings.origin("budgets") == Origin("file", "ctxguard.toml:20")
    assert everything.settings.origin("target") == Origin("file", "ctxguard.toml:14")
    assert (api.place, everything.place) == ("ctxguard.toml:5", "ctxguard.toml:11")


def test_environment_and_flags_count_for_all(root: str) -> None:
    environment = {"CTXGUARD_CRITICAL": "9MB", "CTXGUARD_TARGET": "dev"}
    found = read(TWO, environment=environment, flags={"target": "test", "build-args": {"A": "9"}})
    assert [each.settings.critical for each in found] == [9_000_000, 9_000_000]
    assert [each.settings.target for each in found] == ["test", "test"]
    assert [each.settings.build_args["A"] for each in found] == ["9", "9"]
    assert [each.settings.build_args["B"] for each in found] == ["3", "2"]


def test_in_a_pyproject(root: str) -> None:
    with open("pyproject.toml", "w", encoding="utf-8") as file:
        file.write('[tool.ctxguard]\ntop = 3\n\n[[ tool . "ctxguard".contexts ]]\nname = "x"\n')
    (found,) = contexts(OnDisk("."), {}, {})
    assert (found.name, found.settings.top, found.place) == ("x", 3, "pyproject.toml:4")


def test_none_are_named(root: str) -> None:
    assert read("top = 3\n") == []
    assert read("contexts = []\n") == []


def test_written_inline(root: str) -> None:
    """The lines of single keys cannot be told, that of the list can."""
    (found,) = read('top = 3\ncontexts = [{ name = "x", warn = "1MB" }]\n')
    assert found.settings.origin("warn") == Origin("file", "ctxguard.toml:2")


REFUSED = [
    ("no list", "contexts = 3", 1, "it takes a list of tables"),
    ("a table", '[contexts]\nname = "x"', 1, "[[tool.ctxguard.contexts]]"),
    ("no name", "[[contexts]]\ntop = 3", 1, "entry 1 has no name"),
    ("an empty name", '[[contexts]]\nname = " "', 2, "a name that is none"),
    ("a hostile name", '[[contexts]]\nname = "a\\u001bb"', 2, "a name that is none"),
    ("twice", '[[contexts]]\nname = "a"\n[[contexts]]\nname = "a"', 4, "(ctxguard.toml:1)"),
    ("unknown", '[[contexts]]\nname = "a"\nwarm = 1', 3, "did you mean warn?"),
    ("for all", '[[contexts]]\nname = "a"\nhook = {}', 3, "write it at the top"),
    ("no size", '[[contexts]]\nname = "a"\nwarn = "1 apple"', 3, "contexts.a.warn: "),
    ("no folder", '[[contexts]]\nname = "a"\ncontext = 3', 3, "contexts.a.context: it takes"),
    ("out", '[[contexts]]\nname = "a"\ncontext = "../x"', 3, "leads out of"),
    ("file out", '[[contexts]]\nname = "a"\ndockerfile = "/etc/x"', 3, "contexts.a.dockerfile"),
    ("budget", '[[contexts]]\nname = "a"\nbudgets = { "../x" = 1 }', 3, "below the context root"),
    ("budget of all", '[[contexts]]\nname = "a"\nbudgets = { "/" = 1 }', 3, "such as docs/"),
    ("no budget", '[[contexts]]\nname = "a"\n[contexts.budgets]\ndocs = "x"', 3, '"docs": '),
    (
        "limits",
        'critical = "1MB"\n[[contexts]]\nname = "a"\nwarn = "2MB"',
        None,
        "the warning limit (ctxguard.toml:4) lies above the critical one (ctxguard.toml:1)",
    ),
]


@pytest.mark.parametrize(
    ("text", "line", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(root: str, text: str, line: int | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert message in caught.value.message
    assert caught.value.line == line
    assert caught.value.path == ("ctxguard.toml" if line else None)
    assert "\x1b" not in str(caught.value)


def test_a_key_of_an_entry_at_the_top(root: str) -> None:
    read('name = "a"\n')
    with pytest.raises(UsageError, match="stands in an entry of"):
        settings(OnDisk("."), {}, {})


def test_more_than_anyone_has(root: str) -> None:
    with pytest.raises(UsageError, match="far too many"):
        read("".join(f'[[contexts]]\nname = "c{at}"\n' for at in range(501)))


def test_a_link_that_leads_out(root: str) -> None:
    os.symlink("/tmp", "away")
    with pytest.raises(UsageError, match="leads out of"):
        read('[[contexts]]\nname = "a"\ncontext = "away"\n')
