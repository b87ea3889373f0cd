"""Uses by import: who brings what deptry tells of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ctxguard.dependencies import Place
from ctxguard.deps.files import project_files
from ctxguard.deps.imports import Import, Imports
from ctxguard.deps.modules import ModuleIndex, brings
from ctxguard.deps.uses.imported import imported
from tests.deps.seeing import told

INDEX = ModuleIndex(
    {
        key: brings(key, None)
        for key in ("google-cloud-storage", "google-cloud-bigquery", "protobuf", "six")
    }
)
STATEMENTS = [
    ("plain", "import six", 8, "six", "six:1"),
    ("deep", "import google.cloud.storage", 8, "google", "google-cloud-storage:1"),
    ("from", "from google.cloud import storage as s", 1, "google", "google-cloud-storage:1"),
    ("from, several", "from google.cloud import bigquery, storage", 1, "google",
     "google-cloud-bigquery:1 google-cloud-storage:1"),
    ("from, over lines", "from google.protobuf import (\n  a,\n  b,\n)", 1, "google", "protobuf:1"),
    ("a namespace alone", "import google", 8, "google",
     "google-cloud-bigquery:1 google-cloud-storage:1 protobuf:1"),
    ("what cannot be read", "x(google)", 1, "google",
     "google-cloud-bigquery:1 google-cloud-storage:1 protobuf:1"),
    ("nobody's", "import yaml", 8, "yaml", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column", "module", "expected"),
    [row[1:] for row in STATEMENTS],
    ids=[row[0] for row in STATEMENTS],
)
def test_statements(
    text: str, column: int, module: str, expected: str, make_tree: Callable[..., str]
) -> None:
    files = project_files(make_tree({"a.py": text}))
    found = Imports((Import(module, Place("a.py", 1), column),), ())
    assert told(imported(found, files, INDEX).uses) == set(expected.split())


def test_what_builds_is_not_sure(make_tree: Callable[..., str]) -> None:
    files = project_files(make_tree({"setup.py": "import six", "tests": {"b.py": "import six"}}))
    places = (Place("setup.py", 1), Place("tests/b.py", 1))
    found = Imports(tuple(Import("six", place, 8) for place in places), ())
    assert told(imported(found, files, INDEX).uses) == {"six?:1", "six:1*"}
