"""Which files of a project tell what it asks for."""

from __future__ import annotations

from collections.abc import Callable

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
