"""What holds for the repository as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import ctxguard

PACKAGE = Path(ctxguard.__file__).parent
SCHEMAS = sorted(path.name for path in (PACKAGE / "schema").glob("*.json"))


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_every_public_name_is_there() -> None:
    for name in ctxguard.__all__:
        assert getattr(ctxguard, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        ctxguard.nonsense  # noqa: B018


def test_all_schemas_are_shipped() -> None:
    assert SCHEMAS == [
        "config.schema.json",
        "deps.schema.json",
        "diff.schema.json",
        "history.schema.json",
        "lint.schema.json",
        "ls.schema.json",
        "rebuilds.schema.json",
        "report.schema.json",
        "suggest.schema.json",
        "trend.schema.json",
        "why.schema.json",
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    schema = json.loads((PACKAGE / "schema" / name).read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
