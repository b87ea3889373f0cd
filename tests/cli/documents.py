"""The shipped JSON Schemas, and what they say to a document."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema


def schema(name: str) -> Any:
    return json.loads(
        resources.files("ctxguard.schema").joinpath(f"{name}.schema.json").read_text("utf-8")
    )


def _closed(node: Any) -> Any:
    """The schema without room for growth, so that a field it does not name is noticed."""
    if isinstance(node, dict):
        return {
            key: False if key == "additionalProperties" and value is True else _closed(value)
            for key, value in node.items()
        }
    return [_closed(value) for value in node] if isinstance(node, list) else node


def check(name: str, document: Any, part: str | None = None) -> None:
    """Fail unless the document is exactly what the schema describes.

    Args:
        part: one of the schema's `$defs`, for a document that is but a part of the whole.
    """
    rules = _closed(schema(name))
    if part is not None:
        rules = {"$defs": rules["$defs"], "$ref": f"#/$defs/{part}"}
    jsonschema.Draft202012Validator(rules).validate(document)


def _checked(name: str, text: str) -> Any:
    """The document, in plain ASCII and just as its schema describes it."""
    assert text.isascii()
    document = json.loads(text)
    check(name, document)
    return document


def report(text: str) -> Any:
    """The document that `report --format json` printed, with a single report in it."""
    return _checked("report", text)


def only_report(text: str) -> Any:
    (found,) = report(text)["reports"]
    return found


def listing(text: str) -> Any:
    """The document that `ls --format json` printed."""
    return _checked("ls", text)


def lines(text: str) -> list[Any]:
    """The entries that `ls --format jsonl` printed."""
    assert text.isascii()
    entries = [json.loads(line) for line in text.splitlines()]
    for entry in entries:
        check("ls", entry, part="entry")
    return entries


def answers(text: str) -> list[Any]:
    """What `why --format json` printed, path by path."""
    assert text.isascii()
    document = json.loads(text)
    check("why", document)
    paths: list[Any] = document["paths"]
    return paths


def diff(text: str) -> Any:
    """The document that `diff --format json` printed."""
    return _checked("diff", text)


def lint(text: str) -> Any:
    """The document that `lint --format json` printed."""
    return _checked("lint", text)


def suggest(text: str) -> Any:
    """The document that `suggest --format json` printed."""
    return _checked("suggest", text)


def config(text: str) -> Any:
    """The document that `config --format json` printed."""
    return _checked("config", text)


def history(text: str) -> Any:
    """The document that `history --format json` printed."""
    return _checked("history", text)


def trend(text: str) -> Any:
    """The document that `history trend --format json` printed."""
    return _checked("trend", text)


def rebuilds(text: str) -> Any:
    """The document that `rebuilds --format json` printed."""
    return _checked("rebuilds", text)


def deps(text: str) -> Any:
    """The document that `deps --format json` printed."""
    return _checked("deps", text)
