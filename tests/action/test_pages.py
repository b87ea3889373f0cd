"""The workflows and the Action, read: one and the same on every page, and nothing risky in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.action.pages import OWN, blocks, newcomers, text, workflows
from tests.action.reading import read

_MOST_LINES = 45
WORKFLOWS = {"docs/ci.md": newcomers(), OWN: text(OWN)}
ACTION = read(text("action.yml"))


def steps(name: str) -> list[dict[str, Any]]:
    found = ACTION["runs"] if name == "action.yml" else next(iter(whole(name)["jobs"].values()))
    return list(found["steps"])


def whole(name: str) -> dict[str, Any]:
    return read(WORKFLOWS[name])


def test_every_page_shows_the_same_workflow() -> None:
    shown = [*workflows("README.md"), *workflows("docs/ci.md")]
    assert set(shown) == {newcomers()}
    assert len(newcomers().splitlines()) <= _MOST_LINES


@pytest.mark.parametrize("name", WORKFLOWS)
def test_when_it_runs(name: str) -> None:
    started = whole(name)["on"]
    assert {"pull_request", "push", "schedule"} <= set(started)
    assert "pull_request_target" not in started
    assert started["push"] == {"branches": ["main"]}
    minute, hour, *days = started["schedule"][0]["cron"].split()
    assert (minute.isdecimal(), hour.isdecimal(), days) == (True, True, ["*"] * 3)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_its_token_may(name: str) -> None:
    (job,) = whole(name)["jobs"].values()
    granted = {**whole(name)["permissions"], **job.get("permissions", {})}
    assert granted == {"contents": "read", "pull-requests": "write"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_checkout_leaves_no_token_and_brings_the_base(name: str) -> None:
    first = steps(name)[0]
    assert first["with"] == {"fetch-depth": 0, "persist-credentials": False}


@pytest.mark.parametrize("name", [*WORKFLOWS, "action.yml"])
def test_no_script_is_pasted_together(name: str) -> None:
    scripts = [step["run"] for step in steps(name) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []
    assert scripts or name == OWN


@pytest.mark.parametrize("name", [*WORKFLOWS, "action.yml"])
def test_only_official_actions_of_a_major_version(name: str) -> None:
    for step in steps(name):
        used = step.get("uses", "./")
        assert used == "./" or re.fullmatch(r"actions/[a-z/-]+@v\d+", used)


def test_every_version_is_the_same_everywhere() -> None:
    found: dict[str, set[str]] = {}
    for name in [*WORKFLOWS, "action.yml"]:
        for step in steps(name):
            action, _, version = step.get("uses", "").partition("@")
            found.setdefault(action.split("/restore")[0].split("/save")[0], set()).add(version)
    assert {action: versions for action, versions in found.items() if len(versions) > 1} == {}


def test_every_input_reaches_the_script_by_the_environment() -> None:
    (script,) = (step for step in steps("action.yml") if "run" in step)
    assert script["env"] == {
        f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}"
        for name in ACTION["inputs"]
    }


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_the_page_tells_of_every(kind: str) -> None:
    page = text("docs/ci.md").partition("## GitHub: the Action")[2]
    rows = page.partition(f"| {kind[:-1]} |")[2].partition("\n\n")[0]
    named = [cells.split("|")[1] for cells in rows.splitlines()[2:]]
    assert re.findall(r"`([a-z-]+)`", " ".join(named)) == _in_order(kind, named)


def _in_order(kind: str, named: list[str]) -> list[str]:
    """The names of the Action, in the order of the page; each once."""
    page = " ".join(named)
    assert len(re.findall("`", page)) == 2 * len(ACTION[kind])
    return sorted(ACTION[kind], key=lambda name: page.index(f"`{name}`"))


def test_all_blocks_are_yaml() -> None:
    found = blocks("docs/ci.md")
    assert len(found) > 1
    assert all(read_any(block) for block in found)


def read_any(block: str) -> object:
    import yaml

    return yaml.safe_load(block)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_token_goes_to_one_step(name: str) -> None:
    found = [text for step in steps(name) for text in _texts(step) if "github.token" in text]
    assert len(found) <= 1
    assert "secrets" not in json.dumps(whole(name))
