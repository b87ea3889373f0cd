"""What is known of packages: well kept data, and its lookup."""

from __future__ import annotations

import itertools

import pytest
from packaging.utils import canonicalize_name

from ctxguard.deps.known import (
    commands_of,
    is_known,
    is_of_system,
    is_stub,
    is_tool,
    modules_of,
    needs,
    plugins,
    same_job,
    schemes_of,
)
from tests.deps.tables import table

BY_KEY = ("modules", "commands", "needs")


def normalized(name: str) -> bool:
    bare = name.strip("*")
    return bare.rstrip("-") == canonicalize_name(bare).rstrip("-")


@pytest.mark.parametrize("name", BY_KEY)
def test_tables_are_sorted_by_normalized_names(name: str) -> None:
    keys = list(table(name))
    assert [key for key in keys if not normalized(key)] == []
    assert keys == sorted(keys)


def test_lists_hold_normalized_names_once() -> None:
    tools = table("tools")
    for names in (table("same")["same"], tools["tools"], tools["stubs"], *table("pairs")["pairs"]):
        assert [name for name in names if not normalized(name)] == []
        assert len(names) == len(set(names))
    assert table("same")["same"] == sorted(table("same")["same"])


def test_what_is_called_like_its_package_is_in_one_table() -> None:
    assert set(table("same")["same"]) & table("modules").keys() == set()


def test_needs_are_normalized_and_of_others() -> None:
    for key, names in needs().items():
        assert [name for name in names if not normalized(name) or name == key] == []
        assert list(names) == sorted(set(names))


def test_no_package_needs_itself_by_way_of_others() -> None:
    for start in needs():
        met = set(needs()[start])
        waiting = list(met)
        while waiting:
            new = set(needs().get(waiting.pop(), ())) - met
            met |= new
            waiting += new
        assert start not in met


def test_rows_of_plugins_and_frameworks() -> None:
    for row in table("plugins")["plugin"]:
        assert row.keys() <= {"names", "hosts", "when", "asks"}
        assert all(map(normalized, itertools.chain(row["names"], row["hosts"])))
        assert "asks" in row or "when" in row
        assert str(row.get("asks", "?")).endswith("?")
    for row in table("frameworks")["framework"]:
        assert row.keys() == {"name", "signs", "asks"}
        assert normalized(row["name"])


def test_a_tool_is_no_host_but_of_tools() -> None:
    for row in table("plugins")["plugin"]:
        tools = [host for host in row["hosts"] if is_tool(host)]
        if tools:
            assert row["hosts"] == tools


def test_every_pattern_can_be_compiled() -> None:
    for row in table("plugins")["plugin"]:
        for name in row["names"]:
            assert plugins(name.replace("*", "x"))


def test_drivers_are_normalized_and_by_scheme() -> None:
    for scheme, keys in table("drivers").items():
        assert scheme == scheme.lower()
        assert all(map(normalized, keys))


MODULES = [
    ("opencv-python", {"cv2"}),
    ("prompt-toolkit", {"prompt_toolkit"}),
    ("google-cloud-storage", {"google.cloud.storage"}),
    ("apache-airflow-providers-common-sql", {"airflow.providers.common.sql"}),
    ("azure-mgmt-compute", {"azure.mgmt.compute"}),
    ("standard-telnetlib", {"telnetlib"}),
    ("acme", None),
]


@pytest.mark.parametrize(("key", "found"), MODULES)
def test_modules(key: str, found: set[str] | None) -> None:
    assert modules_of(key) == found


TOLD = [
    ("a tool", is_tool("pytest"), True),
    ("a family of tools", is_tool("flake8-bugbear"), True),
    ("a stub", is_stub("types-requests"), True),
    ("stubs by their end", is_stub("acme-stubs"), True),
    ("no tool", is_tool("requests"), False),
    ("a tool that is no stub", is_stub("mypy"), False),
    ("a module by its package", is_known("cv2"), True),
    ("a module that is called like it", is_known("prompt_toolkit.keys"), True),
    ("an unknown module", is_known("kernel_of_acme"), False),
    ("a program of the system", is_of_system("nginx"), True),
    ("none of the system", is_of_system("celery"), False),
    ("the same job", same_job("requests"), {"httpx", "aiohttp", "httplib2", "pycurl"}),
    ("a job of its own", same_job("six"), set()),
    ("programs", commands_of("supervisor"), {"supervisord", "supervisorctl"}),
    ("no programs", commands_of("redis"), set()),
    ("unknown programs", commands_of("acme"), None),
    ("schemes", schemes_of("aiosqlite"), {"sqlite+aiosqlite"}),
]


@pytest.mark.parametrize(("told", "expected"), [r[1:] for r in TOLD], ids=[r[0] for r in TOLD])
def test_what_is_told(told: object, expected: object) -> None:
    assert told == expected


def test_signs_are_found_by_their_words_too() -> None:
    (row,) = [each for each in plugins("openpyxl") if "pandas" in each.hosts]
    assert row.signs is not None
    assert row.signs.found_in("pd.read_excel(x)")
    assert not row.signs.found_in("pd.read_csv(x)")


def test_a_name_in_a_pattern_is_no_pattern() -> None:
    for row in plugins("gevent"):
        if row.signs is not None:
            assert row.signs.found_in("gunicorn -k gevent app")
            assert not row.signs.found_in("gunicorn -k eventlet app")
