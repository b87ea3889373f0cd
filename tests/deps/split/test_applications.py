"""Each application of a project is split by the verdicts on its own packages."""

from __future__ import annotations

from collections.abc import Callable

from ctxguard.deps.assessing import assess
from ctxguard.deps.declared.declaring import survey
from ctxguard.deps.split.applications import Application, applications
from tests.conftest import Tree

Make = Callable[..., str]


def split(root: str) -> dict[str, Application]:
    found = survey(root)
    told = applications(found, assess(root, found.declaration, None))
    return {each.split.home: each for each in told}


def asked(data: bytes) -> list[str]:
    return [each for each in data.decode().splitlines() if each and not each.startswith("#")]


TREE: Tree = {
    "one": {"requirements.txt": "flask\nrequests\nblack\n", "main.py": "import flask\n"},
    "two": {"requirements.txt": "flask\nrequests\n", "main.py": "import requests\n"},
}


def test_the_same_package_in_two_of_them(make_tree: Make) -> None:
    found = split(make_tree(TREE))
    assert {home: asked(each.split.production.data) for home, each in found.items()} == {
        "one": ["flask"],
        "two": ["requests"],
    }
    assert {home: each.leaving for home, each in found.items()} == {
        "one": ("black", "requests"),
        "two": ("flask",),
    }
    assert asked(found["one"].whole.data) == ["flask", "requests", "black"]
    assert "# removed: requests (no file imports requests)" in (
        found["one"].split.development.data.decode()
    )


def test_what_two_of_them_include_stays_if_one_needs_it(make_tree: Make) -> None:
    tree: Tree = {
        "base.txt": "flask\n",
        "one": {"requirements.txt": "-r ../base.txt\nrequests\n", "main.py": "import flask\n"},
        "two": {"requirements.txt": "-r ../base.txt\nrequests\n", "main.py": "import requests\n"},
    }
    found = split(make_tree(tree))
    assert asked(found["one"].split.production.data) == ["flask"]
    assert asked(found["two"].split.production.data) == ["flask", "requests"]


def test_what_production_lacks_goes_there(make_tree: Make) -> None:
    tree: Tree = {
        "requirements.txt": "flask\n",
        "requirements-dev.txt": "requests==2.32.3  # for the smoke test\npytest\n",
        "main.py": "import flask\nimport requests\n",
    }
    found = split(make_tree(tree))[""].split
    assert asked(found.production.data) == ["flask", "requests==2.32.3  # for the smoke test"]
    assert asked(found.conservative.data) == asked(found.production.data)
    assert asked(found.development.data) == ["-r requirements-prod.txt", "pytest"]
