"""Which files of a project tell what it asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.deps.declared import places
from ctxguard.deps.declared.places import homes
from ctxguard.deps.declared.projectfile import project_at
from tests.conftest import Symlink


def test_where_they_are(make_tree: Callable[..., str]) -> None:
    root = make_tree(
        {
            "requirements-dev.txt": "",
            "requirements.txt": "",
            "Requirements.md": "",
            "requirements": {"b.txt": "", "a.txt": "", "pins-constraints.txt": "", "c.in": ""},
            "test-requirements.txt": "",
            "setup.py": "",
            "web": {"pyproject.toml": "", "requirements": {"x.txt": ""}},
            "plain": {"requirements-x.txt": ""},
            "venv": {"requirements.txt": ""},
            "env": {"pyvenv.cfg": "", "requirements.txt": ""},
            "linked": Symlink("web"),
            "requirements-folder.txt": {},
        }
    )
    own, web = homes(project_at(root))
    assert (own.folder, own.others) == ("", ("setup.py",))
    assert own.requirements == (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements/a.txt",
        "requirements/b.txt",
        "test-requirements.txt",
    )
    assert (web.folder, web.others) == ("web", ("pyproject.toml",))
    assert web.requirements == ("web/requirements/x.txt",)
    assert web.path("pyproject.toml") == "web/pyproject.toml"


_REQUIREMENTS = {"requirements.txt": ""}


def folders(root: str) -> list[str]:
    return [home.folder for home in homes(project_at(root))]


def test_how_deep_they_are_looked_for(make_tree: Callable[..., str]) -> None:
    root = make_tree(
        {
            "services": {
                "a": _REQUIREMENTS,
                "b": {"pyproject.toml": "", "c": {**_REQUIREMENTS, "d": _REQUIREMENTS}},
                "linked": Symlink("a"),
                "env": {"pyvenv.cfg": "", **_REQUIREMENTS, "x": _REQUIREMENTS},
                ".hidden": _REQUIREMENTS,
                "node_modules": {"x": _REQUIREMENTS},
                "requirements": _REQUIREMENTS,
            },
            "libs": {"vendor": {"x": _REQUIREMENTS}},
            "tests": {**_REQUIREMENTS, "data": {"project": _REQUIREMENTS}},
            "web": _REQUIREMENTS,
        }
    )
    assert folders(root) == ["", "tests", "web", "services/a", "services/b", "services/b/c"]


def test_only_so_many_folders_are_looked_at(
    make_tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_MOST_FOLDERS", 3)
    root = make_tree({f"{name}": {"x": _REQUIREMENTS, **_REQUIREMENTS} for name in "abcd"})
    assert folders(root) == ["", "a", "b", "c"]


def test_a_link_to_itself(make_tree: Callable[..., str]) -> None:
    root = make_tree({**_REQUIREMENTS, "self.py": Symlink("self.py"), "a": _REQUIREMENTS})
    assert folders(root) == ["", "a"]
