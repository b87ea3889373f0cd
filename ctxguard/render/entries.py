"""Entries as a plain list, as JSON, and as JSON lines; `schema/ls.schema.json` describes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ctxguard.context.entries import Entry
from ctxguard.measurement import Context
from ctxguard.render import document as documents
from ctxguard.render.escape import quoted


def text(entry: Entry) -> bytes:
    """A line, with the name quoted where it has to be."""
    return f"{quoted(entry.path)}\n".encode("utf-8", "surrogateescape")


def raw(entry: Entry) -> bytes:
    """The bytes of the path, and a NUL."""
    return entry.path.encode("utf-8", "surrogateescape") + b"\0"


def mark(entry: Entry) -> bytes:
    """What goes before a name where ignored entries are among the others."""
    return b"  " if entry.included else b"! "


def json_line(entry: Entry) -> bytes:
    return documents.dumps(_entry(entry)).encode() + b"\n"


def document(entries: Iterable[Entry], context: Context) -> Iterator[bytes]:
    """One JSON document, written as it comes."""
    head = documents.dumps(
        {"schema_version": documents.SCHEMA_VERSION, "context": documents.context(context)}
    )
    # The head comes with the first entry, so that whoever reads has something to begin with.
    before = f'{head[:-1]}, "entries": [\n'.encode()
    for entry in entries:
        yield before + documents.dumps(_entry(entry)).encode()
        before = b",\n"
    yield b"\n]}\n" if before == b",\n" else before + b"]}\n"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        **documents.named_path("path", entry.path),
        "kind": entry.kind.value,
        "bytes": entry.bytes,
        "included": entry.included,
        "because": entry.because.value,
        "rule": None if entry.rule is None else documents.rule(entry.rule),
        **documents.named_path("hardlink_of", entry.hardlink_of),
        "pruned": entry.pruned,
    }
